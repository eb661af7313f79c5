"""A source's tables without records, with the columns and types that its contract gives them: what words are tried on.

Nothing of a delivery is read here.
"""

from __future__ import annotations

from datetime import date

import duckdb

from ingest.boundary.published import published_columns
from ingest.cleaning.columns import CellSql, cell_sql
from ingest.cleaning.naming import e, v
from ingest.contracts.source import Source
from ingest.judging.judged_drop import JudgedDrop
from ingest.sql import quote, sql_name

_DAY = date(2000, 12, 31)
_KEY = b"no secret: nothing is made with it"
_MAPS = "_delivered MAP(VARCHAR, VARCHAR), _notes MAP(VARCHAR, VARCHAR)"


def empty_drop(connection: duckdb.DuckDBPyConnection, source: Source) -> JudgedDrop:
    """A judged drop of a source without records; its tables are made in the connection."""
    drop = JudgedDrop(connection, source, _DAY, _KEY, cells(source))
    for table in source.tables:
        create(drop, table, drop.table(table), judged=True)
    return drop


def cells(source: Source) -> dict[str, list[CellSql]]:
    """The columns of every table; one of each kind that a header may name in many ways."""
    return {
        name: [
            cell_sql(column.replace("{", "").replace("}", ""), words, source, (), _DAY)
            for column, words in table.columns.items()
        ]
        for name, table in source.tables.items()
    }


def create(drop: JudgedDrop, table: str, relation: str, *, judged: bool) -> None:
    """Make a relation like a table's records; `judged`: with what judging keeps of each cell."""
    states = {cell.name: f", {e(cell.name)} UTINYINT" if judged else "" for cell in drop.cells[table]}
    values = "".join(f", {v(cell.name)} {cell.sql_type}{states[cell.name]}" for cell in drop.cells[table])
    drop.connection.execute(f"CREATE TABLE {relation} (_record BIGINT, _row BIGINT, {_MAPS}{values})")


def published(drop: JudgedDrop, table: str, relation: str) -> str:
    """SQL of the records of a relation as the lake has them: pseudonyms, no names."""
    columns = published_columns(drop.cells[table], drop.source.tables[table], _KEY)
    shown = ", ".join(f"{sql} AS {sql_name(column)}" for column, sql in columns)
    place = f"'' AS _file, {quote(table)} AS _table, '' AS _sha256, _row, _record, _delivered, _notes"
    return f"(SELECT {shown}, {place} FROM {relation})"


def publish(drop: JudgedDrop) -> None:
    """Make a view of every table's records as the lake has them, under the table's name."""
    for table in drop.source.tables:
        records = published(drop, table, drop.table(table))
        drop.connection.execute(f"CREATE VIEW {sql_name(table)} AS SELECT * FROM {records}")
