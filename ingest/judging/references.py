"""References to records that are not in the drop, or were themselves quarantined, or that other columns contradict.

Rows of the drop's `findings`.
"""

from __future__ import annotations

from dataclasses import dataclass

from ingest.cleaning.columns import CellSql
from ingest.cleaning.naming import v
from ingest.judging.judged_drop import JudgedDrop
from ingest.sql import render


@dataclass(frozen=True)
class _Pair:
    """A column of the record, and the one of the record referred to that it equals."""

    here: str
    there: str


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


def disagreements(judged: JudgedDrop, name: str, cell: CellSql) -> None:
    """A finding where a further column says that the record belongs to another one than the reference does.

    And where two accepted records could be meant. What is empty contradicts nothing.
    """
    if not cell.column.agrees:
        return
    there = {one.name for one in judged.cells[name]}
    target, _, key = cell.column.ref.partition(".")
    judged.connection.execute(
        render(
            __file__,
            "agreement.sql",
            table=name,
            records=judged.table(name),
            column=cell.name,
            accepted_parents=judged.accepted(target),
            key=key or judged.source.tables[target].key[0],
            pairs=[_Pair(here, other) for here, other in cell.column.agrees.items() if here in there],
            v=v,
        )
    )
