"""Reasons and warnings of a drop's records: cells, date order, duplicates, named rules, totals.

Each function adds rows to the drop's `findings` (record quarantined) or `warnings` (record accepted, flagged).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from ingest import cleaning
from ingest.cleaning import name as sql_name
from ingest.cleaning import quote
from ingest.columns import CELL_REASONS, e, key_part, spellings, v
from ingest.contracts.model import Related, Rule, Table, Totals
from ingest.published import published_columns

if TYPE_CHECKING:
    from ingest.judging import Judged


def cell_findings(judged: Judged, name: str) -> None:
    """A finding for each cell with an error code."""
    cells = judged.cells[name]
    any_error = " OR ".join(f"{e(cell.name)} > 0" for cell in cells)
    pairs = ", ".join(f"{{'col': {quote(cell.name)}, 'code': {e(cell.name)}}}" for cell in cells)
    reasons = "[" + ", ".join(quote(reason) for reason in CELL_REASONS[1:]) + "]"
    judged.connection.execute(
        f"INSERT INTO findings SELECT {quote(name)}, _record, {reasons}[f.code], f.col FROM "
        f"(SELECT _record, unnest([{pairs}]) AS f FROM {judged.table(name)} WHERE {any_error}) WHERE f.code > 0"
    )


def order_findings(judged: Judged, name: str, table: Table) -> None:
    """`date_order`: any earlier step that lies after a later one, also when a step between them is empty."""
    for steps in table.order:
        records = _with_referred_dates(judged, name, table, steps)
        for i, first in enumerate(steps):
            for second in steps[i + 1 :]:
                marked = second if second in table.columns else first
                judged.connection.execute(
                    f"INSERT INTO findings SELECT {quote(name)}, _record, 'date_order', {quote(marked)} "
                    f"FROM ({records}) WHERE {v(first)} > {v(second)}"
                )


def _with_referred_dates(judged: Judged, name: str, table: Table, steps: tuple[str, ...]) -> str:
    """SELECT of the records with the steps that are dates of accepted records they refer to."""
    select = f"SELECT * FROM {judged.table(name)}"
    for step in (s for s in steps if s not in table.columns):
        reference, _, field = step.partition(".")
        target, _, key = table.columns[reference].ref.partition(".")
        key = key or judged.source.tables[target].key[0]
        dates = f"any_value({v(field)}) AS {v(step)}"
        other = f"SELECT {v(key)} AS referred, {dates} FROM {judged.accepted(target)} GROUP BY 1"
        select = f"SELECT rec.*, {v(step)} FROM ({select}) rec LEFT JOIN ({other}) o ON {v(reference)} = o.referred"
    return select


def duplicate_findings(judged: Judged, name: str, table: Table) -> None:
    """Identical records (the later copies) and records that share a key and differ (all of them)."""
    keys = ", ".join(
        f"CASE WHEN {e(k)} <> 1 THEN coalesce(CAST({v(k)} AS VARCHAR), {cleaning.text(f'_delivered[{quote(k)}]')}) END"
        for k in table.key
    )
    group = ", ".join(v(k) for k in table.key)
    # Grouping by the bare values finds the few candidates quickly; what could not be read as a value is looked
    # at as delivered, among the candidates only.
    candidates = (
        f"SELECT _record, _hash, [{keys}] AS key FROM {judged.standing(name)} AS rec SEMI JOIN "
        f"(SELECT {group} FROM {judged.standing(name)} GROUP BY {group} HAVING count(*) > 1) d ON "
        + " AND ".join(f"rec.{v(k)} IS NOT DISTINCT FROM d.{v(k)}" for k in table.key)
    )
    judged.connection.execute(
        f"INSERT INTO findings WITH c AS ({candidates}), "
        "g AS (SELECT *, len(list_filter(key, lambda x: x IS NULL)) > 0 AS holed, "
        "row_number() OVER (PARTITION BY key, _hash ORDER BY _record) AS copy, "
        "min(_hash) OVER (PARTITION BY key) <> max(_hash) OVER (PARTITION BY key) AS differs FROM c) "
        f"SELECT {quote(name)}, _record, 'exact_duplicate', NULL FROM g WHERE copy > 1 "
        f"UNION ALL SELECT {quote(name)}, _record, {quote(table.on_conflict)}, {quote(table.key[0])} "
        "FROM g WHERE differs AND NOT holed"
    )


def apply_rules(judged: Judged, name: str, table: Table, severity: str, related: Mapping[str, str]) -> None:
    """The table's named rules of one severity; errors look at all records, warnings at accepted ones."""
    for rule_name, rule in table.rules.items():
        if rule.severity != severity:
            continue
        code = f"rule:{rule_name}" if severity == "error" else rule_name
        source = judged.table(name) if severity == "error" else judged.accepted(name)
        relation = _rule_relation(judged, name, source, rule, related)
        if relation is None:
            continue
        columns = quote(rule.columns[0]) if rule.columns else "NULL"
        # A cell that holds something unreadable is neither empty nor a value: the rule cannot be asked.
        unreadable = " OR ".join(f"({v(c)} IS NULL AND {e(c)} > 1)" for c in rule.columns) or "false"
        broken = f"FROM ({relation}) AS rec WHERE ({rule.when}) AND NOT ({unreadable}) AND NOT ({rule.check})"
        if severity == "error":
            judged.connection.execute(
                f"INSERT INTO findings SELECT {quote(name)}, _record, {quote(code)}, {columns} {broken}"
            )
        else:
            key = key_text(judged, name)
            judged.connection.execute(
                f"INSERT INTO warnings SELECT {quote(name)}, _record, {quote(code)}, {columns}, {key}, "
                f"{quote(rule.message)} {broken}"
            )


