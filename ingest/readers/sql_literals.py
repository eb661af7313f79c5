"""Values of INSERTs that are neither plain numbers, plain strings nor NULL: decoded, or refused.

Hexadecimal and bit strings, `_binary` and other introducers, TRUE and FALSE, DEFAULT. A slow path, value by value:
`sql_values.py` comes here only for those that `odd_places` finds.
"""

from __future__ import annotations

import re

import numpy as np

from ingest.readers.arrow_csv import BINARY

_QUOTE, _COMMA, _DOT, _MINUS, NEWLINE = b"',.-\n"
_DELIMITER = np.zeros(256, np.bool_)
_DELIMITER[list(b",\n")] = True
_NUMBER = re.compile(rb"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_INTRODUCED = re.compile(rb"(?:_([A-Za-z]\w*)|[Nn])('.*')", re.DOTALL)
_PLAIN_E = re.compile(rb"[eE]('[^\\]*')", re.DOTALL)
_HEX = re.compile(rb"(?:_binary)?(?:0x([0-9A-Fa-f]+)|[xX]'([0-9A-Fa-f]*)')")
_BITS = re.compile(rb"(?:0b([01]+)|[bB]'([01]*)')")
_TEXTS = {b"utf8", b"utf8mb3", b"utf8mb4", b"ascii", b"latin1"}
_WHOLE = re.compile(r"(?:TINY|SMALL|MEDIUM|BIG)?INT|INTEGER|BIT|BOOL|BOOLEAN|SERIAL|YEAR|DECIMAL|NUMERIC")


class UnknownLiteral(Exception):  # noqa: N818 - an event for the caller to word, no error of its own
    """A value that is an expression or damaged; `record` counts from 1 within the bytes."""

    def __init__(self, record: int, text: str) -> None:
        super().__init__(text)
        self.record, self.text = record, text


def bit_places(body: np.ndarray, inside: np.ndarray, kinds: list[str]) -> np.ndarray:
    """Where strings stand in columns of bits: they are the bytes of a number."""
    ends = np.flatnonzero(_DELIMITER[body] & ~inside)
    values = np.flatnonzero(body[ends[:-1] + 1] == _QUOTE) + 1
    _, columns = _cells(body, ends, _row_starts(body, inside), values)
    is_bit = np.array([*(kind == "BIT" for kind in kinds), False])
    return ends[values[is_bit[np.minimum(columns, len(kinds))]] - 1] + 1


def _row_starts(body: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """The line breaks behind which a row stands; there may be several in turn."""
    breaks = np.flatnonzero((body == NEWLINE) & ~inside)
    return breaks[np.diff(np.append(breaks, body.size)) > 1]


def _cells(
    body: np.ndarray, ends: np.ndarray, rows: np.ndarray, values: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Row and column of values, which are numbered by the delimiter that ends each."""
    row = np.searchsorted(rows, ends[values - 1], "right") - 1
    return row, values - 1 - np.searchsorted(ends, rows[row])


def odd_places(body: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Where bytes outside strings stand that plain numbers, NULL and plain strings do not have."""
    quote = body == _QUOTE
    edge = (body == _COMMA) | (body == NEWLINE) | quote
    odd = ~(edge | inside | (body - np.uint8(ord("0")) < 10))
    # What stands right before or behind a string, without a comma.
    odd[:-1] |= (quote & ~inside)[:-1] & ~edge[1:]
    odd[1:] |= (quote & inside)[1:] & ~edge[:-1]
    places = np.flatnonzero(odd)
    if places.size == 0:
        return places
    return places[~(_of_null(body, places) | _of_decimal(body, inside, places))]


def _of_null(body: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Which of the places belong to a NULL that is the whole value."""
    last = body.size - 1
    starts = places[((body[places] | 32) == ord("n")) & _DELIMITER[body[np.maximum(places - 1, 0)]]]
    good = _DELIMITER[body[np.minimum(starts + 4, last)]]
    for step, letter in enumerate(b"ull", start=1):
        good &= (body[np.minimum(starts + step, last)] | 32) == letter
    starts = starts[good]
    before = np.searchsorted(starts, places, "right") - 1
    return (
        (before >= 0) & (places - starts[np.maximum(before, 0)] < 4)
        if starts.size
        else np.zeros(places.size, np.bool_)
    )


def _of_decimal(body: np.ndarray, inside: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Which of the places are the sign or the point of a plain number."""
    before, behind = body[np.maximum(places - 1, 0)], body[np.minimum(places + 1, body.size - 1)]
    digit_behind = (behind >= 48) & (behind <= 57)
    digit_before = (before >= 48) & (before <= 57)
    signs = (body[places] == _MINUS) & _DELIMITER[before] & digit_behind
    points = (body[places] == _DOT) & digit_before & digit_behind
    dots = places[points]
    if dots.size > 1:  # two points in one number are none
        delimiters = np.flatnonzero(_DELIMITER[body] & ~inside)
        value = np.searchsorted(delimiters, dots)
        double = np.concatenate(([False], value[1:] == value[:-1]))
        points[np.flatnonzero(points)[double]] = False
    return signs | points


def decoded(
    body: np.ndarray, inside: np.ndarray, places: np.ndarray, kinds: list[str], is_mysql: bool
) -> tuple[np.ndarray, dict[int, str]]:
    """The body with its odd values as plain ones; by column, what stands there that is no text.

    Raises UnknownLiteral for an expression.
    """
    content = body.tobytes()
    ends = np.flatnonzero(_DELIMITER[body] & ~inside)
    pieces: list[bytes] = []
    unread: dict[int, str] = {}
    done = 0
    values = np.unique(np.searchsorted(ends, places))
    found = _cells(body, ends, _row_starts(body, inside), values)
    for value, row, column in zip(values.tolist(), *map(np.ndarray.tolist, found), strict=True):
        start, end = int(ends[value - 1]) + 1, int(ends[value])
        kind = kinds[column] if column < len(kinds) else ""
        literal, what = _literal(content[start:end], kind, is_mysql)
        if literal is None:
            raise UnknownLiteral(row + 1, content[start:end][:40].decode("utf-8", "replace"))
        if what:
            unread[column] = what
        pieces += [content[done:start], literal]
        done = end
    return np.frombuffer(b"".join([*pieces, content[done:]]), np.uint8).copy(), unread


def _literal(text: bytes, kind: str, is_mysql: bool) -> tuple[bytes | None, str]:
    """A value as number, string or NULL (None: nobody knows it), and what it is if no text."""
    word = text.upper()
    if _NUMBER.fullmatch(text) or word == b"NULL":
        return text, ""
    if word in (b"TRUE", b"FALSE"):
        words = (b"1", b"0") if is_mysql else (b"'t'", b"'f'")
        return words[word == b"FALSE"], ""
    if word == b"DEFAULT":
        return b"NULL", "the default of the database"
    if not is_mysql:
        bits = _BITS.fullmatch(text)
        plain = _PLAIN_E.fullmatch(text)
        if bits and bits.group(2) is not None:
            return b"'" + bits.group(2) + b"'", ""
        return (plain.group(1) if plain else None), ""
    return _of_mysql(text, kind)


def _of_mysql(text: bytes, kind: str) -> tuple[bytes | None, str]:
    """A hexadecimal, bit or introduced string, or bytes in a column of bits, as `_literal`."""
    if kind == "BIT" and text.startswith(b"'"):
        return _bytes(text[1:-1].replace(b"''", b"'"), kind)
    if found := _HEX.fullmatch(text):
        digits = found.group(1) or found.group(2) or b""
        return _bytes(bytes.fromhex(("0" if len(digits) % 2 else "") + digits.decode()), kind)
    if found := _BITS.fullmatch(text):
        bits_value = int(found.group(1) or found.group(2) or b"0", 2)
        return str(bits_value).encode(), ""
    if found := _INTRODUCED.fullmatch(text):
        if (found.group(1) or b"utf8").lower() == b"binary":
            return _bytes(found.group(2)[1:-1].replace(b"''", b"'"), kind)
        return (found.group(2), "") if (found.group(1) or b"utf8").lower() in _TEXTS else (None, "")
    return None, ""


def _bytes(raw: bytes, kind: str) -> tuple[bytes, str]:
    """A binary value: a number in a column of numbers, else its text, else its digits and that it is none."""
    if _WHOLE.fullmatch(kind):
        return str(int.from_bytes(raw, "big")).encode(), ""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return b"'0x" + raw.hex().upper().encode() + b"'", BINARY
    return b"'" + raw.replace(b"'", b"''") + b"'", ""
