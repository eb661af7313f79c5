"""What `sangam status` says of a source's quarter, by what has arrived, when, and what became of it."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from ingest.deliveries.landing import scan
from ingest.deliveries.receipt import Waits
from ingest.deliveries.receipts import keep
from orchestration.checks.source_status import SourceStatus, quarter_status
from orchestration.settings import Settings
from tests.receipts import receipt_for

DUE = date(2021, 7, 15)  # 15 days after 2021Q2, as Sindh's contract says for births


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with an empty landing."""
    (tmp_path / "landing").mkdir()
    return Settings(tmp_path / "home", tmp_path / "landing")


def deliver(settings: Settings, source: str, quarter: str, arrived: date, name: str = "a.xls") -> None:
    """A file of Sindh that arrives in the evening."""
    path = settings.landing / "sindh" / source / quarter / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(name, encoding="utf-8")
    moment = datetime(arrived.year, arrived.month, arrived.day, 22, tzinfo=UTC).timestamp()
    os.utime(path, (moment, moment))


def take_in(settings: Settings, name: str = "a.xls", **words: Any) -> None:
    """A receipt of a delivered file."""
    for delivery in scan(settings.landing):
        if delivery.file == name:
            keep(settings.home, receipt_for(delivery, **words))


def status(settings: Settings, source: str = "births", today: date = DUE) -> SourceStatus:
    rows = quarter_status(settings, "2021Q2", today)
    return next(row for row in rows if (row.region, row.source) == ("sindh", source))


@pytest.mark.parametrize(
    ("today", "state"), [(14, "not due"), (15, "not due"), (16, "missing")], ids=["before", "on", "after"]
)
def test_a_delivery_is_missing_once_its_day_has_passed(settings: Settings, today: int, state: str) -> None:
    found = status(settings, today=date(2021, 7, today))
    assert (found.state, found.due, found.note) == (state, DUE, f"due {DUE}")
    assert (found.files, found.arrived_at) == (0, None)


@pytest.mark.parametrize(("day", "state"), [(15, "arrived"), (16, "late")])
def test_a_delivery_is_late_from_the_day_after(settings: Settings, day: int, state: str) -> None:
    deliver(settings, "births", "2021Q2", date(2021, 7, day))
    assert status(settings).state == "not read yet"
    take_in(settings)
    found = status(settings)
    assert (found.state, found.files) == (state, 1)
    assert ("after 2021-07-15" in found.note) is (state == "late")


def test_a_redelivery_after_the_day_makes_nothing_late(settings: Settings) -> None:
    deliver(settings, "births", "2021Q2", date(2021, 7, 10))
    deliver(settings, "births", "2021Q2", date(2021, 8, 1), "b.xls")
    take_in(settings, status="superseded")
    assert status(settings).state == "not read yet"
    take_in(settings, "b.xls")
    found = status(settings)
    assert (found.state, found.files) == ("arrived", 2)
    assert found.arrived_at == datetime(2021, 8, 1, 22, tzinfo=UTC)


def test_a_refused_file_is_told_until_another_one_stands(settings: Settings) -> None:
    deliver(settings, "births", "2021Q2", date(2021, 7, 10))
    take_in(settings, status="refused", refused="missing_table", message="No table. Export it again.")
    assert (status(settings).state, status(settings).note) == ("refused", "No table. Export it again.")
    deliver(settings, "births", "2021Q2", date(2021, 7, 11), "b.xls")
    take_in(settings, "b.xls")
    assert status(settings).state == "arrived"


def test_a_file_that_waits_is_told_although_another_one_stands(settings: Settings) -> None:
    deliver(settings, "births", "2021Q2", date(2021, 7, 10))
    take_in(settings)
    deliver(settings, "births", "2021Q2", date(2021, 7, 11), "b.xls")
    take_in(settings, "b.xls", status="paused", waits=Waits(against="a.xls", reasons=("it shrank",)))
    assert (status(settings).state, status(settings).note) == ("paused", "compared with a.xls: it shrank")


def test_a_survey_serves_until_the_next_round(settings: Settings) -> None:
    assert status(settings, "imi", date(2021, 12, 1)).state == "missing"
    for quarter in ("2019Q2", "2020Q4", "2021Q3"):
        deliver(settings, "imi", quarter, date(2021, 1, 5))
    assert status(settings, "imi", date(2021, 12, 1)).state == "round of 2020Q4"
