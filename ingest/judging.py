"""Contract + delivered tables → accepted or quarantined records, with reasons. Nothing is lost between.

Works in an in-memory DuckDB that belongs to one drop. For each table there is `j_<table>` with one row a record:
`_record`, `_row`, `_hash`, and per column `v_` (value), `e_` (error code), `_delivered` (cells that differ from
their value, as delivered). Where results are written to is the business of `lake`.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from ingest import corrections, findings
from ingest.cleaning import name as sql_name
from ingest.cleaning import quote
from ingest.columns import CellSql, cell_sql, v
from ingest.contracts.corrections import Correction
from ingest.contracts.model import Source, Totals
from ingest.headers import Found
from ingest.layout import Piece
from ingest.look_ups import define_look_up
from ingest.records import typed_select


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
    delivered: dict[str, tuple[Found, ...]] = field(
        default_factory=dict
    )  # the header as it stands in the file
    kind: str = ""  # the file's format, as `readers.sniff` names it
    dropped: set[str] = field(default_factory=set)  # tables of which a correction drops records

    def spill_to(self, folder: str) -> None:
        """Let the database use a folder that goes with it, also where a refused file leaves nobody to close it."""
        self.connection.execute(f"SET temp_directory = {quote(folder)}")
        self._take_spill_away = weakref.finalize(self, shutil.rmtree, folder)

    def close(self) -> None:
        """End the database and take its spilled values away."""
        self.connection.close()
        self._take_spill_away()

    def table(self, name: str) -> str:
        """SQL name of a table's records."""
        return sql_name(f"j_{name}")

    def standing(self, name: str) -> str:
        """SQL of a table's records without those that a correction drops: they are as if not delivered."""
        if name not in self.dropped:
            return self.table(name)
        gone = f"SELECT record FROM corrected WHERE tbl = {quote(name)} AND action = 'drop'"
        return f"(SELECT * FROM {self.table(name)} ANTI JOIN ({gone}) d ON _record = d.record)"

    def accepted(self, name: str) -> str:
        """SQL of a table's records without a reason."""
        found = f"SELECT DISTINCT record FROM findings WHERE tbl = {quote(name)}"
        return f"(SELECT * FROM {self.table(name)} ANTI JOIN ({found}) f ON _record = f.record)"


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
    corrected: Sequence[Correction] = (),
) -> Judged:
    """Read every piece, then decide about every record: first cells, then keys, references and rules.

    `related` gives SQL relations for tables outside the drop that rules compare with, by `source/table` and
    quarters back (`mis/beneficiary`, `shg_status@1`); `key` makes the pseudonyms they are matched by.
    `corrected`: the corrections that cover this file. Raises Refused as the readers and the layout do.
    """
    connection = duckdb.connect(
        config={
            "memory_limit": memory_limit,
            "threads": threads,
            "preserve_insertion_order": True,
        }
    )
    judged = Judged(connection, source, quarter_end, key)
    # Values in clear may spill when memory is short: into a folder that is ours alone.
    judged.spill_to(tempfile.mkdtemp(prefix="sangam-"))
    connection.execute(
        "CREATE TABLE findings (tbl VARCHAR, record BIGINT, code VARCHAR, col VARCHAR);"
        "CREATE TABLE warnings (tbl VARCHAR, record BIGINT, code VARCHAR, col VARCHAR, key VARCHAR, message VARCHAR);"
        f"{corrections.TABLES}"
    )
    for _, group in itertools.groupby(pieces, key=lambda piece: _alike(source, piece)):
        _take(judged, group, placeholders)
    judged.source = source = source.as_found(judged.cells)
    define_look_up(connection, source)
    corrections.apply(judged, corrected)
    for name in source.judging_order():
        _judge_table(judged, name)
    for name, table in source.tables.items():
        findings.apply_rules(judged, name, table, "warning", related or {})
        findings.check_totals(judged, name, table)
    corrections.flag(judged)
    return judged


def _alike(source: Source, piece: Piece) -> tuple[str, object]:
    """Pieces with the same word are cleaned together: those of a table, and of like sheets with the same columns."""
    kind = source.template(piece.table)
    columns = [(found.name, found.column) for found in piece.columns]
    return kind, columns if source.tables[kind].layout.each_sheet else None


def _take(judged: Judged, group: Iterator[Piece], placeholders: tuple[str, ...]) -> None:
    """Clean the cells of like pieces and append their records to their tables.

    The pieces go through DuckDB as one stream, so that its threads clean one while the next is being read, and the
    cleaning is planned once: for a small sheet, that takes longer than the cleaning itself.
    """
    first = next(group)
    cells = judged.cells.get(first.table) or [
        cell_sql(f.name, f.column, judged.source.vocabularies, placeholders, judged.quarter_end)
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


def _append(judged: Judged, name: str, is_there: bool, select: str) -> None:
    verb = f"INSERT INTO {judged.table(name)}" if is_there else f"CREATE TABLE {judged.table(name)} AS"
    judged.connection.execute(f"{verb} {select}").fetchall()


def _batch(judged: Judged, piece: Piece, names: list[str], schema: pa.Schema) -> pa.RecordBatch:
    """A piece's cells with the number of each record in its table and its row in the file."""
    start = judged.records.get(piece.table, 0)
    judged.records[piece.table] = start + len(piece.rows)
    totals = judged.totals.setdefault(piece.table, [])
    totals += list(piece.totals)
    numbers = np.arange(start + 1, start + 1 + len(piece.rows), dtype="int64")
    cells = [piece.cells.column(name) for name in names]
    rows = np.asarray(piece.rows, dtype="int64")
    table = pa.repeat(pa.scalar(piece.table), len(rows))
    return pa.RecordBatch.from_arrays([*cells, pa.array(numbers), pa.array(rows), table], schema=schema)


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
    # Every reference is looked at in each pass, so no short cut at the first that finds something.
    while sum(_orphans(judged, name, cell) for cell in inner):
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
