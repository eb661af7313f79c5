"""Contract + delivered tables → accepted or quarantined records, with reasons. Nothing is lost between.

Works in an in-memory DuckDB that belongs to one drop. For each table there is `j_<table>` with one row a record:
`_record`, `_row`, `_hash`, and per column `v_` (value), `e_` (error code), `_delivered` (cells that differ from
their value, as delivered). Where results are written to is the business of `lake`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from ingest import cleaning, findings
from ingest.cleaning import name as sql_name
from ingest.cleaning import quote
from ingest.columns import CellSql, c, cell_sql, e, n, r, t, v
from ingest.contracts.model import Source, Table, Totals
from ingest.headers import Found
from ingest.layout import Piece
from ingest.look_ups import define_look_up


@dataclass
class Judged:
    """One drop's records in `connection`, with the findings; see the module's words for its tables."""

    connection: duckdb.DuckDBPyConnection
    source: Source
    quarter_end: date | None
    key: bytes | None = None  # of pseudonyms; without it, nothing is compared with other deliveries
    cells: dict[str, list[CellSql]] = field(default_factory=dict)
    totals: dict[str, list[tuple[Totals, pd.DataFrame]]] = field(default_factory=dict)
    records: dict[str, int] = field(default_factory=dict)  # read so far, per table
    delivered: dict[str, tuple[Found, ...]] = field(default_factory=dict)  # the header as it stands in the file
    kind: str = ""  # the file's format, as `readers.sniff` names it

    def table(self, name: str) -> str:
        """SQL name of a table's records."""
        return sql_name(f"j_{name}")

    def accepted(self, name: str) -> str:
        """SQL of a table's records without a reason."""
        return f"(SELECT * FROM {self.table(name)} ANTI JOIN (SELECT DISTINCT record FROM findings WHERE tbl = {quote(name)}) f ON _record = f.record)"


def judge(
    pieces: Iterable[Piece],
    source: Source,
    *,
    placeholders: tuple[str, ...] = (),
    quarter_end: date | None = None,
    memory_limit: str = "1500MB",
    threads: int = 2,
    related: Mapping[str, str] | None = None,
    key: bytes | None = None,
) -> Judged:
    """Read every piece, then decide about every record: first cells, then keys, references and rules.

    `related` gives SQL relations for tables outside the drop that rules compare with, by `source/table` and
    quarters back (`mis/beneficiary`, `shg_status@1`); `key` makes the pseudonyms they are matched by. Raises
    Refused as the readers and the layout do.
    """
    connection = duckdb.connect(
        config={"memory_limit": memory_limit, "threads": threads, "preserve_insertion_order": True}
    )
    judged = Judged(connection, source, quarter_end, key)
    connection.execute(
        "CREATE TABLE findings (tbl VARCHAR, record BIGINT, code VARCHAR, col VARCHAR);"
        "CREATE TABLE warnings (tbl VARCHAR, record BIGINT, code VARCHAR, col VARCHAR, key VARCHAR, message VARCHAR)"
    )
    for name, group in itertools.groupby(pieces, key=lambda piece: piece.table):
        _take(judged, name, group, placeholders)
    judged.source = source = source.as_found(judged.cells)
    define_look_up(connection, source)
    for name in source.judging_order():
        _judge_table(judged, name)
    for name, table in source.tables.items():
        findings.apply_rules(judged, name, table, "warning", related or {})
        findings.check_totals(judged, name, table)
    return judged


def _take(judged: Judged, name: str, group: Iterator[Piece], placeholders: tuple[str, ...]) -> None:
    """Clean the cells of a table's pieces and append its records.

    The pieces go through DuckDB as one stream, so that its threads clean one while the next is being read.
    """
    first = next(group)
    known = name in judged.cells
    if not known:
        judged.delivered[name] = first.columns
        judged.cells[name] = [
            cell_sql(f.name, f.column, judged.source.vocabularies, placeholders, judged.quarter_end)
            for f in first.columns
        ]
    names = [cell.name for cell in judged.cells[name]]
    schema = pa.schema(
        [(f"r_{cell}", pa.string()) for cell in names] + [("_record", pa.int64()), ("_row", pa.int64())]
    )
    broken: list[BaseException] = []

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            for piece in itertools.chain([first], group):
                yield _batch(judged, piece, names, schema)
        except BaseException as error:  # noqa: BLE001 - raised again below: DuckDB would hide its kind
            broken.append(error)

    verb = f"INSERT INTO {judged.table(name)}" if known else f"CREATE TABLE {judged.table(name)} AS"
    judged.connection.register("piece", pa.RecordBatchReader.from_batches(schema, batches()))
    judged.connection.execute(f"{verb} {typed_select(judged.cells[name], 'piece')}").fetchall()
    judged.connection.unregister("piece")
    if broken:
        raise broken[0]


def _batch(judged: Judged, piece: Piece, names: list[str], schema: pa.Schema) -> pa.RecordBatch:
    """A piece's cells with the number of each record in its table and its row in the file."""
    start = judged.records.get(piece.table, 0)
    judged.records[piece.table] = start + len(piece.rows)
    totals = judged.totals.setdefault(piece.table, [])
    totals += list(piece.totals)
    numbers = np.arange(start + 1, start + 1 + len(piece.rows), dtype="int64")
    cells = [piece.cells.column(name) for name in names]
    rows = np.asarray(piece.rows, dtype="int64")
    return pa.RecordBatch.from_arrays([*cells, pa.array(numbers), pa.array(rows)], schema=schema)


