"""The value lists of INSERT statements → text cells: a NumPy pass over the bytes, then Arrow's CSV parser.

Rows are found by `(` outside quotes and must follow `),`; whatever else stands there (function calls, an
expression) is refused, never guessed. Finding statements and names is left to `sql_stream.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from ingest.errors import Refused
from ingest.readers.arrow_csv import NEWLINE, CsvForm, WrongWidth, inside_quotes, parse
from ingest.readers.sql_stream import SqlStream
from ingest.readers.sql_window import FIRST_WINDOW, Values, Window, next_window

_QUOTE, _OPEN, _CLOSE, _COMMA, _SEMICOLON = b"'(),;"
_LAYOUT = CsvForm(",", "'", nulls=("NULL", "null", "Null"))
_INTRODUCERS = (
    b"_binary",
    b"_utf8mb4",
    b"_utf8mb3",
    b"_utf8",
    b"_latin1",
    b"_ascii",
    b"N",
    b"n",
    b"b",
    b"B",
    b"E",
)
_DUPLICATE_KEY = b"ON DUPLICATE KEY UPDATE"

# What a backslash makes of the byte behind it; `\%` and `\_` keep theirs (MySQL manual, string literals).
_UNESCAPED = np.arange(256, dtype=np.uint8)
_KEEP_BACKSLASH = np.frombuffer(b"%_", np.uint8)
for _letter, _meant in zip(b"0bnrtZ", b"\0\b\n\r\t\x1a", strict=True):
    _UNESCAPED[_letter] = _meant


@dataclass(frozen=True)
class _Rows:
    """First `(` of each row of a window, and the `)` that ends each complete one."""

    opens: np.ndarray
    closes: np.ndarray


def read_values(stream: SqlStream, target: Values) -> Iterator[pa.RecordBatch]:
    """Batches of rows from the `(` at the stream's place to the end of the INSERTs with this header.

    Raises Refused("unreadable_file") for a row that does not fit the columns, an expression, or a cut-off
    dump.
    """
    finished, columns, size = False, target.columns, FIRST_WINDOW
    while not finished:
        window, size = next_window(stream, target, size)
        rows = _find_rows(window, stream.name, target)
        count = len(rows.closes)
        if count:
            body, has_breaks = _delimited(window, rows, stream.name, target)
            columns = columns or _numbered(body)
            yield _parsed(body, columns, has_breaks, stream.name, target, count)
            target = replace(target, records=target.records + count)
        finished = window.finished
        stream.pos += window.end + 1 if finished else int(rows.opens[-1])
        if not finished and not stream.more():
            raise stream.cut(f"within the values of table '{target.table}', after record {target.records}")


def _back_over_blanks(window: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Each position, moved left to the nearest byte that is no blank."""
    moved = np.maximum(positions, 0)
    while (blank := (window[moved] <= 32) & (moved > 0)).any():
        moved = moved - blank
    return moved


def _find_rows(window: Window, name: str, target: Values) -> _Rows:
    content = window.content
    opens = np.flatnonzero((content[: window.end] == _OPEN) & ~window.inside[: window.end])
    opens, tails = _row_starts(opens, window.joined[window.joined < window.end], len(target.separator))
    commas = _back_over_blanks(content, tails[1:])
    closes = _back_over_blanks(content, commas - 1)
    good = ((content[commas] == _COMMA) | (content[commas] == _SEMICOLON)) & (content[closes] == _CLOSE)
    end = window.end
    if window.finished:
        clause = _duplicate_key_clause(window, int(opens[-1]) if good.all() else 0)
        if clause:
            end, count = clause, int(np.searchsorted(opens, clause))
            opens, closes, good = opens[:count], closes[: count - 1], good[: count - 1]
    if not good.all():
        raise _expression(name, target.table, target.records + int(np.argmin(good)) + 1)
    if window.finished:
        last = _back_over_blanks(content, np.array([end - 1]))
        if content[last[0]] != _CLOSE:
            raise _expression(name, target.table, target.records + len(opens))
        closes = np.concatenate((closes, last))
    return _Rows(opens, closes)


def _row_starts(opens: np.ndarray, joined: np.ndarray, header: int) -> tuple[np.ndarray, np.ndarray]:
    """Parentheses that open rows, without those of headers in between, and where the gap before each ends."""
    if joined.size == 0:
        return opens, opens - 1
    before = np.searchsorted(joined, opens, "right") - 1
    first = joined[before] + header - 1
    behind = before >= 0
    tails = np.where(behind & (opens == first), joined[before], opens - 1)
    kept = ~(behind & (opens < first))
    return opens[kept], tails[kept]


def _duplicate_key_clause(window: Window, start: int) -> int:
    """Where an `ON DUPLICATE KEY UPDATE …` begins behind the last row, 0 when there is none."""
    text = window.content[start : window.end].tobytes().upper()
    clause = text.rfind(_DUPLICATE_KEY)
    return 0 if clause < 0 or window.inside[start + clause] else start + clause


