"""What of a record passes beyond the ingest boundary: values, pseudonyms, years of birth; under which names.

Only the SQL of it; `store` writes it, and rules that compare with other deliveries know records by it.
"""

from __future__ import annotations

from collections.abc import Iterable

from ingest.boundary import pseudonyms
from ingest.cleaning.columns import CellSql
from ingest.cleaning.expressions import without_joiners
from ingest.cleaning.naming import v
from ingest.contracts.table import Table


def published_columns(cells: Iterable[CellSql], table: Table, key: bytes) -> list[tuple[str, str]]:
    """Name and SQL of every column of a table beyond the boundary."""
    columns = [pair for cell in cells if (pair := _published(cell, key))]
    return [*columns, *_pseudonyms(table, key)]


def _published(cell: CellSql, key: bytes) -> tuple[str, str] | None:
    """Name and SQL of a column beyond the boundary, or None where it stays inside."""
    personal = cell.column.personal
    if personal in ("name", "locality"):
        return None
    if personal == "birth_date":
        return f"{cell.name.removesuffix('_date')}_year", f"CAST(year({v(cell.name)}) AS INTEGER)"
    if personal in ("identifier", "phone"):
        return f"{cell.name}_key", pseudonyms.pseudonym(cell.column.type, v(cell.name), key)
    return cell.name, v(cell.name)


def _pseudonyms(table: Table, key: bytes) -> list[tuple[str, str]]:
    """The pseudonyms made of several columns together; letter case and joiners make no difference."""
    made = []
    for name, columns in table.pseudonyms.items():
        parts = ", ".join(f"coalesce(CAST({v(column)} AS VARCHAR), '')" for column in columns)
        text = f"lower({without_joiners(f'concat_ws(chr(31), {parts})')})"
        whole = f"CASE WHEN {v(columns[0])} IS NOT NULL THEN {text} END"
        made.append((name, pseudonyms.pseudonym(name, whole, key)))
    return made
