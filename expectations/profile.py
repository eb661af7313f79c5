"""The profile of a delivery beside the one before: one row for each measure of a table, column, figure or place.

DuckDB reads the accepted records where they lie; a profile has some hundred rows however many records there are.
Only what a suite asks for is worked out. Bounds are in the suite; judging is in `judge`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from expectations.suite import Suite
from ingest.cleaning import name as sql_name
from ingest.cleaning import quote
from ingest.contracts.model import Source
from ingest.errors import SangamError

COLUMNS = ("kind", "name", "subject", "measure", "value", "records", "seen")
# From so many records on, a sixteenth of the keys, chosen by their hash, stands for all.
_SAMPLED_FROM = 500_000
_NUMBER = ("DECIMAL", "INTEGER", "BIGINT", "DOUBLE", "HUGEINT")


@dataclass(frozen=True)
class Side:
    """One of the two deliveries: files of accepted records, and records read and quarantined, by contract table."""

    quarter: str
    files: dict[str, list[Path]]
    read: dict[str, int] = field(default_factory=dict)
    quarantined: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _TableFacts:
    rows: int
    empty: dict[str, float]
    means: dict[str, tuple[float | None, float | None]]  # column: mean, standard deviation
    categories: dict[str, dict[str, int]]


def connect() -> duckdb.DuckDBPyConnection:
    """A connection that profiles are worked out in, one after the other."""
    return duckdb.connect(config={"memory_limit": "1500MB", "threads": 2})


def profile(
    connection: duckdb.DuckDBPyConnection, suite: Suite, source: Source, now: Side, before: Side | None
) -> pd.DataFrame:
    """The measures a suite asks for, one a row: COLUMNS.

    `records` says how many records are behind a value, `seen` what it was worked out from, in words. Raises SangamError
    for an SQL expression of the suite that the records do not bear.
    """
    sides = {"now": now} | ({"before": before} if before else {})
    facts: dict[str, dict[str, _TableFacts]] = {}
    for schema, side in sides.items():
        _views(connection, schema, side)
        facts[schema] = _facts(connection, schema, side, suite, source)
    rows: list[tuple[Any, ...]] = []
    for table in source.tables:
        if table in facts["now"]:
            old = facts.get("before", {}).get(table)
            rows += _of_table(connection, suite, source, table, facts["now"][table], old, now, before)
    rows += _of_figures(connection, suite, sides)
    frames = [pd.DataFrame(rows, columns=list(COLUMNS)), *_of_places(connection, suite, source, sides)]
    whole = pd.concat([f for f in frames if len(f)], ignore_index=True) if rows else frames[0]
    return whole.astype({"value": "float64", "records": "int64"})


def _views(connection: duckdb.DuckDBPyConnection, schema: str, side: Side) -> None:
    connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}")
    for table, paths in side.files.items():
        files = ", ".join(quote(str(path)) for path in paths)
        connection.execute(
            f"CREATE VIEW {schema}.{sql_name(table)} AS SELECT * FROM "
            f"read_parquet([{files}], hive_partitioning = false, union_by_name = true)"
        )


def _facts(
    connection: duckdb.DuckDBPyConnection, schema: str, side: Side, suite: Suite, source: Source
) -> dict[str, _TableFacts]:
    """Records, empty shares, means and categories by table. Empty cells are counted in the files' footers."""
    types: dict[str, dict[str, str]] = {table: {} for table in side.files}
    for table, column, kind in connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE schema_name = ?", [schema]
    ).fetchall():
        types[table][column] = kind
    return {
        table: _scan(connection, schema, table, types[table], _empty(connection, side.files[table]), suite, source)
        for table in side.files
    }


def _empty(connection: duckdb.DuckDBPyConnection, files: list[Path]) -> dict[str, int]:
    names = ", ".join(quote(str(path)) for path in files)
    found = connection.execute(
        "SELECT path_in_schema, CAST(sum(coalesce(stats_null_count, 0)) AS BIGINT) "
        f"FROM parquet_metadata([{names}]) GROUP BY ALL"
    ).fetchall()
    return dict(found)


