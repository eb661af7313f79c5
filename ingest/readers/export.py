"""Any supported file → RFC 4180 text, as `sangam read` prints it, streamed.

Cells go out as they were read: no contract, no cleaning, no header made up for sheets and web pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import TextIO

import pyarrow as pa
import pyarrow.compute as pc

from ingest.errors import SangamError
from ingest.readers import Known, ReadAgain, read, sniff
from ingest.readers.chunk import Chunk

_ROWS_AT_ONCE = 50_000


def to_csv(path: Path, table: str | None, out: TextIO) -> None:
    """Write one table of the file at `path` to `out` as RFC 4180 (comma, CRLF, quotes where needed).

    Without `table` the file must hold exactly one. Tables are named by their name, or "member/name" in a
    zip. Raises SangamError naming the tables when none or several could be meant, Refused for a file that
    can't be read.
    """
    kind = sniff(path)
    dumps: dict[str, Known] = {}
    known = (
        _tables(path, dumps) if table is None or kind in ("delimited", "zip", "mysqldump", "pg_dump") else {}
    )
    if table is None:
        if len(known) != 1:
            raise SangamError(
                f"{path.name}: {_listing(known)}" + (" Name one with --table." if known else "")
            )
        table = next(iter(known))
    columns: list[str] | None = None
    if table not in known and sum(name.endswith(f".{table}") for name in known) > 1:
        raise SangamError(
            f"{path.name}: there are several tables '{table}'. {_listing(known)} Name one with --table."
        )
    for chunk in read(path, dumps):
        if table not in (chunk.table, chunk.full_name, f"{chunk.file}/{chunk.table}"):
            continue
        if columns is None:
            columns = known.get(_name(chunk, known), chunk.cells.schema.names)
            if not chunk.is_grid:
                _write(out, [pa.array([name]) for name in columns])
        cells = filled(chunk) if kind == "html" else chunk.cells
        blank = [pa.nulls(cells.num_rows, pa.string())] * (len(columns) - cells.num_columns)
        for start in range(0, cells.num_rows, _ROWS_AT_ONCE):
            _write(out, [column.slice(start, _ROWS_AT_ONCE) for column in cells.columns + blank])
    if columns is None:
        raise SangamError(f"{path.name}: there is no table '{table}'. {_listing(_tables(path, {}))}")


def _tables(path: Path, dumps: dict[str, Known]) -> dict[str, list[str]]:
    """The tables of the file with their columns; a ragged CSV may get more of them in later chunks.

    Of dumps that have to be read with what is known of their end, that is put into `dumps`.
    """
    while True:
        found: dict[tuple[str, str], list[str]] = {}
        try:
            for chunk in read(path, dumps):
                found[chunk.table, chunk.full_name] = chunk.cells.schema.names
            break
        except ReadAgain as again:
            dumps[again.name] = again.known
    alone = Counter(table for table, _ in found)
    return {full if alone[table] > 1 else table: columns for (table, full), columns in found.items()}


def _name(chunk: Chunk, known: dict[str, list[str]]) -> str:
    return chunk.full_name if chunk.full_name in known else chunk.table


def _listing(tables: Collection[str]) -> str:
    if not tables:
        return "the file holds no table."
    count = "one table" if len(tables) == 1 else f"{len(tables)} tables"
    return f"It holds {count}: {', '.join(tables)}."


def filled(chunk: Chunk) -> pa.RecordBatch:
    """The chunk's cells, each merged range's value in all its cells, so that nothing shifts."""
    columns = [column.to_pylist() for column in chunk.cells.columns]
    for top, left, bottom, right in chunk.spans:
        value = columns[left][top]
        for column in columns[left : right + 1]:
            column[top : bottom + 1] = [value] * (bottom - top + 1)
    return pa.RecordBatch.from_arrays(
        [pa.array(column, pa.string()) for column in columns], names=chunk.cells.schema.names
    )


def _write(out: TextIO, cells: list[pa.Array]) -> None:
    """Records as lines: quotes around cells with a comma, quote or line break, and a lone empty one."""
    if not cells or not len(cells[0]):
        return
    columns = [_quoted(pc.fill_null(column, "")) for column in cells]
    if len(columns) == 1:
        columns = [pc.if_else(pc.equal(columns[0], ""), '""', columns[0])]
    lines = pc.binary_join_element_wise(*columns, ",")
    out.write("\r\n".join(lines.to_pylist()) + "\r\n")


def _quoted(column: pa.Array) -> pa.Array:
    special = pc.match_substring_regex(column, '[",\r\n]')
    if not pc.any(special).as_py():
        return column
    doubled = pc.replace_substring(column, '"', '""')
    return pc.if_else(special, pc.binary_join_element_wise('"', doubled, '"', ""), column)
