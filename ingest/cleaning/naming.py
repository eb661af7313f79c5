"""Names of what one column has at each step of cleaning: raw cell, cleaned, text, number text, value, error."""

from __future__ import annotations

from ingest.sql import sql_name


def r(column: str) -> str:
    """Name of the raw cell of a column."""
    return sql_name(f"r_{column}")


def c(column: str) -> str:
    """Name of the cleaned cell of a column."""
    return sql_name(f"c_{column}")


def t(column: str) -> str:
    """Name of the cleaned text of a column."""
    return sql_name(f"t_{column}")


def v(column: str) -> str:
    """Name of the value of a column."""
    return sql_name(f"v_{column}")


def e(column: str) -> str:
    """Name of the error code of a column."""
    return sql_name(f"e_{column}")


def n(column: str) -> str:
    """Name of the normalised text of a number column."""
    return sql_name(f"n_{column}")
