"""What is shown in the place of a personal value, and which columns are personal."""

from __future__ import annotations

from collections.abc import Iterable

from ingest.cleaning.columns import CellSql

MASK = "•••"


def personal_columns(cells: Iterable[CellSql]) -> list[str]:
    """The columns whose values stay inside the boundary."""
    return [cell.name for cell in cells if cell.column.personal]
