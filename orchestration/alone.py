"""One run at a time for what two must not do at once, also where Dagster's pools are not there to hold them apart."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a folder; wait while another process holds it. However this one ends, the system gives it back.

    The lock is on the folder itself, so that there is no file to be left.
    """
    folder.mkdir(parents=True, exist_ok=True)
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)
