"""What is wrong with a mapping's SQL, told with its table, its expression and the misspelt column."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb

from ingest.contracts.mapping import Mapping
from ingest.judging.sql_faults import naming
from ingest.mapping.feeds import PLACE_IN_FILE
from ingest.sql import sql_name


@contextmanager
def naming_mapping(
    what: str, mapping: Mapping, at: tuple[Any, ...], connection: duckdb.DuckDBPyConnection
) -> Iterator[None]:
    """Run a mapping's SQL; what is wrong with it becomes an SqlFault that names table, expression and column."""
    parts: dict[tuple[Any, ...], str] = {("columns", name): sql for name, sql in mapping.columns.items()}
    parts |= {("attributes", name): sql for name, sql in mapping.attributes.items()}
    parts |= {("where",): mapping.where, ("one_per",): " ".join(mapping.one_per)}
    parts |= {("look_up", alias, "on"): look.on for alias, look in mapping.look_up.items()}
    known = set(mapping.look_up)
    if mapping.unpivot:
        parts[("unpivot",)] = " ".join(mapping.unpivot.columns)
        known |= {mapping.unpivot.name, mapping.unpivot.value}
    for table in (mapping.table, *(look.table for look in mapping.look_up.values())):
        known |= set(column_names(connection, table))
    known -= {*PLACE_IN_FILE, "_delivered", "_notes", "_warnings"}
    with naming(f"{what}, table '{mapping.table}'", at, parts, known):
        yield


def column_names(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """The columns of a table or view."""
    rows = connection.execute(f"SELECT column_name FROM (DESCRIBE {sql_name(table)})").fetchall()
    return [str(row[0]) for row in rows]
