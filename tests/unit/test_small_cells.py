"""Who signs off is told which cells rest on few people or households; and by when a release is due."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from orchestration.releases.content import COLUMNS
from orchestration.releases.due import days_left, due_on
from orchestration.releases.small_cells import small_cells, warning
from orchestration.warehouse import logframes

EU = logframes.of_donor("eu_success").indicators
NRLM = logframes.of_donor("mord_nrlm").indicators

# indicator, dimension, category, value, numerator, denominator, state, whether it rests on few
CASES = [
    ("EU-14", "poverty_band", "non_poor", 1.0, 1.0, None, "reported", True),
    ("EU-14", "poverty_band", "extremely_poor", 9.0, 9.0, None, "reported", True),
    ("EU-14", "poverty_band", "chronically_poor", 10.0, 10.0, None, "reported", False),
    ("EU-14", "poverty_band", "transitory_poor", 0.0, 0.0, None, "reported", False),
    ("EU-14", "all", "all", 3.0, 3.0, None, "reported", False),
    ("EU-14", "poverty_band", "unknown", 3.0, 3.0, None, "suppressed", False),
    ("EU-12", "district", "Dadu", 4.0, 4.0, None, "reported", False),  # organisations
    ("EU-03", "district", "Dadu", 95.0, 95.0, 100.0, "reported", True),  # five are without
    ("EU-03", "district", "Larkana", 5.0, 5.0, 100.0, "reported", True),
    ("EU-03", "district", "Sujawal", 50.0, 50.0, 100.0, "reported", False),
    ("EU-03", "district", "Matiari", 100.0, 100.0, 100.0, "reported", False),
    ("EU-18", "sex", "F", 7.0, 7.0, None, "reported", True),
    ("NR-02", "sector", "trade", 50.0, 3.0, 6.0, "reported", False),  # enterprises
    ("NR-05", "entitlement", "housing", 40.0, 4.0, 10.0, "reported", True),  # people, summed over places
]


def table(cases: list[tuple]) -> pa.Table:
    names = ("indicator", "dimension", "category", "value", "numerator", "denominator", "state")
    rows = [
        dict.fromkeys(COLUMNS)
        | dict(zip(names, case[:-1], strict=True))
        | {"region": "sindh", "over_time": "as_at"}
        for case in cases
    ]
    schema = pa.schema([(name, pa.float64() if number else pa.string()) for name, number in COLUMNS.items()])
    return pa.Table.from_pylist(rows, schema)


@pytest.mark.parametrize("case", CASES, ids=[f"{case[0]} {case[2]}" for case in CASES])
def test_a_cell_that_rests_on_few_is_found(case: tuple) -> None:
    found = small_cells(table([case]), [*EU, *NRLM], 10)
    assert [(cell.indicator, cell.category) for cell in found] == ([(case[0], case[2])] if case[-1] else [])


def test_the_threshold_is_the_donors() -> None:
    assert {cell.category for cell in small_cells(table(CASES[:3]), EU, 11)} == {
        "non_poor",
        "extremely_poor",
        "chronically_poor",
    }
    assert small_cells(table(CASES), [*EU, *NRLM], 0) == []


def test_the_warning_names_every_cell() -> None:
    told = warning(small_cells(table(CASES), [*EU, *NRLM], 10), 10)
    assert told == (
        "6 disaggregated cells hold fewer than 10 people or households and are not withheld yet: "
        "EU-03 as at, district: Dadu, Larkana; EU-14 as at, poverty_band: extremely_poor, non_poor; "
        "EU-18 as at, sex: F; NR-05 as at, entitlement: housing."
    )
    assert warning([], 10) == ""


def test_a_release_is_due_so_many_days_after_its_quarter() -> None:
    due = due_on("2021Q2", 30)
    assert due == date(2021, 7, 30)
    assert [days_left(due, date(2021, 7, day)) for day in (1, 29, 30, 31)] == [
        "29 days left",
        "1 day left",
        "today",
        "1 day overdue",
    ]
