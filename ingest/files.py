"""Files written whole or not at all. What is in them is the business of those who write."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any


@contextmanager
def atomic(path: Path, mode: int = 0o644) -> Iterator[Path]:
    """A temporary path beside `path` that takes its place when the block ends well; else nothing is left."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not the file's own ending: what a killed process leaves must match no `*.parquet` of a reader.
    handle, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    os.close(handle)
    try:
        yield Path(temporary)
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)


def remove_left(folder: Path, older_than: float = 86_400.0) -> list[Path]:
    """Remove what killed commands left of `atomic` below a folder; the paths that are gone.

    A command that is at work may be writing one at this moment: only those that nobody touched for so many seconds go.
    """
    before = time.time() - older_than
    gone = []
    for path in folder.rglob(".*.part"):
        with suppress(FileNotFoundError):  # it took its place meanwhile
            if path.stat().st_mtime < before:
                path.unlink()
                gone.append(path)
    return gone


def write_json(path: Path, content: Any) -> None:
    """`content` as JSON, atomically."""
    with atomic(path) as temporary:
        temporary.write_text(
            json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
        )
