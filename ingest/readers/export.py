"""Any supported file → RFC 4180 text, as `sangam read` prints it, streamed.

Cells go out as they were read: no contract, no cleaning, no header made up for sheets and web pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TextIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.errors import SangamError
from ingest.readers import WHOLE, Known, ReadAgain, read, sniff
from ingest.readers.ahead import ahead
from ingest.readers.chunk import Chunk
from ingest.readers.oddities import Oddities

_ROWS_AT_ONCE = 50_000
_QUOTED = (b'"', b",", b"\r", b"\n")
_NOT_PRINTED = {
    "hidden_not_read": "the page hides cells that have text, or has them outside its tables; they are not printed."
}


class _Held(NamedTuple):
    """What a file holds of a table."""

    columns: list[str]
    records: int


def to_csv(
    path: Path,
    table: str | None,
    out: TextIO,
    *,
    encoding: str = "",
    header: bool = True,
    tell: Callable[[str], None] = lambda _: None,
) -> None:
    """Write one table of the file at `path` to `out` as RFC 4180 (comma, CRLF, quotes where needed), and `tell` what a
    person should know of it, and which of the file's tables hold no record.

    Without `table` the file must hold exactly one. Tables are named by their name, or "member/name" in a
    zip. A header stands as it is delivered, without `header` every record is one; what a record has beyond the header
    is written, too. Raises SangamError naming the tables when none or several could be meant, Refused for a file that
    can't be read.
    """
    kind = sniff(path)
    known, chunks = _read(path, kind, encoding, header)
    if kind != "delimited":
        table = _named(path, table, known)
    columns: list[str] | None = None
    oddities = Oddities()
    for chunk in chunks:
        if table not in (None, chunk.table, chunk.full_name, f"{chunk.file}/{chunk.table}"):
            continue
        if columns is None:
            name = _name(chunk, known)
            columns = known[name].columns if name in known else chunk.cells.schema.names
            if header and not chunk.is_grid:
                _write(out, [pa.array([name]) for name in chunk.labels or columns])
            oddities.begin(chunk)
        cells = filled(chunk) if kind == "html" else chunk.cells
        _write_records(out, cells, len(columns), chunk.beyond)
        oddities.note(chunk)
        _tell_hidden(chunk, tell)
    if columns is None:
        raise SangamError(
            f"{path.name}: there is no table '{table}'. {_listing(known or _tables(path, encoding, {}))}"
        )
    for line in (*oddities.told(), *_unfilled(known)):
        tell(line)


def _unfilled(known: Mapping[str, _Held]) -> list[str]:
    names = [name for name, held in known.items() if not held.records]
    return [f"Without a record: {', '.join(names)}."] if names else []


def _read(path: Path, kind: str, encoding: str, header: bool) -> tuple[dict[str, _Held], Iterable[Chunk]]:
    """The tables of the file with their columns, as far as they have to be known before, and what is read."""
    if kind == "delimited":  # one table
        return {}, ahead(read(path, encoding, header), path.name)
    if kind in WHOLE:  # whole sheets, which limits hold in bounds: read once
        chunks = list(read(path))
        return _listed(chunks), chunks
    dumps: dict[str, Known] = {}
    return _tables(path, encoding, dumps), ahead(read(path, encoding, header, dumps), path.name)


def _tell_hidden(chunk: Chunk, tell: Callable[[str], None]) -> None:
    for code in sorted({mark.code for mark in chunk.marks} & _NOT_PRINTED.keys()):
        tell(f"{chunk.table}: {_NOT_PRINTED[code]}")


def _named(path: Path, table: str | None, known: Collection[str]) -> str:
    """The one table that is meant."""
    if table is None:
        if len(known) != 1:
            raise SangamError(
                f"{path.name}: {_listing(known)}" + (" Name one with --table." if known else "")
            )
        return next(iter(known))
    if table not in known and sum(name.endswith(f".{table}") for name in known) > 1:
        raise SangamError(
            f"{path.name}: there are several tables '{table}'. {_listing(known)} Name one with --table."
        )
    return table


def _write_records(
    out: TextIO, cells: pa.RecordBatch, width: int, beyond: Mapping[int, Sequence[str]]
) -> None:
    """Records with at least `width` cells each: a table's later parts may have fewer columns."""
    blank = [pa.nulls(cells.num_rows, pa.string())] * (width - cells.num_columns)
    columns = [*cells.columns, *blank]
    for start, stop in _runs(cells.num_rows, beyond):
        more = [pa.array([cell]) for cell in beyond.get(start, ())]
        _write(out, [column.slice(start, stop - start) for column in columns] + more)


def _runs(count: int, beyond: Mapping[int, object]) -> Iterator[tuple[int, int]]:
    """Records that are written together: some thousands, and each that has cells of its own beyond the header."""
    start = 0
    for place in [*sorted(beyond), count]:
        while start < place:
            yield start, min(start + _ROWS_AT_ONCE, place)
            start = min(start + _ROWS_AT_ONCE, place)
        if place < count:
            yield place, place + 1
            start = place + 1


def _tables(path: Path, encoding: str, dumps: dict[str, Known]) -> dict[str, _Held]:
    """The tables of the file.

    Of dumps that have to be read with what is known of their end, that is put into `dumps`.
    """
    while True:
        try:
            return _listed(read(path, encoding, known=dumps))
        except ReadAgain as again:
            dumps[again.name] = again.known


def _listed(chunks: Iterable[Chunk]) -> dict[str, _Held]:
    """Their tables, each by its name, and its full name where others share it."""
    found: dict[tuple[str, str], _Held] = {}
    for chunk in chunks:
        before = found.get((chunk.table, chunk.full_name), _Held([], 0)).records
        found[chunk.table, chunk.full_name] = _Held(chunk.cells.schema.names, before + chunk.cells.num_rows)
    alone = Counter(table for table, _ in found)
    return {full if alone[table] > 1 else table: held for (table, full), held in found.items()}


def _name(chunk: Chunk, known: Collection[str]) -> str:
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
    columns = [_quoted(pc.fill_null(column, "") if column.null_count else column) for column in cells]
    if len(columns) == 1:
        columns = [pc.if_else(pc.equal(columns[0], ""), '""', columns[0])]
    last = pc.binary_join_element_wise(columns[-1], "", "\r\n")
    out.write(str(_data(pc.binary_join_element_wise(*columns[:-1], last, ",")), "utf-8"))


def _quoted(column: pa.Array) -> pa.Array:
    data = bytes(_data(column))
    if not any(mark in data for mark in _QUOTED):
        return column
    special = pc.match_substring_regex(column, '[",\r\n]')
    doubled = pc.replace_substring(column, '"', '""')
    return pc.if_else(special, pc.binary_join_element_wise('"', doubled, '"', ""), column)


def _data(column: pa.Array) -> memoryview:
    """The bytes of all cells, one after the other."""
    _, offsets, data = column.buffers()
    if data is None:
        return memoryview(b"")
    ends = np.frombuffer(offsets, np.int32)
    return memoryview(data)[ends[column.offset] : ends[column.offset + len(column)]]
