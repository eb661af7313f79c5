"""Cells of a page's table → a grid, each cell at the place where browsers put it.

After the table model of the HTML standard (§ 4.9.12) and what browsers make of hidden rows and columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from ingest.readers.chunk import Span

# Beyond what cells of their own could fill in a page of that size, spans make the grid: such a page is no delivery.
_FREE_PLACES, _PLACES_A_BYTE = 1 << 22, 10


class Cell(NamedTuple):
    """A cell that takes a place. `down`: rows, 0 for all that follow; `is_merged`: the place is all the cell's own."""

    text: str
    across: int = 1
    down: int = 1
    is_merged: bool = True


@dataclass
class Row:
    """A row with its ordinal on the page; a collapsed one takes a place and is not shown."""

    number: int
    is_collapsed: bool = False
    cells: list[Cell] = field(default_factory=list)


class TooWide(Exception):  # noqa: N818 - of a grid
    """Spans make a grid of more places than a page of its size may have."""


class Grid(NamedTuple):
    """Columns of text, the rows' ordinals, and merged ranges."""

    columns: list[pa.Array]
    numbers: np.ndarray
    spans: tuple[Span, ...]


def grid(groups: Sequence[list[Row]], collapsed: frozenset[int], size: int) -> Grid:
    """Place the cells: each takes the next free place of its row; no cell grows out of its group of rows.

    `collapsed`: columns that are not shown. `size`: of the page in bytes. Columns in which no cell begins are left
    out. Raises TooWide.
    """
    rows = [row for group in groups for row in group]
    most = _FREE_PLACES + _PLACES_A_BYTE * size
    placed: list[tuple[int, int, Cell, int]] = []
    first = width = 0
    for group in groups:
        until: list[int] = []  # by column, the first row below what has grown into it
        for top, row in enumerate(group, first):
            left = 0
            for cell in row.cells:
                while left < len(until) and until[left] > top:
                    left += 1
                room = first + len(group) - top
                down = min(cell.down or room, room)
                width = max(width, left + 1)
                if (left + (cell.across if down > 1 else 1)) * len(rows) > most:
                    raise TooWide
                if down > 1:
                    until.extend([0] * (left + cell.across - len(until)))
                    until[left : left + cell.across] = [top + down] * cell.across
                placed.append((top, left, cell, down))
                left += cell.across
        first += len(group)
    matrix = np.full((len(rows), width), None, object)
    for top, left, cell, _ in placed:
        matrix[top, left] = cell.text or None
    spans = [
        (top, left, top + down - 1, min(left + cell.across, width) - 1)
        for top, left, cell, down in placed
        if cell.is_merged and (down > 1 or cell.across > 1)
    ]
    shown_rows = np.array([not row.is_collapsed for row in rows], bool)
    shown_columns = np.array([column not in collapsed for column in range(width)], bool)
    numbers = np.array(sorted(row.number for row in rows), np.int64)
    if not (shown_rows.all() and shown_columns.all()):
        matrix, numbers = matrix[shown_rows][:, shown_columns], numbers[shown_rows]
        spans = _moved(spans, np.cumsum(shown_rows), np.cumsum(shown_columns))
    columns = [pa.array(matrix[:, place], pa.string()) for place in range(matrix.shape[1])]
    kept = tuple((t, le, b, r) for t, le, b, r in spans if b > t or r > le)
    return Grid(columns, numbers, kept)


def _moved(spans: list[Span], rows: np.ndarray, columns: np.ndarray) -> list[Span]:
    """Merged ranges where rows and columns are taken out; `rows`, `columns`: how many are left up to each."""

    def before(counts: np.ndarray, at: int) -> int:
        return int(counts[at - 1]) if at else 0

    return [
        (before(rows, top), before(columns, left), int(rows[bottom]) - 1, int(columns[right]) - 1)
        for top, left, bottom, right in spans
    ]
