"""Cell values of a workbook as text, a column at a time: one rule for all partners and all formats of workbooks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import compress
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

# Excel keeps 15 digits: a longer whole number has lost some and must not pass for an identifier.
FIRST_INEXACT = 1e15
Value = str | float | int | bool | date | datetime | time | timedelta


def text_cells(column: Sequence[Value]) -> pa.Array:
    """A column of cell values as text; empty cells are null. Each kind of value is converted as a whole."""
    kinds = np.frombuffer(bytes(map(_NUMBER.__getitem__, map(type, column))), np.uint8)
    present = np.flatnonzero(np.bincount(kinds, minlength=len(_TEXT)))
    if len(present) == 1:
        return _TEXT[present[0]][1](column)
    parts = [_TEXT[kind][1](list(compress(column, (kinds == kind).tobytes()))) for kind in present]
    if not parts:
        return pa.array([], pa.string())
    place_in_parts = np.empty(len(kinds), np.int64)
    place_in_parts[np.argsort(kinds, kind="stable")] = np.arange(len(kinds))
    return pa.concat_arrays(parts).take(pa.array(place_in_parts))


def numbers(values: Sequence[float] | np.ndarray) -> pa.Array:
    """Floats as text: whole ones without point, others shortest; whole ones of 16 digits as `1.2E+15`."""
    given = np.asarray(values, float)
    is_whole = (np.floor(given) == given) & (np.abs(given) < FIRST_INEXACT)
    if is_whole.all():
        return pc.cast(pa.array(given.astype(np.int64)), pa.string())
    text = pc.cast(pa.array(given), pa.string())
    text = pc.if_else(pa.array(is_whole), _whole(np.where(is_whole, given, 0)), text)
    long = np.abs(given) >= FIRST_INEXACT
    text = _replaced(text, long, (_scientific(number) for number in given[long]))
    small = pc.match_substring(text, "e").to_numpy(zero_copy_only=False)
    return _replaced(text, small, (np.format_float_positional(number, trim="-") for number in given[small]))


def _whole(given: np.ndarray) -> pa.Array:
    return pc.cast(pa.array(given.astype(np.int64)), pa.string())


def _scientific(number: float) -> str:
    return np.format_float_scientific(number, trim="-", exp_digits=2).upper()


def _replaced(text: pa.Array, where: np.ndarray, by: Iterable[str]) -> pa.Array:
    if not where.any():
        return text
    return pc.replace_with_mask(text, pa.array(where), pa.array(list(by), pa.string()))


def _integers(values: Sequence[int]) -> pa.Array:
    return numbers(np.asarray(values, float))


def _strings(values: Sequence[str]) -> pa.Array:
    text = pa.array(values, pa.string())
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _booleans(values: Sequence[bool]) -> pa.Array:
    return pc.if_else(pa.array(values, pa.bool_()), "TRUE", "FALSE")


def _durations(values: Sequence[timedelta]) -> pa.Array:
    """Hours beyond a day go on being counted: `36:00:00`."""
    seconds = np.rint([value.total_seconds() for value in values]).astype(np.int64)
    parts = zip(np.where(seconds < 0, "-", ""), np.abs(seconds), strict=True)
    return pa.array(
        [f"{sign}{left // 3600}:{left // 60 % 60:02}:{left % 60:02}" for sign, left in parts], pa.string()
    )


def _times(values: Sequence[time]) -> pa.Array:
    return pa.array(list(map(str, values)), pa.string())


def _dates(values: Sequence[date]) -> pa.Array:
    return pc.cast(pa.array(values, pa.date32()), pa.string())


def _moments(values: Sequence[datetime]) -> pa.Array:
    # Serial numbers hold fractions of a day: 09:30 arrives as 09:29:59.999999.
    rounded = pc.round_temporal(pa.array(values, pa.timestamp("us")), 1, "second")
    return pc.strftime(pc.cast(rounded, pa.timestamp("s")), "%Y-%m-%dT%H:%M:%S")


_TEXT: tuple[tuple[type, Callable[[Any], pa.Array]], ...] = (
    (str, _strings),
    (float, numbers),
    (int, _integers),
    (bool, _booleans),
    (date, _dates),
    (datetime, _moments),
    (time, _times),
    (timedelta, _durations),
)
_NUMBER = {kind: number for number, (kind, _) in enumerate(_TEXT)}
