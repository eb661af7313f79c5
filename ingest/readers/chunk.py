"""The table of text cells that every reader yields, each record with its place in the file.

No format is known here; see the module of each format.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import pyarrow as pa

Span = tuple[int, int, int, int]


class Mark(NamedTuple):
    """Something that the cells of a grid do not say: a reason code, and where.

    `row`: the row a person sees, or None for all; `column`: 0-based position, or None for the row or the sheet.
    """

    code: str
    row: int | None = None
    column: int | None = None


@dataclass(frozen=True)
class Chunk:
    """A piece of one table, all cells text.

    `table`: dump table without its schema, CSV name without ending, sheet name, or "table1", "table2" … for
    HTML. `cells`: all columns `pa.string()`; SQL NULL and empty cells of sheets and web pages are null.
    `rows`: int64, per record the row a person sees in the file: sheet row, first line number of a CSV record,
    ordinal of the `<tr>` on the page; for dumps the 1-based number of the record in its table.
    `is_grid`: columns are "A", "B", … and the header is still among the rows (sheets, web pages).
    `spans`: merged ranges of a grid (first row, first column, last row, last column), 0-based within `cells`;
    only the first cell holds the value.
    `heading`: nearest heading before a web page's table. `file`: member name inside a zip.
    `marks`: what is hidden, and formulas without a result, of a workbook's sheet.
    Delimited text: `labels`: the header as it stands, where its names had to be made unique. `above`: title lines
    above it. `doubts`: by position in `cells`, why a record cannot be trusted (a reason code). `beyond`: by position,
    the cells of a record that the header has no column for. `remarks`: what is odd about the header, and on which line.
    `within`: database, and schema for PostgreSQL, that a dump's table lies in; `rivals`: those of other tables of its
    name, as far as known. `unread`: columns whose values the file does not have as text, and what it has instead.
    """

    table: str
    cells: pa.RecordBatch
    rows: np.ndarray
    is_grid: bool
    spans: tuple[Span, ...] = ()
    heading: str = ""
    file: str = ""
    marks: tuple[Mark, ...] = ()
    labels: tuple[str, ...] = ()
    above: tuple[str, ...] = ()
    doubts: Mapping[int, str] = field(default_factory=dict)
    beyond: Mapping[int, Sequence[str]] = field(default_factory=dict)
    remarks: tuple[tuple[str, int], ...] = ()
    within: tuple[str, ...] = ()
    rivals: tuple[tuple[str, ...], ...] = ()
    unread: dict[str, str] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        """The table's name with its database and schema."""
        return ".".join(part for part in (*self.within, self.table) if part)


def batch(columns: list[pa.Array], names: list[str]) -> pa.RecordBatch:
    """A record batch of text columns; `names` may be empty only when `columns` is."""
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema([(name, pa.string()) for name in names]))


def empty_batch(names: Iterable[str]) -> pa.RecordBatch:
    """A record batch with these text columns and no record."""
    kept = list(names)
    return batch([pa.array([], pa.string()) for _ in kept], kept)


def gathered(chunks: Iterable[Chunk], size: int) -> Iterator[Chunk]:
    """The same records with small chunks of one table joined, while at most about `size` bytes wait.

    Dumps may hold an INSERT a row, and rows of several tables in turn.
    """
    waiting: dict[tuple[str, ...], list[Chunk]] = {}
    held = 0
    for chunk in chunks:
        waiting.setdefault((*chunk.within, chunk.table, *chunk.cells.schema.names), []).append(chunk)
        held += chunk.cells.nbytes
        if held >= size:
            yield from map(_joined, waiting.values())
            waiting, held = {}, 0
    yield from map(_joined, waiting.values())


def _joined(chunks: list[Chunk]) -> Chunk:
    if len(chunks) == 1:
        return chunks[0]
    names = chunks[0].cells.schema.names
    columns = [pa.concat_arrays([chunk.cells.column(name) for chunk in chunks]) for name in names]
    unread = {name: what for chunk in chunks for name, what in chunk.unread.items()}
    rows = np.concatenate([chunk.rows for chunk in chunks])
    return replace(chunks[-1], cells=batch(columns, names), rows=rows, unread=unread)


def unique_names(names: list[str]) -> list[str]:
    """Column names made unique: a blank one becomes `column_<position>`, a repeated one `name_2` …"""
    seen: set[str] = set()
    given = set(names)
    last: dict[str, int] = {}
    unique = []
    for position, name in enumerate(names, start=1):
        stem = name or f"column_{position}"
        candidate, number = stem, last.get(stem, 1)
        while candidate in seen or (number > 1 and candidate in given):
            number += 1
            candidate = f"{stem}_{number}"
        last[stem] = number
        seen.add(candidate)
        unique.append(candidate)
    return unique


def letters(count: int) -> list[str]:
    """Spreadsheet column names "A", "B", … "Z", "AA" … for `count` columns."""
    names = []
    for index in range(count):
        name, rest = "", index + 1
        while rest:
            rest, digit = divmod(rest - 1, 26)
            name = chr(65 + digit) + name
        names.append(name)
    return names
