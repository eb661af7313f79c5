"""The reference sheets of a donor's workbook: a card for each indicator, to be read from top to bottom."""

from typing import Any

from orchestration.releases.rows import Row
from orchestration.releases.styles import Styles, lines, page, put, title

NAME = "Definitions"
LABEL_WIDTH, TEXT_WIDTH = 20, 120
# What a card says, in this order; what is empty is left out.
ENTRIES = (
    ("Description", "description"), ("Stated", "over_time"), ("Unit", "unit"),
    ("Numerator or value", "numerator_definition"), ("Denominator", "denominator_definition"), ("Method", "method"),
    ("95 % interval", "interval_method"), ("Broken down by", "disaggregations"), ("Better is", "direction"),
    ("Source", "source_note"), ("Version", "definition_version"),
)  # fmt: skip


def definitions_sheet(book: Any, styles: Styles, rows: list[Row]) -> None:
    """Add the sheet; `rows` are the reference sheets as `background.definition_rows` tells them."""
    sheet = book.add_worksheet(NAME)
    title(sheet, styles, NAME, "What each indicator counts, over what, and where it comes from.")
    page(sheet, styles, landscape=False)
    sheet.set_column(0, 0, LABEL_WIDTH)
    sheet.set_column(1, 1, TEXT_WIDTH)
    at = 3
    for row in rows:
        put(sheet, at, 0, f"{row['indicator']} · {row['level']}", styles.heading)
        put(sheet, at, 1, row["name"], styles.heading)
        sheet.set_row(at, 18)
        told = [(label, row[key]) for label, key in ENTRIES if row[key]]
        for offset, (label, text) in enumerate(told, start=1):
            put(sheet, at + offset, 0, label, styles.label)
            put(sheet, at + offset, 1, text, styles.wrapped)
            sheet.set_row(at + offset, 14 * lines(text, TEXT_WIDTH) + 2)
        at += len(told) + 2
