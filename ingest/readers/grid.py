"""A sheet's columns of text → its chunk: no trailing blank rows and columns, merged ranges cut to what is there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa

from ingest.readers.chunk import Chunk, Mark, Span, batch, letters


def grid(
    name: str, columns: Sequence[pa.Array], spans: Iterable[Span], member: str, marks: Iterable[Mark] = ()
) -> Chunk:
    """The chunk of a sheet. Marks of columns that hold nothing are left out."""
    width, height = len(columns), 0
    while width and columns[width - 1].null_count == len(columns[width - 1]):
        width -= 1
    for column in columns[:width]:
        filled = np.flatnonzero(column.is_valid().to_numpy(zero_copy_only=False))
        height = max(height, int(filled[-1]) + 1 if filled.size else 0)
    cells = batch([column.slice(0, height) for column in columns[:width]], letters(width))
    kept = [
        (top, left, min(bottom, height - 1), min(right, width - 1))
        for top, left, bottom, right in spans
        if top < height and left < width
    ]
    return Chunk(
        name,
        cells,
        np.arange(1, height + 1, dtype=np.int64),
        True,
        spans=tuple(sorted(kept)),
        file=member,
        marks=tuple(mark for mark in marks if mark.column is None or mark.column < width),
    )


def hidden_columns(ranges: Iterable[tuple[int, int]], width: int) -> list[Mark]:
    """A mark for each hidden column, of those there are; ranges are of positions from 0, both ends within."""
    return [
        Mark("hidden_column", None, column)
        for first, last in ranges
        for column in range(first, min(last + 1, width))
    ]
