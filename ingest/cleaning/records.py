"""Raw cells → a record with values: what every delivered record goes through, once (`records.sql`).

What a single column's cells become is in `columns`; what is decided about a record in `judging`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.cleaning import expressions
from ingest.cleaning.columns import CellSql
from ingest.cleaning.naming import c, e, n, r, t, v
from ingest.sql import quote, render


@dataclass(frozen=True)
class _Entry:
    """A cell's entry in a map that a record has: its text where `is_there`; `may_be` is asked of all first."""

    name: str
    shown: str
    is_there: str
    may_be: str


def typed_select(cells: Sequence[CellSql], piece: str, also: Sequence[str] = ()) -> str:
    """SELECT of the records of `piece`: `_record`, `_row`, `_hash`, `v_…`, `e_…`, `also`, `_delivered`, `_notes`."""
    return render(
        __file__,
        "records.sql",
        cells=cells,
        texts=[t(cell.name) for cell in cells],
        piece=piece,
        also=also,
        differing=[_differing(cell) for cell in cells],
        marked=[_marked(cell) for cell in cells if cell.is_number],
        c=c,
        t=t,
        n=n,
        v=v,
        e=e,
    )


def plain(cell: CellSql) -> str:
    """A value as text, decimals without trailing zeros."""
    text = f"CAST({v(cell.name)} AS VARCHAR)"
    return f"regexp_replace({text}, '[.]?0+$', '')" if cell.sql_type.startswith("DECIMAL") else text


def _differing(cell: CellSql) -> _Entry:
    """The cell as delivered, where it says anything else than the value."""
    raw, value = r(cell.name), v(cell.name)
    if cell.is_number:
        other = f"{raw} <> {n(cell.name)} OR contains({raw}, ',')"
    else:
        other = f"{raw} <> {value if cell.sql_type == 'VARCHAR' else f'CAST({value} AS VARCHAR)'}"
    differs = f"({raw} IS NOT NULL AND ({value} IS NULL OR {other}))"
    return _Entry(cell.name, raw, differs, differs)


def _marked(cell: CellSql) -> _Entry:
    """The footnote mark behind a number."""
    text = t(cell.name)
    mark = f"nullif(regexp_extract({text}, {quote(expressions.FOOTNOTE)}, 1), '')"
    return _Entry(cell.name, mark, f"{mark} IS NOT NULL", f"regexp_matches({text}, '[*†‡]\\s*$')")
