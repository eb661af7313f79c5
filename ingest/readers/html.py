"""Web pages, also those saved as .xls, and web archives → one grid of text cells a table, as a browser shows it.

Which table is wanted and which rows are its header is the contract's business.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from selectolax.lexbor import LexborHTMLParser

from ingest.errors import Refused
from ingest.readers.byte_source import Source, whole
from ingest.readers.chunk import Chunk, Mark, batch, letters
from ingest.readers.mhtml import Page
from ingest.readers.mhtml import pages as archived
from ingest.readers.page_grid import TooWide, grid
from ingest.readers.page_looks import Looks, TooManyRules
from ingest.readers.page_source import cells_written, is_archive, text_of
from ingest.readers.page_tables import PageTable, PageTables

_MOST_TABLES = 2000


def read(source: Source) -> Iterator[Chunk]:
    """A chunk a table that has text, named "table1", "table2" … in the page's order.

    A table within a cell is a table of its own where it has several cells, and its text is part of the cell around
    it; a table that has no text beside those within it only arranges them and is none. `rows` are ordinals of `<tr>`
    on the page. A workbook saved as a web archive has its sheets under their names.
    Raises Refused("unreadable_file") for a page that is cut short, that hides all its tables, or that shows other files
    in frames.
    """
    content = whole(source)
    pages = archived(content, source.name) if is_archive(content) else [Page(text_of(content, source.name))]
    read_ = [_tables(page, source) for page in pages]
    count = sum(len(tables) for tables, _ in read_)
    if count > _MOST_TABLES:
        raise _no_page(source, f"it has {count:,} tables, more than {_MOST_TABLES:,}")
    if not count and any(found.has_frames or _unread(found) for _, found in read_ if found):
        raise _shows_none(source.name, any(found.has_frames for _, found in read_ if found))
    number = rows = 0
    for page, (tables, found) in zip(pages, read_, strict=True):
        for place, table in enumerate(tables, start=1):
            number += 1
            name = f"{page.sheet} ({place})" if page.sheet and place > 1 else page.sheet or f"table{number}"
            chunk = _chunk(table, name, len(content), source)
            marks = [*chunk.marks, *[Mark("hidden_sheet")] * page.is_hidden]
            marks += [Mark("hidden_not_read")] * (_unread(found) > 0 if place == 1 else table.unread > 0)
            yield replace(chunk, marks=tuple(marks), rows=chunk.rows + (0 if page.sheet else rows))
        rows += found.rows if found else 0


def _tables(page: Page, source: Source) -> tuple[list[PageTable], PageTables | None]:
    """The tables of a page that are ones of their own, and all that was found."""
    parsed = LexborHTMLParser(page.text)
    if not page.text.strip() or parsed.root is None:
        return [], None
    try:
        found = PageTables(parsed.root, Looks(parsed, page.text, page.styles))
    except TooManyRules:
        raise _no_page(source, "its style sheets have too many rules") from None
    found.outside = max(cells_written(page.text) - len(parsed.css("td, th")), 0)
    return [table for table in found.tables if _is_shown(table)], found


def _unread(found: PageTables | None) -> int:
    return found.outside + sum(table.unread for table in found.tables) if found else 0


def _no_page(source: Source, what: str) -> Refused:
    return Refused(
        "unreadable_file",
        f"{source.name}: {what}. Save only the table that is wanted, or send it as CSV.",
    )


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


def _chunk(table: PageTable, name: str, size: int, source: Source) -> Chunk:
    try:
        made = grid(table.shown_groups(), frozenset(table.collapsed_columns), size)
    except TooWide:
        raise _no_page(
            source, f"cells of {name} span more rows and columns than a person could read"
        ) from None
    cells = batch(made.columns, letters(len(made.columns)))
    marks = [Mark("hidden_column", None, at) for at in sorted(table.hidden_columns) if at < len(made.columns)]
    heading = table.caption or table.heading
    return Chunk(name, cells, made.numbers, True, made.spans, heading, source.member, marks=tuple(marks))
