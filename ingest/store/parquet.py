"""Writing what a SELECT gives as a Parquet file, atomically."""

from __future__ import annotations

from pathlib import Path

from ingest.files import atomic
from ingest.judging.judged_drop import JudgedDrop
from ingest.sql import copy_to_parquet


def copy(judged: JudgedDrop, select: str, path: Path) -> int:
    """Write what a SELECT over the drop's tables gives as Parquet, atomically; how many rows that were."""
    with atomic(path) as temporary:
        return int(judged.connection.execute(copy_to_parquet(select, temporary)).fetchall()[0][0])