def _rule_relation(
    judged: Judged, name: str, source: str, rule: Rule, related: Mapping[str, str]
) -> str | None:
    """Records with their values under plain names, and one column for each related value."""
    columns = {cell.name: v(cell.name) for cell in judged.cells[name]}
    if judged.key and any(look.outside for look in rule.related.values()):
        # Records outside the drop come from the lake: what identifies a person is a pseudonym there.
        columns = (
            dict(published_columns(judged.cells[name], judged.source.tables[name], judged.key)) | columns
        )
    plain = ", ".join(f"{sql} AS {sql_name(column)}" for column, sql in columns.items())
    relation = f"SELECT *, {plain} FROM {source} AS base"
    for alias, look in rule.related.items():
        other = _related_relation(judged, name, look, related)
        if other is None:
            return None
        on = " AND ".join(
            f"rel.{sql_name(f'k_{there}')} = rec.{sql_name(here)}" for there, here in look.match.items()
        )
        keys = ", ".join(f"{sql_name(there)} AS {sql_name(f'k_{there}')}" for there in look.match)
        where = look.where.replace("{quarter_end}", f"DATE '{judged.quarter_end}'")
        grouped = f"SELECT {keys}, {look.value} AS {sql_name(alias)} FROM {other} WHERE {where} GROUP BY ALL"
        relation = f"SELECT rec.*, rel.{sql_name(alias)} FROM ({relation}) AS rec LEFT JOIN ({grouped}) AS rel ON {on}"
    return relation


def _related_relation(judged: Judged, name: str, look: Related, related: Mapping[str, str]) -> str | None:
    if look.outside:
        return related.get(look.outside)
    plain = ", ".join(f"{v(cell.name)} AS {sql_name(cell.name)}" for cell in judged.cells[look.table])
    return f"(SELECT {plain} FROM {judged.accepted(look.table)})"


def key_text(judged: Judged, name: str) -> str:
    """SQL of a record's key as delivered (codes of a vocabulary as their code), `row:N` where a part is missing."""
    parts = []
    for part in judged.source.tables[name].key:
        parts.append(key_part(part, judged.source.tables[name].columns[part]))
    missing = " OR ".join(
        f"{p} IS NULL OR {e(k)} = 1" for p, k in zip(parts, judged.source.tables[name].key, strict=True)
    )
    return f"CASE WHEN {missing} THEN 'row:' || _record ELSE concat_ws('|', {', '.join(parts)}) END"


def check_totals(judged: Judged, name: str, table: Table) -> None:
    """`total_mismatch`: subtotal rows that do not add up, unless a row they add up is quarantined."""
    for spec, frame in judged.totals.get(name, []):
        _check_total(judged, name, table, spec, frame)


def _check_total(judged: Judged, name: str, table: Table, spec: Totals, frame: pd.DataFrame) -> None:
    con = judged.connection
    totals = frame.astype("string").reset_index(drop=True)
    con.register("total_rows", totals)
    label = cleaning.text(sql_name(spec.column))
    if spec.group_from_label:
        group = f"regexp_extract({label}, {quote(spec.label)}, 1, 'i')"
    else:
        group = cleaning.text(sql_name(spec.group)) if spec.group else "''"
    if spec.group and table.columns[spec.group].vocabulary:
        known = spellings(table.columns[spec.group], judged.source.vocabularies)
        keys = ", ".join(f"{quote(k)}: {quote(code)}" for k, code in known.items())
        group = f"coalesce(MAP {{{keys}}}[{group}], {group})"
    shown = quote(spec.name) if spec.name else label
    key = shown if spec.group_from_label or not spec.group else f"{shown} || '|' || {group}"
    names = [sql_name(column) for column in spec.sum]
    # A step each, so that no expression stands in another one many times.
    texts = ", ".join(f"{cleaning.text(name)} AS {name}" for name in names)
    plain = ", ".join(f"{cleaning.number_text(name)} AS {name}" for name in names)
    numbers = ", ".join(
        f"coalesce({cleaning.number_value(name, 'DECIMAL(38,6)')}, 0) AS {name}" for name in names
    )
    steps = f"SELECT {key} AS key, {group} AS grp, {texts} FROM total_rows"
    steps = f"SELECT key, grp, {numbers} FROM (SELECT key, grp, {plain} FROM ({steps}))"
    tests = [f"tot.{name} <> coalesce(added.{name}, 0)" for name in names]
    added = ", ".join(f"sum({v(column)}) AS {sql_name(column)}" for column in spec.sum)
    delivered = cleaning.text(f"_delivered[{quote(spec.group)}]")
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
