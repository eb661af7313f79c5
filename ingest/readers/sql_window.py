"""A window on the value lists of INSERTs: which bytes are quoted, which escape, where the statement ends.

Reads no row and no name; `sql_values.py` does that with what is found here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from ingest.readers.arrow_csv import inside_quotes
from ingest.readers.sql_quotes import single_quoted
from ingest.readers.sql_stream import SqlStream

_QUOTE, _DOUBLE, _BACKSLASH, _SEMICOLON = b"'\"\\;"
# Small first: many statements are; the window then grows to all the bytes there are.
FIRST_WINDOW = 1 << 12


@dataclass(frozen=True)
class Values:
    """The table, its columns (empty when unknown), the header as written and the records read so far.

    `kinds`: the columns' types as created, "" where they are not known.
    """

    table: str
    columns: list[str]
    separator: bytes
    records: int = 0
    kinds: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Window:
    """A copy of the unread bytes up to `end`: the statement's semicolon, or all there is when not `finished`.

    `inside`: mask of quoted bytes; `escapes`: backslashes that escape; `joined`: semicolons within, behind
    which the same header follows.
    """

    content: np.ndarray
    inside: np.ndarray
    escapes: np.ndarray
    joined: np.ndarray
    end: int
    finished: bool


def next_window(stream: SqlStream, target: Values, size: int) -> tuple[Window, int]:
    """A window of `size` bytes, or grown until the statement or the stream's bytes end; and its size."""
    window = _single_quoted_window(stream, target, size)
    while not window.finished and stream.pos + size < len(stream.data):
        size *= 8
        window = _single_quoted_window(stream, target, size)
    return window, size


def _single_quoted_window(stream: SqlStream, target: Values, size: int) -> Window:
    window = _window(stream, target, size)
    if stream.dialect.ansi_quotes or _first_double(window, target) < 0:
        return window
    stream.replace_unread(bytearray(single_quoted(bytes(stream.data[stream.pos :]), target.separator)))
    window = _window(stream, target, size)
    cut = _first_double(window, target)  # a string in double quotes that goes on behind the window
    return window if cut < 0 else replace(window, end=cut, finished=False)


def _first_double(window: Window, target: Values) -> int:
    """Where the first double quote stands outside single quotes, names in headers aside; -1 without one."""
    found = np.flatnonzero((window.content[: window.end] == _DOUBLE) & ~window.inside[: window.end])
    if found.size and window.joined.size:
        before = np.searchsorted(window.joined, found, "right") - 1
        found = found[(before < 0) | (found >= window.joined[before] + len(target.separator))]
    return int(found[0]) if found.size else -1


def _window(stream: SqlStream, target: Values, size: int) -> Window:
    content = np.frombuffer(stream.data, np.uint8)[stream.pos : stream.pos + size].copy()
    escapes = _double_escaped_quotes(content) if stream.dialect.backslash else np.empty(0, np.int64)
    inside = inside_quotes(content, _QUOTE)
    ends = np.flatnonzero((content == _SEMICOLON) & ~inside)
    joined = _same_header(content, ends, np.frombuffer(target.separator, np.uint8))
    finished = len(joined) < len(ends)
    end = int(ends[len(joined)]) if finished else content.size
    return Window(content, inside, escapes, joined, end, finished)


def _double_escaped_quotes(window: np.ndarray) -> np.ndarray:
    r"""Rewrite `\'` as `''` in place. Returns the positions of the other escaping backslashes."""
    backslashes = np.flatnonzero(window == _BACKSLASH)
    if backslashes.size == 0:
        return backslashes
    order = np.arange(backslashes.size)
    starts = np.concatenate(([True], np.diff(backslashes) != 1))
    run_start = np.maximum.accumulate(np.where(starts, order, 0))
    escaping = backslashes[(order - run_start) % 2 == 0]
    escaping = escaping[escaping + 1 < window.size]
    quoted = window[escaping + 1] == _QUOTE
    window[escaping[quoted]] = _QUOTE
    return escaping[~quoted]


def _same_header(window: np.ndarray, ends: np.ndarray, separator: np.ndarray) -> np.ndarray:
    """The leading ends of statements behind which the very same INSERT header follows: rows go on there."""
    ends = ends[ends + separator.size <= window.size]
    if ends.size == 0 or separator.size == 0:
        return ends[:0]
    views = np.lib.stride_tricks.sliding_window_view(window, separator.size)
    same = (views[ends] == separator).all(axis=1)
    return ends if same.all() else ends[: int(np.argmin(same))]