def _scan(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    table: str,
    types: dict[str, str],
    empty: dict[str, int],
    suite: Suite,
    source: Source,
) -> _TableFacts:
    columns = {name: kind for name, kind in types.items() if not name.startswith("_")}
    spec = source.tables[table]
    vocabulary = [
        c
        for c, word in spec.columns.items()
        if word.vocabulary and word.type != "codes" and c in columns and suite.asks("category_shift", f"{table}.{c}")
    ]
    numbers = [
        c for c, kind in columns.items()
        if kind.startswith(_NUMBER) and c not in spec.key and suite.asks("mean_shift", f"{table}.{c}")
    ]  # fmt: skip
    aggregates = ["count(*)"]
    aggregates += [f"histogram({sql_name(c)})" for c in vocabulary]
    aggregates += [f"avg({sql_name(c)})::DOUBLE, stddev_pop({sql_name(c)})::DOUBLE" for c in numbers]
    found = connection.execute(f"SELECT {', '.join(aggregates)} FROM {schema}.{sql_name(table)}").fetchall()[0]
    rows, cells = int(found[0]), found[1 + len(vocabulary) :]
    return _TableFacts(
        rows,
        {c: empty.get(c, 0) / rows for c in columns} if rows else {},
        {c: (cells[2 * i], cells[2 * i + 1]) for i, c in enumerate(numbers)},
        {c: found[1 + i] or {} for i, c in enumerate(vocabulary)},
    )


def _of_table(
    connection: duckdb.DuckDBPyConnection,
    suite: Suite,
    source: Source,
    table: str,
    new: _TableFacts,
    old: _TableFacts | None,
    now: Side,
    before: Side | None,
) -> list[tuple[Any, ...]]:
    """Rows of a table and its columns."""
    rows: list[tuple[Any, ...]] = []

    def add(kind: str, name: str, measure: str, value: float | None, records: int, seen: str) -> None:
        if value is not None and math.isfinite(value) and suite.asks(measure, name):
            rows.append((kind, name, name, measure, value, records, seen))

    read, held = now.read.get(table, new.rows), now.quarantined.get(table, 0)
    add("table", table, "rows", new.rows, new.rows, f"{new.rows:,} records")
    if read:
        add("table", table, "quarantined_share", held / read, read, f"{held:,} of {read:,} records")
    for column, share in new.empty.items():
        name = f"{table}.{column}"
        add("column", name, "empty_share", share, new.rows, f"{share:.1%} of {new.rows:,} cells empty")
    if old is None or before is None or not old.rows:
        return rows
    then = before.quarter
    both = max(new.rows, old.rows)
    add("table", table, "rows_ratio", new.rows / old.rows, both, f"{new.rows:,} records; {old.rows:,} in {then}")
    if suite.asks("keys_kept", table) and (kept := _keys_kept(connection, source, table, old.rows)):
        add("table", table, "keys_kept", kept[0] / kept[1], kept[1], f"{kept[0]:,} of {kept[1]:,} keys of {then}")
    for column, share in new.empty.items():
        was = old.empty.get(column)
        if was is not None:
            name = f"{table}.{column}"
            add("column", name, "empty_growth", share - was, both, f"{share:.1%} empty; {was:.1%} in {then}")
    for column, (mean, _) in new.means.items():
        was_mean, deviation = old.means.get(column, (None, None))
        if mean is not None and was_mean is not None and deviation:
            seen = f"mean {mean:,.4g}; {was_mean:,.4g} in {then}"
            add("column", f"{table}.{column}", "mean_shift", (mean - was_mean) / deviation, both, seen)
    for column, counts in new.categories.items():
        if shift := _largest_shift(counts, old.categories.get(column, {})):
            category, share, was = shift
            seen = f"'{category}' {share:.1%}; {was:.1%} in {then}"
            add("column", f"{table}.{column}", "category_shift", abs(share - was), both, seen)
    asked = [c for c in new.means if suite.asks("unchanged_share", f"{table}.{c}") and c in old.means]
    for column, same, pairs in _unchanged(connection, source, table, asked):
        seen = f"{same:,} of {pairs:,} values as in {then}"
        add("column", f"{table}.{column}", "unchanged_share", same / pairs, pairs, seen)
    return rows


def _largest_shift(new: dict[str, int], old: dict[str, int]) -> tuple[str, float, float] | None:
    """The category whose share changed most, with both shares."""
    total, was = sum(new.values()), sum(old.values())
    if not total or not was:
        return None
    shares = [(c, new.get(c, 0) / total, old.get(c, 0) / was) for c in sorted({*new, *old})]
    return max(shares, key=lambda found: abs(found[1] - found[2]))


def _keys_kept(
    connection: duckdb.DuckDBPyConnection, source: Source, table: str, rows: int
) -> tuple[int, int] | None:
    """Keys of last time that are still there, and keys of last time; from a sample where there are very many."""
    key = ", ".join(sql_name(c) for c in source.tables[table].key)
    part = f"WHERE hash({key}) % 16 = 0" if rows >= _SAMPLED_FROM else ""
    t = sql_name(table)
    kept, all_keys = connection.execute(
        f"SELECT count(*) FILTER (({key}) IN (SELECT ({key}) FROM now.{t} {part})), count(*) FROM before.{t} {part}"
    ).fetchall()[0]
    return (kept, all_keys) if all_keys else None


