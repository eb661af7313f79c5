"""Accepted records, one Parquet file a delivery and table.

    lake/accepted/region=…/source=…/table=…/quarter=…/<sha>.parquet

Personal values never get here: identifiers are pseudonyms, names and places of living are left out, birth dates are
years. What is held back is in `feedback.quarantine`.
"""

from __future__ import annotations

from pathlib import Path

from ingest.boundary.masking import personal_columns
from ingest.boundary.published import published_columns
from ingest.deliveries.delivery import Delivery
from ingest.deliveries.places import folder, parquet_path
from ingest.judging.judged_drop import JudgedDrop
from ingest.sql import quote, render, sql_name
from ingest.store.parquet import copy


def write_accepted(home: Path, judged: JudgedDrop, delivery: Delivery, key: bytes) -> dict[str, int]:
    """One Parquet file a table with the accepted records: values, pseudonyms, notes, warnings, place in the file.

    Gives how many records were written of each.
    """
    written = {}
    for table in judged.source.tables:
        columns = published_columns(judged.cells[table], judged.source.tables[table], key)
        select = render(
            __file__,
            "accepted.sql",
            values=[f"{sql} AS {sql_name(name)}" for name, sql in columns],
            personal=[quote(name) for name in personal_columns(judged.cells[table])] or ["''"],
            records=judged.accepted(table),
            table=table,
            file=delivery.relative,
            sha256=delivery.sha256,
        )
        written[table] = copy(judged, select, parquet_path(home, "accepted", delivery, table))
    return written


def remove(home: Path, delivery: Delivery) -> None:
    """Take a delivery's records out of the lake: judged by today's contract it is refused."""
    tables = folder(home, "accepted", region=delivery.region, source=delivery.source)
    for path in (
        *tables.glob(f"table=*/quarter={delivery.quarter}/{delivery.sha256[:16]}.parquet"),
        parquet_path(home, "quarantine", delivery),
        parquet_path(home, "warnings", delivery),
        parquet_path(home, "findings", delivery),
    ):
        path.unlink(missing_ok=True)
