"""The profile of a delivery beside the one before: one row for each measure of a table, column, figure or place.

A profile has some hundred rows however many records there are, and only what the suite asks for. Counting within one
delivery is in `facts`; bounds are in the suite, which `expectations.gx` checks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from expectations.batch import Batch, Side
from expectations.measuring.facts import TableFacts, connect, facts
from expectations.measuring.questions import figure_sql, places_sql, words
from expectations.measuring.whole import whole
from expectations.results import Columns
from expectations.suite import Check, Place, Suite
from ingest.contracts.source import Source
from ingest.errors import SangamError
from ingest.sql import quote, render, sql_name

COLUMNS = ("kind", "name", "subject", "measure", "value", "records", "seen")
# From so many records on, a sixteenth of the keys, chosen by their hash, stands for all.
_SAMPLED_FROM = 500_000
Row = tuple[Any, ...]


def profile(
    connection: duckdb.DuckDBPyConnection, suite: Suite, source: Source, now: Side, before: Side | None
) -> pd.DataFrame:
    """The measures a suite asks for, one a row: COLUMNS.

    `records` says how many records are behind a value, `seen` what it was worked out from, in words. Raises SangamError
    for an SQL expression of the suite that the records do not bear.
    """
    sides = {"now": now} | ({"before": before} if before else {})
    counted = {schema: facts(connection, schema, side, suite, source) for schema, side in sides.items()}
    rows: list[Row] = []
    for table, new in counted["now"].items():
        rows += _alone(table, new, now)
        old = counted["before"].get(table) if before else None
        if before and old and old.rows:
            rows += _beside(table, new, old, before.quarter)
            rows += _by_key(connection, suite, source, table, new, old, before.quarter)
    asked = [row for row in rows if suite.asks(row[3], row[1])]
    asked += _of_figures(connection, suite, sides)
    places = [_of_place(connection, name, place, source, sides) for name, place in suite.places.items()]
    parts = [part for part in (pd.DataFrame(asked, columns=list(COLUMNS)), *places) if len(part)]
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))
    return whole.astype({"value": "float64", "records": "int64"})


def profiles_of(home: Path, batches: list[Batch]) -> list[tuple[Batch, pd.DataFrame]]:
    """The profile of each batch."""
    with connect() as connection:
        return [(batch, _with_the_whole(connection, batch, home)) for batch in batches]


def _with_the_whole(connection: duckdb.DuckDBPyConnection, batch: Batch, home: Path) -> pd.DataFrame:
    before = batch.previous.side(home) if batch.previous else None
    parts = profile(connection, batch.suite, batch.contract, batch.side(home), before)
    asked = [row for row in whole(connection, batch, home) if batch.suite.asks(row[3], row[1])]
    if not asked:
        return parts
    columns = {name: list(cells) for name, cells in zip(COLUMNS, zip(*asked, strict=True), strict=True)}
    return pd.concat([stored_profile(columns), parts], ignore_index=True)


def stored_profile(columns: Columns) -> pd.DataFrame:
    """A profile as it was kept, column by column."""
    return pd.DataFrame(columns, columns=list(COLUMNS)).astype({"value": "float64", "records": "int64"})


def _alone(table: str, new: TableFacts, now: Side) -> Iterator[Row]:
    """What can be said of a table without an earlier delivery."""
    read, held = now.read.get(table, new.rows), now.quarantined.get(table, 0)
    yield "table", table, table, "rows", new.rows, new.rows, f"{new.rows:,} records"
    if read:
        yield "table", table, table, "quarantined_share", held / read, read, f"{held:,} of {read:,} records"
    for column, share in new.empty.items():
        name, seen = f"{table}.{column}", f"{share:.1%} of {new.rows:,} cells empty"
        yield "column", name, name, "empty_share", share, new.rows, seen


def _beside(table: str, new: TableFacts, old: TableFacts, then: str) -> Iterator[Row]:
    """A table and its columns beside last time."""
    both = max(new.rows, old.rows)
    seen = f"{new.rows:,} records; {old.rows:,} in {then}"
    yield "table", table, table, "rows_ratio", new.rows / old.rows, both, seen
    for column in (c for c in new.empty if c in old.empty):
        name, share, was = f"{table}.{column}", new.empty[column], old.empty[column]
        seen = f"{share:.1%} empty; {was:.1%} in {then}"
        yield "column", name, name, "empty_growth", share - was, both, seen
    for column in (c for c in new.means if c in old.means):
        name, mean, (was_mean, deviation) = f"{table}.{column}", new.means[column][0], old.means[column]
        if mean is not None and was_mean is not None and deviation:
            seen = f"mean {_number(mean)}; {_number(was_mean)} in {then}"
            yield "column", name, name, "mean_shift", (mean - was_mean) / deviation, both, seen
    for column, counts in new.categories.items():
        if shift := _largest_shift(counts, old.categories.get(column, {})):
            name, (category, share, was) = f"{table}.{column}", shift
            seen = f"'{category}' {share:.1%}; {was:.1%} in {then}"
            yield "column", name, name, "category_shift", abs(share - was), both, seen


def _number(value: float) -> str:
    """A mean as people read it."""
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:,.4g}"


def _largest_shift(new: dict[str, int], old: dict[str, int]) -> tuple[str, float, float] | None:
    """The category whose share changed most, with both shares."""
    total, was = sum(new.values()), sum(old.values())
    if not total or not was:
        return None
    shares = [(c, new.get(c, 0) / total, old.get(c, 0) / was) for c in sorted({*new, *old})]
    return max(shares, key=lambda found: abs(found[1] - found[2]))


def _by_key(
    connection: duckdb.DuckDBPyConnection,
    suite: Suite,
    source: Source,
    table: str,
    new: TableFacts,
    old: TableFacts,
    then: str,
) -> Iterator[Row]:
    """Keys that are still there, and values under the same key; only where the suite asks, for it costs a join."""
    key = ", ".join(sql_name(c) for c in source.tables[table].key)
    if suite.asks("keys_kept", table):
        sample = f"hash({key}) % 16 = 0" if old.rows >= _SAMPLED_FROM else "true"
        sql = render(__file__, "keys_kept.sql", key=key, table=table, sample=sample)
        kept, there = connection.execute(sql).fetchall()[0]
        if there:
            seen = f"{kept:,} of {there:,} keys of {then}"
            yield "table", table, table, "keys_kept", kept / there, there, seen
    both = [column for column in new.means if column in old.means]
    for column in (c for c in both if suite.asks("unchanged_share", f"{table}.{c}")):
        name = f"{table}.{column}"
        sql = render(__file__, "unchanged.sql", column=column, table=table, key=key)
        same, pairs = connection.execute(sql).fetchall()[0]
        if pairs:
            seen = f"{same:,} of {pairs:,} values as in {then}"
            yield "column", name, name, "unchanged_share", same / pairs, pairs, seen


def _of_figures(connection: duckdb.DuckDBPyConnection, suite: Suite, sides: dict[str, Side]) -> Iterator[Row]:
    for name, figure in suite.figures.items():
        sql = figure_sql(figure)
        found = {schema: _in(connection, schema, name, partial(_first, connection, sql)) for schema in sides}
        new, records = found["now"] or (None, 0)
        old, _ = found.get("before") or (None, 0)
        if new is None:
            continue
        seen = f"{new:,.10g}" + (f"; {old:,.10g} in {sides['before'].quarter}" if old is not None else "")
        yield "figure", name, figure.label, "figure", new, records, seen
        if old:
            yield "figure", name, figure.label, "figure_ratio", new / old, records, seen


def _of_place(
    connection: duckdb.DuckDBPyConnection, name: str, place: Place, source: Source, sides: dict[str, Side]
) -> pd.DataFrame:
    for schema in ("now", "before"):
        counted = places_sql(place, schema)
        done = schema in sides and _in(connection, schema, name, partial(_first, connection, counted))
        if not done:
            connection.execute(render(__file__, "places_none.sql", side=schema))
    expected = [w for w in words(source.vocabularies.get(place.expected), place.nested) if w not in place.but]
    then = sides["before"].quarter if "before" in sides else ""
    listed = f"[{', '.join(quote(word) for word in expected)}]"
    sql = render(__file__, "places.sql", expected=listed, then=then, name=name, label=place.label)
    return connection.execute(sql).df()


def _first(connection: duckdb.DuckDBPyConnection, sql: str) -> Row:
    return tuple(connection.execute(sql).fetchall()[0])


def _in(connection: duckdb.DuckDBPyConnection, schema: str, name: str, ask: Callable[[], Row]) -> Row | None:
    """What a question of the suite gives over one side's tables; None where the delivery has no such table."""
    connection.execute(f"USE {schema}")
    try:
        return ask()
    except duckdb.CatalogException:
        return None
    except duckdb.Error as error:
        raise SangamError(f"'{name}' of the suite is not understood by DuckDB: {error}") from error
    finally:
        connection.execute("USE memory.main")


def applies(check: Check, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of a profile that a check looks at."""
    names = [name for name in frame["name"].unique() if check.covers(name)]
    enough = frame["records"] >= check.from_records
    asked = (frame["measure"] == check.measure) & frame["name"].isin(names)
    return frame[asked & enough & frame["value"].notna()]
