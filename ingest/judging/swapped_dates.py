"""Columns of dates in which day and month were taken for each other by whoever opened the file last."""

from __future__ import annotations

from ingest.cleaning.naming import v
from ingest.judging.judged_drop import JudgedDrop
from ingest.judging.keys import key_text
from ingest.sql import render

FEWEST = 2  # of true dates and of texts, below which it may well be chance


def warn_of_swapped_dates(judged: JudgedDrop, name: str) -> None:
    """`swapped_dates`: all true dates have a day up to 12, and all that stayed text have one above.

    So it is where dates were written day first and opened where months come first: what can be read as a month is
    swapped, the rest stays text. One warning a column, with the first such record.
    """
    columns = [cell.name for cell in judged.cells.get(name, []) if cell.column.type == "date"]
    for column in columns:
        judged.connection.execute(
            render(
                __file__,
                "swapped_dates.sql",
                table=name,
                records=judged.table(name),
                key=key_text(judged, name),
                column=column,
                date=v(column),
                fewest=FEWEST,
            )
        )
