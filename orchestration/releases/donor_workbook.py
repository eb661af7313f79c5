"""The donor's workbook: which sheets there are. The front sheet is in `front_sheet`, tables in `sheets`, charts in
`charts`, the look in `styles`. Takes values, gives bytes; the same input gives the same bytes.
"""

import datetime as dt
import io
from typing import Any

import pyarrow as pa
import xlsxwriter

from orchestration.releases import charts, sheets
from orchestration.releases.background import change_rows, definition_rows, drop_rows
from orchestration.releases.content import Content
from orchestration.releases.definitions_sheet import NAME as DEFINITIONS
from orchestration.releases.definitions_sheet import definitions_sheet
from orchestration.releases.front_sheet import add_front
from orchestration.releases.header import Header
from orchestration.releases.rows import Row, level_order, round_rows, value_rows
from orchestration.releases.styles import Styles


def to_workbook(content: Content, header: Header, values: pa.Table) -> bytes:
    """Return the workbook of a release; `values` are the content's with status and release added."""
    body = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(body, options) as book:
        signed = dt.datetime.fromisoformat(header.approved_at).replace(tzinfo=None)
        book.set_properties(
            {
                "title": f"{header.donor_name}: indicators {content.quarter}",
                "author": header.approved_by,
                "comments": f"Release {header.release} of {content.donor} {content.quarter}",
                "created": signed,  # the writing time would make other bytes each time
            }
        )
        styles = Styles(book, f"{content.donor} {content.quarter} {header.release}")
        front = book.add_worksheet("Summary")
        rows = value_rows(content, header, values)
        contents = _sheets(book, styles, content, header, rows)
        add_front(front, styles, content, header, rows, contents)
        front.activate()
    return body.getvalue()


def _sheets(
    book: Any, styles: Styles, content: Content, header: Header, rows: list[Row]
) -> list[tuple[str, str]]:
    """Add all sheets after the front; return name and description of each."""
    made = []
    for level in sorted({row["level"] for row in rows}, key=level_order):
        name = level.capitalize()
        of_level = [row for row in rows if row["level"] == level]
        sheets.level_sheet(book, styles, name, of_level, content.words.dimension("region"))
        count = len({row["indicator"] for row in of_level})
        made.append(
            (
                name,
                f"{count} {'indicator' if count == 1 else 'indicators'} of level {level}, with all breakdowns",
            )
        )
    rounds = round_rows(content)
    if charts.add_charts(book, styles, rows, rounds):
        made.append((charts.NAME, "Values against targets, survey rounds compared, and each breakdown"))
    if rounds:
        sheets.rounds_sheet(book, styles, rounds)
        made.append(("Since last round", "Change since the previous survey round, with its test"))
    if changed := change_rows(content, header):
        sheets.plain_sheet(book, styles, sheets.CHANGES, changed)
        made.append((sheets.CHANGES[0], f"Values that differ from {header.predecessor}"))
    if defined := definition_rows(content):
        definitions_sheet(book, styles, defined)
        made.append((DEFINITIONS, "Reference sheet of each indicator"))
    if drops := drop_rows(content):
        sheets.plain_sheet(book, styles, sheets.SOURCES, drops)
        made.append((sheets.SOURCES[0], f"{len(drops)} deliveries behind the values"))
    return made
