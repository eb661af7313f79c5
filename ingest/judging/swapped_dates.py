"""Columns of dates in which day and month were taken for each other by whoever opened the file last."""

from __future__ import annotations

from ingest.cleaning.naming import v
from ingest.judging.judged_drop import JudgedDrop
from ingest.judging.keys import key_text
from ingest.sql import render

_OTHER = {"dmy": "mdy", "mdy": "dmy"}
FEWEST = 2  # of true dates and of texts, below which it may well be chance


def warn_of_swapped_dates(judged: JudgedDrop, name: str) -> None:
    """`swapped_dates`: all true dates have a day up to 12, and all that stayed text have one above.

    So it is where dates were written day first and opened where months come first: what can be read as a month is
    swapped, the rest stays text. The same where all is text: some can only be read in the other order, and none only in
    the contract's. One warning a column, with the first such record.
    """
    for cell in judged.cells.get(name, []):
        order = cell.column.dates or judged.source.dates
        if cell.column.type != "date" or order not in _OTHER:
            continue
        for template in ("swapped_dates.sql", "other_date_order.sql"):
            judged.connection.execute(
                render(
                    __file__,
                    template,
                    table=name,
                    records=judged.table(name),
                    key=key_text(judged, name),
                    column=cell.name,
                    date=v(cell.name),
                    order=order,
                    other=_OTHER[order],
                    fewest=FEWEST,
                )
            )
