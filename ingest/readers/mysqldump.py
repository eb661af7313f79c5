"""MySQL and MariaDB dumps (mysqldump, phpMyAdmin) → chunks of text cells, streamed.

Which statements hold rows and which columns they fill; the bytes of the rows are `sql_values.py`'s business.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from ingest.errors import Refused
from ingest.readers import sql_stream
from ingest.readers.byte_source import BLOCK, Source, blocks
from ingest.readers.chunk import Chunk, batch, empty_batch, gathered
from ingest.readers.sql_stream import MYSQL, SqlStream
from ingest.readers.sql_values import read_values
from ingest.readers.sql_window import Values
from ingest.readers.text import utf8_blocks


@dataclass
class Tables:
    """What is known of a dump's tables so far: columns, records read, and which schema owns a name."""

    columns: dict[str, list[str]] = field(default_factory=dict)
    records: dict[str, int] = field(default_factory=dict)
    schemas: dict[str, str] = field(default_factory=dict)

    def name(self, schema: str, table: str) -> str:
        """The table's name; with its schema when another schema has a table of that name."""
        owner = self.schemas.get(table) or schema
        self.schemas[table] = owner
        return table if schema in (owner, "") else f"{schema}.{table}"

    def create(self, statement: tuple[str, str, list[str]] | None) -> None:
        """Note the columns of a CREATE TABLE."""
        if statement:
            schema, table, columns = statement
            self.columns[self.name(schema, table)] = columns

    def chunk(self, table: str, cells: pa.RecordBatch, source: Source) -> Chunk:
        """The next records of `table`, in the columns of its CREATE TABLE where there is one."""
        first = self.records.get(table, 0) + 1
        self.records[table] = first + cells.num_rows - 1
        rows = np.arange(first, first + cells.num_rows, dtype=np.int64)
        return Chunk(table, _arranged(cells, self.columns.get(table, [])), rows, False, file=source.member)

    def without_rows(self, source: Source) -> Iterator[Chunk]:
        """One chunk of no rows for each table that was created and never filled."""
        for table, columns in self.columns.items():
            if table not in self.records:
                yield Chunk(table, empty_batch(columns), np.empty(0, np.int64), False, file=source.member)


def _arranged(cells: pa.RecordBatch, columns: list[str]) -> pa.RecordBatch:
    """Cells in the created order; created columns that an INSERT leaves out are null."""
    names = cells.schema.names
    if not columns or names == columns:
        return cells
    order = columns + [name for name in names if name not in columns]
    nulls = pa.nulls(cells.num_rows, pa.string())
    return batch([cells.column(name) if name in names else nulls for name in order], order)


def read(source: Source, block_size: int = BLOCK) -> Iterator[Chunk]:
    """The tables of a dump, in pieces of about `block_size` bytes of text.

    Raises Refused("unreadable_file") for a damaged or cut-off dump, naming table and record.
    """
    return gathered(_chunks(source, block_size), block_size)


def _chunks(source: Source, block_size: int) -> Iterator[Chunk]:
    stream = SqlStream(source.name, utf8_blocks(blocks(source, block_size), repair=False), MYSQL)
    tables = Tables()
    while (word := sql_stream.next_statement(stream)) is not None:
        if word in (b"INSERT", b"REPLACE"):
            yield from inserted(stream, tables, source)
        else:
            tables.create(sql_stream.created_table(sql_stream.statement(stream), MYSQL))
    yield from tables.without_rows(source)


def inserted(stream: SqlStream, tables: Tables, source: Source) -> Iterator[Chunk]:
    """The rows of the INSERT at the stream's place and of those right behind it with the same header."""
    match = sql_stream.header(stream, sql_stream.INSERT)
    if match is None:
        raise Refused(
            "unreadable_file",
            f"{source.name}: an INSERT without VALUES can't be read: "
            f"'{bytes(stream.data[stream.pos : stream.pos + 80]).decode('utf-8', 'replace')}'. "
            "Export the data itself.",
        )
    table = tables.name(*sql_stream.table_name(match.group(1)))
    listed = sql_stream.column_list(match.group(2))
    line_end = b"\r\n" if stream.data[max(match.start() - 2, 0) : match.start()] == b"\r\n" else b"\n"
    separator = b"" if b"'" in match.group() else b";" + line_end + match.group()
    columns = listed or tables.columns.get(table, [])
    target = Values(table, columns, separator, tables.records.get(table, 0))
    stream.pos = match.end() - 1
    del match
    for cells in read_values(stream, target):
        if not listed:
            tables.columns.setdefault(table, cells.schema.names)
        yield tables.chunk(table, cells, source)
