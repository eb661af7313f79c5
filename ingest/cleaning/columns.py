"""What one column's cells become: cleaned text, value, and the reason a cell is refused.

SQL expressions (DuckDB) made from a contract's column; judging puts them together.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ingest.cleaning import expressions, identifiers, letters, phones
from ingest.cleaning.naming import c, n, r, t, v
from ingest.contracts.column import Column
from ingest.contracts.source import Source
from ingest.contracts.vocabularies import VOCABULARY_SEPARATOR, spellings
from ingest.sql import quote

# Order matters: a cell's error is stored as its position here (0: none), one byte a cell.
CELL_REASONS = (
    "",
    "missing_required",
    "bad_date",
    "future_date",
    "bad_number",
    "ambiguous_grouping",
    "out_of_range",
    "bad_identifier",
    "unknown_code",
    "bad_code",
    "wrong_letters",
    "choice_mismatch",
    "two_digit_year",
)
NUMBER_TYPE = "DECIMAL(28,9)"


@dataclass(frozen=True)
class CellSql:
    """SQL of one column, each word over the one before: `c_` cleaned, `t_` text or NULL, `n_` normal text, `v_` value,
    `e_` error."""

    name: str
    column: Column
    clean: str
    text: str
    normal: str  # digits in ASCII and the like, or nothing: a step of its own, as value and error look at it often
    value: str
    error: str
    sql_type: str

    @property
    def is_number(self) -> bool:
        """Whether the value is a number."""
        return self.column.type in ("integer", "number")


def cell_sql(
    name: str,
    column: Column,
    source: Source,
    placeholders: tuple[str, ...],
    quarter_end: date | None,
    there: Collection[str] | None = None,
) -> CellSql:
    """The SQL of a source's column. `quarter_end` is the last day a date may lie on (None: no such bound).

    `there`: the columns that the file has (None: all of the contract).
    """
    clean = c(name)
    empty = expressions.is_empty_word(clean, placeholders, keep_dash=column.dash_is_zero)
    if column.type == "date" and not column.required:
        empty = f"{empty} OR {expressions.is_zero_date(clean)}"
    text = f"CASE WHEN {empty} THEN NULL ELSE {clean} END"
    if column.type in ("code", "codes", "phone", *source.identifiers) or column.vocabulary:
        text = expressions.without_joiners(text)
    value, error, sql_type = _value_and_error(name, column, source, quarter_end)
    missing = "1" if column.required else "0"
    if column.split:
        value, error, missing = _chosen(name, column, source.vocabularies, value, error, missing, there)
    return CellSql(
        name,
        column,
        expressions.text(r(name)),
        text,
        _normal(t(name), column, source),
        value,
        f"CASE WHEN {t(name)} IS NULL THEN {missing} {error} ELSE 0 END",
        sql_type,
    )


def _reason(code: str) -> int:
    return CELL_REASONS.index(code)


def _normal(text: str, column: Column, source: Source) -> str:
    if column.type in ("integer", "number"):
        return expressions.number_text(text, source.signs)
    if column.type in ("date", "month"):
        return expressions.ascii_digits(text)
    if column.type == "phone":
        return phones.normal(text)
    if column.pattern:
        return expressions.ascii_digits(text)
    return (
        identifiers.normal(source.identifiers[column.type], text) if column.type in source.identifiers else ""
    )


def _value_and_error(
    name: str, column: Column, source: Source, quarter_end: date | None
) -> tuple[str, str, str]:
    """Value expression, WHEN branches of the error, SQL type."""
    text, value = t(name), v(name)
    if column.type in ("integer", "number"):
        return _number(name, column)
    if column.type in ("date", "month"):
        make = expressions.date_value if column.type == "date" else expressions.month_value
        made = make(text, n(name), column.dates or source.dates, source.time_zone)
        short = expressions.is_short_of_century(n(name))
        late = f"WHEN {value} > DATE '{quarter_end}' THEN {_reason('future_date')}" if quarter_end else ""
        bad = f"CASE WHEN {short} THEN {_reason('two_digit_year')} ELSE {_reason('bad_date')} END"
        return made, f"WHEN {value} IS NULL THEN {bad} {late}", "DATE"
    if column.type == "phone":
        return phones.canonical(source.country, n(name)), "", "VARCHAR"
    if identifier := source.identifiers.get(column.type):
        masked = identifiers.is_masked(identifier, n(name))
        bad = f"WHEN {value} IS NULL AND NOT {masked} THEN {_reason('bad_identifier')}"
        return identifiers.canonical(identifier, n(name)), bad, "VARCHAR"
    if column.vocabulary:
        return _coded(name, column, source.vocabularies)
    if column.pattern:
        made = f"CASE WHEN regexp_full_match({n(name)}, {quote(column.pattern)}) THEN {n(name)} END"
        return made, f"WHEN {value} IS NULL THEN {_reason('bad_code')}", "VARCHAR"
    odd = letters.do_not_belong(text, source.scripts)
    return text, f"WHEN {odd} THEN {_reason('wrong_letters')}", "VARCHAR"


def _number(name: str, column: Column) -> tuple[str, str, str]:
    text, value, cleaned = t(name), v(name), n(name)
    sql_type = "BIGINT" if column.type == "integer" else NUMBER_TYPE
    made = expressions.number_value(cleaned, sql_type)
    bad = (
        f"WHEN {value} IS NULL THEN CASE WHEN {expressions.is_ambiguous(cleaned)} THEN {_reason('ambiguous_grouping')} "
        f"WHEN {expressions.is_too_large(cleaned)} THEN {_reason('out_of_range')} ELSE {_reason('bad_number')} END"
    )
    if column.dash_is_zero:
        made = f"CASE WHEN {text} IN ('-', '–', '—') THEN 0 ELSE {made} END"
    bounds = [
        f"{value} {sign} {bound:.12g}"
        for sign, bound in (("<", column.min), (">", column.max), ("<=", column.above))
        if bound is not None
    ]
    outside = f"WHEN {' OR '.join(bounds)} THEN {_reason('out_of_range')}" if bounds else ""
    return made, f"{bad} {outside}", sql_type


def _coded(name: str, column: Column, vocabularies: Mapping[str, Any]) -> tuple[str, str, str]:
    text, value = t(name), v(name)
    known = spellings(column, vocabularies)
    unknown = f"WHEN {value} IS NULL THEN {_reason('unknown_code')}"
    codes = ", ".join(quote(c) for c in dict.fromkeys(known.values()))
    if column.type == "codes":
        made = f"CASE WHEN list_has_all([{codes}], string_split({text}, ' ')) THEN {text} END"
        return made, unknown, "VARCHAR"
    keys = ", ".join(quote(k) for k in known)
    looked_up = f"MAP {{{', '.join(f'{quote(k)}: {quote(c)}' for k, c in known.items())}}}"
    if column.within:
        key = f"coalesce({v(column.within)}, '') || {quote(VOCABULARY_SEPARATOR)} || {text}"
        return f"CASE WHEN {key} IN ({keys}) THEN {looked_up}[{key}] END", unknown, "VARCHAR"
    if column.others_stay:
        return f"CASE WHEN {text} IN ({keys}) THEN {looked_up}[{text}] ELSE {text} END", "", "VARCHAR"
    same = [k for k, c in known.items() if k == c]
    plain = f"WHEN {text} IN ({', '.join(quote(s) for s in same)}) THEN {text}" if same else ""
    return f"CASE {plain} WHEN {text} IN ({keys}) THEN {looked_up}[{text}] END", unknown, "VARCHAR"


def _chosen(
    name: str,
    column: Column,
    vocabularies: Mapping[str, Any],
    joined: str,
    error: str,
    missing: str,
    there: Collection[str] | None,
) -> tuple[str, str, str]:
    """Value, error and error where the cell is empty, of an answer that stands in a cell and in a column a code.

    Either alone suffices: an empty cell is filled from the columns. Where both are filled, they say the same.
    """
    codes = list(dict.fromkeys(spellings(column, vocabularies).values()))
    split = {code: column.split.replace("{code}", code) for code in codes}
    split = {code: own for code, own in split.items() if there is None or own in there}
    if not split:
        return joined, error, missing
    text, value = t(name), v(name)
    chosen = ", ".join(f"CASE WHEN {v(own)} = '1' THEN {quote(code)} END" for code, own in split.items())
    made = f"nullif(list_aggregate(list_filter([{chosen}], lambda c: c IS NOT NULL), 'string_agg', ' '), '')"
    filled = " OR ".join(f"{v(own)} IS NOT NULL" for own in split.values())
    differs = " OR ".join(
        f"(coalesce({v(own)}, '') = '1') <> list_contains(string_split({text}, ' '), {quote(code)})"
        for code, own in split.items()
    )
    contradicts = f"WHEN ({filled}) AND ({differs}) THEN {_reason('choice_mismatch')}"
    value_sql = f"CASE WHEN {text} IS NULL THEN {made} ELSE {joined} END"
    return value_sql, f"{error} {contradicts}", f"CASE WHEN {value} IS NULL THEN {missing} ELSE 0 END"
