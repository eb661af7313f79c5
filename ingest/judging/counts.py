"""How many records of each table were read, accepted and quarantined, and why."""

from __future__ import annotations

from ingest.deliveries.receipt import TableCounts
from ingest.judging.judged_drop import JudgedDrop
from ingest.sql import quote


def table_counts(judged: JudgedDrop) -> dict[str, TableCounts]:
    """What became of the records of each delivered table."""
    counts: dict[str, TableCounts] = {}
    for table in judged.source.tables:
        read = _count(judged, f"SELECT count(*) FROM {judged.table(table)}")
        quarantined = _count(
            judged, f"SELECT count(DISTINCT record) FROM findings WHERE tbl = {quote(table)}"
        )
        of = judged.kinds.get(table, table)
        counts[table] = TableCounts(
            read=read,
            accepted=read - quarantined,
            quarantined=quarantined,
            by_reason=_by_code(judged, "findings", table, "DISTINCT record"),
            warnings=_by_code(judged, "warnings", table, "*"),
            of="" if of == table else of,
        )
    return counts


def _count(judged: JudgedDrop, sql: str) -> int:
    return int(judged.connection.execute(sql).fetchall()[0][0])


def _by_code(judged: JudgedDrop, relation: str, table: str, what: str) -> dict[str, int]:
    rows = judged.connection.execute(
        f"SELECT code, count({what}) FROM {relation} WHERE tbl = {quote(table)} GROUP BY code ORDER BY code"
    ).fetchall()
    return {str(code): int(count) for code, count in rows}
