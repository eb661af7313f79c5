"""Trials of words that people wrote: one that went well is noted in the home, so that it is not made again.

What is tried, and against what, is the business of those who ask.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

from ingest.errors import SangamError

_found: dict[str, tuple[str, ...]] = {}


def mark_of(*words: str) -> str:
    """A hash of all that decides about a trial: the code that tries, and the words that are tried."""
    return hashlib.sha256("\x1f".join(words).encode()).hexdigest()[:16]


def require(mark: str, faults: Callable[[], Iterable[str]], home: Path | None = None) -> None:
    """Raises SangamError with all faults of a trial, which is made once for each mark.

    `home`: where one without faults is noted, for other processes.
    """
    noted = home / "lake" / "trials" / mark if home else None
    if noted and noted.exists():
        return
    if mark not in _found:
        _found[mark] = tuple(dict.fromkeys(faults()))
    if _found[mark]:
        raise SangamError("\n".join(_found[mark]))
    if noted:
        with contextlib.suppress(OSError):  # a home that is only read: the next one tries again
            noted.parent.mkdir(parents=True, exist_ok=True)
            noted.touch()
