"""Whether the tags of an XML part are balanced: parsers that are made for speed read on where an end is missing."""

from __future__ import annotations

import zipfile
from xml.parsers import expat

import numpy as np

_PIECE = 1 << 18
_LESS, _SLASH, _GREATER = b"</>"
_APART = np.frombuffer(b"?!", np.uint8)


class Tags:
    """Counts the tags of a part that is read in pieces."""

    def __init__(self) -> None:
        self._open = 0
        self._last = b""

    def count(self, piece: bytes) -> None:
        """Count those of the next piece."""
        letters = np.frombuffer(self._last + piece, np.uint8)
        self._last = piece[-1:]
        first, second = letters[:-1], letters[1:]
        begins, closes = first == _LESS, second == _SLASH
        apart = begins & ((second == _APART[0]) | (second == _APART[1]))
        ends = np.count_nonzero(begins & closes)
        alone = np.count_nonzero((first == _SLASH) & (second == _GREATER))
        self._open += int(np.count_nonzero(begins) - np.count_nonzero(apart) - 2 * ends - alone)

    @property
    def are_even(self) -> bool:
        """Whether as many elements begin as end. Text may hold "/>", so that a part that is not even may be sound."""
        return self._open == 0


def insist(parts: zipfile.ZipFile, part: str) -> None:
    """Raises zipfile.BadZipFile, which names the line, where the part is no well-formed XML."""
    parser = expat.ParserCreate()
    try:
        with parts.open(part) as stream:
            while piece := stream.read(_PIECE):
                parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise zipfile.BadZipFile(f"{part}: {error}") from error
