"""Applying corrections to a drop's records, before anything is decided about them. None cost nothing.

`corrected` has a row for each record a correction is about. Which corrections there are is in
`contracts.corrections`; one whose expectation does not hold is not applied, and is a finding of its own.
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
from ingest.sql import quote, sql_name

DROPPED = "rule:dropped_by_correction"
STALE = "correction_stale"
_FLAGS = {"override": "corrected", "flag": "flagged_by_correction"}
# `told`: findings with the message that is a record's own, where there is one.
TABLES = (
    "CREATE TABLE corrected (id VARCHAR, action VARCHAR, tbl VARCHAR, record BIGINT, col VARCHAR, key VARCHAR, "
    "message VARCHAR); "
    "CREATE VIEW told AS SELECT f.*, coalesce(c.message, '') AS message FROM findings f LEFT JOIN "
    "(SELECT tbl, record, string_agg(message, ' ' ORDER BY id) AS message FROM corrected WHERE action = 'drop' "
    f"GROUP BY tbl, record) c ON f.code = {quote(DROPPED)} AND f.tbl = c.tbl AND f.record = c.record"
)


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
    codes = " ".join(f"WHEN {quote(action)} THEN {quote(code)}" for action, code in _FLAGS.items())
    judged.connection.execute(
        f"INSERT INTO warnings SELECT tbl, record, CASE action {codes} END, col, key, message FROM corrected "
        "ANTI JOIN findings USING (tbl, record) WHERE action <> 'drop'"
    )


def _apply_to_table(judged: JudgedDrop, name: str, group: Sequence[Correction]) -> None:
    con = judged.connection
    _gather_raw(judged, name, group)
    for one in group:
        applied = one.table == name and _find(judged, name, one)
        if not applied:
            row = (name, STALE, one.column or None, one.id, _stale_message(judged, name, one))
            con.execute("INSERT INTO warnings SELECT ?, NULL, ?, ?, ?, ?", row)
    _override(judged, name, [one for one in group if one.action == "override"])
    if any(one.action == "drop" for one in group):
        judged.dropped.add(name)
        con.execute(
            f"INSERT INTO findings SELECT DISTINCT tbl, record, {quote(DROPPED)}, nullif(col, '') FROM corrected "
            f"WHERE tbl = {quote(name)} AND action = 'drop'"
        )


def _gather_raw(judged: JudgedDrop, name: str, group: Sequence[Correction]) -> None:
    """The table `raw`: records that any of the corrections may be about, with their cells as delivered (`r_…`) and
    the values of the columns in question (`_value_…`).
    """
    named = ", ".join(quote(one.key) for one in group) or "NULL"
    rows = ", ".join(str(one.row) for one in group if one.row is not None) or "NULL"
    cells = ", ".join(
        f"coalesce(_delivered[{quote(cell.name)}], {plain(cell)}) AS {r(cell.name)}"
        for cell in judged.cells[name]
    )
    asked = {one.column for one in group}
    values = [f"{v(cell.name)} AS {_value(cell)}" for cell in judged.cells[name] if cell.name in asked]
    judged.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE raw AS SELECT _record, _row, _key, {', '.join([cells, *values])} FROM "
        f"(SELECT *, {keys.key_text(judged, name)} AS _key FROM {judged.table(name)}) "
        f"WHERE _key IN ({named}) OR _row IN ({rows})"
    )


def _value(cell: CellSql) -> str:
    return sql_name(f"_value_{cell.name}")


def _find(judged: JudgedDrop, name: str, one: Correction) -> bool:
    """Note the records the correction is about, where the expectation holds; whether there is any."""
    found = judged.connection.execute(
        f"INSERT INTO corrected SELECT {quote(one.id)}, {quote(one.action)}, {quote(name)}, _record, "
        f"{quote(one.column)}, _key, {quote(_message(judged, name, one))} FROM raw WHERE {_target(one)} "
        f"AND _record IN ({_as_expected(judged, name, one)})"
    ).fetchall()
    return bool(found[0][0])


def _target(one: Correction) -> str:
    return f"_key = {quote(one.key)}" if one.row is None else f"_row = {one.row}"


def _as_expected(judged: JudgedDrop, name: str, one: Correction) -> str:
    """SELECT of the records whose cell says what is expected: the same cleaned text, or the same value."""
    cell = _cell(judged, name, one)
    if cell is None:  # no column: nothing is expected; one the file does not have: nothing can be
        return f"SELECT _record FROM raw WHERE {'false' if one.column else 'true'}"
    expected = (
        f"(SELECT * REPLACE ({_literal(one.expected)} AS {r(cell.name)}) FROM raw WHERE {_target(one)})"
    )

    def texts(relation: str) -> str:
        cleaned = f"SELECT *, {cell.clean} AS {c(cell.name)} FROM {relation}"
        return f"(SELECT _record, {_value(cell)}, {cell.text} AS is_text FROM ({cleaned}))"

    return (
        f"SELECT x._record FROM {texts('raw')} x JOIN {texts(expected)} y ON x._record = y._record "
        f"JOIN ({typed_select(judged.cells[name], expected)}) want ON x._record = want._record "
        f"WHERE x.is_text IS NOT DISTINCT FROM y.is_text OR x.{_value(cell)} = want.{v(cell.name)}"
    )


def _literal(text: str | None) -> str:
    return f"CAST({quote(text)} AS VARCHAR)" if text else "CAST(NULL AS VARCHAR)"


def _override(judged: JudgedDrop, name: str, group: Sequence[Correction]) -> None:
    """Put the values in the place of what was delivered and make the records anew from all their cells."""
    if not group:
        return
    con = judged.connection
    con.execute(
        "CREATE OR REPLACE TEMP TABLE mended AS SELECT *, CAST(MAP {} AS MAP(VARCHAR, VARCHAR)) AS _was FROM raw "
        f"WHERE _record IN (SELECT record FROM corrected WHERE tbl = {quote(name)} AND action = 'override')"
    )
    for one in group:
        cell = r(one.column)
        con.execute(
            f"UPDATE mended SET _was = map_concat(_was, MAP {{{quote(one.column)}: coalesce({cell}, '')}}), "
            f"{cell} = {_literal(one.value)} WHERE _record IN (SELECT record FROM corrected WHERE id = {quote(one.id)})"
        )
    con.execute(f"DELETE FROM {judged.table(name)} WHERE _record IN (SELECT _record FROM mended)")
    con.execute(
        f"INSERT INTO {judged.table(name)} SELECT made.* REPLACE ("
        "map_concat(coalesce(made._delivered, MAP {}), _was) AS _delivered) "
        f"FROM ({typed_select(judged.cells[name], 'mended')}) made JOIN mended ON made._record = mended._record"
    )


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
    found = judged.connection.execute(f"SELECT count(*) FROM raw WHERE {_target(one)}").fetchall()[0][0]
    what = f"{there} of table '{one.table}' is not in this delivery"
    if one.table == name and found:
        what = (
            f"{one.column} of {there} is not what the correction expects; perhaps it was mended at the source"
        )
    return (
        f"Correction {one.id} of {one.date} was not applied: {what}. Check it; then withdraw it, or say until which "
        f"quarter it is meant. Its reason: {one.reason} Said by: {one.said_by}."
    )
