"""What is said of records beside their cells: merged numbers, formulas without result, hidden rows, doubtful lines.

Found here by place; what follows for a record is decided in `judging`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa

from ingest.contracts.table import Table
from ingest.readers import Chunk
from ingest.tables.piece import Noted, Piece

_NUMBERS = ("integer", "number")


def noted(piece: Piece, table: Table, chunk: Chunk, beyond: np.ndarray | tuple[()] = ()) -> Piece:
    """The piece with notes about its records. A merged number stays with the first record and is given to no other.

    Labels and keys carry over the rows of a merged range, and so do columns that the contract fills down. `beyond`:
    rows that have cells to the right of the whole header.
    """
    if not len(piece.rows) or not (chunk.marks or chunk.spans or chunk.doubts or len(beyond)):
        return piece
    merged = list(_merged_numbers(piece, table, chunk))
    cells = piece.cells
    for name, places in merged:
        column = cells.schema.get_field_index(name)
        text = cells.column(column).to_numpy(zero_copy_only=False).copy()
        text[places[1:]] = None
        cells = cells.set_column(column, name, pa.array(text, pa.string()))
    notes = [Noted(place, "merged_number", name) for name, places in merged for place in places]
    ragged = [Noted(int(place), "ragged_row") for place in np.flatnonzero(np.isin(piece.rows, beyond))]
    return replace(
        piece, cells=cells, noted=(*notes, *ragged, *_marked(piece, chunk), *_doubted(piece, chunk))
    )


def _merged_numbers(piece: Piece, table: Table, chunk: Chunk) -> Iterator[tuple[str, list[int]]]:
    numbers = {
        found.position: found.name
        for found in piece.columns
        if found.position >= 0
        and found.column.type in _NUMBERS
        and not found.column.ref
        and found.name not in (*table.key, *table.layout.fill_down)
    }
    for top, left, bottom, right in chunk.spans:
        columns = [numbers[at] for at in range(left, right + 1) if at in numbers]
        if bottom > top and columns:
            places = np.flatnonzero(
                (piece.rows >= chunk.rows[top]) & (piece.rows <= chunk.rows[bottom])
            ).tolist()
            if len(places) > 1:
                yield from ((name, places) for name in columns if _is_filled(piece, name, places[0]))


def _is_filled(piece: Piece, name: str, place: int) -> bool:
    return bool((piece.cells.column(name)[place].as_py() or "").strip())


def _marked(piece: Piece, chunk: Chunk) -> Iterator[Noted]:
    """Notes of single records; what is said of a whole column or sheet is noted with its first record."""
    places = {int(row): place for place, row in enumerate(piece.rows)}
    names = {found.position: found.name for found in piece.columns if found.position >= 0}
    for mark in chunk.marks:
        place = 0 if mark.row is None else places.get(mark.row)
        if place is not None and (mark.column is None or mark.column in names):
            yield Noted(place, mark.code, "" if mark.column is None else names[mark.column])


def _doubted(piece: Piece, chunk: Chunk) -> Iterator[Noted]:
    """Records that the reader cannot vouch for, of those that are still here."""
    places = {int(row): place for place, row in enumerate(piece.rows)} if chunk.doubts else {}
    for place, code in chunk.doubts.items():
        if (here := places.get(int(chunk.rows[place]))) is not None:
            yield Noted(here, code)
