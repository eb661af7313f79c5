"""Quarters: those there are, and a message for any other, before anything slow begins."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import pytest

from ingest.errors import SangamError
from orchestration.cli import main
from orchestration.quarters import all_quarters, check_quarter

TODAY = datetime(2024, 2, 29, tzinfo=UTC)


def test_the_quarter_that_is_running_is_the_last() -> None:
    assert all_quarters(TODAY)[0] == "2018Q1"
    assert all_quarters(TODAY)[-1] == "2024Q1"
    assert [check_quarter(quarter, TODAY) for quarter in ("2018Q1", "2024Q1")] == ["2018Q1", "2024Q1"]


@pytest.mark.parametrize(
    ("quarter", "words"),
    [
        ("2024Q2", "2024Q2 has not begun yet. Name a quarter from 2018Q1 to 2024Q1"),
        ("2031Q1", "2031Q1 has not begun yet"),
        ("1999Q4", "1999Q4 lies before the first one, 2018Q1"),
        ("2021Q5", "'2021Q5' is no quarter. Write year and quarter (1 to 4) like 2021Q2."),
        ("next", "'next' is no quarter"),
        ("", "'' is no quarter"),
    ],
)
def test_another_quarter_is_told_which_there_are(quarter: str, words: str) -> None:
    with pytest.raises(SangamError) as error:
        check_quarter(quarter, TODAY)
    assert words in str(error.value)


@pytest.mark.parametrize(
    "command",
    [
        ("run",),
        ("status",),
        ("check", "a.csv", "--contract", "sindh/mis"),
    ],
)
def test_commands_say_so_before_they_begin(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["sangam", *command, "--quarter", "2099Q1"])
    slow = ("orchestration.cli.progress", "orchestration.cli.status", "orchestration.cli.check")
    for name in slow:
        monkeypatch.setitem(sys.modules, name, None)  # importing it would fail
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 2
    assert "2099Q1 has not begun yet" in capsys.readouterr().err
