"""What an .xlsb ([MS-XLSB]) holds and its parser passes over: errors, struck-out cells, hidden rows and columns.

And dates that are whole days: Excel writes them as whole numbers, and the parser gives these without their format.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from lxml import etree

from ingest.readers.marks import Marks, error_word

_BOOK, _LINKS, _STYLES = "xl/workbook.bin", "xl/_rels/workbook.bin.rels", "xl/styles.bin"
_ROW, _NUMBER, _ERROR, _FORMULA_ERROR, _COLUMNS, _FONT, _FORMAT, _STYLE, _BOOK_WORDS, _SHEET = (
    0, 2, 3, 11, 60, 43, 44, 47, 153, 156,
)  # fmt: skip
_CELLS = frozenset(range(1, 12))
_CELL_STYLES_BEGIN, _CELL_STYLES_END = 617, 618
_STRUCK = 0x8
_WHOLE = 2  # a flag of numbers in four bytes: bits from the third on are a whole number, not a broken one
_DAYS_OF_OLD = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}  # formats every workbook has
_NO_PART = re.compile(
    r'"[^"]*"|[\\_*].|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.I
)  # of a format: words, colours, conditions


@dataclass
class _Styles:
    """Numbers of cell styles that are struck out, and of those that show a number as a date, or as hours."""

    struck: set[int] = field(default_factory=set)
    dates: set[int] = field(default_factory=set)
    hours: set[int] = field(default_factory=set)
    is_1904: bool = False


def xlsb_marks(content: bytes) -> dict[str, Marks]:
    """By sheet's name; {} for other files. Raises ValueError and zipfile.BadZipFile for damage."""
    if not content.startswith(b"PK"):
        return {}
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        names = set(parts.namelist())
        if _BOOK not in names or _LINKS not in names:
            return {}
        try:
            styles = _styles(parts.read(_STYLES)) if _STYLES in names else _Styles()
            book = parts.read(_BOOK)
            styles.is_1904 = any(kind == _BOOK_WORDS and data[0] & 1 for kind, data in _records(book))
            places = _places(parts.read(_LINKS))
            return {
                name: _sheet(parts.read(places[key]), styles)
                for name, key in _sheets(book)
                if places.get(key) in names
            }
        except (struct.error, IndexError) as error:
            raise ValueError(f"binary workbook: {error}") from error


def _records(part: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and content: kinds of one byte or two, sizes of one to four bytes of seven bits."""
    at, end = 0, len(part)
    while at < end:
        kind = part[at]
        at += 1
        if kind & 0x80:
            kind = kind & 0x7F | (part[at] & 0x7F) << 7
            at += 1
        size = shift = 0
        while shift < 28:
            byte = part[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        yield kind, part[at : at + size]
        at += size


def _places(links: bytes) -> dict[str, str]:
    root = etree.fromstring(links, etree.XMLParser(resolve_entities=False, no_network=True, recover=True))
    found = [] if root is None else list(root)
    return {
        str(link.get("Id")): posixpath.normpath(posixpath.join("xl", str(link.get("Target") or ""))).lstrip(
            "/"
        )
        for link in found
    }


def _sheets(book: bytes) -> Iterator[tuple[str, str]]:
    """Names, and what they are called in the links."""
    for kind, data in _records(book):
        if kind == _SHEET:
            key, at = _text(data, 8)
            yield _text(data, at)[0], key


def _text(data: bytes, at: int) -> tuple[str, int]:
    length = struct.unpack_from("<I", data, at)[0]
    end = at + 4 + 2 * (0 if length == 0xFFFFFFFF else length)
    return data[at + 4 : end].decode("utf-16-le", "replace"), end


def _styles(part: bytes) -> _Styles:
    found, fonts, formats, number, inside = _Styles(), list[bool](), dict[int, str](), 0, False
    for kind, data in _records(part):
        if kind == _FONT:
            fonts.append(bool(struct.unpack_from("<H", data, 2)[0] & _STRUCK))
        elif kind == _FORMAT:
            formats[struct.unpack_from("<H", data)[0]] = _NO_PART.sub("", _text(data, 2)[0]).lower()
        elif kind in (_CELL_STYLES_BEGIN, _CELL_STYLES_END):
            inside = kind == _CELL_STYLES_BEGIN
        elif kind == _STYLE and inside:
            form, font = struct.unpack_from("<HH", data, 2)
            shown = formats.get(form, "")
            if font < len(fonts) and fonts[font]:
                found.struck.add(number)
            if "[" in shown or form == 46:
                found.hours.add(number)
            elif re.search("[dmyhs]", shown) or (not shown and form in _DAYS_OF_OLD):
                found.dates.add(number)
            number += 1
    return found


def _sheet(part: bytes, styles: _Styles) -> Marks:
    marks, row = Marks(), 0
    for kind, data in _records(part):
        if kind == _ROW:
            row = struct.unpack_from("<I", data)[0]
            if data[11] & 0x10:
                marks.hidden_rows.append(row + 1)
        elif kind in _CELLS:
            column, style = struct.unpack_from("<II", data)
            style &= 0xFFFFFF
            if style in styles.struck:
                marks.texts[row, column] = None
            elif kind in (_ERROR, _FORMULA_ERROR):
                marks.texts[row, column] = error_word(data[8])
            elif (
                kind == _NUMBER and data[8] & 3 == _WHOLE and (style in styles.dates or style in styles.hours)
            ):
                marks.texts[row, column] = _day(struct.unpack_from("<i", data, 8)[0] >> 2, style, styles)
        elif kind == _COLUMNS and data[16] & 1:
            first, last = struct.unpack_from("<II", data)
            marks.hidden_columns.append((first, min(last, 16_383)))
    return marks


def _day(serial: int, style: int, styles: _Styles) -> str:
    """A whole number as its style shows it: hours of so many days, or the day with that number."""
    if style in styles.hours:
        return f"{serial * 24}:00:00"
    # Excel counts 29 February 1900, which there was not.
    first = date(1904, 1, 1) if styles.is_1904 else date(1899, 12, 30 + (serial < 60))
    try:
        return (first + timedelta(days=serial)).isoformat()
    except OverflowError:
        return str(serial)
