"""Which values of the marts are out: `status` and `release` of `marts.indicator_values`, after the latest releases."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from ingest.files import atomic
from ingest.sql import render


def note_releases(database: Path, releases: Path) -> None:
    """Set `status` and `release` of each value that its quarter's latest release states as it is, or withholds.

    `database`: a warehouse nobody has open; `releases`: the folder of the local copies. Values that no release states,
    or whose number or state is another one since, are provisional and of none.
    """
    latest = [str(folder / "indicators.parquet") for folder in latest_releases(releases)]
    with duckdb.connect(str(database)) as connection:
        connection.execute(render(__file__, "released.sql", files=latest))


def note_release(warehouse: Path, releases: Path) -> None:
    """The same of the warehouse that people read: a copy takes its place as a whole or not at all."""
    with atomic(warehouse) as temporary:
        shutil.copyfile(warehouse, temporary)
        note_releases(temporary, releases)


def latest_releases(releases: Path) -> list[Path]:
    """The local copy of the latest release of each donor's quarter: `<donor>/<quarter>/r001`."""
    found: dict[Path, list[Path]] = {}
    for manifest in sorted(releases.glob("[a-z]*/[0-9]*/r[0-9]*/manifest.json")):
        found.setdefault(manifest.parents[1], []).append(manifest.parent)
    return [max(folders, key=lambda folder: int(folder.name[1:])) for _, folders in sorted(found.items())]
