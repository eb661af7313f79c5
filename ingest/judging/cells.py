"""Reasons in a record itself: cells with an error, dates that run backwards. Rows of the drop's `findings`."""

from __future__ import annotations

from ingest.cleaning.columns import CELL_REASONS
from ingest.cleaning.naming import e, v
from ingest.contracts.table import Table
from ingest.judging.judged_drop import JudgedDrop
from ingest.sql import quote


def cell_findings(judged: JudgedDrop, name: str) -> None:
    """A finding for each cell with an error code."""
    cells = judged.cells[name]
    any_error = " OR ".join(f"{e(cell.name)} > 0" for cell in cells)
    pairs = ", ".join(f"{{'col': {quote(cell.name)}, 'code': {e(cell.name)}}}" for cell in cells)
    reasons = "[" + ", ".join(quote(reason) for reason in CELL_REASONS[1:]) + "]"
    judged.connection.execute(
        f"INSERT INTO findings SELECT {quote(name)}, _record, {reasons}[f.code], f.col FROM "
        f"(SELECT _record, unnest([{pairs}]) AS f FROM {judged.table(name)} WHERE {any_error}) WHERE f.code > 0"
    )


def order_findings(judged: JudgedDrop, name: str, table: Table) -> None:
    """`date_order`: any earlier step that lies after a later one, also when a step between them is empty."""
    for steps in table.order:
        records = _with_referred_dates(judged, name, table, steps)
        for i, first in enumerate(steps):
            for second in steps[i + 1 :]:
                marked = second if second in table.columns else first
                judged.connection.execute(
                    f"INSERT INTO findings SELECT {quote(name)}, _record, 'date_order', {quote(marked)} "
                    f"FROM ({records}) WHERE {v(first)} > {v(second)}"
                )


def _with_referred_dates(judged: JudgedDrop, name: str, table: Table, steps: tuple[str, ...]) -> str:
    """SELECT of the records with the steps that are dates of accepted records they refer to."""
    select = f"SELECT * FROM {judged.table(name)}"
    for step in (s for s in steps if s not in table.columns):
        reference, _, field = step.partition(".")
        target, _, key = table.columns[reference].ref.partition(".")
        key = key or judged.source.tables[target].key[0]
        dates = f"any_value({v(field)}) AS {v(step)}"
        other = f"SELECT {v(key)} AS referred, {dates} FROM {judged.accepted(target)} GROUP BY 1"
        select = f"SELECT rec.*, {v(step)} FROM ({select}) rec LEFT JOIN ({other}) o ON {v(reference)} = o.referred"
    return select
