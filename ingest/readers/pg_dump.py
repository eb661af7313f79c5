r"""PostgreSQL dumps in plain format (pg_dump) → chunks of text cells, streamed.

COPY blocks are parsed by Arrow, then columns with backslashes are unescaped as a whole. INSERTs (pg_dump
--inserts) go the way of `mysqldump.py`, without backslash escapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from ingest.errors import Refused
from ingest.readers import sql_names, sql_splitting, sql_statements, sql_stream
from ingest.readers.again import Known, ReadAgain
from ingest.readers.arrow_csv import CsvForm, WrongWidth, parse_with_blobs
from ingest.readers.byte_source import BLOCK, Source, blocks
from ingest.readers.bytea import plain_bytea
from ingest.readers.chunk import Chunk, batch, empty_batch, gathered
from ingest.readers.copy_escapes import unescaped
from ingest.readers.dump_encoding import DumpBlocks
from ingest.readers.dump_tables import Tables
from ingest.readers.mysqldump import inserted
from ingest.readers.sql_stream import SqlStream
from ingest.readers.sql_tokens import POSTGRES

_LAYOUT = CsvForm("\t", None, nulls=("\\N",), skip_empty_lines=False)
_CONNECT = re.compile(
    rb"\\(?:c|connect)\s+(?:-reuse-previous=\w+\s+)?(?:\"((?:[^\"]|\"\")+)\"|'([^']+)'|([^\s\"']+))"
)
_HARMLESS_COMMAND = re.compile(
    rb"\\(?:echo|set|unset|encoding|pset|timing|qecho|warn)\b|\\(?:un)?restrict\s+\w+"
)
_BLOCK_HEAD = re.compile(
    rb"^COPY [^\n]* FROM stdin;\r?$|^-- (?:Data for )?Name: [^\n]*; Type: ", re.MULTILINE
)


def read(source: Source, block_size: int = BLOCK, known: Known | None = None) -> Iterator[Chunk]:
    r"""The tables of a dump, in pieces of about `block_size` bytes of text.

    Raises as `mysqldump.read`, and Refused for a COPY block without its `\.`.
    """
    handed = False
    try:
        for chunk in gathered(_chunks(source, known, block_size), block_size):
            handed = True
            yield chunk
    except ReadAgain as again:
        if handed:
            raise
        yield from gathered(_chunks(source, again.known, block_size), block_size)


def _chunks(source: Source, known: Known | None, block_size: int) -> Iterator[Chunk]:
    text = DumpBlocks(source.name, blocks(source, min(block_size, sql_stream.AT_ONCE)), POSTGRES)
    stream = SqlStream(source.name, text, POSTGRES)
    tables = Tables(stream, source, known)
    while (word := sql_stream.next_statement(stream)) is not None:
        if word == b"INSERT":
            yield from inserted(stream, tables)
        elif word == b"COPY":
            yield from _copied(stream, tables, source)
        elif word == b"\\":
            _command(stream, tables)
        else:
            sql_statements.take(sql_splitting.statement(stream), tables, stream)
    yield from tables.without_rows()


def _command(stream: SqlStream, tables: Tables) -> None:
    """A line that psql itself follows: another database; anything that is no data."""
    at = stream.line
    text = sql_stream.line(stream)
    if connect := _CONNECT.match(text):
        name = (connect.group(1) or connect.group(2) or connect.group(3)).decode("utf-8", "replace")
        named = re.search(r"dbname\s*=\s*'?((?:[^'\s\\]|\\.)+)", name)
        tables.database = re.sub(r"\\(.)", r"\1", named.group(1)) if named else name
        tables.path = ("public",)
    elif not _HARMLESS_COMMAND.match(text):
        words = stream.shown(text)
        raise stream.refused(
            f"nobody here knows the command '{words}', or the head of its COPY is lost. Export the dump again.",
            at,
        )


def _copied(stream: SqlStream, tables: Tables, source: Source) -> Iterator[Chunk]:
    match = sql_stream.header(stream, sql_names.COPY)
    if match is None:
        if b";" not in stream.data[stream.pos :] and stream.ended:
            raise stream.cut("within the head of a COPY block")
        raise stream.refused(
            f"this COPY is none of text from stdin: '{stream.shown()}'. Export the dump again with pg_dump."
        )
    key = tables.key(sql_names.names(match.group(1), stream.dialect))
    columns = tables.columns_for_rows(key, sql_names.column_list(match.group(2), stream.dialect), copied=True)
    has_columns = key in tables.columns or bool(match.group(2))
    stream.pos = match.end()
    del match
    finished = False
    while not finished:
        at = stream.line
        body, finished = _lines(stream, key[-1])
        if body.size and (columns or not has_columns):
            if not has_columns:
                columns, has_columns = [f"c{number}" for number in range(1, _width(body) + 1)], True
            if len(columns) < 2 and (head := _BLOCK_HEAD.search(body.tobytes())):
                line = at + body[: head.start()].tobytes().count(b"\n")
                raise stream.refused(r"a COPY block begins within another one: the line '\.' is lost.", line)
            cells, unread = _parsed(body, columns, source.name, key[-1], tables.filled.get(key, 0), at)
            yield from tables.chunks(key, *plain_bytea(cells, unread, tables.columns.get(key, [])))


def _lines(stream: SqlStream, table: str) -> tuple[np.ndarray, bool]:
    r"""The whole lines at the stream's place, and whether the `\.` that ends the block was met and passed."""
    data, pos = stream.data, stream.pos
    end = pos if data.startswith(b"\\.", pos) else data.find(b"\n\\.", pos) + 1
    if end or data.startswith(b"\\.", pos):
        line_end = data.find(b"\n", end)
        if line_end < 0 and stream.more():
            return np.empty(0, np.uint8), False
        stream.pos += (line_end + 1 if line_end >= 0 else len(data)) - pos
        return np.frombuffer(bytes(data[pos:end]), np.uint8), True
    stop = max(data.rfind(b"\n") + 1, pos)
    stream.pos = stop
    if not stream.more():
        raise stream.cut(rf"within the rows of table '{table}', before their closing line '\.'")
    return np.frombuffer(bytes(data[pos:stop]), np.uint8), False


def _width(body: np.ndarray) -> int:
    return body[: int(np.argmax(body == 10))].tobytes().count(b"\t") + 1


def _parsed(
    body: np.ndarray, columns: list[str], name: str, table: str, done: int, line: int
) -> tuple[pa.RecordBatch, dict[str, str]]:
    try:
        cells, unread = parse_with_blobs(body, columns, _LAYOUT, line_breaks=False)
    except WrongWidth as error:
        raise Refused(
            "unreadable_file",
            f"{name}, line {line + error.record - 1}: table '{table}', record {done + error.record}: {error.found} "
            f"values for {error.expected} columns. The dump is damaged or was edited; export it again.",
        ) from error
    if not (body == ord("\\")).any():
        return cells, unread
    return batch([unescaped(column) for column in cells.columns], columns) if columns else empty_batch(
        []
    ), unread
