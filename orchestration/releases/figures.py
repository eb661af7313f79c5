"""How a number is written with its unit: as text for a page, as a cell's format for a workbook.

Takes numbers that are rounded already (`rounding`); large sums are shortened here, and only here, for reading.
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from orchestration.releases.reliability import BRACKETED
from orchestration.releases.words import STATES, Words

LARGE = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))  # what sums of money are shortened to
NO_NUMBER = "–"


def figure(row: dict[str, Any], words: Words, name: str = "value") -> str:
    """Return a row's number as people write it: `80.9 %`, `6,060 households`, `PKR 3.4 million`.

    An estimate that rests on few cases stands in brackets. Without a value its state is told: `withheld`. Another
    number that is missing is a dash.
    """
    number = row[name]
    if number is None:
        return STATES.get(row.get("state") or "not_reported", "") if name == "value" else NO_NUMBER
    if row["currency"]:
        return f"{row['currency']} {_money(number)}"
    text = plain(number, row["places"][name])
    if row["unit"] == "percent":
        percent = f"{number:,.{row['places'][name]}f} %"
        return f"({percent})" if name == "value" and row.get("reliability") == BRACKETED else percent
    return f"{text} {words.unit(row['unit'], number)}"


def plain(number: float | None, places: int) -> str:
    """Return a number with separators of thousands, without zeros behind its last decimal."""
    if number is None:
        return NO_NUMBER
    return f"{number:,.{_needed(number, places)}f}"


def share(number: float | None) -> str:
    """Return a share as percent: 0.885 is `89 %`."""
    if number is None:
        return NO_NUMBER
    return f"{Decimal(str(number * 100)).quantize(Decimal(1), ROUND_HALF_UP)} %"


def interval(row: dict[str, Any]) -> str:
    """Return the ends of a 95 % interval: `74.1 to 86.4`; empty without one."""
    if row["ci_low"] is None or row["ci_high"] is None:
        return ""
    return f"{row['ci_low']:.1f} to {row['ci_high']:.1f}"


def cell_format(row: dict[str, Any], words: Words, name: str = "value") -> str:
    """Return the format of a spreadsheet's cell that shows what `figure` says, and holds the number."""
    number = row[name]
    if row["currency"]:
        before = _quoted(f"{row['currency']} ")
        for position, (size, word) in enumerate(LARGE):
            if abs(number or 0) >= size:
                return f"{before}#,##0.0#{',' * (4 - position)}{_quoted(' ' + word)}"
        return f"{before}#,##0{'' if abs(number or 0) >= 1000 else '.00'}"
    if row["unit"] == "percent":
        is_bracketed = name == "value" and row.get("reliability") == BRACKETED
        return '(#,##0.0" %");(-#,##0.0" %")' if is_bracketed else '#,##0.0" %"'
    places = _needed(number or 0, row["places"][name])
    decimals = f".{'0' * places}" if places else ""
    unit = words.unit(row["unit"], number)
    return f"#,##0{decimals}{_quoted(' ' + unit)}"


def months(quarter: str) -> str:
    """Return the months of a calendar quarter: 2021Q2 is `April to June 2021`."""
    first = 3 * int(quarter[5]) - 2
    names = [dt.date(2000, month, 1).strftime("%B") for month in (first, first + 2)]
    return f"{names[0]} to {names[1]} {quarter[:4]}"


def _money(number: float) -> str:
    for size, word in LARGE:
        if abs(number) >= size:
            return f"{plain(_half_up(number / size, 2), 2)} {word}"
    return f"{_half_up(number, 0):,.0f}" if abs(number) >= 1000 else f"{number:,.2f}"


def _half_up(number: float, places: int) -> float:
    return float(Decimal(str(number)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def _needed(number: float, places: int) -> int:
    """Return how many decimals a number has, at most `places`."""
    text = f"{number:.{places}f}"
    return len(text.rstrip("0").partition(".")[2]) if places else 0


def _quoted(text: str) -> str:
    """Return text as a cell's format takes it: never anything that a format understands."""
    return '"' + text.replace('"', "'") + '"'
