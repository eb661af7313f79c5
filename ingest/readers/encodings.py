"""Bytes of delimited text → UTF-8, strictly: an encoding is known, or the file is refused with those it could be.

Known is what a byte order mark or the contract says, UTF-8, and UTF-16 that betrays itself. A code page is never
guessed: each of them decodes almost any bytes, into nonsense.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from ingest.errors import Refused
from ingest.readers.byte_source import BLOCK, Source, blocks
from ingest.readers.text import encoding_of

_START = 1 << 16
# Code pages that partners' programs write; which one it is, only a person can say.
_CANDIDATES = ("windows-1252", "windows-1256", "iso-8859-6", "cp850", "mac-roman")
_SHOWN = 24


def strict_blocks(source: Source, encoding: str = "", size: int = BLOCK) -> Iterator[bytes]:
    """The text as blocks of UTF-8 without byte order mark. `encoding` is the contract's word, "" where it has none.

    Raises Refused("unreadable_file") for bytes that are no text in the encoding, and for another than agreed.
    """
    content = blocks(source, size)
    start = b""
    for block in content:
        start += block
        if len(start) >= _START:
            break
    found, mark = encoding_of(start)
    wanted = codecs.lookup(encoding).name if encoding else ""
    if wanted and not found.startswith(wanted.removesuffix("-sig")):
        _require_agreed(source, start, encoding, found if mark or found != "utf-8" else "")
        found = wanted
    pieces = _chained(start[mark:], content)
    if found == "utf-8":
        yield from _checked(source, pieces)
    else:
        yield from _decoded(source, pieces, found)


def _require_agreed(source: Source, start: bytes, agreed: str, found: str) -> None:
    """The file does not show by itself that it has another encoding than agreed."""
    if not found and not start.isascii():
        try:
            codecs.getincrementaldecoder("utf-8")().decode(start)
            found = "utf-8"
        except UnicodeDecodeError:
            return
    if found:
        raise Refused(
            "unreadable_file",
            f"{source.name}: the text is {found.upper()}, agreed is {agreed}. Save it as agreed, or agree anew so that "
            "the contract says so.",
        )


def _chained(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _checked(source: Source, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """UTF-8 as it is, cut between characters."""
    rest, lines, multibyte = b"", 0, False
    for piece in pieces:
        piece = rest + piece if rest else piece
        rest = b""
        if not piece.isascii():
            try:
                piece.decode("utf-8")
            except UnicodeDecodeError as error:
                if (
                    error.end < len(piece)
                    or len(piece) - error.start > 3
                    or "end of data" not in error.reason
                ):
                    raise _no_utf8(source, piece, error, lines, multibyte) from error
                rest = piece[error.start :]
                piece = piece[: error.start]
            multibyte = True
        lines += piece.count(b"\n")
        yield piece
    if rest:
        cut_short = UnicodeDecodeError("utf-8", rest, 0, len(rest), "unexpected end of data")
        raise _no_utf8(source, rest, cut_short, lines, multibyte)


def _decoded(source: Source, pieces: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 0
    try:
        for piece in pieces:
            text = decoder.decode(piece)
            lines += text.count("\n")
            yield text.encode("utf-8")
        yield decoder.decode(b"", final=True).encode("utf-8")
    except UnicodeError as error:
        raise Refused(
            "unreadable_file",
            f"{source.name}: after line {lines + 1} there are bytes that are no {encoding.upper()}. The file is "
            "damaged, cut short or of another encoding; save it anew as UTF-8 and send that.",
        ) from error


def _no_utf8(source: Source, piece: bytes, error: UnicodeDecodeError, lines: int, multibyte: bool) -> Refused:
    """The refusal of a text whose encoding nobody stated, with what its first such line says in each candidate."""
    begin = error.start
    while (
        begin and error.start - begin < _SHOWN and piece[begin - 1] < 128 and piece[begin - 1] not in b"\r\n"
    ):
        begin -= 1
    end = piece.find(b"\n", error.start)
    bad = piece[begin : min(end if end >= 0 else len(piece), error.start + _SHOWN)].strip(b"\r\n")
    line = lines + piece.count(b"\n", 0, error.start) + 1
    where = f"{source.name}, line {line}: the text is not UTF-8 (byte {piece[error.start]:02X})"
    if multibyte or any(lead in piece[: error.start] for lead in (b"\xe0", b"\xd8", b"\xd9", b"\xc3")):
        where += " although other lines are"
    return Refused(
        "unreadable_file",
        f"{where}, and nothing says what it is: {readings(bad) or 'it fits no usual code page'}. Save it as UTF-8 "
        "(in Excel: CSV UTF-8) and send that; or agree the encoding, so that the contract says `encoding:`.",
    )


def readings(bad: bytes) -> str:
    """What the bytes say in each code page that they could be of; nothing where they fit none."""
    read = {name: shown for name in _CANDIDATES if (shown := _as(bad, name))}
    return "; ".join(f"as {name} it says '{text}'" for name, text in read.items())


def _as(bad: bytes, encoding: str) -> str:
    """The bytes in an encoding, or nothing where it has no such letters."""
    try:
        text = bad.decode(encoding)
    except UnicodeDecodeError:
        return ""
    foreign = [character for character in text if ord(character) > 127]
    return text if sum(map(str.isprintable, foreign)) == len(foreign) else ""