def _unchanged(
    connection: duckdb.DuckDBPyConnection, source: Source, table: str, columns: Iterable[str]
) -> list[tuple[str, int, int]]:
    """For each column: values above zero that are the same as last time under the same key, and such values."""
    names = list(columns)
    if not names:
        return []
    pairs = [f"count(*) FILTER (o.{sql_name(c)} > 0 AND n.{sql_name(c)} IS NOT NULL)" for c in names]
    same = [f"count(*) FILTER (o.{sql_name(c)} > 0 AND n.{sql_name(c)} = o.{sql_name(c)})" for c in names]
    key = ", ".join(sql_name(c) for c in source.tables[table].key)
    t = sql_name(table)
    found = connection.execute(
        f"SELECT {', '.join([*same, *pairs])} FROM now.{t} n JOIN before.{t} o USING ({key})"
    ).fetchall()[0]
    return [(c, found[i], found[len(names) + i]) for i, c in enumerate(names) if found[len(names) + i]]


def _of_figures(
    connection: duckdb.DuckDBPyConnection, suite: Suite, sides: dict[str, Side]
) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for name, figure in suite.figures.items():
        select = f"SELECT CAST(({figure.value}) AS DOUBLE), count(*) FROM {figure.source}"
        values = {schema: _ask(connection, schema, name, select)[0] for schema in sides}
        new, records = values["now"]
        if new is None:
            continue
        old = values.get("before", (None, 0))[0]
        words = f"{new:,.10g}" + (f"; {old:,.10g} in {sides['before'].quarter}" if old is not None else "")
        rows.append(("figure", name, figure.label, "figure", new, records, words))
        if old:
            rows.append(("figure", name, figure.label, "figure_ratio", new / old, records, words))
    return rows


def _ask(connection: duckdb.DuckDBPyConnection, schema: str, name: str, select: str) -> list[tuple[Any, ...]]:
    connection.execute(f"USE {schema}")
    try:
        return connection.execute(select).fetchall()
    except duckdb.CatalogException:
        return [(None, 0)]  # a table that this delivery does not have
    except duckdb.Error as error:
        raise SangamError(f"'{name}' of the suite is not understood by DuckDB: {error}") from error
    finally:
        connection.execute("USE memory.main")


def _of_places(
    connection: duckdb.DuckDBPyConnection, suite: Suite, source: Source, sides: dict[str, Side]
) -> list[pd.DataFrame]:
    frames = []
    for name, place in suite.places.items():
        counted = (
            f"SELECT CAST({place.place} AS VARCHAR) AS place, count(*) AS records FROM {place.source} GROUP BY ALL"
        )
        for schema in ("now", "before"):
            connection.execute(f"USE {schema}" if schema in sides else "USE memory.main")
            select = counted if schema in sides else "SELECT NULL::VARCHAR AS place, 0 AS records WHERE false"
            try:
                connection.execute(f"CREATE OR REPLACE TEMP TABLE places_{schema} AS {select}")
            except duckdb.Error as error:
                raise SangamError(f"Place '{name}' of the suite is not understood by DuckDB: {error}") from error
            finally:
                connection.execute("USE memory.main")
        expected = [w for w in words(source.vocabularies.get(place.expected), place.nested) if w not in place.but]
        then = sides["before"].quarter if "before" in sides else ""
        frames.append(
            connection.execute(
                f"""
                WITH joined AS (
                  SELECT place, coalesce(n.records, 0) AS new, coalesce(b.records, 0) AS old
                  FROM places_now n FULL JOIN places_before b USING (place)
                  FULL JOIN (SELECT unnest($expected::VARCHAR[]) AS place) e USING (place) WHERE place IS NOT NULL
                ), told AS (
                  SELECT *, format('{{:,}} records', new) || CASE WHEN $then <> '' THEN format('; {{:,}} in {{}}', old, $then) ELSE '' END AS seen
                  FROM joined
                )
                SELECT 'place' AS kind, $name AS name, $label || ' ' || place AS subject, m.measure,
                  CASE m.measure WHEN 'place_rows' THEN new::DOUBLE ELSE new / old::DOUBLE END AS value,
                  greatest(new, old) AS records, seen
                FROM told, (VALUES ('place_rows'), ('place_rows_ratio')) m(measure)
                WHERE m.measure = 'place_rows' OR old > 0 ORDER BY m.measure, place
                """,
                {"expected": expected, "then": then, "name": name, "label": place.label},
            ).df()
        )
    return frames


def words(vocabulary: Any, nested: bool) -> list[str]:
    """The words of a vocabulary; of one that has its words under keys `key / word`."""
    if nested:
        return [f"{outer} / {word}" for outer, inner in (vocabulary or {}).items() for word in inner or ()]
    return [str(word) for word in vocabulary or ()]
