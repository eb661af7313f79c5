"""The value lists of INSERT statements → text cells: a NumPy pass over the bytes, then Arrow's CSV parser.

Rows are found by `(` outside quotes and must follow `),`; whatever else stands there (function calls, an
expression) is refused, never guessed. Finding statements and names is left to `sql_stream.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from ingest.errors import Refused
from ingest.readers.arrow_csv import NEWLINE, CsvForm, WrongWidth, inside_quotes, parse_with_blobs
from ingest.readers.sql_literals import UnknownLiteral, bit_places, decoded, odd_places
from ingest.readers.sql_stream import SqlStream
from ingest.readers.sql_window import FIRST_WINDOW, Values, Window, next_window

_QUOTE, _OPEN, _CLOSE, _COMMA, _SEMICOLON = b"'(),;"
_LAYOUT = CsvForm(",", "'", nulls=("NULL", "null", "Null"))
_MANY = 16
# What may stand behind the last row of an INSERT: what becomes of rows whose key is there already.
_CLAUSE = re.compile(rb"ON\s+(?:DUPLICATE\s+KEY\s+UPDATE|CONFLICT)\b", re.IGNORECASE)

_BLANKS = re.compile(rb"\s*")
_WORD = np.zeros(256, np.bool_)
_WORD[list(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.+-*/|&<>=")] = True

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


def read_values(stream: SqlStream, target: Values) -> Iterator[tuple[pa.RecordBatch, dict[str, str]]]:
    """Batches of rows from the `(` at the stream's place to the end of the INSERTs with this header.

    With each, the columns that hold what is no text, and what it is.

    Raises Refused("unreadable_file") for a row that does not fit the columns, an expression, or a cut-off
    dump.
    """
    finished, columns, size = False, target.columns, FIRST_WINDOW
    while not finished:
        window, size = next_window(stream, target, size)
        if window.finished and target.separator and not window.joined.size:
            separator = _separator(stream, window.end, target.separator)
            if separator not in (b"", target.separator):
                target = replace(target, separator=separator)
                continue
        rows = _find_rows(window, stream.name, target)
        if rows is None:
            target = replace(target, separator=b"")
            continue
        count = len(rows.closes)
        if count:
            body, has_breaks, odd = _delimited(window, rows, stream, target)
            columns = columns or _numbered(body)
            cells, unread = _parsed(body, columns, has_breaks, stream.name, target, count)
            unread |= {columns[place]: what for place, what in odd.items() if place < len(columns)}
            yield cells, unread
            target = replace(target, records=target.records + count)
        finished = window.finished
        stream.pos += window.end + 1 if finished else int(rows.opens[-1])
        if not finished and not stream.more():
            raise stream.cut(f"within the values of table '{target.table}', after record {target.records}")


def _separator(stream: SqlStream, end: int, tried: bytes) -> bytes:
    """What stands between the statement that ends there and one with the same header; empty where none follows.

    `tried`: what was thought to stand there.
    """
    header = tried[1:].lstrip()
    behind = _BLANKS.match(stream.data, stream.pos + end + 1)
    start = behind.end() if behind else 0
    return (
        bytes(stream.data[stream.pos + end : start]) + header
        if stream.data.startswith(header, start)
        else b""
    )


def _back_over_blanks(window: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Each position, moved left to the nearest byte that is no blank."""
    moved = np.maximum(positions, 0)
    while (blank := (window[moved] <= 32) & (moved > 0)).any():
        moved = moved - blank
    return moved


def _find_rows(window: Window, name: str, target: Values) -> _Rows | None:
    """The rows of a window; None where each of its statements has to be looked at alone, for what it ends with."""
    content = window.content
    opens = np.flatnonzero((content[: window.end] == _OPEN) & ~window.inside[: window.end])
    opens, tails = _row_starts(opens, window.joined[window.joined < window.end], len(target.separator))
    commas = _back_over_blanks(content, tails[1:])
    closes = _back_over_blanks(content, commas - 1)
    good = ((content[commas] == _COMMA) | (content[commas] == _SEMICOLON)) & (content[closes] == _CLOSE)
    end = window.end
    if window.finished or not good.all():
        clause = _last_clause(window, int(opens[-1]) if good.all() else 0)
        if clause and window.joined.size:
            return None
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


def _last_clause(window: Window, start: int) -> int:
    """Where an `ON DUPLICATE KEY UPDATE …` or `ON CONFLICT …` begins behind the last row, 0 when there is none."""
    found = _CLAUSE.finditer(window.content[start : window.end].tobytes())
    places = [start + clause.start() for clause in found]
    return next((place for place in reversed(places) if not window.inside[place]), 0)


