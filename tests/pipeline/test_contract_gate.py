"""Accepted records that break the contract: the delivery is in no feed, in this run and the next, until mended."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ingest.contracts.source import Source
from ingest.run import ingest_source
from tests.pipeline.test_drift import _deliver, _rows


class Second:
    """A second look that finds something in one quarter's births, and counts how often it is asked."""

    code = "second look"

    def __init__(self, quarter: str) -> None:
        self.quarter = quarter
        self.asked: list[str] = []

    def __call__(self, path: Path, contract: Source, table: str) -> Sequence[str]:
        self.asked.append(path.parent.name)
        assert path.exists()
        assert table in contract.tables
        return (
            ["3 of column 'boys' are not at least 0"] if path.parent.name == f"quarter={self.quarter}" else []
        )


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    """A landing with two quarters, and a home."""
    landing = tmp_path / "landing"
    _deliver(landing, "2021Q1", "page.xls", 60, 1)
    _deliver(landing, "2021Q2", "page.xls", 60, 100)
    return landing, tmp_path / "home"


def status(landing: Path, home: Path, verify: Second) -> dict[str, str]:
    """Status by quarter and file."""
    done = ingest_source(home, landing, "sindh", "births", demo=True, verify=verify)
    return {f"{r.quarter}/{r.file}": r.status for r in done}


def test_no_feed_is_written_from_records_that_break_the_contract(places: tuple[Path, Path]) -> None:
    look = Second("2021Q1")
    assert status(*places, look) == {"2021Q1/page.xls": "broken", "2021Q2/page.xls": "current"}
    assert (_rows(places[1], "2021Q1"), _rows(places[1], "2021Q2")) == (0, 120)


def test_the_gate_is_still_closed_in_the_next_run_without_another_look(places: tuple[Path, Path]) -> None:
    look = Second("2021Q1")
    first = status(*places, look)
    asked = list(look.asked)
    assert len(asked) == 2
    assert status(*places, look) == first
    assert _rows(places[1], "2021Q1") == 0
    assert look.asked == asked


def test_a_broken_redelivery_of_an_earlier_quarter_replaces_nothing(places: tuple[Path, Path]) -> None:
    landing, home = places
    assert set(status(landing, home, Second("none")).values()) == {"current"}
    _deliver(landing, "2021Q1", "page_v2.xls", 55, 200)
    again = status(landing, home, Second("2021Q1"))
    assert (again["2021Q1/page.xls"], again["2021Q1/page_v2.xls"]) == ("current", "broken")
    assert _rows(home, "2021Q1") == 120


def test_what_was_read_without_a_second_look_gets_it(places: tuple[Path, Path]) -> None:
    landing, home = places
    ingest_source(home, landing, "sindh", "births", demo=True)
    assert _rows(home, "2021Q1") == 120
    look = Second("2021Q1")
    assert status(landing, home, look)["2021Q1/page.xls"] == "broken"
    assert _rows(home, "2021Q1") == 0


def test_another_way_of_looking_looks_again(places: tuple[Path, Path]) -> None:
    landing, home = places
    assert status(landing, home, Second("2021Q1"))["2021Q1/page.xls"] == "broken"
    mended = Second("none")
    mended.code = "mended"
    assert status(landing, home, mended)["2021Q1/page.xls"] == "current"
    assert _rows(home, "2021Q1") == 120
