"""XML Spreadsheet 2003 (`Workbook` of `urn:schemas-microsoft-com:office:spreadsheet`) → one grid of text cells a sheet.

Excel saves it, and many programs write it and call it `.xls`. The format is Microsoft's "XML Spreadsheet Reference".
A cell far out costs what the grid up to it costs, which the limits of readers bound.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO

import numpy as np
import pyarrow as pa
from lxml import etree

from ingest.errors import Refused
from ingest.readers.byte_source import Source, opened
from ingest.readers.cell_text import Value, text_cells
from ingest.readers.chunk import Chunk, Mark, Span
from ingest.readers.grid import grid, hidden_columns
from ingest.readers.raised import raised

NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"
_S = f"{{{NAMESPACE}}}"
_X = "{urn:schemas-microsoft-com:office:excel}"
_TAGS = [
    *(f"{_S}{name}" for name in ("Style", "Column", "Row", "Worksheet")),
    f"{_X}Date1904",
    f"{_X}Visible",
]
_MOST = {"Row": 1_048_576, "Column": 16_384}
_EPOCHS = {False: datetime(1899, 12, 31), True: datetime(1904, 1, 1)}  # by whether days count from 1904
_LEAP_DAY = datetime(1900, 3, 1)  # Excel counts 29 February 1900, which there was not


class _UnsoundError(Exception):
    """The file is no workbook that Excel would open."""


@dataclass(frozen=True)
class _Style:
    """What a cell's style says, as far as it changes what is shown."""

    is_struck: bool = False
    counts_hours: bool = False


@dataclass
class _Sheet:
    """Cells as they come, by column: rows and values; places from 0."""

    row: int = 0
    column: int = 0
    rows: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    values: defaultdict[int, list[Value]] = field(default_factory=lambda: defaultdict(list))
    spans: list[Span] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    hidden: list[tuple[int, int]] = field(default_factory=list)


def read(source: Source) -> Iterator[Chunk]:
    """A chunk a worksheet, in the workbook's order.

    Raises Refused("unreadable_file") for one that is damaged, cut short, or defines entities of its own.
    """
    try:
        with opened(source) as stream:
            for name, sheet in _sheets(stream):
                yield _chunk(name, sheet, source.member)
    except (etree.XMLSyntaxError, _UnsoundError) as error:
        raise Refused(
            "unreadable_file",
            f"{source.name}: the workbook is damaged or cut short ({error}). Open it, save it anew and send that.",
        ) from error


def _sheets(stream: IO[bytes]) -> Iterator[tuple[str, _Sheet]]:
    styles: dict[str, _Style] = {}
    sheet, is_1904 = _Sheet(), False
    # Entities stay unresolved: a few lines of them unfold to gigabytes.
    for _, found in etree.iterparse(
        stream, ("end",), tag=_TAGS, resolve_entities=False, no_network=True, huge_tree=True
    ):
        if found.getroottree().docinfo.internalDTD is not None:
            raise _UnsoundError("it has a document type, as no workbook has")
        name = etree.QName(found).localname
        if name == "Row":
            _add_row(sheet, found, styles, is_1904)
            _forget(found)
        elif name == "Column":
            first = _number(found, "Index", sheet.column + 1) - 1
            sheet.column = first + _number(found, "Span", 0) + 1
            if _word(found, "Hidden") == "1":
                sheet.hidden.append((first, min(sheet.column, _MOST["Column"]) - 1))
        elif name == "Style":
            styles[_word(found, "ID")] = _style(found, styles)
        elif name == "Date1904":
            is_1904 = True
        elif name == "Visible":
            if (found.text or "").strip() != "SheetVisible":
                sheet.marks.append(Mark("hidden_sheet"))
        else:
            yield _word(found, "Name"), sheet
            sheet = _Sheet()
            _forget(found)


def _forget(found: etree._Element) -> None:
    found.clear()
    parent = found.getparent()
    while parent is not None and found.getprevious() is not None:
        del parent[0]


def _word(found: etree._Element, name: str) -> str:
    return str(found.get(f"{_S}{name}") or found.get(name) or "")


def _number(found: etree._Element, name: str, otherwise: int) -> int:
    word = _word(found, name)
    if not word:
        return otherwise
    if not word.isascii() or not word.isdigit() or len(word) > len(str(_MOST["Row"])):
        raise _UnsoundError(f"{name} is {word[:20]!r}")
    return int(word)


