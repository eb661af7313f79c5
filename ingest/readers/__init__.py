"""Delivered files of any supported format → tables of text cells, each record with its place in the file.

One module a format; the format is found by content. What the cells mean is left to contracts and cleaning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path

from ingest.readers import zipped
from ingest.readers.again import Known, ReadAgain
from ingest.readers.byte_source import Source, from_path
from ingest.readers.chunk import Chunk
from ingest.readers.pool import read_apart
from ingest.readers.sniff import kind_of
from ingest.readers.stumbles import refusals

__all__ = [
    "WHOLE", "Chunk", "Known", "ReadAgain", "import_apart", "read", "read_here", "read_source", "sniff",
]  # fmt: skip

_MODULES = {
    "mysqldump": "mysqldump",
    "pg_dump": "pg_dump",
    "xlsx": "spreadsheet",
    "xlsb": "spreadsheet",
    "xls": "spreadsheet",
    "ods": "spreadsheet",
    "xml_spreadsheet": "xml_spreadsheet",
    "html": "html",
    "delimited": "delimited",
}
# Formats that come as whole sheets or pages.
WHOLE = ("xlsx", "xlsb", "xls", "ods", "xml_spreadsheet", "html")
# Parsers of foreign make, which a file can end or fill the memory of, and dumps, whose statements may be of any length:
# in a process of their own. Delimited text is read in one pass over blocks of bytes; a process would cost half as much
# again.
_APART = ("mysqldump", "pg_dump", *WHOLE)


def sniff(path: Path) -> str:
    """The file's kind: "mysqldump", "pg_dump", "xlsx", "xlsb", "xls", "xml_spreadsheet", "ods", "html",
    "delimited" or "zip".

    Raises Refused ("empty_file", "wrong_format", "unreadable_file") and SangamError when there is no such
    file.
    """
    with refusals(path.name):
        return kind_of(from_path(path))


def read(
    path: Path, encoding: str = "", header: bool = True, known: Mapping[str, Known] | None = None
) -> Iterator[Chunk]:
    """The file's tables in file order, big ones in several chunks; without rows, one chunk of 0 rows.

    Of delimited text: `encoding` where it is agreed, and whether the first record is a `header`.
    A web page without tables gives nothing. Raises Refused("unreadable_file" | "empty_file" |
    "wrong_format") with a message that names the file and the remedy, SangamError without such a file.

    A big dump may say near its end that rows handed out before are void. It then raises ReadAgain: forget all chunks
    and read anew, with its `known` under its `name`.
    """
    with refusals(path.name):
        yield from read_source(from_path(path), encoding, header, known)


def read_source(
    source: Source, encoding: str = "", header: bool = True, known: Mapping[str, Known] | None = None
) -> Iterator[Chunk]:
    """As `read`, for bytes that are no file of their own."""
    kind = kind_of(source)
    if kind == "zip":
        yield from zipped.read(source, partial(read_source, encoding=encoding, header=header, known=known))
        return
    read = read_apart if kind in _APART and source.path else read_here
    yield from read(kind, source, encoding, header, (known or {}).get(source.name))


def read_here(
    kind: str,
    source: Source,
    encoding: str = "",
    header: bool = True,
    known: Known | None = None,
) -> Iterator[Chunk]:
    """The tables of a file of a kind, read by this process."""
    # A format's module and the library behind it are loaded when such a file is read: start-up.
    module = import_module(f"ingest.readers.{_MODULES[kind]}")
    if kind == "delimited":
        yield from module.read(source, encoding=encoding, header=header)
    elif kind in ("mysqldump", "pg_dump"):
        yield from module.read(source, known=known)
    else:
        yield from module.read(source)


def import_apart() -> None:
    """Load the modules of the formats that are read apart, before there is a file to read."""
    for kind in _APART:
        import_module(f"ingest.readers.{_MODULES[kind]}")
