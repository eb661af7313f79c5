"""The table of a delimited file while it is read: its columns, known from the header on, and its chunks.

What does not fit the header is kept beside the cells and marked; how records are found is in `delimited`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.errors import Refused
from ingest.readers.arrow_csv import NEWLINE, CsvForm, parse
from ingest.readers.byte_source import Source
from ingest.readers.careful_csv import Records
from ingest.readers.chunk import Chunk, batch, empty_batch, unique_names
from ingest.readers.dialect import Dialect
from ingest.readers.header_line import MOST_COLUMNS, SEARCHED, remarks_on, title_lines

RAGGED, STRAY = "ragged_row", "stray_quote"
_RETURN = 13
csv.field_size_limit(2**31 - 1)  # of a cell; the module's own bound is 128 KiB
_MOST = 0.5
_A_FEW_MORE = 8  # cells than the header that a record may have and be parsed with the others


@dataclass(frozen=True)
class WellFormed:
    """The records that are complete within the first `end` bytes of a window, which hold `line_count` lines.

    Of each record that is not blank: where it begins and ends (line break included), its cells and its first line.
    `inside`: which bytes are quoted, None without quotes; `cuts`: where cells end.
    """

    starts: np.ndarray
    stops: np.ndarray
    widths: np.ndarray
    lines: np.ndarray
    end: int
    line_count: int
    inside: np.ndarray | None
    cuts: np.ndarray
    line_ends: np.ndarray


@dataclass
class DelimitedTable:
    """See the module's words. `width`: the header's cells, 0 while it is not known."""

    source: Source
    dialect: Dialect
    has_header: bool = True
    labels: tuple[str, ...] = ()
    columns: list[str] = field(default_factory=list)
    above: tuple[str, ...] = ()
    has_rows: bool = False
    remarks: list[tuple[str, int]] = field(default_factory=list)  # not handed on yet

    @property
    def width(self) -> int:
        """How many columns there are; 0 before the header is known."""
        return len(self.columns)

    def believes(self, content: np.ndarray, records: WellFormed) -> bool:
        """Whether no quoted cell holds a line that would be a record of its own: then a quote was not closed."""
        if records.inside is None or not records.starts.size:
            return True
        within = records.inside[records.line_ends]
        whole = np.flatnonzero(within[1:] & within[:-1])
        width = self.width or int(records.widths[0])
        if not whole.size or width < 2:
            return True
        begins, ends = records.line_ends[whole] + 1, records.line_ends[whole + 1]
        delimiters = np.flatnonzero(content[: records.end] == ord(self.dialect.delimiter))
        counts = np.searchsorted(delimiters, ends) - np.searchsorted(delimiters, begins)
        for place in np.flatnonzero(counts == width - 1):
            text = content[begins[place] : ends[place]].tobytes().decode("utf-8").rstrip("\r")
            if self.dialect.quote not in text and self.dialect.fits(text.split(self.dialect.delimiter)):
                return False
        return True

    def strictly(self, content: np.ndarray, records: WellFormed) -> Iterator[Chunk]:
        """Well-formed records as a chunk."""
        first = 0
        if not self.columns:
            spans = zip(records.starts[:SEARCHED], records.stops[:SEARCHED], strict=True)
            first = self._begin([self._cells(content[start:stop]) for start, stop in spans], records.lines)
        if len(records.starts) == first:
            return
        starts, stops, widths = records.starts[first:], records.stops[first:], records.widths[first:]
        body, stops = content[starts[0] : stops[-1]], stops - starts[0]
        surplus: dict[int, list[str]] = {}
        too_wide = np.flatnonzero(widths > self.width + _A_FEW_MORE)
        if too_wide.size or (stops[:-1] + starts[0] != starts[1:]).any():
            keep, surplus = self._cut(content, records, first, too_wide)
            body, stops = body[keep], np.cumsum(keep)[stops - 1]
            widths = np.where(widths > self.width + _A_FEW_MORE, self.width, widths)
        self._remark_on_width(widths, int(records.lines[first]))
        parsed_width = max(self.width, int(widths.max()))
        missing = parsed_width - widths
        if missing.any():
            body = _filled_up(body, missing, stops, self.dialect.delimiter)
        has_breaks = records.inside is not None and bool(records.inside[records.line_ends].any())
        names = [str(place) for place in range(parsed_width)]
        cells = parse(body, names, CsvForm(self.dialect.delimiter, self.dialect.quote), has_breaks)
        lines = records.lines[first:]
        if cells.num_rows != len(widths):
            raise Refused(
                "unreadable_file",
                f"{self.source.name}: {len(widths)} records counted and {cells.num_rows} parsed between "
                f"lines {lines[0]} and {lines[-1]}. Save it anew as CSV and send that.",
            )
        doubts = dict.fromkeys(np.flatnonzero(widths < self.width).tolist(), RAGGED)
        yield from self._chunk(cells, lines, doubts, surplus)

    def carefully(self, found: Records) -> Iterator[Chunk]:
        """Records of a file with stray quotes as a chunk."""
        rows, lines, first = found.rows, found.lines, 0
        if not self.columns and rows:
            first = self._begin(rows[:SEARCHED], np.array(lines[:SEARCHED]))
        rows, lines = rows[first:], lines[first:]
        if not rows:
            return
        self._remark_on_width(np.array([len(row) for row in rows]), lines[0])
        doubts = {place: RAGGED for place, row in enumerate(rows) if len(row) < self.width}
        doubts |= {place - first: STRAY for place in found.doubtful if place >= first}
        surplus = {place: row[self.width :] for place, row in enumerate(rows) if len(row) > self.width}
        columns = list(zip_longest(*(row[: self.width] for row in rows), fillvalue=""))
        columns += [("",) * len(rows)] * (self.width - len(columns))
        cells = batch(
            [pa.array(column, pa.string()) for column in columns], [str(p) for p in range(len(columns))]
        )
        yield from self._chunk(cells, np.array(lines, np.int64), doubts, surplus)

    def _remark_on_width(self, widths: np.ndarray, line: int) -> None:
        """Note where most records have more cells than the header, were they empty: it may lack a delimiter."""
        if not self.has_rows and np.mean(widths > self.width) > _MOST:
            self.remarks.append(("narrow_header", line))

    def without_rows(self) -> Iterator[Chunk]:
        """One chunk of no rows for a file that has a header only."""
        if not self.has_rows:
            yield Chunk(
                self.source.stem, empty_batch(self.columns), np.empty(0, np.int64), False,
                file=self.source.member, labels=self.labels, above=self.above, remarks=tuple(self.remarks),
            )  # fmt: skip

    def _begin(self, rows: list[list[str]], lines: np.ndarray) -> int:
        """Take the header from the first records; how many of them are no records of the table."""
        titles = title_lines(rows, lines.tolist(), self.dialect.has_codes)
        self.above = tuple(" ".join(filter(None, row)) for row in rows[:titles] if any(row))
        self.labels = tuple(rows[titles]) if self.has_header else ("",) * len(rows[titles])
        if len(self.labels) > MOST_COLUMNS:
            raise Refused(
                "wrong_format",
                f"{self.source.name}: line {lines[titles]} has {len(self.labels):,} cells, and no table has more than "
                f"{MOST_COLUMNS:,} columns. Is the line break between records missing? Save it anew and send that.",
            )
        self.columns = unique_names(list(self.labels))
        if self.has_header:
            odd = remarks_on(self.labels, rows[titles + 1 :], self.dialect.has_codes, self.dialect.quote)
            self.remarks = [(code, int(lines[titles])) for code in odd]
        return titles + self.has_header

    def _chunk(
        self, cells: pa.RecordBatch, lines: np.ndarray, doubts: dict[int, str], surplus: dict[int, list[str]]
    ) -> Iterator[Chunk]:
        """The chunk of the header's width, surplus cells beside it."""
        for place in range(self.width, cells.num_columns):
            column = cells.column(place)
            for row in np.flatnonzero(pc.not_equal(column, "").to_numpy(zero_copy_only=False)).tolist():
                beyond = surplus.setdefault(row, [])
                beyond += [""] * (place - self.width - len(beyond)) + [column[row].as_py()]
        for row in [row for row, beyond in surplus.items() if any(beyond)]:
            doubts.setdefault(row, RAGGED)
        kept = batch(cells.columns[: self.width], self.columns)
        if len(lines):
            self.has_rows = True
            yield Chunk(
                self.source.stem, kept, lines.astype(np.int64), False, file=self.source.member,
                labels=self.labels, above=self.above, doubts=doubts, beyond=surplus, remarks=tuple(self.remarks),
            )  # fmt: skip
            self.remarks = []

    def _cells(self, record: np.ndarray) -> list[str]:
        text = io.StringIO(record.tobytes().decode("utf-8"), newline="")
        reader = csv.reader(text, delimiter=self.dialect.delimiter, quotechar=self.dialect.quote)
        return next(reader, [""])

    def _cut(
        self, content: np.ndarray, records: WellFormed, first: int, too_wide: np.ndarray
    ) -> tuple[np.ndarray, dict[int, list[str]]]:
        """Which bytes stay without lines of no record and without the cells of records with many more than the
        header, and these cells."""
        begin = records.starts[first]
        edges = np.zeros(int(records.stops[-1] - begin) + 1, np.int8)
        edges[records.starts[first:] - begin] += 1
        edges[records.stops[first:] - begin] -= 1
        keep = np.cumsum(edges[:-1], dtype=np.int8).view(np.bool_)
        surplus: dict[int, list[str]] = {}
        for row in too_wide.tolist():
            start, stop = records.starts[first + row], records.stops[first + row]
            stop -= 1 + int(
                stop - 2 >= start and content[stop - 1] == NEWLINE and content[stop - 2] == _RETURN
            )
            at = records.cuts[np.searchsorted(records.cuts, start) + self.width - 1]
            keep[at - begin : stop - begin] = False
            surplus[row] = self._cells(content[at + 1 : stop])
        return keep, surplus


def _filled_up(body: np.ndarray, missing: np.ndarray, stops: np.ndarray, delimiter: str) -> np.ndarray:
    """Records too short for the columns get empty cells at their end; `stops` are their ends in `body`."""
    before_break = stops - 1
    before_break = before_break - ((body[before_break] == NEWLINE) & (body[before_break - 1] == _RETURN))
    return np.insert(body, np.repeat(before_break, missing), ord(delimiter))