def _style(found: etree._Element, styles: dict[str, _Style]) -> _Style:
    """With what it takes over from its parent."""
    parent = styles.get(_word(found, "Parent"), _Style())
    font, shown = found.find(f"{_S}Font"), found.find(f"{_S}NumberFormat")
    struck = "" if font is None else _word(font, "StrikeThrough")
    form = "" if shown is None else _word(shown, "Format").lower()
    return _Style(
        struck == "1" if struck else parent.is_struck,
        any(part in form for part in ("[h", "[m", "[s")) if form else parent.counts_hours,
    )


def _add_row(sheet: _Sheet, found: etree._Element, styles: dict[str, _Style], is_1904: bool) -> None:
    row = _number(found, "Index", sheet.row + 1) - 1
    sheet.row = row + _number(found, "Span", 0) + 1
    if sheet.row > _MOST["Row"] or row < 0:
        raise _UnsoundError(f"row {row + 1:,}")
    if _word(found, "Hidden") == "1":
        sheet.marks.append(Mark("hidden_row", row + 1))
    style, column = _word(found, "StyleID"), 0
    for cell in found.iterchildren(f"{_S}Cell"):
        column = _number(cell, "Index", column + 1) - 1
        across, down = _number(cell, "MergeAcross", 0), _number(cell, "MergeDown", 0)
        if not 0 <= column <= column + across < _MOST["Column"]:
            raise _UnsoundError(f"column {column + across + 1:,} in row {row + 1:,}")
        value = _value(cell, styles.get(_word(cell, "StyleID") or style, _Style()), is_1904)
        if value is None:
            sheet.marks.append(Mark("not_calculated", row + 1, column))
            value = _word(cell, "Formula")
        if value != "":
            sheet.rows[column].append(row)
            sheet.values[column].append(value)
        if across or down:
            sheet.spans.append((row, column, row + down, column + across))
        column += across + 1


def _value(cell: etree._Element, style: _Style, is_1904: bool) -> Value | None:
    """What the cell holds; None for a formula without a result."""
    data = cell.find(f"{_S}Data")
    if data is None:
        return None if _word(cell, "Formula") else ""
    if style.is_struck:
        return ""
    kind, text = _word(data, "Type"), "".join(_texts(data))
    try:
        if kind == "Number":
            return float(text)
        if kind == "DateTime":
            return _moment(datetime.fromisoformat(text.strip()), style, is_1904)
    except ValueError:
        return text
    return {"1": "TRUE", "0": "FALSE"}.get(text.strip(), text) if kind == "Boolean" else text


def _moment(found: datetime, style: _Style, is_1904: bool) -> Value:
    """A day, a moment, or a time of day, which stands with the day from which days are counted."""
    since = found - _EPOCHS[is_1904]
    if style.counts_hours:
        return since + timedelta(days=not is_1904 and found >= _LEAP_DAY)
    if timedelta(0) <= since < timedelta(days=1):
        return found.time()
    return found if found.time() != datetime.min.time() else found.date()


def _texts(found: etree._Element) -> Iterator[str]:
    """Text with marks of HTML in it: what is raised as footnote marks, what is struck out not at all."""
    yield found.text or ""
    for part in found:
        name = etree.QName(part).localname if isinstance(part.tag, str) else ""
        if name == "Sup":
            yield raised("".join(_texts(part)))
        elif name and name != "S":
            yield from _texts(part)
        yield part.tail or ""


def _chunk(name: str, sheet: _Sheet, member: str) -> Chunk:
    width = max(sheet.rows, default=-1) + 1
    height = max((rows[-1] for rows in sheet.rows.values()), default=-1) + 1
    blank = pa.nulls(height, pa.string())
    columns = [
        _column(sheet.rows[at], sheet.values[at], height) if at in sheet.rows else blank
        for at in range(width)
    ]
    marks = (*sheet.marks, *hidden_columns(sheet.hidden, width))
    return grid(name, columns, sheet.spans, member, marks)


def _column(rows: list[int], values: list[Value], height: int) -> pa.Array:
    places = np.full(height, -1)
    places[rows] = np.arange(len(rows))
    return text_cells(values).take(pa.array(places, mask=places < 0))
