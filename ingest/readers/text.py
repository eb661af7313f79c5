"""Bytes of text files → UTF-8: byte order marks, UTF-16 with and without one, Windows-1252 letters.

Only encodings; what the text means is left to the formats.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


_CP1252 = {
    byte: bytes([byte]).decode("cp1252")
    for byte in range(0x80, 0xA0)
    if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no UTF-8 read as Windows-1252, its five gaps as Latin-1: no byte gets lost."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1").translate(_CP1252), error.end


codecs.register_error("sangam-cp1252", _as_cp1252)


def to_utf8(content: bytes) -> bytes:
    """UTF-8 stays; whatever is no UTF-8 is taken for Windows-1252."""
    return content.decode("utf-8", "sangam-cp1252").encode("utf-8")


def encoding_of(start: bytes) -> tuple[str, int]:
    """Encoding of a text file by its first bytes, and the length of its byte order mark."""
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name, len(mark)
    return _utf16_without_mark(start) or "utf-8", 0


def _utf16_without_mark(start: bytes) -> str | None:
    """UTF-16 betrays itself by zero bytes on one side of most pairs (delimiters, digits, line breaks)."""
    sample = start[: len(start) // 2 * 2][:65536]
    pairs = len(sample) // 2
    if pairs < 2:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    for name, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if zeros >= pairs * 0.1 and others <= zeros * 0.05:
            try:
                text = codecs.getincrementaldecoder(name)().decode(sample)
            except UnicodeDecodeError:
                continue
            if any(character in text for character in ",;\t|\n"):
                return name
    return None


def utf8_blocks(content: Iterable[bytes], repair: bool = True) -> Iterator[bytes]:
    """Blocks of any text file as blocks of UTF-8 without byte order mark.

    `repair` reads stray bytes as Windows-1252; without it they are passed on as they are (dumps may hold
    blobs).
    """
    blocks = iter(content)
    start = b""
    for block in blocks:
        start += block
        if len(start) >= 4096:
            break
    encoding, mark = encoding_of(start)
    first = start[mark:]
    if encoding == "utf-8" and not repair:
        yield first
        yield from blocks
        return
    errors = "sangam-cp1252" if encoding == "utf-8" else "replace"
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    yield decoder.decode(first).encode("utf-8")
    for block in blocks:
        yield decoder.decode(block).encode("utf-8")
    yield decoder.decode(b"", final=True).encode("utf-8")
