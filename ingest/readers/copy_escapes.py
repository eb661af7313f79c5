r"""Backslash escapes of PostgreSQL's COPY text format, taken out of a whole column at once.

`\b \f \n \r \t \v`, `\` before up to three octal digits, `\x` before up to two hexadecimal ones; any other
character stands for itself (PostgreSQL manual, COPY, text format).
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from ingest.readers.text import to_utf8

_BACKSLASH = ord("\\")
_MEANT = np.arange(256, dtype=np.uint8)
for _letter, _byte in zip(b"bfnrtv", b"\b\f\n\r\t\v", strict=True):
    _MEANT[_letter] = _byte
_OCTAL = np.full(256, -1, np.int16)
_OCTAL[list(b"01234567")] = range(8)
_HEX = np.full(256, -1, np.int16)
_HEX[list(b"0123456789")] = range(10)
_HEX[list(b"abcdef")] = _HEX[list(b"ABCDEF")] = range(10, 16)


def unescaped(column: pa.Array) -> pa.Array:
    """A text column with its escapes resolved; nulls stay null."""
    validity, offset_buffer, data_buffer = column.buffers()
    if data_buffer is None or column.offset:
        return column if data_buffer is None else unescaped(pa.concat_arrays([column]))
    offsets = np.frombuffer(offset_buffer, np.int32)[: len(column) + 1]
    data = np.frombuffer(data_buffer, np.uint8)[: int(offsets[-1])].copy()
    backslashes = np.flatnonzero(data == _BACKSLASH)
    if backslashes.size == 0:
        return column
    escapes = _escaping(backslashes, offsets)
    drop = _resolve(data, escapes, offsets)
    kept_before = np.concatenate(([0], np.cumsum(~drop, dtype=np.int64)))
    new_offsets = kept_before[offsets].astype(np.int32)
    data = data[~drop]
    array = pa.Array.from_buffers(
        pa.binary(), len(column), [validity, pa.py_buffer(new_offsets), pa.py_buffer(data)], column.null_count
    )
    try:
        return array.cast(pa.string())
    except pa.ArrowInvalid:  # an octal or hexadecimal escape of a byte that is no UTF-8
        return pa.array(
            [None if cell is None else to_utf8(cell).decode() for cell in array.to_pylist()], pa.string()
        )


def _escaping(backslashes: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Of runs of backslashes, within one cell, every other one escapes the byte behind it."""
    cell = np.searchsorted(offsets, backslashes, "right")
    order = np.arange(backslashes.size)
    first = np.concatenate(([True], (np.diff(backslashes) != 1) | (np.diff(cell) != 0)))
    run_start = np.maximum.accumulate(np.where(first, order, 0))
    return backslashes[(order - run_start) % 2 == 0]


def _resolve(data: np.ndarray, escapes: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Write what is meant behind each escaping backslash; returns the mask of bytes to drop."""
    ends = offsets[np.searchsorted(offsets, escapes, "right")]
    escapes, ends = escapes[escapes + 1 < ends], ends[escapes + 1 < ends]
    padded = np.concatenate((data, np.zeros(4, np.uint8)))
    drop = np.zeros(data.size, np.bool_)
    drop[escapes] = True
    data[escapes + 1] = _MEANT[data[escapes + 1]]
    for digits, base, start, most in ((_OCTAL, 8, 1, 3), (_HEX, 16, 2, 2)):
        value = np.zeros(escapes.size, np.int64)
        count = np.zeros(escapes.size, np.int64)
        going = np.ones(escapes.size, np.bool_) if base == 8 else padded[escapes + 1] == ord("x")
        for step in range(most):
            place = escapes + start + step
            digit = digits[padded[np.minimum(place, data.size)]]
            going = going & (place < ends) & (digit >= 0)
            value = np.where(going, value * base + digit, value)
            count += going
        found = count > 0
        for step in range(start - 1 + most):
            inner = found & (step < start - 1 + count)
            drop[(escapes + 1 + step)[inner]] = True
        last = (escapes + start - 1 + count)[found]
        drop[last] = False
        data[last] = value[found] & 255
    return drop