def _delimited(
    window: Window, rows: _Rows, stream: SqlStream, target: Values
) -> tuple[np.ndarray, bool, dict[int, str]]:
    """The complete rows, a record a line, strings unescaped; whether strings hold line breaks; what is no text."""
    name = stream.name
    start, stop = int(rows.opens[0]), int(rows.closes[-1]) + 1
    body, inside = window.content[start:stop], window.inside[start:stop]
    drop = (body <= 32) & ~inside
    _refuse_adjoining_strings(body, drop, name, target)
    _end_lines(body, drop, rows, start)
    if drop.any():
        _refuse_adjoining_words(body, drop, name, target)
    first, last = np.searchsorted(window.escapes, (start, stop))
    escapes = window.escapes[first:last] - start
    escapes = escapes[inside[escapes] & ~np.isin(body[escapes + 1], _KEEP_BACKSLASH)]
    if escapes.size:
        body[escapes + 1] = _UNESCAPED[body[escapes + 1]]
        drop[escapes] = True
    if drop.any():
        body = body[~drop]
        inside = inside_quotes(body, _QUOTE)
    unread: dict[int, str] = {}
    places = odd_places(body, inside)
    if stream.dialect.is_mysql and "BIT" in target.kinds:
        places = np.concatenate((places, bit_places(body, inside, target.kinds)))
    if places.size:
        try:
            body, unread = decoded(body, inside, places, target.kinds, stream.dialect.is_mysql)
        except UnknownLiteral as error:
            raise _expression(name, target.table, target.records + error.record, error.text) from error
        inside = inside_quotes(body, _QUOTE)
    has_breaks = bool(((body <= 13) & inside).any())
    return body, has_breaks, unread


def _refuse_adjoining_strings(body: np.ndarray, blank: np.ndarray, name: str, target: Values) -> None:
    """`'a' 'b'` is one string to MySQL; without its blank it would be taken for a doubled quote."""
    behind = np.flatnonzero(blank[1:] & (body[:-1] == _QUOTE)) + 1
    while (going := blank[behind]).any():
        behind = behind + going
    if (body[behind] == _QUOTE).any():
        raise _expression(name, target.table)


def _refuse_adjoining_words(body: np.ndarray, blank: np.ndarray, name: str, target: Values) -> None:
    """Without its blank, `1 2` would be another number. An introducer may have one behind it."""
    first = np.flatnonzero(blank[1:] & ~blank[:-1])
    last = np.flatnonzero(blank[:-1] & ~blank[1:]) + 1
    last = last[last > first[0]] if first.size else last[:0]
    before, behind = body[first[: last.size]], body[last]
    if ((_WORD[before]) & (_WORD[behind] | (behind == _OPEN))).any():
        raise _expression(name, target.table)


def _end_lines(body: np.ndarray, drop: np.ndarray, rows: _Rows, start: int) -> None:
    """Overwrite what stands between rows with line breaks (empty lines are skipped when parsing)."""
    body[0] = body[-1] = NEWLINE
    drop[-1] = False
    gaps = len(rows.closes) - 1
    before, after = rows.closes[:gaps] - start, rows.opens[1 : gaps + 1] - start
    for place in (before, before + 1, after):
        body[place] = NEWLINE
    wider = after - before > 2
    if not wider.any():
        return
    begins, lengths = before[wider] + 2, (after - before - 2)[wider]
    passed = np.cumsum(lengths) - lengths
    between = np.repeat(begins - passed, lengths) + np.arange(lengths.sum())
    body[between] = NEWLINE
    # Taking bytes out costs more than a few empty lines; where each row has a header of its own, they are many.
    drop[between] = between.size > body.size // _MANY


def _numbered(body: np.ndarray) -> list[str]:
    """Column names c1, c2 … by the cells of the first row, for a table nobody described."""
    inside = inside_quotes(body, _QUOTE)
    outside = np.flatnonzero((body[1:] == NEWLINE) & ~inside[1:])
    first = body[1 : int(outside[0]) + 1]
    cells = int(((first == _COMMA) & ~inside[1 : first.size + 1]).sum()) + 1
    return [f"c{number}" for number in range(1, cells + 1)]


def _parsed(
    body: np.ndarray, columns: list[str], has_breaks: bool, name: str, target: Values, count: int
) -> tuple[pa.RecordBatch, dict[str, str]]:
    try:
        cells, unread = parse_with_blobs(body, columns, _LAYOUT, has_breaks)
    except WrongWidth as error:
        raise Refused(
            "unreadable_file",
            f"{name}: table '{target.table}', record {target.records + error.record}: {error.found} values "
            f"for {error.expected} columns. The dump is damaged or was edited; export it again.",
        ) from error
    if cells.num_rows != count:
        raise _expression(name, target.table)
    return cells, unread


def _expression(name: str, table: str, record: int = 0, text: str = "") -> Refused:
    where = (f", record {record}" if record else "") + (f" ('{text}')" if text else "")
    return Refused(
        "unreadable_file",
        f"{name}: table '{table}'{where}: the values hold an expression or a damaged string; expected "
        "are numbers, strings in single quotes and NULL. Export the table again with mysqldump.",
    )
