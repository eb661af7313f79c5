"""Calendar quarters: those assets are partitioned by, and the one before and after another."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from ingest.errors import SangamError
from ingest.nearest import nearest

FIRST_YEAR = 2018
DUE_DAYS = 15  # after a quarter's last day a delivery is due, where a region's contract states nothing else


def all_quarters(today: datetime | None = None) -> list[str]:
    """Every calendar quarter from 2018Q1 to the one that is running."""
    now = today or datetime.now(UTC)
    return [
        f"{year}Q{number}"
        for year in range(FIRST_YEAR, now.year + 1)
        for number in range(1, 5)
        if (year, number) <= (now.year, (now.month - 1) // 3 + 1)
    ]


def quarter_before(quarter: str) -> str:
    """The calendar quarter before: 2021Q1 is preceded by 2020Q4."""
    year, number = int(quarter[:4]), int(quarter[5])
    return f"{year}Q{number - 1}" if number > 1 else f"{year - 1}Q4"


def quarter_after(quarter: str) -> str:
    """The calendar quarter after: 2020Q4 is followed by 2021Q1."""
    year, number = int(quarter[:4]), int(quarter[5])
    return f"{year}Q{number + 1}" if number < 4 else f"{year + 1}Q1"


def check_quarter(quarter: str, today: datetime | None = None) -> str:
    """`quarter` when it is one of those there are. Raises SangamError, naming them."""
    known = all_quarters(today)
    if not re.fullmatch(r"\d{4}Q[1-4]", quarter):
        # of quarters that are equally near the latest is the likeliest
        near = nearest([quarter], {one: one for one in reversed(known)})
        meant = f" Did you mean '{near}'?" if near else ""
        raise SangamError(f"'{quarter}' is no quarter. Write year and quarter (1 to 4) like 2021Q2.{meant}")
    if quarter in known:
        return quarter
    why = f"lies before the first one, {known[0]}" if quarter < known[0] else "has not begun yet"
    raise SangamError(
        f"{quarter} {why}. Name a quarter from {known[0]} to {known[-1]}, the one that is running."
    )
