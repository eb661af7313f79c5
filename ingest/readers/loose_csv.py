"""Records of delimited text whose quotes break RFC 4180 (`5" pipe`, `"Bob" Smith`), one by one.

A slow path: `delimited.py` comes here only from the place on where such a quote stands.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator

_BATCH = 20000
_LAST = "\x1eend of file\x1e"


def loose_records(
    window: bytes, pieces: Iterator[bytes], delimiter: str, line: int
) -> Iterator[tuple[list[list[str]] | None, list[int]]]:
    """Batches of records and the number of each one's first line; `line` is that of the first.

    A quote that is never closed gives (None, [line where its record begins]) at the end.
    """
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    reader = csv.reader(_lines(window, pieces), delimiter=delimiter)
    rows: list[list[str]] = []
    lines: list[int] = []
    begun, last_row, last_begun = line, [""], line
    for row in reader:
        last_row, last_begun, begun = row, begun, line + reader.line_num
        if row and row != [_LAST]:
            rows.append(row)
            lines.append(last_begun)
        if len(rows) >= _BATCH:
            yield rows, lines
            rows, lines = [], []
    if last_row != [_LAST]:
        yield None, [last_begun]
    if rows:
        yield rows, lines


def _lines(window: bytes, pieces: Iterator[bytes]) -> Iterator[str]:
    rest = window.decode("utf-8")
    for piece in pieces:
        *lines, rest = io.StringIO(rest + piece.decode("utf-8"), newline="").readlines() or [""]
        yield from lines
    if rest:
        yield from io.StringIO(rest + ("" if rest[-1] in "\r\n" else "\n"), newline="")
    yield _LAST
