"""How a delimited file is written: which character stands between cells, which around them.

Follows from the header and the rows of the file's start; nothing here reads a file.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

SAMPLE = 1 << 16
# In the order in which one wins over another that fits as well: a decimal comma stands beside semicolons, a time's
# colon and a name's space beside anything.
_USUAL = ("\t", ";", "|", ",")
_RARE = ("^", "~", ":", " ")
_SOME, _MOST = 0.5, 0.9
_CODE = re.compile(r"\S*\d\S*")


@dataclass(frozen=True)
class Dialect:
    """`delimiter` between cells, `quote` around them; `pads`: a space stands behind each delimiter.

    `codes`: the columns whose cells hold digits and no space in nearly every record of the sample.
    `encloses`: cells of the sample stand in quotes, so that a quote within one would be doubled. `quotes_all`: nearly
    every record of it begins with a quote.
    """

    delimiter: str
    quote: str = '"'
    pads: bool = False
    encloses: bool = False
    codes: tuple[int, ...] = ()
    quotes_all: bool = False

    def fits(self, cells: list[str]) -> bool:
        """Whether cells look like a record of this file: by the columns of codes, else by their number."""
        if self.quotes_all and not any(cell.startswith(self.quote) for cell in cells):
            return False
        if not self.codes:
            return len(cells) > 3 and any(cells)
        there = [cells[place] for place in self.codes if place < len(cells) and cells[place]]
        return bool(there) and all(_CODE.fullmatch(cell) for cell in there)

    def has_codes(self, cells: Sequence[str]) -> bool:
        """Whether what stands in the columns of codes are codes, in most of those that are filled."""
        there = [cells[place] for place in self.codes if place < len(cells) and cells[place]]
        return sum(bool(_CODE.fullmatch(cell)) for cell in there) * 2 > len(there)


@dataclass(frozen=True)
class _Fit:
    share: float  # of records that have the usual width
    headed: bool  # so has the first record
    width: int
    records: int


def detect(sample: str, delimiter: str = "") -> Dialect:
    """The dialect of a file that begins with `sample`; one given wins. Comma, where nothing fits."""
    found = delimiter or _delimiter(sample)
    quote, encloses = _quote(sample, found)
    pads = found != " " and _pads(sample, found)
    rows = _rows(sample, found, quote, pads)
    quoted = len(re.findall(rf"^{quote}", sample, re.MULTILINE))
    return Dialect(found, quote, pads, encloses, _codes(rows), quoted >= _MOST * max(len(rows), 1))


def _delimiter(sample: str) -> str:
    fits = {
        delimiter: fit
        for delimiter in (*_USUAL, *_RARE)
        if delimiter in sample
        and (fit := _fit(_rows(sample, delimiter, _quote(sample, delimiter)[0], False)))
    }
    usual = {d: fit for d, fit in fits.items() if d in _USUAL}
    rare = {
        d: fit
        for d, fit in fits.items()
        if d in _RARE and fit.headed and fit.share >= _MOST and fit.records > 1
    }
    sure = {d: fit for d, fit in usual.items() if fit.headed and fit.share >= _SOME}
    for group in (sure, rare, usual):
        if group:
            return max(
                group, key=lambda d: (round(group[d].share, 1), group[d].width, -(_USUAL + _RARE).index(d))
            )
    return ","


def _rows(sample: str, delimiter: str, quote: str, pads: bool) -> list[list[str]]:
    """Records of the sample; those of a file with odd quotes line by line."""
    reader = csv.reader(
        io.StringIO(sample, newline=""), delimiter=delimiter, quotechar=quote, skipinitialspace=pads
    )
    try:
        rows = [row for row in reader if row]
    except csv.Error:
        rows = [line.split(delimiter) for line in sample.splitlines() if line]
    return (
        rows[:-1] if len(sample.encode("utf-8")) >= SAMPLE and len(rows) > 1 else rows
    )  # the last one may be cut off


def _fit(rows: list[list[str]]) -> _Fit | None:
    widths = [len(row) for row in rows]
    wide = Counter(width for width in widths if width > 1)
    if not wide:
        return None
    width, times = max(wide.items(), key=lambda pair: (pair[1], pair[0]))
    return _Fit(times / len(widths), widths[0] == width, width, times)


def _quote(sample: str, delimiter: str) -> tuple[str, bool]:
    """The apostrophe where more cells stand in apostrophes than in quotation marks; whether any cell stands in them."""
    counts = {}
    for quote in ('"', "'"):
        cell = rf"(?:^|{re.escape(delimiter)}) ?{quote}[^\n]*?{quote}(?={re.escape(delimiter)}|\r?$)"
        counts[quote] = len(re.findall(cell, sample, re.MULTILINE))
    quote = "'" if counts["'"] > max(counts['"'], 1) else '"'
    return quote, counts[quote] > 0


def _pads(sample: str, delimiter: str) -> bool:
    """Whether a space stands behind the delimiters of the header and of nearly all rows."""
    lines = [line for line in sample.splitlines() if delimiter in line][:200]
    if not lines or f"{delimiter} " not in lines[0]:
        return False
    padded = sum(line.count(f"{delimiter} ") for line in lines)
    header = lines[0].rstrip(delimiter + " ")
    all_of_header = header.count(delimiter) == header.count(f"{delimiter} ")
    return all_of_header and padded >= _MOST * sum(line.count(delimiter) for line in lines)


def _codes(rows: list[list[str]]) -> tuple[int, ...]:
    body = rows[1:200]
    if len(body) < 2:
        return ()
    found = []
    for place in range(len(rows[0])):
        cells = [row[place] for row in body if place < len(row) and row[place]]
        if cells and sum(bool(_CODE.fullmatch(cell)) for cell in cells) >= _MOST * len(cells):
            found.append(place)
    return tuple(found)
