"""Merged ranges of an OpenDocument spreadsheet, which the workbook parser does not give.

Only positions; the values come with `workbook.py`.
"""

from __future__ import annotations

import io
import zipfile

from lxml import etree

from ingest.readers.chunk import Span

_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
_ROW = f"{{{_TABLE}}}table-row"
_CELLS = (f"{{{_TABLE}}}table-cell", f"{{{_TABLE}}}covered-table-cell")


def ods_spans(content: bytes) -> dict[str, list[Span]]:
    """Per sheet its merged ranges (top, left, bottom, right), 0-based; {} for other files."""
    if content[:2] != b"PK":
        return {}
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        if "content.xml" not in parts.namelist():
            return {}
        xml = parts.read("content.xml")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, recover=True)
    root = etree.fromstring(xml, parser)
    if root is None:
        return {}
    return {
        sheet.get(f"{{{_TABLE}}}name") or "": _sheet_spans(sheet) for sheet in root.iter(f"{{{_TABLE}}}table")
    }


def _sheet_spans(sheet: etree._Element) -> list[Span]:
    merged = [
        (cell, _number(cell, "number-rows-spanned"), _number(cell, "number-columns-spanned"))
        for cell in sheet.iter(_CELLS[0])
        if cell.get(f"{{{_TABLE}}}number-columns-spanned") or cell.get(f"{{{_TABLE}}}number-rows-spanned")
    ]
    starts: dict[etree._Element | None, int] = {}
    place = 0
    for row in sheet.iter(_ROW):
        starts[row] = place
        place += _number(row, "number-rows-repeated")
    spans = []
    for cell, height, width in merged:
        top = starts.get(cell.getparent())
        if top is not None and (height > 1 or width > 1):
            before = cell.itersiblings(*_CELLS, preceding=True)
            left = sum(_number(other, "number-columns-repeated") for other in before)
            spans.append((top, left, top + height - 1, left + width - 1))
    return spans


def _number(element: etree._Element, name: str) -> int:
    value = element.get(f"{{{_TABLE}}}{name}", "1")
    return max(int(value), 1) if value.isdecimal() else 1
