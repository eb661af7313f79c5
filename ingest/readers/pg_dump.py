r"""PostgreSQL dumps in plain format (pg_dump) → chunks of text cells, streamed.

COPY blocks are parsed by Arrow, then columns with backslashes are unescaped as a whole. INSERTs (pg_dump
--inserts) go the way of `mysqldump.py`, without backslash escapes.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from ingest.errors import Refused
from ingest.readers import sql_stream
from ingest.readers.arrow_csv import CsvForm, WrongWidth, parse
from ingest.readers.byte_source import BLOCK, Source, blocks
from ingest.readers.chunk import Chunk, batch, empty_batch, gathered
from ingest.readers.copy_escapes import unescaped
from ingest.readers.mysqldump import Tables, inserted
from ingest.readers.sql_stream import POSTGRES, SqlStream
from ingest.readers.text import utf8_blocks

_LAYOUT = CsvForm("\t", None, nulls=("\\N",), skip_empty_lines=False)


def read(source: Source, block_size: int = BLOCK) -> Iterator[Chunk]:
    r"""The tables of a dump, in pieces of about `block_size` bytes of text.

    Raises Refused("unreadable_file") for a row that does not fit its columns and for a COPY block without
    its `\.`.
    """
    return gathered(_chunks(source, block_size), block_size)


def _chunks(source: Source, block_size: int) -> Iterator[Chunk]:
    stream = SqlStream(source.name, utf8_blocks(blocks(source, block_size), repair=False), POSTGRES)
    tables = Tables()
    while (word := sql_stream.next_statement(stream)) is not None:
        if word == b"INSERT":
            yield from inserted(stream, tables, source)
        elif word == b"COPY":
            yield from _copied(stream, tables, source)
        else:
            tables.create(sql_stream.created_table(sql_stream.statement(stream), POSTGRES))
    yield from tables.without_rows(source)


def _copied(stream: SqlStream, tables: Tables, source: Source) -> Iterator[Chunk]:
    match = sql_stream.header(stream, sql_stream.COPY)
    if match is None:
        raise stream.cut("within the head of a COPY block, or the block is none of text from stdin")
    table = tables.name(*sql_stream.table_name(match.group(1)))
    columns = sql_stream.column_list(match.group(2)) or tables.columns.get(table, [])
    tables.columns.setdefault(table, columns)
    stream.pos = match.end()
    del match
    finished = False
    while not finished:
        body, finished = _lines(stream, table)
        if body.size:
            columns = columns or [f"c{number}" for number in range(1, _width(body) + 1)]
            done = tables.records.get(table, 0)
            yield tables.chunk(table, _parsed(body, columns, source.name, table, done), source)


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


def _parsed(body: np.ndarray, columns: list[str], name: str, table: str, done: int) -> pa.RecordBatch:
    try:
        cells = parse(body, columns, _LAYOUT, line_breaks=False)
    except WrongWidth as error:
        raise Refused(
            "unreadable_file",
            f"{name}: table '{table}', record {done + error.record}: {error.found} values for "
            f"{error.expected} columns. The dump is damaged or was edited; export it again.",
        ) from error
    if not (body == ord("\\")).any():
        return cells
    return batch([unescaped(column) for column in cells.columns], columns) if columns else empty_batch([])
