"""Which of the first records of a delimited file is its header: title lines may stand above it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

SEARCHED = 40
_BREAK = re.compile(r"\r\n|\r|\n")
MOST_COLUMNS = 16_384  # as many as a worksheet has


def title_lines(rows: Sequence[Sequence[str]], lines: Sequence[int]) -> int:
    """How many records stand above the header: those of one cell, or of one filled cell set apart by an empty line.

    `lines`: the first line of each.
    """
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return 0
    usual = max(widths, key=lambda width: (widths[width], width))
    count = 0
    while count < len(rows) and _is_title(rows[count], usual):
        count += 1
    if not count or count == len(rows) or len(rows[count]) != usual or not all(rows[count][:2]):
        return 0
    apart = lines[count] - lines[count - 1] > sum(len(_BREAK.findall(cell)) for cell in rows[count - 1]) + 1
    alone = all(len(row) == 1 for row in rows[:count])
    return count if apart or alone else 0


def _is_title(row: Sequence[str], usual: int) -> bool:
    is_one_cell = bool(row[0].strip()) and not any(cell.strip() for cell in row[1:])
    return is_one_cell and (len(row) < usual or len(row) == usual > 1)
