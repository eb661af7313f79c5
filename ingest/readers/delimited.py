"""CSV and its kin (comma, semicolon, tab, bar; any usual encoding) → chunks of text cells, streamed.

Records are found by line breaks outside quotes, brought to one width and parsed by Arrow. The first record
names the columns; nothing is trimmed or typed here.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest

import numpy as np
import pyarrow as pa

from ingest.errors import Refused
from ingest.readers.arrow_csv import NEWLINE, CsvForm, inside_quotes, parse
from ingest.readers.byte_source import BLOCK, Source, blocks
from ingest.readers.chunk import Chunk, batch, empty_batch, unique_names
from ingest.readers.loose_csv import loose_records
from ingest.readers.text import utf8_blocks

DELIMITERS = (",", ";", "\t", "|")
_QUOTE, _RETURN = 34, 13
_SAMPLE = 1 << 18
_LONGEST_SEPARATOR_LINE = 9
_SEPARATOR_LINE = re.compile(rb'"?sep=(.)"?\r?\n', re.IGNORECASE)


@dataclass(frozen=True)
class _Records:
    """The records that are complete within the first `end` bytes of a window, which hold `line_count` lines.

    Of each record that is not blank: where it begins and ends (line break included), its cells and its first
    line.
    """

    starts: np.ndarray
    stops: np.ndarray
    widths: np.ndarray
    lines: np.ndarray
    end: int
    line_count: int


def detect_delimiter(sample: str) -> str:
    """The delimiter that gives most records of `sample` the same width above 1; "," when none does."""
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        try:
            widths = [
                len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter) if row
            ]
        except csv.Error:
            continue
        widths = widths[:-1] or widths  # the last one may be cut off
        wide = Counter(width for width in widths if width > 1)
        if wide:
            width, times = wide.most_common(1)[0]
            score = (round(times / len(widths), 1), width)
            if score > best_score:
                best, best_score = delimiter, score
    return best


def read(source: Source, block_size: int = BLOCK) -> Iterator[Chunk]:
    """The one table of a delimited file, in pieces of about `block_size` bytes of text.

    Records with more cells than the header get columns of their own (`column_9` …, from that chunk on),
    shorter ones empty cells. Raises Refused("unreadable_file") for a quote that is never closed.
    """
    sample = next(utf8_blocks(blocks(source, _SAMPLE)), b"")
    pieces = utf8_blocks(blocks(source, block_size))
    window, ended = _more(bytearray(), pieces, max(block_size, _LONGEST_SEPARATOR_LINE))
    delimiter, line = detect_delimiter(sample.decode("utf-8", "replace")), 1
    if separator := _SEPARATOR_LINE.match(window):
        delimiter, line = separator.group(1).decode("latin-1"), 2
        window = window[separator.end() :]
    table = _Table(source, delimiter)
    while True:
        if ended and window and window[-1] not in (NEWLINE, _RETURN):
            window += b"\n"
        content = np.frombuffer(bytes(window), np.uint8)
        records = _records(content, ord(delimiter), line, ended)
        if records is None:
            yield from table.loosely(window, pieces, line)
            window.clear()
            break
        if records.starts.size:
            yield from table.strictly(content, records)
        line += records.line_count
        window = window[records.end :]
        if ended and not (window and records.end):
            break
        window, ended = _more(window, pieces, max(block_size, 2 * len(window)))
    if window.strip():
        raise table.unclosed(line)
    yield from table.without_rows()


def _more(window: bytearray, pieces: Iterator[bytes], size: int) -> tuple[bytearray, bool]:
    """The window with blocks added until it has `size` bytes, and whether the file has ended."""
    for piece in pieces:
        window += piece
        if len(window) >= size:
            return window, False
    return window, True


def _records(content: np.ndarray, delimiter: int, line: int, ended: bool) -> _Records | None:
    """The complete records of `content`; None when quotes stand where RFC 4180 has none."""
    inside = inside_quotes(content, _QUOTE)
    breaks = _line_breaks(content, ended)
    stops = np.flatnonzero(breaks & ~inside) + 1
    end = int(stops[-1]) if stops.size else 0
    if not _quotes_fit(content[:end] if end else content, inside, delimiter):
        return None
    starts = np.concatenate(([0], stops[:-1])) if stops.size else stops
    cuts = np.flatnonzero((content[:end] == delimiter) & ~inside[:end])
    widths = np.searchsorted(cuts, stops) - np.searchsorted(cuts, starts) + 1
    line_ends = np.flatnonzero(breaks[:end])
    lines = np.searchsorted(line_ends, starts) + line
    filled = (content[starts] != NEWLINE) & (content[starts] != _RETURN)
    return _Records(starts[filled], stops[filled], widths[filled], lines[filled], end, len(line_ends))


def _line_breaks(content: np.ndarray, ended: bool) -> np.ndarray:
    r"""Where lines end: at each `\n` and each `\r` without one (old Macintosh files)."""
    feeds = content == NEWLINE
    returns = content == _RETURN
    if not returns.any():
        return feeds
    returns[:-1] &= ~feeds[1:]
    returns[-1] &= ended  # else its line feed may come with the next block
    return feeds | returns


def _quotes_fit(content: np.ndarray, inside: np.ndarray, delimiter: int) -> bool:
    """Whether quotes only open at a cell's start and close at its end (RFC 4180, rules 5 to 7)."""
    quotes = content == _QUOTE
    if not quotes.any():
        return True
    fine = (content == delimiter) | (content == NEWLINE) | (content == _RETURN) | quotes
    inside = inside[: content.size]
    opening, closing = quotes[1:] & inside[1:], quotes[:-1] & ~inside[:-1]
    return not ((opening & ~fine[:-1]).any() or (closing & ~fine[1:]).any())


