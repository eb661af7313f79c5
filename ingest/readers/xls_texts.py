"""Texts of a binary .xls in which parts are raised or struck out ([MS-XLS] 2.4.265, 2.5.293)."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ingest.readers.raised import raised

_WIDE, _EXTENDED, _RICH = 1, 4, 8


class Look(NamedTuple):
    """What a font says, as far as it changes what is meant."""

    is_struck: bool = False
    is_raised: bool = False


class _Pieces:
    """The table of texts, in pieces: records have a largest size."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self.pieces = pieces
        self.piece, self.at = 0, 0

    def left(self) -> int:
        return len(self.pieces[self.piece]) - self.at

    def step(self) -> None:
        self.piece, self.at = self.piece + 1, 0
        if self.piece >= len(self.pieces):
            raise ValueError("the table of texts is cut short")

    def take(self, size: int) -> bytes:
        taken = b""
        while len(taken) < size:
            if not self.left():
                self.step()
            part = self.pieces[self.piece][self.at : self.at + size - len(taken)]
            self.at += len(part)
            taken += part
        return taken

    def letters(self, count: int, flags: int) -> str:
        """Where letters go on in the next piece, that says anew how wide they are."""
        parts = []
        while count:
            if not self.left():
                self.step()
                flags = self.take(1)[0]
            width = 2 if flags & _WIDE else 1
            some = min(count, self.left() // width)
            if not some:
                raise ValueError("a letter is cut in two")
            parts.append(self.take(some * width).decode("utf-16-le" if width == 2 else "latin-1", "replace"))
            count -= some
        return "".join(parts)


def shown_texts(pieces: Sequence[bytes], font: Callable[[int], Look]) -> dict[int, str]:
    """By its number, each text that says something else than its letters. Raises ValueError for damage."""
    table = _Pieces(pieces)
    _, count = struct.unpack("<II", table.take(8))
    found = {}
    for number in range(count):
        length, flags = struct.unpack("<HB", table.take(3))
        rich = struct.unpack("<H", table.take(2))[0] if flags & _RICH else 0
        extra = struct.unpack("<I", table.take(4))[0] if flags & _EXTENDED else 0
        text = table.letters(length, flags)
        runs = [struct.unpack("<HH", table.take(4)) for _ in range(rich)]
        table.take(extra)
        looks = [(start, font(one)) for start, one in runs]
        if any(look.is_struck or look.is_raised for _, look in looks):
            found[number] = _shown(text, looks)
    return found


def _shown(text: str, looks: Sequence[tuple[int, Look]]) -> str:
    ends = [start for start, _ in looks[1:]] + [len(text)]
    parts = [text[: looks[0][0]]]
    for (start, look), end in zip(looks, ends, strict=True):
        part = text[start:end]
        parts.append("" if look.is_struck else raised(part) if look.is_raised else part)
    return "".join(parts)
