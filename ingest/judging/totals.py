"""Total rows that do not equal the sum of their rows. Rows of the drop's `warnings`."""

from __future__ import annotations

import pandas as pd

from ingest.cleaning import expressions
from ingest.cleaning.naming import v
from ingest.contracts.table import Table, Totals
from ingest.contracts.vocabularies import spellings
from ingest.judging.judged_drop import JudgedDrop
from ingest.sql import quote, sql_name


def check_totals(judged: JudgedDrop, name: str, table: Table) -> None:
    """`total_mismatch`: subtotal rows that do not add up, unless a row they add up is quarantined."""
    for spec, frame in judged.totals.get(name, []):
        _check_total(judged, name, table, spec, frame)


def _check_total(judged: JudgedDrop, name: str, table: Table, spec: Totals, frame: pd.DataFrame) -> None:
    con = judged.connection
    totals = frame.astype("string").reset_index(drop=True)
    con.register("total_rows", totals)
    label = expressions.text(sql_name(spec.column))
    if spec.group_from_label:
        group = f"regexp_extract({label}, {quote(spec.label)}, 1, 'i')"
    else:
        group = expressions.text(sql_name(spec.group)) if spec.group else "''"
    if spec.group and table.columns[spec.group].vocabulary:
        known = spellings(table.columns[spec.group], judged.source.vocabularies)
        keys = ", ".join(f"{quote(k)}: {quote(code)}" for k, code in known.items())
        group = f"coalesce(MAP {{{keys}}}[{group}], {group})"
    shown = quote(spec.name) if spec.name else label
    key = shown if spec.group_from_label or not spec.group else f"{shown} || '|' || {group}"
    names = [sql_name(column) for column in spec.sum]
    # A step each, so that no expression stands in another one many times.
    texts = ", ".join(f"{expressions.text(name)} AS {name}" for name in names)
    plain = ", ".join(f"{expressions.number_text(name, judged.source.signs)} AS {name}" for name in names)
    numbers = ", ".join(
        f"coalesce({expressions.number_value(name, 'DECIMAL(38,6)')}, 0) AS {name}" for name in names
    )
    steps = f"SELECT {key} AS key, {group} AS grp, {texts} FROM total_rows"
    steps = f"SELECT key, grp, {numbers} FROM (SELECT key, grp, {plain} FROM ({steps}))"
    tests = [f"tot.{name} <> coalesce(added.{name}, 0)" for name in names]
    added = ", ".join(f"sum({v(column)}) AS {sql_name(column)}" for column in spec.sum)
    delivered = expressions.text(f"_delivered[{quote(spec.group)}]")
    by = f"coalesce(CAST({v(spec.group)} AS VARCHAR), {delivered})" if spec.group else "''"
    con.execute(
        f"INSERT INTO warnings WITH tot AS ({steps}), "
        f"rec AS (SELECT *, {by} AS grp, _record IN (SELECT record FROM findings WHERE tbl = {quote(name)}) AS bad "
        f"FROM {judged.table(name)}), "
        f"added AS (SELECT grp, bool_or(bad) AS bad, {added} FROM rec GROUP BY grp) "
        f"SELECT {quote(name)}, NULL, 'total_mismatch', {quote(spec.column)}, tot.key, "
        "'The total row does not equal the sum of its rows; check which is right and send the page again.' "
        f"FROM tot LEFT JOIN added ON added.grp = tot.grp "
        f"WHERE NOT coalesce(added.bad, false) AND ({' OR '.join(tests)})"
    )
    con.unregister("total_rows")
