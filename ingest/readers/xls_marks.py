"""What a binary .xls (BIFF5 and BIFF8, [MS-XLS]) holds and its parser passes over.

Error words, struck-out cells, raised and struck-out runs within texts, hidden rows and columns. The records are walked
only where the file may hold such a thing.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from python_calamine import PasswordError

from ingest.readers.marks import Marks, error_word
from ingest.readers.ole import MAGIC, stream
from ingest.readers.xls_texts import Look, shown_texts

_BOF, _EOF, _SHEET, _FONT, _XF, _SST, _GOES_ON = 0x809, 0x0A, 0x85, 0x31, 0xE0, 0xFC, 0x3C
_ROW, _COLUMNS, _FORMULA, _ERROR, _MULTIPLE, _TEXT_AT = 0x208, 0x7D, 0x06, 0x205, 0xBD, 0xFD
_ENCRYPTED, _FIRST = 0x2F, 8
_CELLS = frozenset((_FORMULA, _ERROR, _TEXT_AT, 0x203, 0x27E, 0x204, 0xD6))
_STRUCK, _RAISED = 0x8, 1  # a font's flag, a font's escapement
# Records that matter, as bytes: what looks like one within another record costs a walk and nothing else.
_MAY_HOLD = re.compile(
    rb"\x05\x02\x08\x00.{7}\x01|\x06\x00..{7}\x02.[\x00\x07\x0f\x17\x1d\x24\x2a\x2b].{3}\xff\xff"
    rb"|\x08\x02\x10\x00.{12}[\x20-\x3f\x60-\x7f\xa0-\xbf\xe0-\xff]|\x7d\x00[\x0a-\x0c]\x00.{8}[\x01\x03\x05\x07]"
    rb"|\x31\x00.\x00..[\x08-\x0f\x18-\x1f\x28-\x2f\x38-\x3f\x88-\x8f]|\x31\x00.\x00.{8}\x01\x00",
    re.DOTALL,
)


@dataclass
class _Looks:
    """Fonts, and the font of each cell style, by number."""

    fonts: list[Look] = field(default_factory=list)
    styles: list[int] = field(default_factory=list)

    def of_font(self, number: int) -> Look:
        at = number - (number > 4)  # there is no font 4
        return self.fonts[at] if at < len(self.fonts) else Look()

    def is_struck(self, style: int) -> bool:
        return style < len(self.styles) and self.of_font(self.styles[style]).is_struck


def xls_marks(content: bytes) -> list[Marks]:
    """For each sheet in the workbook's order; [] for other files and for those that hold nothing of the kind.

    Raises PasswordError for one that a password is needed to open, ValueError for damage.
    """
    if not content.startswith(MAGIC):
        return []
    book = stream(content, "Workbook", "Book")
    if _is_encrypted(book):
        raise PasswordError
    if not _MAY_HOLD.search(book):
        return []
    starts, looks, texts = [], _Looks(), list[bytes]()
    for kind, data in _records(book, 0):
        if kind == _SHEET and len(data) >= 4:
            starts.append(struct.unpack_from("<I", data)[0])
        elif kind == _FONT and len(data) >= 10:
            flags, escapement = struct.unpack_from("<2xH4xH", data)
            looks.fonts.append(Look(bool(flags & _STRUCK), escapement == _RAISED))
        elif kind == _XF and len(data) >= 2:
            looks.styles.append(struct.unpack_from("<H", data)[0])
        elif kind == _SST or (kind == _GOES_ON and texts):
            texts.append(data)
    shown = _texts(texts, looks)
    return [_sheet(book, start, looks, shown) for start in starts]


def _is_encrypted(book: bytes) -> bool:
    """Whether a password is needed to open it: that is said next to the beginning. Protected sheets are read."""
    return any(kind == _ENCRYPTED for kind, _ in islice(_records(book, 0), _FIRST))


def _texts(pieces: list[bytes], looks: _Looks) -> dict[int, str]:
    marked = any(font.is_struck or font.is_raised for font in looks.fonts)
    return shown_texts(pieces, looks.of_font) if marked and pieces else {}


def _records(book: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records of the part that begins there, without those of parts within it."""
    depth, end = 0, len(book) - 4
    while at <= end:
        kind, size = struct.unpack_from("<HH", book, at)
        if kind == _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth <= 0:
                return
        if depth <= 1:
            yield kind, book[at + 4 : at + 4 + size]
        at += 4 + size


def _sheet(book: bytes, start: int, looks: _Looks, texts: dict[int, str]) -> Marks:
    marks = Marks()
    for kind, data in _records(book, start):
        if kind in _CELLS and len(data) >= 8:
            row, column, style = struct.unpack_from("<HHH", data)
            if looks.is_struck(style):
                marks.texts[row, column] = None
            elif (shown := _shown(kind, data, texts)) is not None:
                marks.texts[row, column] = shown or None
        elif kind == _MULTIPLE and len(data) >= 4:
            row, first = struct.unpack_from("<HH", data)
            for number, at in enumerate(range(4, len(data) - 6, 6)):
                if looks.is_struck(struct.unpack_from("<H", data, at)[0]):
                    marks.texts[row, first + number] = None
        elif kind == _ROW and len(data) >= 16 and data[12] & 0x20:
            marks.hidden_rows.append(struct.unpack_from("<H", data)[0] + 1)
        elif kind == _COLUMNS and len(data) >= 10 and data[8] & 1:
            first, last = struct.unpack_from("<HH", data)
            marks.hidden_columns.append((first, last))
    return marks


def _shown(kind: int, data: bytes, texts: dict[int, str]) -> str | None:
    """What a cell shows instead of its parser's value; None for that value."""
    if kind == _ERROR and data[7] == 1:
        return error_word(data[6])
    if kind == _FORMULA and data[12:14] == b"\xff\xff" and data[6] == 2:
        return error_word(data[8])
    if kind == _TEXT_AT and len(data) >= 10:
        return texts.get(struct.unpack_from("<I", data, 6)[0])
    return None
