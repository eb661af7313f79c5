"""The SELECT that a contract's mapping stands for: accepted records of a table → rows of a feed."""

from __future__ import annotations

import re

from ingest.contracts.mapping import Mapping
from ingest.errors import SangamError
from ingest.mapping.feeds import FEEDS, MAP_TYPE, PLACE_IN_FILE
from ingest.sql import quote, sql_name


def _map_sql(attributes: dict[str, str]) -> str:
    entries = ", ".join(f"{{'k': {quote(k)}, 'v': CAST({sql} AS VARCHAR)}}" for k, sql in attributes.items())
    return f"map_from_entries(list_filter([{entries}], lambda x: x.v IS NOT NULL))"


def mapping_sql(feed: str, mapping: Mapping, names: list[str]) -> str:
    """The SELECT that turns a table's accepted records into rows of a feed.

    Raises SangamError where the mapping names a column the feed does not have.
    """
    columns = FEEDS.get(feed)
    if columns is None:
        raise SangamError(f"There is no feed '{feed}'. Feeds: {', '.join(FEEDS)}.")
    map_column = next((c for c, sql_type in columns.items() if sql_type == MAP_TYPE), None)
    if extra := set(mapping.columns) - set(columns):
        raise SangamError(f"Feed '{feed}' has no column {', '.join(sorted(extra))}; use attributes for it.")
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
