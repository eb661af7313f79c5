"""Total rows that do not equal the sum of their rows. Rows of the drop's `warnings`."""

from __future__ import annotations

from functools import partial

import pandas as pd

from ingest.cleaning import expressions
from ingest.cleaning.naming import v
from ingest.contracts.table import Table, Totals
from ingest.contracts.vocabularies import spellings
from ingest.judging.judged_drop import JudgedDrop
from ingest.sql import quote, render, sql_name
from ingest.tables.piece import Sums

_MESSAGE = "The total row does not equal the sum of its rows; check which is right and send the page again."


def check_totals(judged: JudgedDrop, name: str, table: Table) -> None:
    """`total_mismatch`: subtotal rows that do not add up, unless a row they add up is quarantined."""
    for spec, frame in judged.totals.get(name, []):
        _check_total(judged, name, table, spec, frame)
    if sums := judged.sums.get(name):
        _check_sums(judged, name, sums)


def _check_sums(judged: JudgedDrop, name: str, sums: list[Sums]) -> None:
    """Total rows that no contract describes: each may add up the rows since the last total, all above or all."""
    columns = [cell.name for cell in judged.cells[name] if any(cell.name in one.figures for one in sums)]
    if not columns:
        return
    rows = [
        {"number": number, "label": one.label, "label_column": one.column, "low": low, "high": high}
        | {column: one.figures.get(column) for column in columns}
        for number, one in enumerate(sums)
        for low, high in {
            (one.since, one.row),
            (one.first, one.row),
            (one.row, one.last),
            (one.first, one.last),
        }
    ]
    types = {"number": "int64", "low": "int64", "high": "int64"}
    judged.connection.register("sums", pd.DataFrame(rows).astype(dict.fromkeys(rows[0], "string") | types))
    judged.connection.execute(
        render(
            __file__,
            "sums.sql",
            table=name,
            records=judged.table(name),
            columns=columns,
            message=_MESSAGE,
            clean_text=expressions.text,
            number_text=partial(expressions.number_text, signs=judged.source.signs),
            number_value=expressions.number_value,
            v=v,
        )
    )
    judged.connection.unregister("sums")


def _check_total(judged: JudgedDrop, name: str, table: Table, spec: Totals, frame: pd.DataFrame) -> None:
    label = expressions.text(sql_name(spec.column))
    group = _group_of_total(judged, table, spec, label)
    shown = quote(spec.name) if spec.name else label
    is_grouped = spec.group and not spec.group_from_label
    delivered = expressions.text(f"_delivered[{quote(spec.group)}]")
    judged.connection.register("total_rows", frame.astype("string").reset_index(drop=True))
    judged.connection.execute(
        render(
            __file__,
            "totals.sql",
            table=name,
            records=judged.table(name),
            columns=spec.sum,
            key=f"{shown} || '|' || {group}" if is_grouped else shown,
            group_key=group,
            group_of_record=f"coalesce(CAST({v(spec.group)} AS VARCHAR), {delivered})"
            if spec.group
            else "''",
            label_column=spec.column,
            message=_MESSAGE,
            clean_text=expressions.text,
            number_text=partial(expressions.number_text, signs=judged.source.signs),
            number_value=expressions.number_value,
            v=v,
        )
    )
    judged.connection.unregister("total_rows")


def _group_of_total(judged: JudgedDrop, table: Table, spec: Totals, label: str) -> str:
    """SQL of the value that the rows of a total have in common, as their column has it."""
    if spec.group_from_label:
        group = f"regexp_extract({label}, {quote(spec.label)}, 1, 'i')"
    else:
        group = expressions.text(sql_name(spec.group)) if spec.group else "''"
    if spec.group and table.columns[spec.group].vocabulary:
        known = spellings(table.columns[spec.group], judged.source.vocabularies)
        keys = ", ".join(f"{quote(k)}: {quote(code)}" for k, code in known.items())
        group = f"coalesce(MAP {{{keys}}}[{group}], {group})"
    return group
