"""The SELECT that a contract's mapping stands for: accepted records of a table → rows of a feed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb

from ingest.contracts.faults import did_you_mean
from ingest.contracts.mapping import Mapping
from ingest.judging.sql_faults import SqlFault, naming
from ingest.mapping.feeds import FEEDS, MAP_TYPE, PLACE_IN_FILE
from ingest.sql import quote, sql_name


def _map_sql(attributes: dict[str, str]) -> str:
    entries = ", ".join(f"{{'k': {quote(k)}, 'v': CAST({sql} AS VARCHAR)}}" for k, sql in attributes.items())
    return f"map_from_entries(list_filter([{entries}], lambda x: x.v IS NOT NULL))"


def mapping_sql(feed: str, mapping: Mapping, names: list[str]) -> str:
    """The SELECT that turns a table's accepted records into rows of a feed.

    Raises SqlFault where the mapping names a feed or column that there is not, or none of the columns it turns.
    """
    columns = FEEDS.get(feed)
    if columns is None:
        raise SqlFault(f"there is no feed '{feed}'{did_you_mean(feed, FEEDS)}")
    map_column = next((c for c, sql_type in columns.items() if sql_type == MAP_TYPE), None)
    for extra in sorted(set(mapping.columns) - set(columns)):
        near = did_you_mean(extra, columns)
        words = f"it has no column '{extra}'{near} What only you keep goes into attributes."
        raise SqlFault(words, "columns", extra)
    fields = []
    for column, sql_type in columns.items():
        if column in PLACE_IN_FILE:
            fields.append(f"{sql_name(column)}")
        elif column == map_column and mapping.attributes:
            fields.append(f"{_map_sql(mapping.attributes)} AS {sql_name(column)}")
        else:
            fields.append(f"CAST({mapping.columns.get(column, 'NULL')} AS {sql_type}) AS {sql_name(column)}")
    group = ", ".join(map(sql_name, mapping.one_per))
    first = f" QUALIFY row_number() OVER (PARTITION BY {group} ORDER BY _record) = 1"
    return (
        f"SELECT {', '.join(fields)} FROM ({relation(mapping, names)}) WHERE {mapping.where}"
        f"{first if mapping.one_per else ''}"
    )


@contextmanager
def naming_mapping(
    what: str, mapping: Mapping, at: tuple[Any, ...], connection: duckdb.DuckDBPyConnection
) -> Iterator[None]:
    """Run a mapping's SQL; what is wrong with it becomes an SqlFault that names table, expression and column."""
    parts: dict[tuple[Any, ...], str] = {("columns", name): sql for name, sql in mapping.columns.items()}
    parts |= {("attributes", name): sql for name, sql in mapping.attributes.items()}
    parts |= {("where",): mapping.where, ("one_per",): " ".join(mapping.one_per)}
    parts |= {("look_up", alias, "on"): look.on for alias, look in mapping.look_up.items()}
    if mapping.unpivot:
        parts[("unpivot",)] = " ".join(mapping.unpivot.columns)
    known = set(mapping.look_up) | (
        {mapping.unpivot.name, mapping.unpivot.value} if mapping.unpivot else set()
    )
    for table in (mapping.table, *(look.table for look in mapping.look_up.values())):
        known |= set(column_names(connection, table))
    known -= {*PLACE_IN_FILE, "_delivered", "_notes", "_warnings"}
    with naming(f"{what}, table '{mapping.table}'", at, parts, known):
        yield


def column_names(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """The columns of a table or view."""
    rows = connection.execute(f"SELECT column_name FROM (DESCRIBE {sql_name(table)})").fetchall()
    return [str(row[0]) for row in rows]


def relation(mapping: Mapping, names: list[str]) -> str:
    """The table's records, each look-up as a struct column under its alias, unpivoted columns as rows."""
    joins = "".join(
        f" LEFT JOIN {sql_name(look.table)} AS {sql_name(alias)} ON {look.on}"
        for alias, look in mapping.look_up.items()
    )
    structs = "".join(f", {sql_name(alias)}" for alias in mapping.look_up)
    relation = f"SELECT base.*{structs} FROM {sql_name(mapping.table)} AS base{joins}"
    if mapping.unpivot is None:
        return relation
    turned = mapping.unpivot.columns
    if isinstance(turned, str):
        turned = {column: column for column in names if re.fullmatch(turned, column)}
    return " UNION ALL ".join(
        f"SELECT *, {quote(label)} AS {sql_name(mapping.unpivot.name)}, {sql_name(column)} AS "
        f"{sql_name(mapping.unpivot.value)} FROM ({relation})"
        for column, label in turned.items()
    )
