"""References to records that are not in the drop, or were themselves quarantined. Rows of the drop's `findings`."""

from __future__ import annotations

from ingest.cleaning.columns import CellSql
from ingest.cleaning.naming import v
from ingest.judging.judged_drop import JudgedDrop
from ingest.sql import render


def orphan_findings(judged: JudgedDrop, name: str, cell: CellSql) -> int:
    """References to a record that is not in the drop, or was itself quarantined. Returns how many are new."""
    target, _, key = cell.column.ref.partition(".")
    new = judged.connection.execute(
        render(
            __file__,
            "references.sql",
            table=name,
            records=judged.table(name),
            column=cell.name,
            accepted_parents=judged.accepted(target),
            key=key or judged.source.tables[target].key[0],
            v=v,
        )
    ).fetchall()
    return int(new[0][0])
