"""Row numbers as a person writes them: `3, 7, 9–15 and 12 more`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def runs(rows: Sequence[int], most: int = 12) -> tuple[str, int]:
    """Rows in ascending order as ranges, at most so many, and how many rows they name."""
    numbers = np.unique(np.asarray(rows, dtype="int64"))
    if not len(numbers):
        return "", 0
    starts = np.concatenate([[0], np.flatnonzero(np.diff(numbers) > 1) + 1])
    ends = np.concatenate([starts[1:] - 1, [len(numbers) - 1]])
    shown = [(int(numbers[a]), int(numbers[b])) for a, b in zip(starts[:most], ends[:most], strict=True)]
    named = sum(last - first + 1 for first, last in shown)
    return ", ".join(_run(first, last) for first, last in shown), named


def _run(first: int, last: int) -> str:
    if first == last:
        return str(first)
    return f"{first}, {last}" if last == first + 1 else f"{first}–{last}"
