"""Whether accepted records keep what their contract promises; asked by those who may have nothing to ask.

The asking is in `schemas`, which brings pandera along.
"""

from __future__ import annotations

from pathlib import Path

from ingest.contracts.source import Source


def broken_promises(path: Path, source: Source, table: str) -> list[str]:
    """What accepted records of a contract's table in a Parquet file break, in plain words; empty where they keep it."""
    from expectations import schemas  # pandera takes half a second to import

    return schemas.broken_promises(path, source, table)
