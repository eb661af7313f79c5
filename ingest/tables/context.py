"""Columns whose value stands outside the record: in the file's name, the sheet, the heading, a title row."""

from __future__ import annotations

import re
from dataclasses import replace

import pyarrow as pa

from ingest.contracts.table import Table
from ingest.readers import Chunk
from ingest.tables.headers import Found
from ingest.tables.piece import Piece

HEADER_SEARCH_ROWS = 60


def complete(piece: Piece, table: Table, chunk: Chunk, file: str) -> Piece:
    """Add the columns that come from the file's name, the sheet, the heading or a title row, and, empty, the
    optional ones the file does not have: rules and mappings name them.
    """
    found, arrays, names = list(piece.columns), list(piece.cells.columns), list(piece.cells.schema.names)
    absent = {n: c for n, c in table.columns.items() if n not in names and not c.header_like}
    if not absent:
        return piece
    for name, column in absent.items():
        value = _context_value(column.from_context, chunk, file) if column.from_context else None
        found.append(Found(name, column, -1, column.from_context))
        arrays.append(pa.array([value] * len(piece.rows), pa.string()))
        names.append(name)
    cells = pa.RecordBatch.from_arrays(arrays, names)
    return replace(piece, columns=tuple(found), cells=cells)


def _beside(pattern: str, chunk: Chunk) -> str | None:
    """The next filled cell right of the first title cell that matches."""
    for row in chunk.cells.slice(0, HEADER_SEARCH_ROWS).to_pylist():
        cells = [str(cell) for cell in row.values() if cell and str(cell).strip()]
        at = next((i for i, cell in enumerate(cells) if re.search(pattern, cell, re.I)), None)
        if at is not None:
            return cells[at + 1] if at + 1 < len(cells) else None
    return None


def _context_value(word: str, chunk: Chunk, file: str) -> str | None:
    kind, _, pattern = word.partition(":")
    if kind == "heading":
        return chunk.heading or None
    if kind == "sheet":
        return chunk.table
    if kind == "beside":
        return _beside(pattern, chunk)
    if kind == "file":
        match = re.search(pattern, file)
    else:
        cells = (
            str(c)
            for column in chunk.cells.slice(0, HEADER_SEARCH_ROWS).columns
            for c in column.to_pylist()
            if c
        )
        match = next((m for m in (re.search(pattern, cell) for cell in cells) if m), None)
    return (match.group(1) if match.groups() else match.group(0)) if match else None
