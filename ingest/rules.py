"""Named rules as SQL: records with the values related to them, and which of them break a rule.

Only the making of SQL. Rules within a drop are asked by `findings`, those that look outside it by `comparing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import duckdb

from ingest.cleaning import name as sql_name
from ingest.cleaning import quote
from ingest.contracts.model import Rule, Source


def looks_outside(rule: Rule) -> bool:
    """Whether the rule compares with other deliveries: another source's, or an earlier quarter's."""
    return any(look.source or look.quarters_back for look in rule.related.values())


def with_related(
    records: str, rule: Rule, relations: Mapping[str, str], quarter_end: date | None
) -> str:
    """SELECT of `records` (an SQL relation) with one more column for each related value.

    `relations`: what each of the rule's related values is taken from, by its alias.
    """
    select = f"SELECT * FROM {records}"
    for alias, look in rule.related.items():
        on = " AND ".join(
            f"rel.{sql_name(f'k_{there}')} = rec.{sql_name(here)}" for there, here in look.match.items()
        )
        keys = ", ".join(f"{sql_name(there)} AS {sql_name(f'k_{there}')}" for there in look.match)
        where = look.where.replace("{quarter_end}", f"DATE '{quarter_end}'")
        grouped = (
            f"SELECT {keys}, {look.value} AS {sql_name(alias)} FROM {relations[alias]} "
            f"WHERE {where} GROUP BY ALL"
        )
        select = f"SELECT rec.*, rel.{sql_name(alias)} FROM ({select}) AS rec LEFT JOIN ({grouped}) AS rel ON {on}"
    return select


def broken(select: str, rule: Rule) -> str:
    """FROM clause of the records that break the rule: where `when` holds and `check` is false, not unknown."""
    return f"FROM ({select}) AS rec WHERE ({rule.when}) AND NOT ({rule.check})"


def define_look_up(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """`look_up('name', code)`: the contract's code look-ups as an SQL macro."""
    branches = [
        f"WHEN {quote(name)} THEN MAP {{{', '.join(f'{quote(k)}: {quote(c)}' for k, c in words.items())}}}[code]"
        for name, words in source.look_ups.items()
    ]
    body = f"CASE which {' '.join(branches)} END" if branches else "NULL"
    connection.execute(f"CREATE MACRO look_up(which, code) AS {body}")
