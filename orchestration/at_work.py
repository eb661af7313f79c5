"""Which runs are at work: each holds a lock for as long as its process lives. Knows nothing of Dagster.

However a process ends, the system gives its lock back; what Dagster knows of a run may then say for good that it goes
on.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def at_work(folder: Path, run_id: str) -> Iterator[None]:
    """Hold a run's lock, a file of its name in this folder, which is gone afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / run_id
    held = _held(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(held)


def _held(path: Path) -> int:
    """The file of this name, locked: not one that whoever looked for what was left has removed meanwhile."""
    while True:
        held = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        fcntl.flock(held, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(held), path.stat()):
                return held
        os.close(held)


def is_at_work(folder: Path, run_id: str) -> bool:
    """Whether some process holds a run's lock. What one that was killed has left is removed."""
    path = folder / run_id
    try:
        looked = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        with suppress(BlockingIOError):
            fcntl.flock(looked, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)
            return False
        return True
    finally:
        os.close(looked)


def remove_left(folder: Path) -> None:
    """Remove what processes that were killed have left, of runs that have ended since as well."""
    for path in folder.glob("*"):
        is_at_work(folder, path.name)
