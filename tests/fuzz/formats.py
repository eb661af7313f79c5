"""Records as files of every format the readers know, in tokens: a fault can hit the structure and not the values.

A format is a way to write tokens and a way to pack the text that they make.
"""

from __future__ import annotations

import gzip
import html
import io
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl

from ingest.samples.files.xls import write_xls
from tests import attacks

COLUMNS = ("id", "name", "amount", "note", "mark")
Record = tuple[str, ...]


@dataclass(frozen=True)
class Token:
    """A piece of a file. `record`: whose it is, where it is a record's; 0 is the header."""

    text: str
    kind: str  # value, or what a fault may hit: between, quote, record, word, frame
    record: int | None = None


@dataclass(frozen=True)
class Format:
    """One way to deliver the records."""

    name: str
    kind: str  # as the readers call it
    file: str
    write: Callable[[Sequence[Record]], Iterator[Token]] | None
    pack: Callable[[bytes], bytes] = bytes
    strays: tuple[str, ...] = ()  # what a fault may put between tokens
    ends: bool = True  # whether a file says where it ends
    whole: Callable[[Sequence[Record]], bytes] | None = None  # for formats without tokens


def marked(cells: Sequence[str]) -> Record:
    """A record of the cells, with a mark that fits no other."""
    return (*cells, f"k{zlib.crc32('|'.join(cells).encode()):08x}")


def _delimited(
    delimiter: str, end: str, *, quotes_all: bool
) -> Callable[[Sequence[Record]], Iterator[Token]]:
    def write(records: Sequence[Record]) -> Iterator[Token]:
        for number, record in enumerate([COLUMNS, *records]):
            for at, cell in enumerate(record):
                if at:
                    yield Token(delimiter, "between", number)
                is_quoted = quotes_all or any(letter in cell for letter in (delimiter, '"', "\n"))
                if is_quoted:
                    yield Token('"', "quote", number)
                yield Token(cell.replace('"', '""') if is_quoted else cell, "value", number)
                if is_quoted:
                    yield Token('"', "quote", number)
            yield Token(end, "record", number)

    return write


def _literal(cell: str, *, backslashes: bool) -> str:
    return (cell.replace("\\", "\\\\") if backslashes else cell).replace("'", "''")


def _values(records: Sequence[Record], head: str, *, backslashes: bool) -> Iterator[Token]:
    """INSERTs of two rows each."""
    for start in range(0, len(records), 2):
        for word in head.split(" "):
            yield Token(word, "word")
            yield Token(" ", "frame")
        rows = range(start, min(start + 2, len(records)))
        for row in rows:
            yield Token("," if row > start else "", "between")
            yield Token("(", "record", row + 1)
            for at, cell in enumerate(records[row]):
                yield Token("," if at else "", "between", row + 1)
                if COLUMNS[at] == "amount":
                    yield Token(cell, "value", row + 1)
                    continue
                yield Token("'", "quote", row + 1)
                yield Token(_literal(cell, backslashes=backslashes), "value", row + 1)
                yield Token("'", "quote", row + 1)
            yield Token(")", "record", row + 1)
        yield Token(";", "frame")
        yield Token("\n", "frame")


def _statement(text: str) -> Iterator[Token]:
    for at, word in enumerate(text.split(" ")):
        if at:
            yield Token(" ", "frame")
        yield Token(word, "word")


_TYPES = {"amount": "int"}


def _created(quote: str, name: str, text: str) -> str:
    columns = ", ".join(f"{quote}{column}{quote} {_TYPES.get(column, text)}" for column in COLUMNS)
    return f"CREATE TABLE {name} ({columns});\n"


def mysqldump(records: Sequence[Record]) -> Iterator[Token]:
    yield Token("-- MySQL dump 10.13  Distrib 8.0.26, for Linux (x86_64)\n--\n", "frame")
    yield Token("-- Host: localhost    Database: mis\n-- Server version\t8.0.26\n\n", "frame")
    yield from _statement("/*!40101 SET NAMES utf8mb4 */;\n")
    yield from _statement("DROP TABLE IF EXISTS `person`;\n")
    yield from _statement(_created("`", "`person`", "varchar(99)"))
    yield from _statement("LOCK TABLES `person` WRITE;\n")
    yield from _values(records, "INSERT INTO `person` VALUES", backslashes=True)
    yield from _statement("UNLOCK TABLES;\n")
    yield Token("-- Dump completed on 2021-07-08 12:00:00\n", "frame")


_PG_HEAD = (
    "--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 13.3\n-- Dumped by pg_dump version 13.3\n\n"
    "SET statement_timeout = 0;\nSET client_encoding = 'UTF8';\nSET standard_conforming_strings = on;\n\n"
)
_PG_TAIL = "\n--\n-- PostgreSQL database dump complete\n--\n\n"


def pg_inserts(records: Sequence[Record]) -> Iterator[Token]:
    yield from _statement(_PG_HEAD + _created("", "public.person", "text"))
    yield from _values(records, "INSERT INTO public.person VALUES", backslashes=False)
    yield Token(_PG_TAIL, "frame")


def pg_copy(records: Sequence[Record]) -> Iterator[Token]:
    yield from _statement(_PG_HEAD + _created("", "public.person", "text"))
    yield from _statement(f"COPY public.person ({', '.join(COLUMNS)}) FROM stdin;")
    yield Token("\n", "record")
    for number, record in enumerate(records, 1):
        for at, cell in enumerate(record):
            if at:
                yield Token("\t", "between", number)
            yield Token(cell.replace("\\", "\\\\"), "value", number)
        yield Token("\n", "record", number)
    yield Token("\\.", "record")
    yield Token("\n", "frame")
    yield Token(_PG_TAIL, "frame")


