"""The SELECT that a contract's mapping stands for: accepted records of a table → rows of a feed, or identities."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.contracts.faults import did_you_mean
from ingest.contracts.mapping import Mapping
from ingest.judging.sql_faults import SqlFault
from ingest.mapping.feeds import FEEDS, MAP_TYPE, PLACE_IN_FILE
from ingest.sql import quote, render, sql_name


def feed_select(feed: str, mapping: Mapping, names: Sequence[str]) -> str:
    """The SELECT that turns a table's accepted records into rows of a feed. `names`: the table's columns.

    Raises SqlFault where the mapping names a feed that there is not, or a column the feed does not have.
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
        look_ups=[{"alias": alias, **look.model_dump()} for alias, look in mapping.look_up.items()],
        unpivoted=None if turned is None else [{"column": c, "label": n} for c, n in turned.items()],
        label_name=unpivot.name if unpivot else "",
        value_name=unpivot.value if unpivot else "",
        fields=fields,
        condition=mapping.where,
        one_per=[sql_name(column) for column in mapping.one_per],
    )


def _map_sql(attributes: dict[str, str]) -> str:
    entries = ", ".join(f"{{'k': {quote(k)}, 'v': CAST({sql} AS VARCHAR)}}" for k, sql in attributes.items())
    return f"map_from_entries(list_filter([{entries}], lambda x: x.v IS NOT NULL))"
