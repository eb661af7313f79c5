"""Applying corrections to a drop's records, before anything is decided about them. None cost nothing.

`corrected` has a row for each record a correction is about. Which corrections there are is in
`contracts.correction_words`; one whose expectation does not hold is not applied, and is a finding of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from ingest.cleaning.columns import CellSql
from ingest.cleaning.naming import c, r, v
from ingest.cleaning.records import plain, typed_select
from ingest.contracts.correction_words import Correction
from ingest.judging import keys
from ingest.judging.judged_drop import JudgedDrop
from ingest.sql import quote, render, sql_name

DROPPED = "rule:dropped_by_correction"
STALE = "correction_stale"


def apply(judged: JudgedDrop, corrected: Iterable[Correction]) -> None:
    """Read cells as overrides say, and quarantine what is to be dropped.

    A correction that finds no record, or another value than it expects, becomes a warning of the table.
    """

    def where(one: Correction) -> str:  # a sheet that is gone is missed where others of its kind are
        return judged.source.template(one.table)

    for name, group in groupby(sorted(corrected, key=where), key=where):
        _apply_to_table(judged, name, list(group))


def flag(judged: JudgedDrop) -> None:
    """The warnings of accepted records that were overridden or flagged."""
    judged.connection.execute(render(__file__, "flagged.sql"))


def _apply_to_table(judged: JudgedDrop, name: str, group: Sequence[Correction]) -> None:
    con = judged.connection
    _gather(judged, name, group)
    for one in group:
        applied = one.table == name and _find(judged, name, one)
        if not applied:
            row = (name, STALE, one.column or None, one.id, _stale_message(judged, name, one))
            con.execute("INSERT INTO warnings SELECT ?, NULL, ?, ?, ?, ?", row)
    _override(judged, name, [one for one in group if one.action == "override"])
    if any(one.action == "drop" for one in group):
        judged.dropped.add(name)
        con.execute(render(__file__, "dropped.sql", table=name, dropped_code=DROPPED))


def _gather(judged: JudgedDrop, name: str, group: Sequence[Correction]) -> None:
    """The table `in_question`: records that any of the corrections may be about."""
    named = {one.column for one in group}
    judged.connection.execute(
        render(
            __file__,
            "in_question.sql",
            records=judged.table(name),
            key=keys.key_text(judged, name),
            keys=[one.key for one in group],
            rows=[one.row for one in group if one.row is not None],
            cells=judged.cells[name],
            asked=[cell for cell in judged.cells[name] if cell.name in named],
            plain=plain,
            value=_value,
            r=r,
            v=v,
        )
    )


def _find(judged: JudgedDrop, name: str, one: Correction) -> bool:
    """Note the records the correction is about, where the expectation holds; whether there is any."""
    cell = _cell(judged, name, one)
    found = judged.connection.execute(
        render(
            __file__,
            "corrected.sql",
            target=_target(one),
            cell=cell,
            value=_value(cell) if cell else "",
            expected_cell=_cell_text(one.expected),
            expected_records=typed_select(judged.cells[name], "expected"),
            table=name,
            id=one.id,
            action=one.action,
            column=one.column,
            message=_message(judged, name, one),
            c=c,
            r=r,
            v=v,
        )
    ).fetchall()
    return bool(found[0][0])


def _override(judged: JudgedDrop, name: str, group: Sequence[Correction]) -> None:
    """Put the values in the place of what was delivered and make the records anew from all their cells."""
    if group:
        judged.connection.execute(
            render(
                __file__,
                "overrides.sql",
                table=name,
                records=judged.table(name),
                overrides=group,
                mended_records=typed_select(judged.cells[name], "mended"),
                cell_text=_cell_text,
                r=r,
            )
        )


def _value(cell: CellSql) -> str:
    return sql_name(f"_value_{cell.name}")


def _target(one: Correction) -> str:
    return f"_key = {quote(one.key)}" if one.row is None else f"_row = {one.row}"


def _cell_text(text: str | None) -> str:
    return f"CAST({quote(text)} AS VARCHAR)" if text else "CAST(NULL AS VARCHAR)"


def _cell(judged: JudgedDrop, name: str, one: Correction) -> CellSql | None:
    return next((cell for cell in judged.cells[name] if cell.name == one.column), None)


def _message(judged: JudgedDrop, name: str, one: Correction) -> str:
    """What was done and why. What stands in a personal column is not said."""
    by = f"by correction {one.id} of {one.date}: {one.reason}"
    if one.action != "override":
        return f"{'Held back' if one.action == 'drop' else 'Flagged'} {by}"
    cell = _cell(judged, name, one)
    if cell is None or cell.column.personal:
        return f"{one.column} is read as another value {by}"
    return f"{one.column} is read as {_shown(one.value)} instead of {_shown(one.expected)} {by}"


def _shown(text: str | None) -> str:
    return f'"{text}"' if text else "empty"


def _stale_message(judged: JudgedDrop, name: str, one: Correction) -> str:
    there = f"record {one.key}" if one.row is None else f"row {one.row}"
    found = judged.connection.execute(f"SELECT count(*) FROM in_question WHERE {_target(one)}").fetchall()[0][
        0
    ]
    what = f"{there} of table '{one.table}' is not in this delivery"
    if one.table == name and found:
        what = (
            f"{one.column} of {there} is not what the correction expects; perhaps it was mended at the source"
        )
    return (
        f"Correction {one.id} of {one.date} was not applied: {what}. Check it; then withdraw it, or say until which "
        f"quarter it is meant. Its reason: {one.reason} Said by: {one.said_by}."
    )
