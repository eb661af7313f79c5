"""The delivery log `landing/_received.csv`: when each file arrived, and with which bytes.

Whether a file still has them is asked where deliveries are taken in.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ingest.errors import SangamError

NAME = "_received.csv"
_COLUMNS = "the columns received_at (ISO time), path, sha256 (may be empty)"


@dataclass(frozen=True)
class Received:
    """A line of the log. `sha256` is of the bytes that arrived; empty where it is not known."""

    at: datetime
    sha256: str


def read_log(landing: Path) -> dict[str, Received]:
    """What the log says of each file, by its path in the landing; the last line about a file holds.

    Empty where there is no log. Raises SangamError, naming file and line, for a line that cannot be read.
    """
    log = landing / NAME
    if not log.exists():
        return {}
    try:
        with log.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            if missing := {"received_at", "path"} - set(reader.fieldnames or ()):
                raise SangamError(
                    f"{log}:1: no column {', '.join(sorted(missing))}. A delivery log needs {_COLUMNS}."
                )
            return dict(_line(log, reader.line_num, row) for row in reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise SangamError(f"{log}: not readable as CSV in UTF-8 ({error}). It needs {_COLUMNS}.") from error


def _line(log: Path, number: int, row: dict[str, str | None]) -> tuple[str, Received]:
    path, moment, sha256 = ((row.get(word) or "").strip() for word in ("path", "received_at", "sha256"))
    if not path:
        raise SangamError(f"{log}:{number}: the path is empty. Name the file as region/source/quarter/file.")
    try:
        at = _moment(moment)
    except ValueError as error:
        words = f"'{moment}' is no time, expected an ISO time such as 2021-07-08T09:00:00Z."
        raise SangamError(f"{log}:{number}: received_at of {path}: {words}") from error
    if sha256 and not re.fullmatch("[0-9a-fA-F]{64}", sha256):
        words = "expected 64 hexadecimal digits, or nothing where it is not known."
        raise SangamError(f"{log}:{number}: sha256 of {path}: '{sha256}' is none, {words}")
    return path.removeprefix("landing/"), Received(at, sha256.lower())


def _moment(words: str) -> datetime:
    """An ISO time; without a zone it is UTC, so that no machine's own zone decides an order."""
    moment = datetime.fromisoformat(words)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
