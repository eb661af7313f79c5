"""What is counted in one delivery, table by table: records, empty cells, means, categories.

DuckDB reads the accepted records where they lie, once a table; empty cells stand in the files' footers.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from expectations.batch import Side
from expectations.suite import Suite
from ingest.contracts.source import Source
from ingest.sql import quote, render, sql_name

_NUMBER = ("DECIMAL", "INTEGER", "BIGINT", "DOUBLE", "HUGEINT")


@dataclass(frozen=True)
class TableFacts:
    """What was counted in a table's accepted records."""

    rows: int
    empty: dict[str, float]  # column: share of its cells
    means: dict[str, tuple[float | None, float | None]]  # column of numbers: mean, standard deviation
    categories: dict[str, dict[str, int]]  # column with a vocabulary: category: records


def connect() -> duckdb.DuckDBPyConnection:
    """A connection that profiles are worked out in, one after the other."""
    return duckdb.connect(config={"memory_limit": "1500MB", "threads": 2})


def facts(
    connection: duckdb.DuckDBPyConnection, schema: str, side: Side, suite: Suite, source: Source
) -> dict[str, TableFacts]:
    """What a suite asks for of each table; the tables stay as views in `schema`."""
    connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}")
    for table, paths in side.files.items():
        connection.execute(
            render(__file__, "table_view.sql", schema=schema, table=table, files=_listed(paths))
        )
    types: dict[str, dict[str, str]] = {table: {} for table in side.files}
    for table, column, kind in connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE schema_name = ?", [schema]
    ).fetchall():
        if not column.startswith("_"):
            types[table][column] = kind
    counted = {}
    for table, paths in side.files.items():
        vocabulary, numbers = _asked(suite, source, table, types[table])
        rows, means, categories = _scan(connection, schema, table, vocabulary, numbers)
        empty = _empty(connection, paths)
        shares = {column: empty.get(column, 0) / rows for column in types[table]} if rows else {}
        counted[table] = TableFacts(rows, shares, means, categories)
    return counted


def _asked(suite: Suite, source: Source, table: str, types: dict[str, str]) -> tuple[list[str], list[str]]:
    """The table's columns with a vocabulary, and its numbers, as far as the suite asks for them."""
    spec = source.tables[table]
    vocabulary = [
        column
        for column, word in spec.columns.items()
        if word.vocabulary and word.type != "codes" and column in types
        if suite.asks("category_shift", f"{table}.{column}")
    ]
    numbers = [
        column
        for column, kind in types.items()
        if kind.startswith(_NUMBER) and column not in spec.key
        if any(suite.asks(measure, f"{table}.{column}") for measure in ("mean_shift", "unchanged_share"))
    ]
    return vocabulary, numbers


def _scan(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    table: str,
    vocabulary: list[str],
    numbers: list[str],
) -> tuple[int, dict[str, tuple[float | None, float | None]], dict[str, dict[str, int]]]:
    """Records, means with standard deviations, and categories, in one pass."""
    aggregates = ["count(*)", *(f"histogram({sql_name(c)})" for c in vocabulary)]
    for column in numbers:
        number = f"CAST({sql_name(column)} AS DOUBLE)"
        aggregates += [f"avg({number})", f"stddev_pop({number})"]
    sql = render(__file__, "table_facts.sql", aggregates=aggregates, schema=schema, table=table)
    found = connection.execute(sql).fetchall()[0]
    cells = found[1 + len(vocabulary) :]
    means = {column: (cells[2 * at], cells[2 * at + 1]) for at, column in enumerate(numbers)}
    return int(found[0]), means, {column: found[1 + at] or {} for at, column in enumerate(vocabulary)}


def _empty(connection: duckdb.DuckDBPyConnection, files: list[Path]) -> dict[str, int]:
    return dict(connection.execute(render(__file__, "empty_cells.sql", files=_listed(files))).fetchall())


def _listed(files: list[Path]) -> str:
    """Files as an SQL list."""
    return f"[{', '.join(quote(str(path)) for path in files)}]"
