"""A delivery that shrinks beyond its contract's bounds waits, replaces nothing, and goes through once released."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingest.deliveries.drift import waiting
from ingest.deliveries.drift_preview import preview
from ingest.deliveries.landing import scan
from ingest.deliveries.let_through import let_through, paused
from ingest.deliveries.places import folder
from ingest.deliveries.receipt import TableCounts
from ingest.errors import SangamError
from ingest.run import ingest_source
from orchestration.checks.source_status import quarter_status
from orchestration.settings import Settings
from tests.receipts import receipt_for


def _page(rows: int) -> str:
    """A birth registration page with so many union councils, all of them in the vocabulary."""
    from ingest.contracts.loading import load_source

    words = load_source("sindh", "births").vocabularies["union_councils_of_the_births_portal"]
    places = [(d, u) for d in words for u in words[d]][:rows]
    lines = "".join(f"<tr><td>{d}</td><td>{u}</td><td>3</td><td>4</td><td>7</td></tr>" for d, u in places)
    head = "<tr><td rowspan=2>District</td><td rowspan=2>Union Council</td><td colspan=3>Births registered</td></tr>"
    return f"<table>{head}<tr><td>Boys</td><td>Girls</td><td>Total</td></tr>{lines}</table>"


def _deliver(landing: Path, quarter: str, name: str, rows: int, day: int) -> None:
    path = landing / "sindh" / "births" / quarter / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_page(rows), encoding="utf-8")
    os.utime(path, (1.6e9 + day * 86400,) * 2)


def _rows(home: Path, quarter: str) -> int:
    import pyarrow.parquet as pq

    at = folder(home, "feeds", feed="place_total", region="sindh", source="births", quarter=quarter)
    return sum(pq.read_metadata(path).num_rows for path in at.glob("*.parquet"))


def test_a_delivery_that_shrinks_waits_until_a_person_releases_it(tmp_path: Path) -> None:
    landing, home = tmp_path / "landing", tmp_path / "home"
    _deliver(landing, "2021Q1", "page.xls", 100, 1)
    _deliver(landing, "2021Q2", "page.xls", 40, 100)
    receipts = {r.quarter: r for r in ingest_source(home, landing, "sindh", "births", demo=True)}
    assert receipts["2021Q1"].status == "current"
    assert receipts["2021Q2"].status == "paused"
    assert "shrank by 60%" in receipts["2021Q2"].waits.reasons[0]
    assert _rows(home, "2021Q1") == 200
    assert _rows(home, "2021Q2") == 0

    row = next(
        r
        for r in quarter_status(Settings(home, landing), "2021Q2")
        if (r.region, r.source) == ("sindh", "births")
    )
    assert row.state == "paused"
    assert "shrank" in row.note

    held = paused(home, "sindh", "births", "2021Q2")[0]
    change = preview(home, held)[0]
    assert (change.before, change.now, change.added, change.gone, change.changed) == (100, 40, 0, 60, 0)
    with pytest.raises(SangamError, match="needs a name"):
        let_through(home, held, ["it shrank"], " ", "agreed")
    let_through(home, held, ["it shrank"], "Asha", "the portal closed eight offices")
    receipts = {r.quarter: r for r in ingest_source(home, landing, "sindh", "births", demo=True)}
    assert receipts["2021Q2"].status == "current"
    assert receipts["2021Q2"].read_now is False
    assert _rows(home, "2021Q2") == 80
    with pytest.raises(SangamError, match="No delivery of sindh/births 2021Q2 is waiting"):
        paused(home, "sindh", "births", "2021Q2")


def test_a_waiting_redelivery_leaves_the_earlier_one_current(tmp_path: Path) -> None:
    landing, home = tmp_path / "landing", tmp_path / "home"
    _deliver(landing, "2021Q1", "page.xls", 100, 1)
    _deliver(landing, "2021Q1", "page_v2.xls", 30, 2)
    status = {r.file: r.status for r in ingest_source(home, landing, "sindh", "births", demo=True)}
    assert status == {"page.xls": "current", "page_v2.xls": "paused"}
    assert _rows(home, "2021Q1") == 200


@pytest.mark.parametrize(
    ("before", "now", "waits"),
    [
        *((60, 30, False), (60, 29, True), (50, 25, False), (50, 24, True), (49, 10, False)),
        *((50, 150, False), (50, 151, True)),
    ],
)
def test_the_bounds_are_still_allowed_and_one_row_beyond_waits(
    before: int, now: int, waits: bool, tmp_path: Path
) -> None:
    """Half may go, twice as many may come on top, and tables under fifty rows are not compared."""
    landing = tmp_path / "landing"
    _deliver(landing, "2021Q1", "page.xls", 1, 1)
    _deliver(landing, "2021Q2", "page.xls", 2, 100)
    first, second = scan(landing)
    read = {first: before, second: now}
    receipts = {
        d.relative: receipt_for(d, tables={"births": TableCounts(read=n, accepted=n, quarantined=0)})
        for d, n in read.items()
    }
    assert bool(waiting(tmp_path / "home", [first, second], receipts)) == waits


def test_a_delivery_is_compared_with_the_last_one_and_not_the_first(tmp_path: Path) -> None:
    landing, home = tmp_path / "landing", tmp_path / "home"
    for day, (quarter, rows) in enumerate([("2020Q3", 112), ("2020Q4", 60), ("2021Q1", 51)]):
        _deliver(landing, quarter, "page.xls", rows, day)
    receipts = {r.quarter: r for r in ingest_source(home, landing, "sindh", "births", demo=True)}
    # 51 of 60 may be; 51 of 112 would have to wait.
    assert {quarter: r.status for quarter, r in receipts.items()} == dict.fromkeys(receipts, "current")
    # What waits is not what the next one is compared with.
    _deliver(landing, "2021Q2", "page.xls", 20, 50)
    _deliver(landing, "2021Q3", "page.xls", 25, 100)
    receipts = {r.quarter: r for r in ingest_source(home, landing, "sindh", "births", demo=True)}
    against = {q: r.waits.against for q, r in receipts.items() if r.waits}
    assert against == dict.fromkeys(("2021Q2", "2021Q3"), "sindh/births/2021Q1/page.xls")
