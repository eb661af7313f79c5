"""One delivered file: whose, of which quarter, which bytes."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from ingest.contracts.loading import load_region

# Received so many days after its quarter's end, a drop holds what happened since.
LATE_AFTER = timedelta(days=45)
QUARTER = re.compile(r"^\d{4}Q[1-4]$")
NO_QUARTER = "_"  # the partition of reference tables, which belong to no quarter


@dataclass(frozen=True)
class Delivery:
    """One delivered file."""

    region: str
    source: str
    quarter: str  # `_` for reference tables
    path: Path
    relative: str  # path within the landing, with forward slashes
    received_at: datetime
    sha256: str
    size: int
    logged_sha256: str = ""  # of the bytes that arrived, as the delivery log has it; empty: not known
    stray: str = ""  # why the file is not of the drop, by its name; empty: it is

    @property
    def is_changed(self) -> bool:
        """Whether the file is no longer the one that the delivery log says has arrived."""
        return bool(self.logged_sha256) and self.logged_sha256 != self.sha256

    @property
    def late_up_to(self) -> date | None:
        """Of an extract that came late, the day up to which it may hold events: that of its receipt."""
        if self.quarter == NO_QUARTER or self.received_at - quarter_end(self.quarter) <= LATE_AFTER:
            return None
        return self.received_at.date()

    @property
    def file(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def part(self) -> str:
        """Which part of the drop the file is, for sources that deliver several files; else empty."""
        return part_of(self.region, self.source, self.file)


def part_of(region: str, source: str, file: str) -> str:
    """Which part of a source's drop a file is by its name; empty for sources that deliver one file."""
    pattern = load_region(region).sources[source].part
    match = re.search(pattern, file, re.I) if pattern else None
    return match.group(1).lower() if match else ""


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def quarter_end(quarter: str) -> datetime:
    """The last day of a calendar quarter such as 2021Q2."""
    year, number = int(quarter[:4]), int(quarter[5])
    last = {1: (3, 31), 2: (6, 30), 3: (9, 30), 4: (12, 31)}[number]
    return datetime(year, *last, tzinfo=UTC)


def quarters_before(quarter: str, back: int) -> str:
    """The calendar quarter so many quarters earlier: 2021Q1 and 2 give 2020Q3."""
    if quarter == NO_QUARTER:
        return quarter
    index = int(quarter[:4]) * 4 + int(quarter[5]) - 1 - back
    return f"{index // 4}Q{index % 4 + 1}"
