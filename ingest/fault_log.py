"""The log of our own faults: what a person gets as one line, with its traceback, for whoever mends the code.

Readable by the owner only: a traceback may quote what was delivered.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from ingest.errors import OurFault

_PLACE = Path("logs", "faults.log")


def log_fault(home: Path, fault: OurFault) -> Path:
    """Append a fault to the home's log; the log."""
    return _append(home, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {fault.name!r}\n{fault.trace.rstrip()}\n\n")


def log_words(home: Path, what: str, words: str) -> Path:
    """Append what went wrong, where something else was done instead, in words; the log."""
    return _append(home, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {what}\n{words.rstrip()}\n\n")


def keep_faults(passing: Path, home: Path) -> None:
    """What the log of a home that is thrown away has, into the log of another."""
    if (passing / _PLACE).exists():
        _append(home, (passing / _PLACE).read_text(encoding="utf-8"))


def _append(home: Path, text: str) -> Path:
    path = home / _PLACE
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as log:
        log.write(text)
    return path