def typed_select(cells: list[CellSql], relation: str) -> str:
    """SELECT of a piece's records: `_record`, `_row`, `_hash`, `v_…`, `e_…`, `_delivered`, `_notes`.

    Each step is a projection over the one before, so nothing is computed twice.
    """
    numbers = [cell for cell in cells if cell.is_number]
    nested = [cell for cell in cells if cell.column.within]
    flat = [cell for cell in cells if not cell.column.within]
    cleaned = ", ".join(f"{cell.clean} AS {c(cell.name)}" for cell in cells)
    texts = ", ".join(f"{cell.text} AS {t(cell.name)}" for cell in cells)
    plain = ", ".join(f"{cleaning.number_text(t(cell.name))} AS {n(cell.name)}" for cell in numbers)
    values = ", ".join(f"{cell.value} AS {v(cell.name)}" for cell in flat)
    inner = ", ".join(f"{cell.value} AS {v(cell.name)}" for cell in nested)
    errors = ", ".join(f"CAST({cell.error} AS UTINYINT) AS {e(cell.name)}" for cell in cells)
    hashed = ", ".join(t(cell.name) for cell in cells)
    kept = ", ".join(v(cell.name) for cell in cells)
    steps = f"SELECT *, {cleaned} FROM {relation}"
    steps = f"SELECT *, {texts} FROM ({steps})"
    steps = f"SELECT * {', ' + plain if plain else ''} FROM ({steps})"
    steps = f"SELECT *, {values or '1'} FROM ({steps})"
    steps = f"SELECT * {', ' + inner if inner else ''} FROM ({steps})"
    return (
        f"SELECT _record, _row, hash({hashed}) AS _hash, {kept}, {errors}, "
        f"{_delivered(cells)} AS _delivered, {_notes(numbers)} AS _notes FROM ({steps})"
    )


def _shown(cell: CellSql) -> str:
    """The value as text, to see whether the delivered cell says anything else."""
    return v(cell.name) if cell.sql_type == "VARCHAR" else f"CAST({v(cell.name)} AS VARCHAR)"


def _delivered(cells: list[CellSql]) -> str:
    """A map of the cells whose delivered text differs from the value, NULL where there is none."""
    tests = []
    for cell in cells:
        raw = r(cell.name)
        if cell.is_number:
            tests.append(
                (
                    cell.name,
                    f"({raw} IS NOT NULL AND ({v(cell.name)} IS NULL OR {raw} <> {n(cell.name)} OR contains({raw}, ',')))",
                )
            )
        else:
            tests.append(
                (cell.name, f"({raw} IS NOT NULL AND ({v(cell.name)} IS NULL OR {raw} <> {_shown(cell)}))")
            )
    any_differs = " OR ".join(test for _, test in tests)
    entries = ", ".join(
        f"CASE WHEN {test} THEN {{'k': {quote(col)}, 'v': {r(col)}}} END" for col, test in tests
    )
    return f"CASE WHEN {any_differs} THEN map_from_entries(list_filter([{entries}], lambda x: x IS NOT NULL)) END"


def _notes(numbers: list[CellSql]) -> str:
    """A map of the footnote marks that stood behind numbers, NULL where there is none."""
    if not numbers:
        return "CAST(NULL AS MAP(VARCHAR, VARCHAR))"
    mark = {
        cell.name: f"nullif(regexp_extract({t(cell.name)}, {quote(cleaning.FOOTNOTE)}, 1), '')"
        for cell in numbers
    }
    any_mark = " OR ".join(f"regexp_matches({t(cell.name)}, '[*†‡]\\s*$')" for cell in numbers)
    entries = ", ".join(
        f"CASE WHEN {m} IS NOT NULL THEN {{'k': {quote(col)}, 'v': {m}}} END" for col, m in mark.items()
    )
    return (
        f"CASE WHEN {any_mark} THEN map_from_entries(list_filter([{entries}], lambda x: x IS NOT NULL)) END"
    )


def _judge_table(judged: Judged, name: str) -> None:
    table = judged.source.tables[name]
    findings.cell_findings(judged, name)
    findings.order_findings(judged, name, table)
    findings.apply_rules(judged, name, table, "error", {})
    findings.duplicate_findings(judged, name, table)
    references = [cell for cell in judged.cells[name] if cell.column.ref]
    for cell in references:
        _orphans(judged, name, cell)
    # Within a table an orphan makes orphans of those that refer to it, until no more are found.
    inner = [cell for cell in references if cell.column.ref.partition(".")[0] == name]
    while any([_orphans(judged, name, cell) for cell in inner]):
        pass


def _orphans(judged: Judged, name: str, cell: CellSql) -> int:
    """References to a record that is not in the drop, or was itself quarantined. Returns how many are new."""
    target, _, field_name = cell.column.ref.partition(".")
    key = field_name or judged.source.tables[target].key[0]
    known = (
        f"SELECT record FROM findings WHERE tbl = {quote(name)} AND code = 'orphan_reference' "
        f"AND col = {quote(cell.name)}"
    )
    new = judged.connection.execute(
        f"INSERT INTO findings SELECT {quote(name)}, _record, 'orphan_reference', {quote(cell.name)} "
        f"FROM {judged.table(name)} ANTI JOIN (SELECT {v(key)} AS parent FROM {judged.accepted(target)}) p "
        f"ON {v(cell.name)} = p.parent WHERE {v(cell.name)} IS NOT NULL AND _record NOT IN ({known})"
    ).fetchall()
    return int(new[0][0])
