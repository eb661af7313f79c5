"""Web pages, also those saved as .xls → one grid of text cells a table, with spans and the heading above.

Which table is wanted and which rows are its header is the contract's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from lxml import etree
from lxml import html as lxml_html

from ingest.errors import Refused
from ingest.readers.byte_source import Source, whole
from ingest.readers.chunk import Chunk, Span, batch, letters
from ingest.readers.text import encoding_of

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_UNSEEN = ("script", "style", "template", "noscript")
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)", re.IGNORECASE)
_NO_MARKUP = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_END = re.compile(r"</(html|body)\b", re.IGNORECASE)
_HALF_TAG = re.compile(r"<[/a-z][^<>]*$", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
# The HTML standard's own limits (§ 4.9.11 "Attributes common to td and th elements").
_WIDEST, _TALLEST = 1000, 65534


def read(source: Source) -> Iterator[Chunk]:
    """A chunk a table that has text, named "table1", "table2" … in the page's order.

    A nested table is a table of its own and no part of the cell around it. `rows` are ordinals of `<tr>` on
    the page. Raises Refused("unreadable_file") for a page that is cut short.
    """
    root = _page(whole(source), source.name)
    if root is None:
        return
    ordinals: dict[etree._Element, int] = {}
    heading, number = "", 0
    for element in root.iter(*_HEADINGS, "tr", "table"):
        if element.tag == "tr":
            ordinals[element] = len(ordinals) + 1
        elif element.tag in _HEADINGS:
            heading = _text(element) or heading
    heading = ""
    for element in root.iter(*_HEADINGS, "table"):
        if element.tag in _HEADINGS:
            heading = _text(element) or heading
            continue
        chunk = _table(element, f"table{number + 1}", heading, ordinals, source.member)
        if chunk is not None:
            number += 1
            yield chunk


def _page(content: bytes, name: str) -> etree._Element | None:
    encoding, mark = encoding_of(content[:65536])
    if encoding == "utf-8" and not mark:
        encoding = _declared(content)
    text = content[mark:].decode(encoding, "sangam-cp1252" if encoding == "utf-8" else "replace")
    text = re.sub(r"^\s*<\?xml[^>]*>", "", text, count=1).replace("\x00", "")
    if not text.strip():
        return None
    if _is_cut_short(text):
        raise Refused(
            "unreadable_file",
            f"{name}: the page is cut short: it ends within a table, and the rows that follow are missing. "
            "Save it again, whole.",
        )
    parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=True, recover=True)
    return lxml_html.document_fromstring(
        text.encode("utf-8", "replace"), parser=parser, ensure_head_body=False
    )


def _is_cut_short(text: str) -> bool:
    """A download that broke off: a table never closed (HTML does not allow that), and no end of the page."""
    markup = _NO_MARKUP.sub("", text)
    if _END.search(markup):
        return False
    opened, closed = (len(re.findall(mark, markup, re.IGNORECASE)) for mark in (r"<table\b", r"</table\b"))
    return opened > closed or _HALF_TAG.search(markup.rstrip()) is not None


def _declared(content: bytes) -> str:
    """The encoding a page declares, else UTF-8. Latin-1 means Windows-1252 (WHATWG Encoding)."""
    found = _META.search(content[:8192])
    name = found.group(1).decode("ascii").lower() if found else "utf-8"
    if name in ("iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii", "windows-1252", "cp1252"):
        return "utf-8" if _is_utf8(content) else "cp1252"
    try:
        return name if not name.startswith("utf-16") and "".encode(name) == b"" else "utf-8"
    except LookupError:
        return "utf-8"


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _table(
    table: etree._Element, name: str, heading: str, ordinals: dict[etree._Element, int], member: str
) -> Chunk | None:
    rows = [row for row in table.iter("tr") if _owner(row) is table]
    caption = next((_text(found) for found in table.iterchildren("caption")), "")
    grid, spans = _grid(rows)
    width = max((len(row) for row in grid), default=0)
    if not any(any(row) for row in grid):
        return None
    columns = [
        pa.array([row[place] if place < len(row) else None for row in grid], pa.string())
        for place in range(width)
    ]
    numbers = np.array([ordinals[row] for row in rows], np.int64)
    return Chunk(
        name, batch(columns, letters(width)), numbers, True, tuple(spans), caption or heading, member
    )


def _owner(row: etree._Element) -> etree._Element | None:
    return next(row.iterancestors("table"), None)


def _grid(rows: list[etree._Element]) -> tuple[list[list[str | None]], list[Span]]:
    """Cells at their places: each takes the next free place of its row, as browsers do."""
    taken: set[tuple[int, int]] = set()
    grid: list[list[str | None]] = []
    spans: list[Span] = []
    for top, row in enumerate(rows):
        line: list[str | None] = []
        left = 0
        for cell in row.iterchildren("td", "th"):
            while (top, left) in taken:
                left += 1
            height = min(_span(cell, "rowspan", _TALLEST) or len(rows), len(rows) - top)
            width = _span(cell, "colspan", _WIDEST) or 1
            line += [None] * (left - len(line)) + [_text(cell) or None] + [None] * (width - 1)
            if height > 1 or width > 1:
                spans.append((top, left, top + height - 1, left + width - 1))
                taken.update((top + down, left + over) for down in range(1, height) for over in range(width))
            left += width
        grid.append(line)
    return grid, spans


def _span(cell: etree._Element, name: str, most: int) -> int:
    """The attribute's leading digits (a bad one is 1); 0 for rowspan means: to the end of the table."""
    found = re.match(r"\s*\+?(\d{1,9})", cell.get(name) or "")
    return min(int(found.group(1)), most) if found else 1


def _text(element: etree._Element) -> str:
    """What a person sees in the element: blanks folded, `<br>` a line break, no nested tables."""
    pieces: list[str] = []
    _gather(element, pieces)
    lines = "".join(pieces).split("\x00")
    return "\n".join(line for line in (_BLANKS.sub(" ", line).strip(" ") for line in lines) if line)


def _gather(element: etree._Element, pieces: list[str]) -> None:
    pieces.append(element.text or "")
    for child in element:
        if child.tag in ("br", "p", "div", "li"):
            pieces.append("\x00")
        seen = isinstance(child.tag, str) and child.tag != "table" and child.tag not in _UNSEEN
        if seen and not _HIDDEN.search(child.get("style") or ""):
            _gather(child, pieces)
        pieces.append(child.tail or "")
