"""Reference tables over time: a refused one takes nothing away, versions are kept, doubtful rows are findings."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest

from ingest.deliveries.receipt import Receipt
from ingest.run import ingest_source

TARGETS = "donor,indicator,quarter,target,baseline,baseline_period,note\n"
RATES = "quarter,from,to,rate,source\n"


def _deliver(landing: Path, name: str, content: bytes | str, day: int = 1) -> None:
    path = landing / "_reference" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    os.utime(path, (1.6e9 + day * 86400,) * 2)


def _taken(home: Path, landing: Path, source: str = "targets") -> dict[str, Receipt]:
    return {receipt.path: receipt for receipt in ingest_source(home, landing, "_reference", source)}


def _feed(home: Path, feed: str, columns: str) -> list[tuple[object, ...]]:
    files = list((home / "lake" / "feeds" / f"feed={feed}" / "region=_reference").rglob("*.parquet"))
    assert files
    return duckdb.sql(
        f"SELECT {columns} FROM read_parquet({[str(f) for f in files]}) ORDER BY ALL"
    ).fetchall()


def _targets(home: Path) -> list[tuple[object, ...]]:
    return _feed(home, "target", "indicator, for_quarter, CAST(target AS INTEGER)")


def test_a_refused_table_takes_no_target_away(home: Path, landing: Path) -> None:
    _deliver(landing, "targets.csv", TARGETS + "d,AB-01,2021Q1,10,1,,\n", day=1)
    _taken(home, landing)
    assert _targets(home) == [("AB-01", "2021Q1", 10)]
    for day, broken in ((2, "donor,indicator\n"), (3, b""), (4, b"PK\x03\x04 cut off")):
        _deliver(landing, "targets.csv", broken, day=day)
        receipts = _taken(home, landing)
        assert receipts["_reference/targets.csv"].status == "refused"
        assert _targets(home) == [("AB-01", "2021Q1", 10)]
    # A good one replaces it as a whole, also with an older time of its own; what was kept stays.
    _deliver(landing, "targets.csv", TARGETS + "d,AB-02,2021Q1,20,1,,\n", day=0)
    receipts = _taken(home, landing)
    assert [receipt.status for receipt in receipts.values()] == ["superseded", "current"]
    assert _targets(home) == [("AB-02", "2021Q1", 20)]
    kept = sorted(path.name for path in (home / "reference" / "targets").rglob("*.csv"))
    assert kept == ["targets.csv", "targets.csv"]
    # The last accepted one stays, not an earlier one.
    _deliver(landing, "targets.csv", "oops\n", day=5)
    _taken(home, landing)
    assert _targets(home) == [("AB-02", "2021Q1", 20)]
    assert not any(receipt.read_now for receipt in _taken(home, landing).values())


def test_a_withdrawn_table_is_gone(home: Path, landing: Path) -> None:
    _deliver(landing, "targets.csv", TARGETS + "d,AB-01,2021Q1,10,1,,\n")
    _taken(home, landing)
    (landing / "_reference" / "targets.csv").unlink()
    assert _taken(home, landing) == {}


def test_an_unknown_quarter_and_two_targets_of_one_key_are_findings(home: Path, landing: Path) -> None:
    rows = [
        "d,AB-01,2021Q5,10,1,,",
        "d,AB-02,2021-Q1,10,1,,",
        "d,AB-03,2021Q1,10,1,,",
        "d,AB-03,2021Q1,11,1,,",
    ]
    _deliver(landing, "targets.csv", TARGETS + "\n".join([*rows, "d,AB-04,2021Q1,4,1,,"]) + "\n")
    (receipt,) = _taken(home, landing).values()
    assert receipt.tables["targets"].by_reason == {"bad_code": 2, "duplicate_key": 2}
    assert _targets(home) == [("AB-04", "2021Q1", 4)]


@pytest.mark.parametrize("second", ["2021Q1,PKR,EUR,0.006,OANDA", "2021Q1,pkr,EUR,0.005,ECB"])
def test_two_rates_for_one_key_are_a_finding(home: Path, landing: Path, second: str) -> None:
    _deliver(
        landing,
        "exchange_rates.csv",
        f"{RATES}2021Q1,PKR,EUR,0.005,ECB\n{second}\n2021Q2,PKR,EUR,0.0054,ECB\n",
    )
    (receipt,) = _taken(home, landing, "exchange_rates").values()
    assert receipt.tables["exchange_rates"].quarantined in (1, 2)
    assert ("2021Q1", 0.006) not in _feed(home, "exchange_rate", "for_quarter, CAST(rate AS DOUBLE)")


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    return tmp_path / "landing"
