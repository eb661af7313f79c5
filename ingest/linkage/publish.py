"""What linking hands on: the feed `crosswalk` and the review list. No name, number or date of a person is in them.

lake/feeds/feed=crosswalk/region=…/source=…/quarter=…/<entity>.parquet      who is who
lake/review/region=…/source=…/quarter=…/<entity>.parquet                    doubtful pairs, for people
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ingest.deliveries.places import folder
from ingest.files import atomic
from ingest.linkage.resolve import Resolved
from ingest.mapping.feeds import FEEDS
from ingest.sql import quote

_CROSSWALK = """
CREATE OR REPLACE TABLE crosswalk AS
WITH person AS (
    -- a cluster goes by the identifier somebody gave it, else by that of its first record
    SELECT w.canonical_row,
        coalesce(first(i.given_id ORDER BY w.row) FILTER (i.given_id IS NOT NULL), first(i.local_id ORDER BY w.row))
            AS canonical_id
    FROM who w JOIN identity i USING (row) WHERE i.in_register GROUP BY w.canonical_row
)
SELECT i.source, i.quarter, {entity} AS entity, i.local_id, p.canonical_id, w.method, w.status,
    CASE WHEN isfinite(w.weight) THEN w.weight END AS match_weight,
    i._file, i._table, i._row, i._record, i._sha256
FROM identity i JOIN who w USING (row) LEFT JOIN person p USING (canonical_row)
"""
_REVIEW = """
SELECT {entity} AS entity, a.source AS source_a, a.quarter AS quarter_a, a.local_id AS local_id_a,
    b.local_id AS local_id_b, d.reason, CASE WHEN isfinite(d.weight) THEN d.weight END AS match_weight,
    d.levels AS comparison, a._file AS file_a, a._row AS row_a, b._file AS file_b, b._row AS row_b
FROM doubts d JOIN identity a ON a.row = d.l JOIN identity b ON b.row = d.r
WHERE b.source = {source} AND b.quarter = {quarter} ORDER BY match_weight DESC NULLS FIRST, d.l, d.r
"""


@dataclass(frozen=True)
class Target:
    """What is being written: one entity of a region and quarter."""

    home: Path
    region: str
    quarter: str
    entity: str


def publish(
    connection: duckdb.DuckDBPyConnection, resolved: Resolved, target: Target, sources: list[str]
) -> tuple[list[dict[str, Any]], list[Path]]:
    """Write crosswalk and review list of each source; gives a summary row a source and the files written."""
    connection.register("who", resolved.who)
    connection.register("doubts", resolved.doubts.astype({"l": "int64", "r": "int64", "weight": "float64"}))
    connection.execute(_CROSSWALK.format(entity=quote(target.entity)))
    written = [path for source in sources for path in _write(connection, target, source)]
    return [_summary(connection, target, source) for source in sources], written


def _write(connection: duckdb.DuckDBPyConnection, target: Target, source: str) -> list[Path]:
    partitions = {"region": target.region, "source": source, "quarter": target.quarter}
    own = f"source = {quote(source)} AND quarter = {quote(target.quarter)}"
    columns = ", ".join(
        f"CAST({name} AS {sql_type}) AS {name}" for name, sql_type in FEEDS["crosswalk"].items()
    )
    review = _REVIEW.format(entity=quote(target.entity), source=quote(source), quarter=quote(target.quarter))
    selects = {
        folder(target.home, "feeds", feed="crosswalk", **partitions): (
            f"SELECT {columns} FROM crosswalk WHERE {own} ORDER BY _file, _table, _record"
        ),
        folder(target.home, "review", **partitions): review,
    }
    for at, select in selects.items():
        with atomic(at / f"{target.entity}.parquet") as temporary:
            connection.execute(
                f"COPY ({select}) TO {quote(str(temporary))} "
                "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
            )
    return [at / f"{target.entity}.parquet" for at in selects]


def _summary(connection: duckdb.DuckDBPyConnection, target: Target, source: str) -> dict[str, Any]:
    counts = dict(
        connection.execute(
            "SELECT status, count(*) FROM crosswalk WHERE source = ? AND quarter = ? GROUP BY status",
            [source, target.quarter],
        ).fetchall()
    )
    row: dict[str, Any] = {"region": target.region, "quarter": target.quarter, "entity": target.entity}
    row |= {"source": source, "records": sum(counts.values())}
    return row | {status: counts.get(status, 0) for status in ("linked", "review", "own")}
