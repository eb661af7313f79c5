"""What an OpenDocument spreadsheet holds and its parser passes over, or gives as another thing than is shown.

Error words, formulas without a result, durations of more than a day, raised and struck-out text, hidden
rows and columns. Cells are walked only where the file may hold such a thing.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from ingest.readers.marks import ERRORS, Marks
from ingest.readers.raised import raised

_NAMES = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE, _OFFICE, _TEXT, _STYLE = (f"{{{_NAMES}{name}:1.0}}" for name in ("table", "office", "text", "style"))
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_MAY_HOLD = re.compile(rb':formula=|:time-value=|text-position=|line-through|:visibility="[cf]')
_DURATION = re.compile(r"(-?)PT(\d{1,9})H(\d{1,2})M(\d{1,2})(?:[.,]\d+)?S")
_ERROR_TEXT = re.compile(r"Err:\d{3}|" + "|".join(map(re.escape, ERRORS.values())))
_MOST = 1_000_000  # places told of one sheet: repeated cells are few bytes
_BLANKS = 1000


@dataclass(frozen=True)
class _Styles:
    """Names of styles whose text is raised, or struck out."""

    raised: frozenset[str]
    struck: frozenset[str]


def ods_marks(content: bytes) -> dict[str, Marks]:
    """Per sheet what is to be said; {} for other files. Merged ranges and bounds of repeats are in `ods_spans`.

    Raises zipfile.BadZipFile and ValueError for a damaged one.
    """
    if content[:2] != b"PK":
        return {}
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        if "content.xml" not in parts.namelist():
            return {}
        xml = parts.read("content.xml")
    if not _MAY_HOLD.search(xml):
        return {}
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, recover=True)
    root = etree.fromstring(xml, parser)
    marks: dict[str, Marks] = {}
    if root is not None:
        styles = _styles(root)
        for sheet in root.iter(f"{_TABLE}table"):
            name = sheet.get(f"{_TABLE}name") or ""
            marks[name] = _sheet(sheet, styles)
    return marks


def _styles(root: etree._Element) -> _Styles:
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for style in root.iter(f"{_STYLE}style"):
        name = style.get(f"{_STYLE}name") or ""
        for look in style.iterchildren(f"{_STYLE}text-properties"):
            if _is_raised(look.get(f"{_STYLE}text-position") or ""):
                found[True].add(name)
            lines = [look.get(f"{_STYLE}text-line-through-{word}", "none") for word in ("style", "type")]
            if any(line != "none" for line in lines):
                found[False].add(name)
    return _Styles(frozenset(found[True]), frozenset(found[False]))


def _is_raised(position: str) -> bool:
    """`super 58%`, or a height in per cent above the line."""
    first = position.partition(" ")[0]
    return first == "super" or (first.endswith("%") and first[:-1].isdecimal() and int(first[:-1]) > 0)


def _sheet(sheet: etree._Element, styles: _Styles) -> Marks:
    marks = Marks()
    column = 0
    for one in sheet.iter(f"{_TABLE}table-column"):
        count = _number(one, "number-columns-repeated")
        if one.get(f"{_TABLE}visibility", "visible") != "visible":
            marks.hidden_columns.append((column, column + count - 1))
        column += count
    row = 0
    for one in sheet.iter(f"{_TABLE}table-row"):
        count = _number(one, "number-rows-repeated")
        filled = False
        for column, width, cell in _cells(one):
            filled = filled or len(cell) > 0
            _mark(marks, range(row, row + count), range(column, column + width), cell, styles)
        if filled and one.get(f"{_TABLE}visibility", "visible") != "visible":
            marks.hidden_rows += range(row + 1, row + min(count, _MOST) + 1)
        row += count
    return marks


def _cells(row: etree._Element) -> Iterator[tuple[int, int, etree._Element]]:
    """The cells of a row: where each begins, how often it is repeated."""
    column = 0
    for cell in row.iterchildren(*_CELLS):
        width = _number(cell, "number-columns-repeated")
        yield column, width, cell
        column += width


def _mark(marks: Marks, rows: range, columns: range, cell: etree._Element, styles: _Styles) -> None:
    formula = cell.get(f"{_TABLE}formula") or ""
    is_calculated = not formula or cell.get(f"{_OFFICE}value-type") is not None
    shown = _shown(cell, formula, styles) if is_calculated else "=" + formula.partition("=")[2]
    if shown is None:
        return
    if len(marks.texts) + len(rows) * len(columns) > _MOST:
        raise ValueError("cells are repeated too often")
    for row in rows:
        for column in columns:
            marks.texts[row, column] = shown or None
            if not is_calculated:
                marks.uncalculated.append((row + 1, column))


def _shown(cell: etree._Element, formula: str, styles: _Styles) -> str | None:
    """What is shown instead of the parser's value, "" for nothing; None for that value."""
    if cell.get(f"{_TABLE}style-name") in styles.struck:
        return ""
    if duration := _DURATION.fullmatch(cell.get(f"{_OFFICE}time-value") or ""):
        sign, hours, minutes, seconds = duration.groups()
        return f"{sign}{int(hours)}:{minutes:0>2}:{seconds:0>2}" if sign or int(hours) >= 24 else None
    is_error = cell.get(f"{_CALC}value-type") == "error"
    if is_error or formula:
        text = "".join("".join(_texts(part, styles)) for part in cell.iterchildren(f"{_TEXT}p")).strip()
        if is_error or _ERROR_TEXT.fullmatch(text):
            return text or "#ERROR!"
    looks = styles.raised | styles.struck
    if looks and any(span.get(f"{_TEXT}style-name") in looks for span in cell.iter(f"{_TEXT}span")):
        return "\n".join("".join(_texts(part, styles)) for part in cell.iterchildren(f"{_TEXT}p"))
    return None


def _texts(part: etree._Element, styles: _Styles) -> Iterator[str]:
    """A paragraph's text: what is raised as footnote marks, what is struck out not at all."""
    yield part.text or ""
    for piece in part:
        name = etree.QName(piece).localname if isinstance(piece.tag, str) else ""
        style = piece.get(f"{_TEXT}style-name")
        if name == "s":
            count = piece.get(f"{_TEXT}c", "1")
            yield " " * (min(int(count), _BLANKS) if count.isdecimal() else 1)
        elif name in ("tab", "line-break"):
            yield "\t" if name == "tab" else "\n"
        elif name in ("span", "a") and style not in styles.struck:
            text = "".join(_texts(piece, styles))
            yield raised(text) if style in styles.raised else text
        yield piece.tail or ""


def _number(element: etree._Element, name: str) -> int:
    value = element.get(f"{_TABLE}{name}", "1")
    return max(int(value), 1) if value.isdecimal() and len(value) < 10 else 1
