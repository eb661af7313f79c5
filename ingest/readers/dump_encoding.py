"""The encoding of a dump's text, as the dump itself names it: `SET client_encoding`, `SET NAMES`. → UTF-8."""

from __future__ import annotations

import codecs
import itertools
import re
from collections.abc import Iterable, Iterator

from ingest.errors import Refused
from ingest.readers.sql_tokens import Dialect
from ingest.readers.text import utf8_blocks

_HEAD = 1 << 16
_NAMED = re.compile(rb"\bSET\s+(?:client_encoding\s*(?:=|TO)\s*|NAMES\s+)['\"]?([\w-]+)", re.IGNORECASE)
_AS_IT_IS = {"utf8", "utf8mb3", "utf8mb4", "unicode", "sqlascii", "binary", "default"}
# The databases' names where Python has other ones; MySQL's latin1 is Windows-1252.
_PYTHON = {"latin1": "latin-1", "win": "cp1251", "sjis": "cp932", "ucs2": "utf-16-be", "euccn": "gb2312"}
_PYTHON_MYSQL = {
    "latin1": "cp1252",
    "ascii": "ascii",
    "tis620": "tis-620",
    "latin2": "iso8859-2",
    "latin5": "iso8859-9",
}


class DumpBlocks:
    """The dump's bytes as UTF-8; bytes that are none stay as they are (dumps may hold blobs).

    `recoded`: they were in another encoding, blobs too. Iterating raises Refused for an encoding that nobody knows, and
    for bytes that the named one does not have.
    """

    def __init__(self, name: str, blocks: Iterable[bytes], dialect: Dialect) -> None:
        self.recoded = False
        self._utf8 = self._decoded(name, blocks, dialect)

    def __iter__(self) -> Iterator[bytes]:
        return self._utf8

    def _decoded(self, name: str, blocks: Iterable[bytes], dialect: Dialect) -> Iterator[bytes]:
        first, whole = _head(utf8_blocks(blocks, repair=False))
        named = _NAMED.search(first)
        folded = re.sub(r"[-_]", "", named.group(1).decode().lower()) if named else "utf8"
        if folded in _AS_IT_IS:
            yield from whole
            return
        decoder = _codec(name, folded, dialect)
        self.recoded = True
        try:
            for block in whole:
                yield decoder.decode(block).encode("utf-8")
            yield decoder.decode(b"", final=True).encode("utf-8")
        except UnicodeDecodeError as error:
            raise Refused(
                "unreadable_file",
                f"{name}: the dump says that it is in {folded}, and has bytes that are none. Export it in UTF-8.",
            ) from error


def _head(utf8: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes, within which a dump names its encoding, and all of them."""
    first: list[bytes] = []
    for block in utf8:
        first.append(block)
        if sum(map(len, first)) >= _HEAD:
            break
    return b"".join(first)[:_HEAD], itertools.chain(first, utf8)


def _codec(name: str, folded: str, dialect: Dialect) -> codecs.IncrementalDecoder:
    python = (_PYTHON_MYSQL if dialect.is_mysql else {}).get(folded) or _PYTHON.get(folded, folded)
    python = re.sub(r"^win(?=\d)", "cp", python)
    try:
        return codecs.getincrementaldecoder(python)("strict")
    except LookupError as error:
        raise Refused(
            "unreadable_file",
            f"{name}: nobody here knows the encoding '{folded}' that the dump says it is in. Export it in UTF-8.",
        ) from error
