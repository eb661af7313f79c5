"""Web pages, also those saved as .xls → one grid of text cells a table, as a browser shows it.

Which table is wanted and which rows are its header is the contract's business.
"""

from __future__ import annotations

from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser

from ingest.errors import Refused
from ingest.readers.byte_source import Source, whole
from ingest.readers.chunk import Chunk, Mark, batch, letters
from ingest.readers.page_grid import TooWide, grid
from ingest.readers.page_looks import Looks
from ingest.readers.page_source import text_of
from ingest.readers.page_tables import PageTable, PageTables


def read(source: Source) -> Iterator[Chunk]:
    """A chunk a table that has text, named "table1", "table2" … in the page's order.

    A table within a cell is a table of its own where it has several cells, and its text is part of the cell around
    it; a table that has no text beside those within it only arranges them and is none. `rows` are ordinals of `<tr>`
    on the page. Raises Refused("unreadable_file") for a page that is cut short, that hides all its tables, or that
    shows other files in frames.
    """
    content = whole(source)
    text = text_of(content, source.name)
    if not text.strip():
        return
    page = LexborHTMLParser(text)
    if page.root is None:
        return
    found = PageTables(page.root, Looks(page))
    tables = [table for table in found.tables if _is_shown(table)]
    unread = sum(table.unread for table in found.tables)
    if not tables and (unread or found.has_frames):
        raise _shows_none(source.name, found.has_frames)
    for number, table in enumerate(tables, start=1):
        yield _chunk(table, f"table{number}", len(content), source, unread if number == 1 else table.unread)


def _is_shown(table: PageTable) -> bool:
    """Whether the table is one of its own: it has text, and does not only frame a value of a table around it."""
    around = table.around
    while around and table.is_passed_on and table.is_one_cell():
        if around.has_own_text:
            return False
        around = around.around
    return table.has_own_text


def _shows_none(name: str, has_frames: bool) -> Refused:
    what = (
        "the page shows other files in frames, and they are not with it. Save it as a workbook, or as a single file"
        if has_frames
        else "the page hides all its tables. Open what is folded in, or save the table alone"
    )
    return Refused("unreadable_file", f"{name}: {what}, and send that.")


def _chunk(table: PageTable, name: str, size: int, source: Source, unread: int) -> Chunk:
    try:
        made = grid(table.shown_groups(), frozenset(table.collapsed_columns), size)
    except TooWide:
        raise Refused(
            "unreadable_file",
            f"{source.name}: cells of {name} span so many rows and columns that it is no table a person could read. "
            "Save only the table that is wanted, or send it as CSV.",
        ) from None
    cells = batch(made.columns, letters(len(made.columns)))
    marks = [Mark("hidden_column", None, at) for at in sorted(table.hidden_columns) if at < len(made.columns)]
    if unread:
        marks.append(Mark("hidden_not_read"))
    heading = table.caption or table.heading
    return Chunk(name, cells, made.numbers, True, made.spans, heading, source.member, marks=tuple(marks))
