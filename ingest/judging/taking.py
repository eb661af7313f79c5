"""Delivered pieces of tables into the drop's database: cells cleaned, records numbered. Nothing is decided here."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from ingest.cleaning.columns import cell_sql
from ingest.cleaning.records import typed_select
from ingest.contracts.source import Source
from ingest.judging.judged_drop import JudgedDrop
from ingest.sql import quote
from ingest.tables.piece import Piece


def alike(source: Source, piece: Piece) -> tuple[str, object]:
    """Pieces with the same word are cleaned together: those of a table, and of like sheets with the same columns."""
    kind = source.template(piece.table)
    columns = [(found.name, found.column) for found in piece.columns]
    return kind, columns if source.tables[kind].layout.each_sheet else None


def take(judged: JudgedDrop, group: Iterator[Piece], placeholders: tuple[str, ...]) -> None:
    """Clean the cells of like pieces and append their records to their tables.

    The pieces go through DuckDB as one stream, so that its threads clean one while the next is being read, and the
    cleaning is planned once: for a small sheet, that takes longer than the cleaning itself.
    """
    first = next(group)
    there = {found.name for found in first.columns if found.position >= 0}
    cells = judged.cells.get(first.table) or [
        cell_sql(f.name, f.column, judged.source, placeholders, judged.quarter_end, there)
        for f in first.columns
    ]
    names = [cell.name for cell in cells]
    schema = pa.schema(
        [(f"r_{cell}", pa.string()) for cell in names]
        + [("_record", pa.int64()), ("_row", pa.int64()), ("_table", pa.string())]
    )
    before = set(judged.cells)
    seen: dict[str, None] = {}
    broken: list[BaseException] = []

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            for piece in itertools.chain([first], group):
                seen[piece.table] = None
                if piece.table not in judged.cells:
                    judged.cells[piece.table], judged.delivered[piece.table] = cells, piece.columns
                yield _batch(judged, piece, names, schema)
        except BaseException as error:  # noqa: BLE001 - raised again below: DuckDB would hide its kind
            broken.append(error)

    con = judged.connection
    con.register("piece", pa.RecordBatchReader.from_batches(schema, batches()))
    if judged.source.tables[judged.source.template(first.table)].layout.each_sheet:
        con.execute(f"CREATE TEMP TABLE taken AS {typed_select(cells, 'piece', ('_table',))}").fetchall()
        for name in seen:
            _append(
                judged,
                name,
                name in before,
                f"SELECT * EXCLUDE (_table) FROM taken WHERE _table = {quote(name)}",
            )
        con.execute("DROP TABLE taken")
    else:
        _append(judged, first.table, first.table in before, typed_select(cells, "piece"))
    con.unregister("piece")
    if broken:
        raise broken[0]


def _append(judged: JudgedDrop, name: str, is_there: bool, select: str) -> None:
    verb = f"INSERT INTO {judged.table(name)}" if is_there else f"CREATE TABLE {judged.table(name)} AS"
    judged.connection.execute(f"{verb} {select}").fetchall()


def _batch(judged: JudgedDrop, piece: Piece, names: list[str], schema: pa.Schema) -> pa.RecordBatch:
    """A piece's cells with the number of each record in its table and its row in the file."""
    start = judged.records.get(piece.table, 0)
    judged.records[piece.table] = start + len(piece.rows)
    totals = judged.totals.setdefault(piece.table, [])
    totals += list(piece.totals)
    judged.noted.setdefault(piece.table, []).extend(
        (start + 1 + note.place, note.code, note.column) for note in piece.noted
    )
    judged.sums.setdefault(piece.table, []).extend(piece.sums)
    numbers = np.arange(start + 1, start + 1 + len(piece.rows), dtype="int64")
    cells = [piece.cells.column(name) for name in names]
    rows = np.asarray(piece.rows, dtype="int64")
    table = pa.repeat(pa.scalar(piece.table), len(rows))
    return pa.RecordBatch.from_arrays([*cells, pa.array(numbers), pa.array(rows), table], schema=schema)
