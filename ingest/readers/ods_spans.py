"""Merged ranges of an OpenDocument spreadsheet, which the workbook parser does not give, and what it repeats.

Only positions; the values come with `spreadsheet.py`. Rows and cells that are alike are written once, with how often
they stand there: some bytes may announce a thousand million cells.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field

from lxml import etree

from ingest.errors import Refused
from ingest.readers.byte_source import Source
from ingest.readers.chunk import Span
from ingest.readers.limits import most_repeated

_TABLE, _OFFICE = (f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" for name in ("table", "office"))
_SHEET, _ROW = f"{{{_TABLE}}}table", f"{{{_TABLE}}}table-row"
_CELLS = (f"{{{_TABLE}}}table-cell", f"{{{_TABLE}}}covered-table-cell")
_VALUE, _SHAPES = f"{{{_OFFICE}}}value-type", f"{{{_TABLE}}}shapes"
_MOST_ROWS, _MOST_COLUMNS = 1 << 20, 1 << 14  # of a sheet, in LibreOffice and Excel
_LONGEST = 19  # digits of a number; more are none


@dataclass
class _Sheet:
    spans: list[Span] = field(default_factory=list)
    height: int = 0
    written: int = 0  # cells with something in them
    filled: int = 0  # the same, each as often as it is repeated


def ods_spans(content: bytes, source: Source) -> dict[str, list[Span]]:
    """Per sheet its merged ranges (top, left, bottom, right), 0-based; {} for other files.

    Raises Refused for damaged XML, and for more rows, columns or repeated values than an honest sheet has.
    """
    if content[:2] != b"PK":
        return {}
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        if "content.xml" not in parts.namelist():
            return {}
        with parts.open("content.xml") as xml:
            return {name: sheet.spans for name, sheet in _sheets(xml, source).items()}  # type: ignore[arg-type]


def _sheets(xml: io.BufferedIOBase, source: Source) -> dict[str, _Sheet]:
    sheets: dict[str, _Sheet] = {}
    name, sheet = "", _Sheet()
    walk = etree.iterparse(
        xml,
        events=("start", "end"),
        tag=(_SHEET, _ROW),
        resolve_entities=False,
        no_network=True,
        huge_tree=True,
    )
    try:
        for event, element in walk:
            if element.tag == _SHEET and event == "start":
                name = element.get(f"{{{_TABLE}}}name") or ""
                sheet = sheets.setdefault(name, _Sheet())
            elif element.tag == _ROW and event == "end":
                if why := _take(element, sheet):
                    raise _too_much(source, name, why)
                if _has_stray_text(element):
                    raise _damaged(source, f"text outside the paragraphs of sheet '{name}'")
                element.clear()
                while (before := element.getprevious()) is not None:
                    before.getparent().remove(before)
    except (
        etree.XMLSyntaxError
    ) as error:  # the parser of the values would pass over it, and over the row it is in
        raise _damaged(source, error.msg) from error
    return sheets


def _has_stray_text(row: etree._Element) -> bool:
    """Text that no office program shows, and the parser of the values puts before a cell's own."""
    cells = row.iterchildren(*_CELLS)
    return any((cell.text or "").strip() or any((part.tail or "").strip() for part in cell) for cell in cells)


def _damaged(source: Source, why: str) -> Refused:
    return Refused(
        "unreadable_file",
        f"{source.name}: the workbook is damaged or cut short ({why}). Open it, save it anew and send that.",
    )


def _take(row: etree._Element, sheet: _Sheet) -> str:
    """Count a row in; what of it is too much."""
    top, left, last, filled = sheet.height, 0, 0, 0
    for cell in row.iterchildren(*_CELLS):
        height, width = _number(cell, "number-rows-spanned"), _number(cell, "number-columns-spanned")
        if cell.tag == _CELLS[0] and (height > 1 or width > 1):
            sheet.spans.append((top, left, top + height - 1, left + width - 1))
        repeated = _number(cell, "number-columns-repeated")
        left += repeated
        if cell.get(_VALUE) or any(child.tag != _SHAPES for child in cell):
            sheet.written += 1
            filled += repeated
            last = left
    repeated = _number(row, "number-rows-repeated")
    sheet.height += repeated
    sheet.filled += filled * repeated
    if filled and sheet.height > _MOST_ROWS:
        return f"has values down to row {sheet.height:,}, and no sheet has more than {_MOST_ROWS:,}"
    if last > _MOST_COLUMNS:
        return f"has values up to column {last:,}, and no sheet has more than {_MOST_COLUMNS:,}"
    if sheet.filled > most_repeated(sheet.written):
        return f"repeats {sheet.written:,} values until they are {sheet.filled:,}"
    return ""


def _too_much(source: Source, sheet: str, why: str) -> Refused:
    return Refused(
        "unreadable_file",
        f"{source.name}: sheet '{sheet}' {why}. Delete all rows and columns beyond the table, save it "
        "anew and send that.",
    )


def _number(element: etree._Element, name: str) -> int:
    value = element.get(f"{{{_TABLE}}}{name}", "1")
    return max(int(value), 1) if value.isdecimal() and len(value) < _LONGEST else 1
