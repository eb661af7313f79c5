"""A contract's code look-ups, bands of scores and currency as SQL macros, for its rules and its mappings."""

from __future__ import annotations

import duckdb

from ingest.contracts.conventions import ScoreBand
from ingest.contracts.source import Source
from ingest.sql import quote


def define_look_ups(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """`look_up('name', code)`, `band('name', score)` and `currency()`; NULL where the contract has no answer."""
    branches = [
        f"WHEN {quote(name)} THEN MAP {{{', '.join(f'{quote(k)}: {quote(c)}' for k, c in words.items())}}}[code]"
        for name, words in source.look_ups.items()
    ]
    _macro(connection, "look_up(which, code)", branches)
    branches = [f"WHEN {quote(name)} THEN {_band(bands)}" for name, bands in source.bands.items()]
    _macro(connection, "band(which, score)", branches)
    currency = quote(source.currency) if source.currency else "NULL"
    connection.execute(f"CREATE MACRO currency() AS {currency}")


def _band(bands: tuple[ScoreBand, ...]) -> str:
    """SQL of a score's band: the first that ends above it."""
    inner = " ".join(f"WHEN score < {band.below:.12g} THEN {quote(band.code)}" for band in bands[:-1])
    return f"CASE WHEN score IS NULL THEN NULL {inner} ELSE {quote(bands[-1].code)} END"


def _macro(connection: duckdb.DuckDBPyConnection, signature: str, branches: list[str]) -> None:
    body = f"CASE which {' '.join(branches)} END" if branches else "NULL"
    connection.execute(f"CREATE MACRO {signature} AS {body}")
