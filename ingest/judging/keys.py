"""How findings name a record: its key as delivered."""

from __future__ import annotations

from ingest.cleaning import expressions
from ingest.cleaning.naming import e, v
from ingest.contracts.column import Column
from ingest.judging.judged_drop import JudgedDrop
from ingest.sql import quote


def key_part(name: str, column: Column) -> str:
    """SQL of one part of a record's key as findings show it: text and codes as read, all else as delivered."""
    delivered = expressions.text(f"_delivered[{quote(name)}]")
    if column.key_as_delivered or column.type in ("integer", "number", "date", "month"):
        return f"coalesce({delivered}, CAST({v(name)} AS VARCHAR))"
    return f"coalesce({v(name)}, {delivered})"


def key_text(judged: JudgedDrop, name: str) -> str:
    """SQL of a record's key as delivered (codes of a vocabulary as their code), `row:N` where a part is missing."""
    parts = []
    for part in judged.source.tables[name].key:
        parts.append(key_part(part, judged.source.tables[name].columns[part]))
    missing = " OR ".join(
        f"{p} IS NULL OR {e(k)} = 1" for p, k in zip(parts, judged.source.tables[name].key, strict=True)
    )
    return f"CASE WHEN {missing} THEN 'row:' || _record ELSE concat_ws('|', {', '.join(parts)}) END"
