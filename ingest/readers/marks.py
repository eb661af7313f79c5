"""What a workbook's file holds of a sheet beside the values that its parser gives; filled by a module a format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

# Error words by their number in binary workbooks ([MS-XLS] 2.5.10, [MS-XLSB] 2.5.97.2).
ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # fmt: skip
_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384


@dataclass
class Marks:
    """What is to be said of one sheet: places are a 1-based row and a 0-based column; hidden columns by range.

    `texts`: what a cell shows instead of the value that the parser gives, None for nothing, by 0-based row and column.
    """

    uncalculated: list[tuple[int, int]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    is_hidden: bool = False
    texts: dict[tuple[int, int], str | None] = field(default_factory=dict)


def error_word(number: int) -> str:
    """The word Excel shows for an error's number."""
    return ERRORS.get(number, "#ERROR!")


def with_texts(columns: Sequence[pa.Array], texts: Mapping[tuple[int, int], str | None]) -> list[pa.Array]:
    """The columns with these texts in their places; there are more and longer ones where a text stands beyond.

    Raises ValueError for a text where no sheet has a cell.
    """
    if not texts:
        return list(columns)
    filled = [place for place, text in texts.items() if text is not None]
    height = max(len(columns[0]) if columns else 0, *(row + 1 for row, _ in filled), 0)
    width = max(len(columns), *(column + 1 for _, column in filled), 0)
    if height > _MOST_ROWS or width > _MOST_COLUMNS:
        raise ValueError(f"a cell in row {height:,}, column {width:,}")
    by_column: dict[int, dict[int, str | None]] = {}
    for (row, column), text in texts.items():
        if row < height and column < width:
            by_column.setdefault(column, {})[row] = text
    blank = pa.nulls(height, pa.string())
    changed = [_longer(column, height) for column in columns] + [blank] * (width - len(columns))
    for column, found in by_column.items():
        rows = sorted(found)
        mask = np.zeros(height, bool)
        mask[rows] = True
        given = pa.array([found[row] for row in rows], pa.string())
        changed[column] = pc.replace_with_mask(changed[column], pa.array(mask), given)
    return changed


def _longer(column: pa.Array, height: int) -> pa.Array:
    more = height - len(column)
    return pa.concat_arrays([column, pa.nulls(more, pa.string())]) if more else column
