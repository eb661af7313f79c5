"""What was delivered where a correction put another value: the lake's accepted records and warnings of a delivery.

Reads only; how a correction is applied is in `ingest.judging.corrections`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingest.deliveries.places import parquet_path

CORRECTED = "corrected"


@dataclass(frozen=True)
class Correction:
    """A cell that is not counted as delivered: what the file holds, and the correction's own words with its id."""

    column: str
    delivered: str
    said: str


@dataclass(frozen=True)
class Place:
    """One record of a delivery, by its place in the lake."""

    region: str
    source: str
    quarter: str
    table: str
    sha256: str
    record: int


def corrections_of(connection: duckdb.DuckDBPyConnection, home: Path, place: Place) -> list[Correction]:
    """The corrected cells of a record; none where no correction was applied. Personal cells stay unsaid."""
    accepted = parquet_path(home, "accepted", place, place.table)
    warnings = parquet_path(home, "warnings", place)
    if not warnings.exists():  # the delivery has none
        return []
    found = connection.execute(
        "select _delivered from read_parquet(?, hive_partitioning = false) "
        "where _record = ? and list_contains(_warnings, ?)",
        [str(accepted), place.record, CORRECTED],
    ).fetchone()
    if found is None:
        return []
    said = connection.execute(
        'select "column", message from read_parquet(?, hive_partitioning = false) '
        'where "table" = ? and record = ? and warning = ? order by all',
        [str(warnings), place.table, place.record, CORRECTED],
    ).fetchall()
    delivered = found[0] or {}
    return [
        Correction(column, delivered.get(column, "(blank)") or "(blank)", words) for column, words in said
    ]