def page(records: Sequence[Record]) -> Iterator[Token]:
    for text in ("<html>", '<head><meta charset="utf-8"><title>Register</title></head>', "<body>", "<table>"):
        yield Token(text, "word")
    for number, record in enumerate([COLUMNS, *records]):
        yield Token("<tr>", "record", number)
        for cell in record:
            tag = "td" if number else "th"
            yield Token(f"<{tag}>", "between", number)
            yield Token(html.escape(cell), "value", number)
            yield Token(f"</{tag}>", "between", number)
        yield Token("</tr>", "record", number)
        yield Token("\n", "frame")
    for text in ("</table>", "</body>", "</html>"):
        yield Token(text, "word")


def sheet(records: Sequence[Record]) -> Iterator[Token]:
    """The XML of a sheet, texts within."""
    yield Token('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n', "frame")
    yield Token('<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">', "word")
    yield Token("<sheetData>", "word")
    for number, record in enumerate([COLUMNS, *records]):
        yield Token(f'<row r="{number + 1}">', "record", number)
        for at, cell in enumerate(record):
            place = f'r="{"ABCDE"[at]}{number + 1}"'
            is_number = number > 0 and COLUMNS[at] == "amount"
            yield Token(f"<c {place}>" if is_number else f'<c {place} t="inlineStr">', "between", number)
            yield Token("<v>" if is_number else "<is><t>", "quote", number)
            yield Token(html.escape(cell), "value", number)
            yield Token("</v>" if is_number else "</t></is>", "quote", number)
            yield Token("</c>", "between", number)
        yield Token("</row>", "record", number)
    for text in ("</sheetData>", "</worksheet>"):
        yield Token(text, "word")


def open_sheet(records: Sequence[Record]) -> Iterator[Token]:
    """The rows of an OpenDocument sheet."""
    for number, record in enumerate([COLUMNS, *records]):
        yield Token("<table:table-row>", "record", number)
        for at, cell in enumerate(record):
            is_number = number > 0 and COLUMNS[at] == "amount"
            kind = f'float" office:value="{cell}"' if is_number else 'string"'
            yield Token(f'<table:table-cell office:value-type="{kind}>', "between", number)
            yield Token("<text:p>", "quote", number)
            yield Token(html.escape(cell), "value", number)
            yield Token("</text:p>", "quote", number)
            yield Token("</table:table-cell>", "between", number)
        yield Token("</table:table-row>", "record", number)


def _book() -> list[tuple[str, bytes]]:
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    with zipfile.ZipFile(out) as parts:
        return [(name, parts.read(name)) for name in parts.namelist()]


_PARTS = _book()


def in_workbook(xml: bytes) -> bytes:
    return attacks.packed((name, xml if name.endswith("sheet1.xml") else part) for name, part in _PARTS)


def in_open_document(rows: bytes) -> bytes:
    return attacks.ods(rows.decode("utf-8", "replace"))


def in_zip(content: bytes) -> bytes:
    return attacks.packed([("person.csv", content)])


def old_workbook(records: Sequence[Record]) -> bytes:
    amount = COLUMNS.index("amount")
    rows = [[int(cell) if at == amount else cell for at, cell in enumerate(record)] for record in records]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.xls")
        write_xls(path, "person", [list(COLUMNS), *rows])
        return path.read_bytes()


_TAGS = (
    "<td>", "</td>", "<tr>", "</tr>", "<table>", "</table>", "<!--", "-->", "<script>", "</script>", "<style>",
    "<b>", "</p>", "<div>", "<title>", "<textarea>", "<select>", "<template>", "<svg>", "<tbody>", "<caption>", "<",
)  # fmt: skip
_XML_STRAYS = ("<row>", "</c>", "<!--", "-->", "<![CDATA[", "</row>", "<c>", "</sheetData>", "&", "<")
_SQL_STRAYS = ("'", '"', "`", "(", ")", ";", ",", "/*", "*/", "-- ", "\\", "$$", "\n", "NULL", "#")
_COPY_STRAYS = ("\t", "\n", "\\.\n", "\\", "\\N", ";", "'")


def _text(
    name: str, delimiter: str, end: str, pack: Callable[[bytes], bytes] = bytes, *, quotes_all: bool = False
) -> Format:
    kind, file = ("zip", "person.zip") if name == "zip" else ("delimited", "person.csv")
    write = _delimited(delimiter, end, quotes_all=quotes_all)
    return Format(name, kind, file, write, pack, ('"', delimiter, "\n", "\r", "\x00"), ends=False)


def _gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


FORMATS = (
    _text("delimited ,", ",", "\r\n"),
    _text("delimited ; quoted", ";", "\n", quotes_all=True),
    _text("delimited tab", "\t", "\n"),
    _text("delimited |", "|", "\r\n"),
    _text("gzip", ",", "\r\n", _gzipped),
    _text("zip", ",", "\r\n", in_zip),
    Format("mysqldump", "mysqldump", "person.sql", mysqldump, strays=_SQL_STRAYS),
    Format("mysqldump gzip", "mysqldump", "person.sql", mysqldump, _gzipped, _SQL_STRAYS),
    Format("pg_dump", "pg_dump", "person.sql", pg_copy, strays=_COPY_STRAYS),
    Format("pg_dump inserts", "pg_dump", "person.sql", pg_inserts, strays=_SQL_STRAYS),
    Format("html", "html", "person.xls", page, strays=_TAGS),
    Format("xlsx", "xlsx", "person.xlsx", sheet, in_workbook, _XML_STRAYS),
    Format("ods", "ods", "person.ods", open_sheet, in_open_document, _XML_STRAYS),
    Format("xls", "xls", "person.xls", None, whole=old_workbook),
)
