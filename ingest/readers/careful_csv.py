"""Records of delimited text whose quotes break RFC 4180 (`5" pipe`, `"Bob" Smith`, a quote nobody closed).

A slow path, line by line: a quote may hold line breaks only where what it holds cannot be records. Where it could, it
is taken for a letter, and its record and those up to the next such quote are in doubt.
"""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.errors import Refused
from ingest.readers.dialect import Dialect
from ingest.readers.line_cells import LineCells

_BATCH = 20000
_LONGEST_LINE = 64 << 20
_MOST_LINES = 1000  # a quoted cell may have


@dataclass
class Records:
    """Some records in the file's order: cells, first line, and which of them (by position) are in doubt."""

    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    doubtful: list[int] = field(default_factory=list)

    def add(self, row: list[str], line: int, doubtful: bool) -> None:
        """One more record."""
        if doubtful:
            self.doubtful.append(len(self.rows))
        self.rows.append(row)
        self.lines.append(line)


def careful_records(
    name: str, window: bytes, pieces: Iterator[bytes], dialect: Dialect, line: int, width: int
) -> Iterator[Records]:
    """Batches of the records of `window` and `pieces`; `line` is that of the first, `width` the header's, 0 if unknown.

    Raises Refused for a file that ends within quotes.
    """
    ahead = _Ahead(_lines(name, window, pieces), dialect.quote)
    cells = LineCells(dialect)
    blank = dialect.delimiter + " " * dialect.pads
    found, doubt_until = Records(), 0
    while (text := ahead.pop()) is not None:
        begins, body = line, text.rstrip("\r\n")
        line += 1
        if not body.strip(blank):
            continue
        row, mended = cells.plain_or_parted(body, width)
        doubtful = mended or begins <= doubt_until or (row is not None and cells.is_bare(body))
        if row is None and body.count(dialect.quote) % 2:
            partner = ahead.next_odd()
            row = _over_lines(text, ahead, partner, cells, dialect, width) if partner else None
            if row is not None:
                line += ahead.drop(partner)
            elif partner and not doubtful:
                doubt_until = begins + partner
            elif not partner and ahead.is_empty and not text.endswith(("\r", "\n")):
                raise _unclosed(name, begins)
        if row is None:
            row, doubtful = cells.best(body, width), True
        width = width or len(row)
        found.add(row, begins, doubtful)
        if len(found.rows) >= _BATCH:
            yield found
            found = Records()
    if found.rows:
        yield found


def _over_lines(
    text: str, ahead: _Ahead, partner: int, cells: LineCells, dialect: Dialect, width: int
) -> list[str] | None:
    """The record whose quoted cell ends `partner` lines below, where that is what the file means."""
    lines = ahead.first(partner)
    row = cells.plain((text + "".join(lines)).rstrip("\r\n"))
    if row is None or (width and len(row) != width):
        return None
    for inner in lines[:-1]:
        own = inner.rstrip("\r\n").split(dialect.delimiter)
        if len(own) == len(row) > 1 and dialect.fits(own):
            return None
    return row


class _Ahead:
    """Lines of a file, with a look at those to come; each line is looked at once."""

    def __init__(self, lines: Iterator[str], quote: str) -> None:
        self._lines, self._quote = lines, quote
        self._waiting: deque[str] = deque()
        self._popped, self._read = 0, 0
        self._odd: deque[int] = deque()  # numbers of waiting lines with an odd number of quotes

    @property
    def is_empty(self) -> bool:
        return not self._waiting and not self._more()

    def pop(self) -> str | None:
        if not self._waiting and not self._more():
            return None
        self._popped += 1
        if self._odd and self._odd[0] == self._popped:
            self._odd.popleft()
        return self._waiting.popleft()

    def drop(self, count: int) -> int:
        for _ in range(count):
            self.pop()
        return count

    def first(self, count: int) -> list[str]:
        return [self._waiting[place] for place in range(count)]

    def next_odd(self) -> int:
        """How many lines below the last one popped the next odd one stands; 0 where there is none near enough."""
        while not self._odd and len(self._waiting) < _MOST_LINES and self._more():
            pass
        return self._odd[0] - self._popped if self._odd and self._odd[0] - self._popped <= _MOST_LINES else 0

    def _more(self) -> bool:
        line = next(self._lines, None)
        if line is None:
            return False
        self._read += 1
        self._waiting.append(line)
        if line.count(self._quote) % 2:
            self._odd.append(self._read)
        return True


def _lines(name: str, window: bytes, pieces: Iterator[bytes]) -> Iterator[str]:
    rest = window.decode("utf-8")
    for piece in pieces:
        *lines, rest = io.StringIO(rest + piece.decode("utf-8"), newline="").readlines() or [""]
        yield from lines
        if len(rest) > _LONGEST_LINE:
            raise Refused(
                "unreadable_file",
                f"{name}: a line is longer than 64 MiB. The file is damaged; save it anew and send that.",
            )
    yield from io.StringIO(rest, newline="")


def _unclosed(name: str, line: int) -> Refused:
    return Refused(
        "unreadable_file",
        f"{name}: the record that begins on line {line} opens a quote that is never closed. "
        "The file is cut short or damaged; save it anew as CSV and send that.",
    )
