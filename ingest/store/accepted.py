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
from ingest.sql import quote, sql_name
from ingest.store.parquet import copy


def write_accepted(home: Path, judged: JudgedDrop, delivery: Delivery, key: bytes) -> None:
    """One Parquet file a table with the accepted records: values, pseudonyms, notes, warnings, place in the file."""
    for table in judged.source.tables:
        columns = published_columns(judged.cells[table], judged.source.tables[table], key)
        hidden = ", ".join(quote(name) for name in personal_columns(judged.cells[table])) or "''"
        values = ", ".join(f"{sql} AS {sql_name(name)}" for name, sql in columns)
        shown = (
            "CASE WHEN _delivered IS NOT NULL THEN nullif(map_from_entries(list_filter(map_entries(_delivered), "
            f"lambda x: x.key NOT IN ({hidden}))), MAP {{}}) END"
        )
        flags = (
            "SELECT record, list(DISTINCT code ORDER BY code) AS codes FROM warnings "
            f"WHERE tbl = {quote(table)} AND record IS NOT NULL GROUP BY record"
        )
        select = (
            f"SELECT {values}, {shown} AS _delivered, _notes, w.codes AS _warnings, "
            f"{quote(delivery.relative)} AS _file, {quote(table)} AS _table, _row, _record, "
            f"{quote(delivery.sha256)} AS _sha256 "
            f"FROM {judged.accepted(table)} AS a LEFT JOIN ({flags}) w ON w.record = a._record ORDER BY _record"
        )
        copy(judged, select, parquet_path(home, "accepted", delivery, table))


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
