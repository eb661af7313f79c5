"""MySQL and MariaDB dumps (mysqldump, phpMyAdmin) → chunks of text cells, streamed.

Which statements hold rows and which columns they fill; the bytes of the rows are `sql_values.py`'s business.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.readers import sql_names, sql_splitting, sql_statements, sql_stream
from ingest.readers.again import Known, ReadAgain
from ingest.readers.byte_source import BLOCK, Source, blocks
from ingest.readers.bytea import changed_bytes, plain_bytea
from ingest.readers.chunk import Chunk, gathered
from ingest.readers.dump_encoding import DumpBlocks
from ingest.readers.dump_tables import Tables
from ingest.readers.sql_stream import SqlStream
from ingest.readers.sql_tokens import MYSQL
from ingest.readers.sql_values import read_values
from ingest.readers.sql_window import Values


def read(source: Source, block_size: int = BLOCK, known: Known | None = None) -> Iterator[Chunk]:
    """The tables of a dump, in pieces of about `block_size` bytes of text.

    Raises Refused("unreadable_file") for a dump that is damaged, cut off or holds what can't be followed, naming line,
    table and record; ReadAgain where rows handed out turned out to be void (`known` then is its `known`).
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
    text = DumpBlocks(source.name, blocks(source, min(block_size, sql_stream.AT_ONCE)), MYSQL)
    stream = SqlStream(source.name, text, MYSQL)
    tables = Tables(stream, source, known)
    while (word := sql_stream.next_statement(stream)) is not None:
        if stream.ends.database:
            tables.database, stream.ends.database = stream.ends.database.decode("utf-8", "replace"), b""
        if word in (b"INSERT", b"REPLACE"):
            yield from inserted(stream, tables)
        else:
            sql_statements.take(sql_splitting.statement(stream), tables, stream)
    yield from tables.without_rows()


def _is_without_columns(stream: SqlStream, tables: Tables) -> bool:
    """Whether a row for a table without columns stands there, which is passed."""
    found = sql_names.DEFAULT_ROW.match(stream.data, stream.pos)
    if not found or tables.columns.get(tables.key(sql_names.names(found.group(1), stream.dialect))) != []:
        return False
    stream.pos = found.end()
    return True


def inserted(stream: SqlStream, tables: Tables) -> Iterator[Chunk]:
    """The rows of the INSERT at the stream's place and of those right behind it with the same header."""
    match = sql_stream.header(stream, sql_names.INSERT)
    if match is None and _is_without_columns(stream, tables):
        return
    if match is None or stream.delimiter.strip(b";"):
        raise stream.refused(
            f"an INSERT without VALUES can't be read: '{stream.shown()}'. Export the data itself."
        )
    key = tables.key(sql_names.names(match.group(1), stream.dialect))
    listed = sql_names.column_list(match.group(2), stream.dialect)
    columns = tables.columns_for_rows(key, listed)
    line_end = b"\r\n" if stream.data[max(match.start() - 2, 0) : match.start()] == b"\r\n" else b"\n"
    separator = b"" if b"'" in match.group() else b";" + line_end + match.group()
    created = {column.name: column for column in tables.columns.get(key, [])}
    kinds = [created[name].kind if name in created else "" for name in columns]
    target = Values(key[-1], columns, separator, tables.filled.get(key, 0), kinds)
    stream.pos = match.end() - 1
    del match
    for cells, unread in read_values(stream, target):
        if stream.dialect.is_mysql:
            unread = changed_bytes(cells, unread, [*created.values()], stream.recoded)
        yield from tables.chunks(key, *plain_bytea(cells, unread, [*created.values()]))
