"""The slip's workbook: a summary in each of the region's languages beside English, then a sheet a table.

Takes what is to be said, gives bytes; the same input gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from ingest.contracts.loading import load_region
from ingest.feedback.catalogue import Catalogue, beside_english
from ingest.feedback.slip.pen import Pen, both
from ingest.feedback.slip.rows import TableRows
from ingest.feedback.slip.slip_content import FileContent
from ingest.feedback.slip.styles import Styles
from ingest.feedback.slip.summary import write_summary
from ingest.feedback.slip.table_sheet import sheet_names, write_table


def to_workbook(contents: Sequence[FileContent]) -> bytes:
    """The workbook for the files of one delivery, all of one region and source."""
    import xlsxwriter  # here: a run that has nothing to send does not need it

    first = contents[0].delivery
    languages: list[Catalogue | None] = [*beside_english(load_region(first.region).languages)] or [None]
    body = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(body, options) as book:
        received = max(content.delivery.received_at for content in contents)
        book.set_properties(
            {
                "title": f"Return slip: {first.region} {first.source} {first.quarter}",
                "author": "sangam",
                "created": received.replace(tzinfo=None),  # the writing time would make other bytes each time
            }
        )
        styles = Styles(book)
        summaries = sheet_names([_summary_name(own) for own in languages], set())
        for own, name in zip(languages, summaries, strict=True):
            write_summary(Pen(book.add_worksheet(name), styles, own), contents)
        pages = [(content, table) for content in contents for table in content.rows]
        names = sheet_names([_table_name(contents, *page) for page in pages], set(summaries))
        for (content, table), name in zip(pages, names, strict=True):
            write_table(Pen(book.add_worksheet(name), styles, languages[0]), content, table)
    return body.getvalue()


def _summary_name(own: Catalogue | None) -> str:
    return both(own, "summary")


def _table_name(contents: Sequence[FileContent], content: FileContent, table: TableRows) -> str:
    if len(contents) == 1:
        return table.table
    return f"{content.delivery.part or content.delivery.path.stem} {table.table}"