@dataclass
class _Table:
    """The table while it is read: its columns, known from the first record on."""

    source: Source
    delimiter: str
    columns: list[str] = field(default_factory=list)
    has_rows: bool = False

    def strictly(self, content: np.ndarray, records: _Records) -> Iterator[Chunk]:
        """Well-formed records as a chunk."""
        first = 0
        if not self.columns:
            header = content[records.starts[0] : records.stops[0]].tobytes().decode("utf-8", "replace")
            names = next(csv.reader(io.StringIO(header, newline=""), delimiter=self.delimiter))
            self.columns, first = unique_names(names), 1
        if len(records.starts) == first:
            return
        widths, stops = records.widths[first:], records.stops[first:]
        self._widen(int(widths.max()))
        body = content[records.starts[first] :][: int(stops[-1]) - int(records.starts[first])]
        body = self._filled_up(body, widths, stops - int(records.starts[first]))
        inside = inside_quotes(body, _QUOTE)
        has_breaks = bool((((body == NEWLINE) | (body == _RETURN)) & inside).any())
        cells = parse(body, self.columns, CsvForm(self.delimiter, '"'), has_breaks)
        if cells.num_rows != len(widths):
            raise Refused(
                "unreadable_file",
                f"{self.source.name}: {len(widths)} records counted and {cells.num_rows} parsed between "
                f"lines {records.lines[first]} and {records.lines[-1]}. Save it anew as CSV and send that.",
            )
        yield self._chunk(cells, records.lines[first:])

    def loosely(self, window: bytearray, pieces: Iterator[bytes], line: int) -> Iterator[Chunk]:
        """The rest of a file with stray quotes, record by record."""
        for rows, lines in loose_records(bytes(window), pieces, self.delimiter, line):
            if rows is None:
                raise self.unclosed(lines[0])
            if not self.columns:
                self.columns = unique_names(rows.pop(0))
                lines = lines[1:]
            if rows:
                self._widen(max(map(len, rows)))
                columns = list(zip_longest(*rows, fillvalue=""))
                columns += [("",) * len(rows)] * (len(self.columns) - len(columns))
                cells = batch([pa.array(column, pa.string()) for column in columns], self.columns)
                yield self._chunk(cells, np.array(lines, np.int64))

    def without_rows(self) -> Iterator[Chunk]:
        """One chunk of no rows for a file that has a header only."""
        if not self.has_rows:
            yield self._chunk(empty_batch(self.columns), np.empty(0, np.int64))

    def unclosed(self, line: int) -> Refused:
        """The refusal of a file that ends within quotes."""
        return Refused(
            "unreadable_file",
            f"{self.source.name}: the record that begins on line {line} opens a quote that is never closed. "
            "The file is cut short or damaged; save it anew as CSV and send that.",
        )

    def _chunk(self, cells: pa.RecordBatch, lines: np.ndarray) -> Chunk:
        self.has_rows = True
        return Chunk(self.source.stem, cells, lines.astype(np.int64), False, file=self.source.member)

    def _widen(self, width: int) -> None:
        if width > len(self.columns):
            self.columns = unique_names(self.columns + [""] * (width - len(self.columns)))

    def _filled_up(self, body: np.ndarray, widths: np.ndarray, stops: np.ndarray) -> np.ndarray:
        """Records too short for the columns get empty cells at their end."""
        missing = len(self.columns) - widths
        if not missing.any():
            return body
        before_break = stops - 1
        before_break = before_break - ((body[before_break] == NEWLINE) & (body[before_break - 1] == _RETURN))
        return np.insert(body, np.repeat(before_break, missing), ord(self.delimiter))
