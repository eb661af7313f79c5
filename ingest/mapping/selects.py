"""The SELECT that a contract's mapping stands for: accepted records of a table → rows of a feed, or identities."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.contracts.mapping import Mapping
from ingest.errors import SangamError
from ingest.mapping.feeds import FEEDS, MAP_TYPE, PLACE_IN_FILE
from ingest.sql import quote, render, sql_name


def feed_select(feed: str, mapping: Mapping, names: Sequence[str]) -> str:
    """The SELECT that turns a table's accepted records into rows of a feed. `names`: the table's columns.

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
            fields.append(sql_name(column))
        elif column == map_column and mapping.attributes:
            fields.append(f"{_map_sql(mapping.attributes)} AS {sql_name(column)}")
        else:
            fields.append(f"CAST({mapping.columns.get(column, 'NULL')} AS {sql_type}) AS {sql_name(column)}")
    return mapped_select(mapping, names, fields)


def mapped_select(mapping: Mapping, names: Sequence[str], fields: Sequence[str]) -> str:
    """The SELECT of some fields over a mapping's records, with what it looks up and turns into rows."""
    unpivot = mapping.unpivot
    turned = unpivot.columns if unpivot else None
    if isinstance(turned, str):
        turned = {column: column for column in names if re.fullmatch(turned, column)}
    return render(
        __file__,
        "selects.sql",
        table=mapping.table,
        look_ups=mapping.look_up,
        unpivoted=turned,
        label_name=unpivot.name if unpivot else "",
        value_name=unpivot.value if unpivot else "",
        fields=fields,
        where=mapping.where,
        one_per=[sql_name(column) for column in mapping.one_per],
    )


def _map_sql(attributes: dict[str, str]) -> str:
    entries = ", ".join(f"{{'k': {quote(k)}, 'v': CAST({sql} AS VARCHAR)}}" for k, sql in attributes.items())
    return f"map_from_entries(list_filter([{entries}], lambda x: x.v IS NOT NULL))"
