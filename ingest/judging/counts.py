"""How many records of each table were read, accepted and quarantined, and why."""

from __future__ import annotations

from typing import Any

from ingest.judging.judged_drop import JudgedDrop
from ingest.sql import render


def table_counts(judged: JudgedDrop) -> dict[str, dict[str, Any]]:
    """Per table: read, accepted, quarantined, records by reason, warnings by name."""
    tables = [{"name": name, "records": judged.table(name)} for name in judged.source.tables]
    found: dict[tuple[str, str], dict[str, int]] = {}
    for table, kind, code, records in judged.connection.execute(
        render(__file__, "counts.sql", tables=tables)
    ).fetchall():
        found.setdefault((table, kind), {})[code] = records

    def one(table: str, kind: str) -> int:
        return found.get((table, kind), {}).get("", 0)

    return {
        table: {
            "read": one(table, "read"),
            "accepted": one(table, "read") - one(table, "quarantined"),
            "quarantined": one(table, "quarantined"),
            "by_reason": found.get((table, "reasons"), {}),
            "warnings": found.get((table, "warnings"), {}),
        }
        for table in judged.source.tables
    }
