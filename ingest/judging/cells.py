"""Reasons in a record itself: cells with an error, dates that run backwards. Rows of the drop's `findings`."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import pyarrow as pa

from ingest.cleaning.columns import CELL_REASONS
from ingest.cleaning.naming import e, v
from ingest.contracts.table import Table
from ingest.judging.judged_drop import JudgedDrop
from ingest.sql import render


@dataclass(frozen=True)
class _ReferredDate:
    """A step that is a date of the accepted record which `reference` names by its `key`."""

    step: str
    reference: str
    records: str
    key: str
    date: str


@dataclass(frozen=True)
class _Pair:
    """Two steps: whether they run backwards, and the column that is then marked."""

    is_backwards: str
    marked: str


def cell_findings(judged: JudgedDrop, name: str) -> None:
    """A finding for each cell with an error code."""
    cells = judged.cells[name]
    judged.connection.execute(
        render(
            __file__,
            "cells.sql",
            table=name,
            records=judged.table(name),
            cells=cells,
            any_error=" OR ".join(f"{e(cell.name)} > 0" for cell in cells),
            reasons=CELL_REASONS[1:],
            e=e,
        )
    )


def reading_findings(judged: JudgedDrop, name: str) -> None:
    """The records whose line the reader cannot vouch for: another number of cells than the header, odd quotes."""
    if doubts := judged.doubts.get(name):
        numbers, codes = zip(*doubts, strict=True)
        judged.connection.register("doubts", pa.table({"record": numbers, "code": codes}))
        judged.connection.execute("INSERT INTO findings SELECT $1, record, code, NULL FROM doubts", [name])
        judged.connection.unregister("doubts")


def order_findings(judged: JudgedDrop, name: str, table: Table) -> None:
    """`date_order`: any earlier step that lies after a later one, also when a step between them is empty."""
    for steps in table.order:
        pairs = [
            _Pair(f"{v(first)} > {v(second)}", second if second in table.columns else first)
            for first, second in combinations(steps, 2)
        ]
        judged.connection.execute(
            render(
                __file__,
                "date_order.sql",
                table=name,
                records=judged.table(name),
                referred_dates=[
                    _referred(judged, table, step) for step in steps if step not in table.columns
                ],
                pairs=pairs,
                v=v,
            )
        )


def _referred(judged: JudgedDrop, table: Table, step: str) -> _ReferredDate:
    reference, _, date = step.partition(".")
    target, _, key = table.columns[reference].ref.partition(".")
    return _ReferredDate(
        step, reference, judged.accepted(target), key or judged.source.tables[target].key[0], date
    )
