"""Which values of the marts are out: `status` and `release` of `marts.indicator_values`, after the latest releases."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from ingest.sql import render


def note_releases(database: Path, releases: Path) -> None:
    """Set `status` and `release` of each value that its quarter's latest release states as it is, or withholds.

    `database`: a warehouse nobody has open; `releases`: the folder of the local copies. Values that no release states,
    or whose number or state is another one since, are provisional and of none.
    """
    # For start-up: who only asks what was built needs no database.
    import duckdb

    latest = [str(folder / "indicators.parquet") for folder in latest_releases(releases)]
    with duckdb.connect(str(database)) as connection:
        connection.execute(render(__file__, "released.sql", files=latest))
        # Closing would write it as well, and say nothing where the disk is full: it would be left in a file beside.
        connection.execute("checkpoint")


def note_release(warehouse: Path, releases: Path) -> None:
    """The same of the warehouse that people read: a copy takes its place as a whole or not at all.

    Only one command may do so at a time. The copy's name is always the same, so that what a crash left is gone.
    """
    half = warehouse.with_name(f".{warehouse.name}.noted")
    _remove(half)
    try:
        shutil.copyfile(warehouse, half)
        note_releases(half, releases)
        half.replace(warehouse)
    finally:
        _remove(half)


def _remove(database: Path) -> None:
    """A database with what DuckDB keeps beside it."""
    for path in (database, database.with_name(f"{database.name}.wal")):
        path.unlink(missing_ok=True)


def latest_releases(releases: Path) -> list[Path]:
    """The local copy of the latest release of each donor's quarter: `<donor>/<quarter>/r001`."""
    found: dict[Path, list[Path]] = {}
    for manifest in sorted(releases.glob("[a-z]*/[0-9]*/r[0-9]*/manifest.json")):
        found.setdefault(manifest.parents[1], []).append(manifest.parent)
    return [max(folders, key=lambda folder: int(folder.name[1:])) for _, folders in sorted(found.items())]


def latest_manifests(releases: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """What the latest release of each donor's quarter says of itself, by donor and quarter."""
    said = [json.loads((at / "manifest.json").read_bytes()) for at in latest_releases(releases)]
    return {(one["donor"], one["quarter"]): one for one in said}
