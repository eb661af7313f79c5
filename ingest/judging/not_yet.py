"""End dates after the quarter, in an extract that came late: for the quarter they have not come yet.

An extract made anew months later holds what happened since; in the columns that end something (`ends` in the contract)
that is no fault. In any other column, and in an extract that came in time, it is `future_date`.
"""

from __future__ import annotations

from ingest.cleaning.columns import CELL_REASONS
from ingest.cleaning.naming import e, v
from ingest.contracts.table import Table
from ingest.judging.judged_drop import JudgedDrop
from ingest.judging.keys import key_text
from ingest.sql import render


def read_as_not_yet(judged: JudgedDrop, name: str, table: Table) -> None:
    """Empty the end dates after the quarter and up to the day of receipt, with the columns that go with them."""
    there = {cell.name for cell in judged.cells[name]}
    for column, others in table.ends.items() if judged.late_up_to else ():
        if column in there:
            judged.connection.execute(
                render(
                    __file__,
                    "not_yet.sql",
                    table=name,
                    records=judged.table(name),
                    key=key_text(judged, name),
                    column=column,
                    emptied=[column, *(other for other in others if other in there)],
                    is_late=f"{e(column)} = {CELL_REASONS.index('future_date')} "
                    f"AND {v(column)} <= DATE '{judged.late_up_to}'",
                    quarter_end=judged.quarter_end,
                    late_up_to=judged.late_up_to,
                    v=v,
                    e=e,
                )
            )


def warn(judged: JudgedDrop) -> None:
    """`after_quarter`: a warning for each accepted record of which an end date was read as not yet."""
    judged.connection.execute(
        "INSERT INTO warnings SELECT tbl, record, 'after_quarter', col, key, message FROM not_yet "
        "ANTI JOIN findings USING (tbl, record)"
    )