def _delimited(window: Window, rows: _Rows, name: str, target: Values) -> tuple[np.ndarray, bool]:
    """The complete rows, a record a line, strings unescaped, and whether strings hold line breaks."""
    start, stop = int(rows.opens[0]), int(rows.closes[-1]) + 1
    body, inside = window.content[start:stop], window.inside[start:stop]
    drop = (body <= 32) & ~inside
    _refuse_adjoining_strings(body, drop, name, target)
    _end_lines(body, drop, rows, start)
    first, last = np.searchsorted(window.escapes, (start, stop))
    escapes = window.escapes[first:last] - start
    if escapes.size:
        escapes = escapes[~np.isin(body[escapes + 1], _KEEP_BACKSLASH)]
        body[escapes + 1] = _UNESCAPED[body[escapes + 1]]
        drop[escapes] = True
    if drop.any():
        body = body[~drop]
        inside = inside_quotes(body, _QUOTE)
    has_breaks = bool(((body <= 13) & inside).any())
    return _plain_strings(body, inside, name, target), has_breaks


def _refuse_adjoining_strings(body: np.ndarray, blank: np.ndarray, name: str, target: Values) -> None:
    """`'a' 'b'` is one string to MySQL; without its blank it would be taken for a doubled quote."""
    behind = np.flatnonzero(blank[1:] & (body[:-1] == _QUOTE)) + 1
    while (going := blank[behind]).any():
        behind = behind + going
    if (body[behind] == _QUOTE).any():
        raise _expression(name, target.table)


def _end_lines(body: np.ndarray, drop: np.ndarray, rows: _Rows, start: int) -> None:
    """Overwrite what stands between rows with line breaks (empty lines are skipped when parsing)."""
    body[0] = body[-1] = NEWLINE
    drop[-1] = False
    gaps = len(rows.closes) - 1
    before, after = rows.closes[:gaps] - start, rows.opens[1 : gaps + 1] - start
    if (after - before == 2).all():
        for step in range(3):
            body[before + step] = NEWLINE
        return
    change = np.zeros(body.size + 1, np.int8)
    change[before] += 1
    change[after + 1] -= 1
    gap = np.cumsum(change[:-1], dtype=np.int8).view(np.bool_)
    body[gap] = NEWLINE
    drop[gap] = True
    drop[before] = False


def _plain_strings(body: np.ndarray, inside: np.ndarray, name: str, target: Values) -> np.ndarray:
    """Take introducers such as `_binary` off strings. Raises Refused for strings within expressions."""
    quotes = body == _QUOTE
    left, right = body[:-1], body[1:]
    opening = quotes[1:] & inside[1:] & (left != _COMMA) & (left != NEWLINE) & (left != _QUOTE)
    closing = quotes[:-1] & ~inside[:-1] & (right != _COMMA) & (right != NEWLINE) & (right != _QUOTE)
    if closing.any():
        raise _expression(name, target.table)
    if not opening.any():
        return body
    waiting = np.flatnonzero(opening) + 1
    keep = np.ones(body.size, np.bool_)
    for word in _INTRODUCERS:
        size = len(word)
        views = np.lib.stride_tricks.sliding_window_view(body, size)
        found = (waiting > size) & (
            views[np.maximum(waiting - size, 0)] == np.frombuffer(word, np.uint8)
        ).all(axis=1)
        before = body[np.maximum(waiting - size - 1, 0)]
        found &= (before == _COMMA) | (before == NEWLINE)
        for step in range(1, size + 1):
            keep[waiting[found] - step] = False
        waiting = waiting[~found]
    if waiting.size:
        raise _expression(name, target.table)
    return body[keep]


def _numbered(body: np.ndarray) -> list[str]:
    """Column names c1, c2 … by the cells of the first row, for a table nobody described."""
    inside = inside_quotes(body, _QUOTE)
    outside = np.flatnonzero((body[1:] == NEWLINE) & ~inside[1:])
    first = body[1 : int(outside[0]) + 1]
    cells = int(((first == _COMMA) & ~inside[1 : first.size + 1]).sum()) + 1
    return [f"c{number}" for number in range(1, cells + 1)]


def _parsed(
    body: np.ndarray, columns: list[str], has_breaks: bool, name: str, target: Values, count: int
) -> pa.RecordBatch:
    try:
        cells = parse(body, columns, _LAYOUT, has_breaks)
    except WrongWidth as error:
        raise Refused(
            "unreadable_file",
            f"{name}: table '{target.table}', record {target.records + error.record}: {error.found} values "
            f"for {error.expected} columns. The dump is damaged or was edited; export it again.",
        ) from error
    if cells.num_rows != count:
        raise _expression(name, target.table)
    return cells


def _expression(name: str, table: str, record: int = 0) -> Refused:
    where = f", record {record}" if record else ""
    return Refused(
        "unreadable_file",
        f"{name}: table '{table}'{where}: the values hold an expression or a damaged string; expected "
        "are numbers, strings in single quotes and NULL. Export the table again with mysqldump.",
    )
