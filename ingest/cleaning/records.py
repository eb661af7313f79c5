"""Raw cells → a record with values: the SELECT that every delivered record goes through, once.

What a single column's cells become is in `columns`; what is decided about a record in `judging`.
"""

from __future__ import annotations

from collections.abc import Iterable

from ingest.cleaning import expressions
from ingest.cleaning.columns import CellSql
from ingest.cleaning.naming import c, e, n, r, t, v
from ingest.sql import quote


def typed_select(cells: list[CellSql], relation: str, also: Iterable[str] = ()) -> str:
    """SELECT of a piece's records: `_record`, `_row`, `_hash`, `v_…`, `e_…`, `_delivered`, `_notes`, and `also`.

    Each step is a projection over the one before, so nothing is computed twice.
    """
    numbers = [cell for cell in cells if cell.is_number]
    nested = [cell for cell in cells if cell.column.within]
    flat = [cell for cell in cells if not cell.column.within]
    cleaned = ", ".join(f"{cell.clean} AS {c(cell.name)}" for cell in cells)
    texts = ", ".join(f"{cell.text} AS {t(cell.name)}" for cell in cells)
    plain = ", ".join(f"{cell.normal} AS {n(cell.name)}" for cell in cells if cell.normal)
    values = ", ".join(f"{cell.value} AS {v(cell.name)}" for cell in flat)
    inner = ", ".join(f"{cell.value} AS {v(cell.name)}" for cell in nested)
    errors = ", ".join(f"CAST({cell.error} AS UTINYINT) AS {e(cell.name)}" for cell in cells)
    hashed = ", ".join(t(cell.name) for cell in cells)
    kept = ", ".join(v(cell.name) for cell in cells)
    steps = f"SELECT *, {cleaned} FROM {relation}"
    steps = f"SELECT *, {texts} FROM ({steps})"
    steps = f"SELECT * {', ' + plain if plain else ''} FROM ({steps})"
    steps = f"SELECT *, {values or '1'} FROM ({steps})"
    steps = f"SELECT * {', ' + inner if inner else ''} FROM ({steps})"
    return (
        f"SELECT _record, _row, hash({hashed}) AS _hash, {kept}, {errors}, "
        f"{_delivered(cells)} AS _delivered, {_notes(numbers)} AS _notes "
        f"{''.join(f', {column}' for column in also)} FROM ({steps})"
    )


def _shown(cell: CellSql) -> str:
    """The value as text, to see whether the delivered cell says anything else."""
    return v(cell.name) if cell.sql_type == "VARCHAR" else f"CAST({v(cell.name)} AS VARCHAR)"


def _delivered(cells: list[CellSql]) -> str:
    """A map of the cells whose delivered text differs from the value, NULL where there is none."""
    tests = []
    for cell in cells:
        raw = r(cell.name)
        if cell.is_number:
            tests.append(
                (
                    cell.name,
                    f"({raw} IS NOT NULL AND ({v(cell.name)} IS NULL OR {raw} <> {n(cell.name)} "
                    f"OR contains({raw}, ',')))",
                )
            )
        else:
            tests.append(
                (cell.name, f"({raw} IS NOT NULL AND ({v(cell.name)} IS NULL OR {raw} <> {_shown(cell)}))")
            )
    any_differs = " OR ".join(test for _, test in tests)
    entries = ", ".join(
        f"CASE WHEN {test} THEN {{'k': {quote(col)}, 'v': {r(col)}}} END" for col, test in tests
    )
    return f"CASE WHEN {any_differs} THEN map_from_entries(list_filter([{entries}], lambda x: x IS NOT NULL)) END"


def _notes(numbers: list[CellSql]) -> str:
    """A map of the footnote marks that stood behind numbers, NULL where there is none."""
    if not numbers:
        return "CAST(NULL AS MAP(VARCHAR, VARCHAR))"
    mark = {
        cell.name: f"nullif(regexp_extract({t(cell.name)}, {quote(expressions.FOOTNOTE)}, 1), '')"
        for cell in numbers
    }
    any_mark = " OR ".join(f"regexp_matches({t(cell.name)}, '[*†‡]\\s*$')" for cell in numbers)
    entries = ", ".join(
        f"CASE WHEN {m} IS NOT NULL THEN {{'k': {quote(col)}, 'v': {m}}} END" for col, m in mark.items()
    )
    return (
        f"CASE WHEN {any_mark} THEN map_from_entries(list_filter([{entries}], lambda x: x IS NOT NULL)) END"
    )


def plain(cell: CellSql) -> str:
    """A value as text, decimals without trailing zeros."""
    text = f"CAST({v(cell.name)} AS VARCHAR)"
    return f"regexp_replace({text}, '[.]?0+$', '')" if cell.sql_type.startswith("DECIMAL") else text
