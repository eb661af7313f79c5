"""A contract's code look-ups as an SQL macro, for its rules and its mappings."""

from __future__ import annotations

import duckdb

from ingest.contracts.source import Source
from ingest.sql import quote


def define_look_up(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """`look_up('name', code)` in the connection: the code's value, NULL for a code the contract does not list."""
    branches = [
        f"WHEN {quote(name)} THEN MAP {{{', '.join(f'{quote(k)}: {quote(c)}' for k, c in words.items())}}}[code]"
        for name, words in source.look_ups.items()
    ]
    body = f"CASE which {' '.join(branches)} END" if branches else "NULL"
    connection.execute(f"CREATE MACRO look_up(which, code) AS {body}")
