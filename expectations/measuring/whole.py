"""A delivery as a whole beside all earlier ones: whether it, or part of it, was delivered before.

What changes from one delivery to the next is in `profile`; here, whether this is one at all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from expectations.batch import Batch
from expectations.suite import DELIVERY
from ingest.contracts.source import Source
from ingest.deliveries.delivery import NO_QUARTER, quarter_end, quarters_before
from ingest.sql import parquet_relation, render, sql_name

Row = tuple[Any, ...]


def whole(connection: duckdb.DuckDBPyConnection, batch: Batch, home: Path) -> Iterator[Row]:
    """Rows of the batch's profile: kind, name, subject, measure, value, records, seen."""
    yield from _sent_before(connection, batch, home)
    if batch.quarter == NO_QUARTER:
        return
    if batch.contract.cadence == "round":
        yield from _of_an_earlier_round(connection, batch, home)
    else:
        yield from _dated_in_quarter(connection, batch, home)


def _sent_before(connection: duckdb.DuckDBPyConnection, batch: Batch, home: Path) -> Iterator[Row]:
    twins = dict(batch.twins)
    for receipt in batch.receipts:
        twin = twins.get(receipt.path)
        seen = f"the same bytes as {twin}" if twin else "its bytes are new"
        yield (DELIVERY, DELIVERY, receipt.file, "sent_before", int(bool(twin)), _records(batch), seen)
    if not twins and (same := _same_records(connection, batch, home)):
        seen = f"all {_records(batch):,} records are those of {same}, in another file"
        yield (DELIVERY, DELIVERY, batch.title, "sent_before", 1, _records(batch), seen)


def _records(batch: Batch) -> int:
    return sum(counts.accepted for receipt in batch.receipts for counts in receipt.tables.values())


def _same_records(connection: duckdb.DuckDBPyConnection, batch: Batch, home: Path) -> str | None:
    """The latest earlier quarter whose accepted records are the same; only as many can be, so few are looked at."""
    for other in batch.earlier if _records(batch) else ():
        if _records(other) == _records(batch) and _digest(connection, batch, home) == _digest(
            connection, other, home
        ):
            return other.quarter
    return None


def _digest(connection: duckdb.DuckDBPyConnection, batch: Batch, home: Path) -> list[Row]:
    files = batch.side(home).files
    return [
        (
            table,
            *_first(
                connection,
                "SELECT count(*), sum(hash(*COLUMNS(lambda c: c NOT LIKE '\\_%' ESCAPE '\\'))) "
                f"FROM {parquet_relation(files[table])}",
            ),
        )
        for table in sorted(files)
    ]


def _dated_in_quarter(connection: duckdb.DuckDBPyConnection, batch: Batch, home: Path) -> Iterator[Row]:
    """How many dates lie in the quarter: none says something where an earlier extract has some in its own."""
    count, latest = _dates(connection, batch, home)
    if count:
        seen = f"{count:,} dates lie in {batch.quarter}"
    else:
        with_some = ((one, _dates(connection, one, home)[0]) for one in batch.earlier)
        other = next(((one.quarter, found) for one, found in with_some if found), None)
        if other is None:
            return
        latest_words = f", the latest is {latest}" if latest else ""
        seen = f"no date lies in {batch.quarter}{latest_words}; {other[1]:,} of {other[0]} lay in theirs"
    yield (DELIVERY, DELIVERY, f"Dates in {batch.quarter}", "dated_in_quarter", count, _records(batch), seen)


def _dates(connection: duckdb.DuckDBPyConnection, batch: Batch, home: Path) -> tuple[int, dt.date | None]:
    """Dates in the batch's quarter over all tables, and the latest of all."""
    first = quarter_end(quarters_before(batch.quarter, 1)).date() + dt.timedelta(days=1)
    found: list[Row] = []
    for table, files in batch.side(home).files.items():
        if columns := _date_columns(connection, batch.contract, table, files):
            last = _date(quarter_end(batch.quarter).date())
            words = {
                "records": parquet_relation(files),
                "columns": columns,
                "last": last,
                "first": _date(first),
            }
            found.append(_first(connection, render(__file__, "dated.sql", **words)))
    latest = max((day for _, day in found if day), default=None)
    return sum(count for count, _ in found), latest


def _of_an_earlier_round(connection: duckdb.DuckDBPyConnection, batch: Batch, home: Path) -> Iterator[Row]:
    """Records of the time of the round before, by all of their dates; and keys that an earlier round has."""
    if not batch.previous:
        return
    sides = [(one.quarter, one.side(home).files) for one in batch.earlier]
    for table, files in batch.side(home).files.items():
        last = quarter_end(batch.previous.quarter).date()
        if columns := _date_columns(connection, batch.contract, table, files):
            words = {"records": parquet_relation(files), "columns": columns, "last": _date(last)}
            old, dated = _first(connection, render(__file__, "dated_before.sql", **words))
            if dated:
                seen = f"{old:,} of {dated:,} records are dated up to {last}, the end of {batch.previous.quarter}"
                yield "table", table, table, "dated_before", old / dated, dated, seen
        for quarter, earlier in sides if batch.suite.asks("keys_before", table) else ():
            if table not in earlier:
                continue
            words = {"records": parquet_relation(files), "earlier": parquet_relation(earlier[table])}
            key = ", ".join(sql_name(column) for column in batch.contract.tables[table].key)
            old, there = _first(connection, render(__file__, "keys_before.sql", key=key, **words))
            if there:
                seen = f"{old:,} of {there:,} keys are those of {quarter}"
                yield "table", table, f"{table} beside {quarter}", "keys_before", old / there, there, seen


def _date_columns(
    connection: duckdb.DuckDBPyConnection, source: Source, table: str, files: list[Path]
) -> list[str]:
    """SQL names of the table's dates of events, as far as the files have them: no dates of birth."""
    described = connection.execute(f"DESCRIBE FROM {parquet_relation(files)}").fetchall()
    there = {name for name, *_ in described}
    columns = source.tables[table].columns.items()
    return [
        sql_name(name)
        for name, word in columns
        if word.type in ("date", "month") and not word.personal and name in there
    ]


def _date(day: dt.date) -> str:
    return f"DATE '{day}'"


def _first(connection: duckdb.DuckDBPyConnection, sql: str) -> Row:
    return tuple(connection.execute(sql).fetchall()[0])
