"""Records delivered twice, or under one key with different content. Rows of the drop's `findings`."""

from __future__ import annotations

from ingest.cleaning import expressions
from ingest.cleaning.naming import e, v
from ingest.contracts.table import Table
from ingest.judging.judged_drop import JudgedDrop
from ingest.sql import quote, render


def duplicate_findings(judged: JudgedDrop, name: str, table: Table) -> None:
    """Identical records (the later copies) and records that share a key and differ (all of them)."""
    parts = [
        f"CASE WHEN {e(k)} <> 1 THEN coalesce(CAST({v(k)} AS VARCHAR), "
        f"{expressions.text(f'_delivered[{quote(k)}]')}) END"
        for k in table.key
    ]
    judged.connection.execute(
        render(
            __file__,
            "duplicates.sql",
            records=judged.standing(name),
            key_parts=parts,
            key_values=[v(k) for k in table.key],
            same_key=" AND ".join(f"rec.{v(k)} IS NOT DISTINCT FROM shared.{v(k)}" for k in table.key),
            table=name,
            conflict=table.on_conflict,
            first_key=table.key[0],
        )
    )
