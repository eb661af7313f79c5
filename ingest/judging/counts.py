"""How many records of each table were read, accepted and quarantined, and why."""

from __future__ import annotations

from ingest.deliveries.receipt import TableCounts
from ingest.judging.judged_drop import JudgedDrop
from ingest.sql import render


def table_counts(judged: JudgedDrop) -> dict[str, TableCounts]:
    """What became of the records of each delivered table."""
    tables = [{"name": name, "records": judged.table(name)} for name in judged.source.tables]
    found: dict[tuple[str, str], dict[str, int]] = {}
    for table, kind, code, records in judged.connection.execute(
        render(__file__, "counts.sql", tables=tables)
    ).fetchall():
        found.setdefault((table, kind), {})[code] = records

    def one(table: str, kind: str) -> int:
        return found.get((table, kind), {}).get("", 0)

    return {
        table: TableCounts(
            read=one(table, "read"),
            accepted=one(table, "read") - one(table, "quarantined"),
            quarantined=one(table, "quarantined"),
            by_reason=found.get((table, "reasons"), {}),
            warnings=found.get((table, "warnings"), {}),
            of=of if (of := judged.kinds.get(table, table)) != table else "",
        )
        for table in judged.source.tables
    }
