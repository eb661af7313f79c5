"""Small tables in memory for tests: chunks as readers yield them, contracts, and what judging says of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from ingest.contracts import loading
from ingest.contracts.source import Source
from ingest.contracts.table import Table
from ingest.judging.judge import judge
from ingest.judging.judged_drop import JudgedDrop
from ingest.readers import Chunk
from ingest.readers.chunk import batch, letters
from ingest.tables.layout import pieces
from ingest.tables.piece import Piece

Cells = Sequence[Sequence[str | None]]


def grid(rows: Cells, *, name: str = "Sheet1", first_row: int = 1, **more: Any) -> Chunk:
    """A sheet or page table; its header is among the rows."""
    width = max((len(r) for r in rows), default=0)
    columns = [[(r[i] if i < len(r) else None) for r in rows] for i in range(width)]
    cells = batch([pa.array(c, pa.string()) for c in columns], letters(width))
    return Chunk(name, cells, np.arange(first_row, first_row + len(rows), dtype="int64"), True, **more)


def named(name: str, header: Sequence[str], rows: Cells, *, first: int = 1, **more: Any) -> Chunk:
    """A table of a dump or a CSV file, under its header's names."""
    cells = batch([pa.array([r[i] for r in rows], pa.string()) for i in range(len(header))], list(header))
    return Chunk(name, cells, np.arange(first, first + len(rows), dtype="int64"), False, **more)


# What the programmes here know of identifiers and currencies, all together.
CONVENTIONS: dict[str, Any] = {
    "country": "IN",
    "currency_signs": ["₹", "৳", "₨", "Rs", "Rs.", "Tk"],
    "identifiers": {
        kind: identifier.model_dump()
        for region in ("sindh", "khulna", "pune")
        for kind, identifier in loading.load_region(region).identifiers.items()
    },
}


def source_of(tables: Mapping[str, Any], **more: Any) -> Source:
    """A contract with these tables."""
    words = {"title": "Test", "format": ["delimited"], "tables": tables}
    return Source.model_validate({**words, **CONVENTIONS, **more})


def table_of(columns: Mapping[str, Any], key: Sequence[str] = ("id",), **more: Any) -> Table:
    """A table of a contract."""
    return Table.model_validate({"key": list(key), "columns": columns, **more})


def taken(
    chunks: Iterable[Chunk], source: Source, file: str = "file.xlsx"
) -> dict[str, list[dict[str, Any]]]:
    """The records found, by table; `_row` is the row in the file."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for piece in pieces(chunks, source, file):
        found[piece.table] += rows_of(piece)
    return found


def rows_of(piece: Piece) -> list[dict[str, Any]]:
    """A piece's records."""
    rows = piece.cells.to_pylist()
    return [row | {"_row": int(at)} for row, at in zip(rows, piece.rows, strict=True)]


def judged(
    chunks: Iterable[Chunk], source: Source, quarter_end: date | None = None, **more: Any
) -> JudgedDrop:
    """The chunks judged by the contract."""
    return judge(pieces(chunks, source, "file"), source, quarter_end=quarter_end, threads=1, **more)


def reasons(result: JudgedDrop, table: str) -> dict[int, list[str]]:
    """Reason codes by record number, of the quarantined records."""
    rows = result.connection.execute(
        "SELECT record, list(DISTINCT code ORDER BY code) FROM findings WHERE tbl = ? GROUP BY record ORDER BY 1",
        [table],
    ).fetchall()
    return dict(rows)


def warnings(result: JudgedDrop, table: str) -> list[tuple[str, str]]:
    """Warning and key, of a table's records and total rows."""
    return result.connection.execute(
        "SELECT code, key FROM warnings WHERE tbl = ? ORDER BY code, key", [table]
    ).fetchall()


def values(result: JudgedDrop, table: str, column: str) -> list[Any]:
    """A column's values, in order of the records."""
    rows = result.connection.execute(
        f'SELECT "v_{column}" FROM {result.table(table)} ORDER BY _record'
    ).fetchall()
    return [row[0] for row in rows]


def use_contracts(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    """Let everything that loads contracts take them from `root`."""
    monkeypatch.setenv("SANGAM_REGIONS", str(root))
    loading.forget()
