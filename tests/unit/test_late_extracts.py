"""A quarter extracted anew later: what has ended since has not ended yet, and nothing else is let by."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.contracts.source import Source
from ingest.contracts.table import Table
from ingest.deliveries.receipt import Receipt
from ingest.run import ingest_source

HEADER = (
    "case_no;centre;person_id;kkpkp_card;name;relation;household_no;sex;birth_year;aadhaar;mobile;scheme;opened_on;"
    "documents_complete_on;applied_on;application_no;decided_on;decision;benefit_on;benefit_amount_inr"
)


def _case(number: int, *dates: str, decision: str = "", amount: str = "") -> str:
    opened, complete, applied, decided, benefit = dates
    person = f"KSK01-2021-{number:05};KSK01;P-000001;;Asha;waste_picker;H-00001;F;1980;;;widow_pension"
    return f"{person};{opened};{complete};{applied};A1;{decided};{decision};{benefit};{amount}"


CASES = [
    _case(
        1,
        "2021-01-05",
        "2021-01-06",
        "2021-01-07",
        "2021-02-01",
        "2021-03-01",
        decision="approved",
        amount="500",
    ),
    _case(
        2,
        "2021-01-05",
        "2021-01-06",
        "2021-01-07",
        "2021-02-01",
        "2021-05-01",
        decision="approved",
        amount="600",
    ),
    _case(
        3,
        "2021-01-05",
        "2021-01-06",
        "2021-04-07",
        "2021-05-01",
        "2021-06-01",
        decision="rejected",
        amount="700",
    ),
    _case(4, "2021-01-05", "2021-01-06", "", "", "2021-12-01"),  # after the file itself
    _case(5, "2021-04-05", "", "", "", ""),  # not opened yet: no end
]


def _received(folder: Path, quarter: str, day: str, lines: list[str]) -> None:
    path = folder / "pune" / "cases" / quarter / f"helpdesk_cases_{day}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    at = datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()
    os.utime(path, (at, at))


def _taken(home: Path, landing: Path) -> dict[str, Receipt]:
    return {receipt.file: receipt for receipt in ingest_source(home, landing, "pune", "cases")}


def _accepted(home: Path, receipt: Receipt) -> list[tuple[Any, ...]]:
    file = receipt.accepted_file(home, "cases")
    columns = "right(case_no, 1), applied_on, decided_on, decision, benefit_on, benefit_amount_inr"
    return [
        tuple(None if cell is None else str(cell) for cell in row)
        for row in duckdb.sql(f"SELECT {columns} FROM '{file}' ORDER BY 1").fetchall()
    ]


def test_what_has_ended_since_the_quarter_has_not_ended_yet(home: Path, tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    _received(landing, "2021Q1", "2021-04-20", CASES)
    _received(landing, "2021Q1", "2021-07-01", CASES)
    receipts = _taken(home, landing)
    in_time, late = receipts["helpdesk_cases_2021-04-20.csv"], receipts["helpdesk_cases_2021-07-01.csv"]
    assert in_time.tables["cases"].by_reason == {"future_date": 4}
    assert not in_time.tables["cases"].warnings
    assert late.status == "current"
    assert late.tables["cases"].by_reason == {"future_date": 2}
    assert late.tables["cases"].warnings == {"after_quarter": 4}
    assert _accepted(home, late) == [
        ("1", "2021-01-07", "2021-02-01", "approved", "2021-03-01", "500.000000000"),
        ("2", "2021-01-07", "2021-02-01", "approved", None, None),
        ("3", None, None, None, None, None),
    ]
    delivered = duckdb.sql(
        f"SELECT _delivered FROM '{late.accepted_file(home, 'cases')}' ORDER BY case_no"
    ).fetchall()
    assert delivered[2][0]["decision"] == "rejected"
    assert delivered[2][0]["benefit_on"] == "2021-06-01"
    said = duckdb.sql(f"SELECT message FROM '{late.layer_file(home, 'warnings')}' ORDER BY ALL").fetchall()
    assert said[0][0].startswith("applied_on: 2021-04-07 lies after the quarter, which ended on 2021-03-31")


def test_the_next_quarter_knows_what_has_happened(home: Path, tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    _received(landing, "2021Q1", "2021-08-01", CASES)
    _received(landing, "2021Q2", "2021-08-01", CASES)
    receipts = ingest_source(home, landing, "pune", "cases")
    first, second = (_accepted(home, receipt) for receipt in sorted(receipts, key=lambda r: r.quarter))
    assert [row[4] for row in first] == ["2021-03-01", None, None]
    assert [row[4] for row in second] == ["2021-03-01", "2021-05-01", "2021-06-01", None]


def test_the_same_file_at_another_time_is_judged_again(home: Path, tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    _received(landing, "2021Q1", "2021-04-20", CASES)
    _taken(home, landing)
    path = next(landing.rglob("*.csv"))
    os.utime(path, (datetime(2021, 7, 1, tzinfo=UTC).timestamp(),) * 2)
    (again,) = _taken(home, landing).values()
    assert again.read_now
    assert again.tables["cases"].accepted == 3
    assert not any(receipt.read_now for receipt in _taken(home, landing).values())


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ({"closed": []}, "names a column the table does not have: 'closed'"),
        ({"closed_on": ["stat"]}, "names a column the table does not have: 'stat'"),
        ({"name": []}, "'name' is no date, so it ends nothing"),
        ({"begun_on": []}, "'begun_on' is required, so it cannot be empty until it ends"),
        ({"closed_on": ["id"]}, "'id' is required"),
    ],
)
def test_what_ends_nothing_is_refused(ends: dict[str, list[str]], said: str) -> None:
    columns = {
        "id": {}, "name": {}, "closed_on": {"type": "date"}, "begun_on": {"type": "date", "required": True},
    }  # fmt: skip
    with pytest.raises(ValueError, match=said):
        Table.model_validate({"key": ["id"], "columns": columns, "ends": ends})
    sound = Table.model_validate({"key": ["id"], "columns": columns, "ends": {"closed_on": ["name"]}})
    assert Source.model_validate({"title": "t", "format": ["delimited"], "tables": {"t": sound.model_dump()}})
