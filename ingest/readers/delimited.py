"""CSV and its kin (any usual delimiter and quote) → chunks of text cells, streamed.

Records are found by line breaks outside quotes, brought to the header's width and parsed by Arrow; where quotes do not
fit, `careful_csv` goes on. Nothing is trimmed or typed here, and no record is dropped: one that does not fit the header
is in doubt.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ingest.readers.arrow_csv import NEWLINE, between
from ingest.readers.byte_source import BLOCK, Source
from ingest.readers.careful_csv import careful_records
from ingest.readers.chunk import Chunk
from ingest.readers.delimited_table import DelimitedTable, WellFormed
from ingest.readers.dialect import SAMPLE, Dialect, detect
from ingest.readers.encodings import strict_blocks

_RETURN = 13
_LONGEST_SEPARATOR_LINE = 9
_LONGEST_QUOTED = 1 << 20  # of a record that is not complete: beyond it, a quote nobody closed is likelier


def read(source: Source, block_size: int = BLOCK, encoding: str = "", header: bool = True) -> Iterator[Chunk]:
    """The one table of a delimited file, in pieces of about `block_size` bytes of text.

    The first record that is no title line names the columns, `column_1` … without `header`. Records with more or fewer
    cells than it are `ragged_row`, those about whose quotes there is doubt `stray_quote`. `encoding`: the contract's
    word. Raises Refused("unreadable_file") for text of no known encoding and a file that ends within quotes,
    Refused("wrong_format") for more columns than a sheet has.
    """
    pieces = strict_blocks(source, encoding, block_size)
    window, ended = _more(bytearray(), pieces, max(min(block_size, SAMPLE), _LONGEST_SEPARATOR_LINE))
    start = bytes(window[:SAMPLE])
    delimiter, line = "", 1
    if start[:6].lower().lstrip(b'"').startswith(b"sep=") and (end := _line_end(start)):
        delimiter, line = start[:end].strip().strip(b'"').decode("utf-8", "replace")[4:5], 2
        window = window[end:]
    dialect = detect(bytes(window[:SAMPLE]).decode("utf-8", "replace"), delimiter)
    table = DelimitedTable(source, dialect, header)
    more, ended = _more(window, pieces, block_size) if not ended else (window, ended)
    yield from _tables(table, more, ended, pieces, line, block_size)
    yield from table.without_rows()


def _tables(
    table: DelimitedTable, window: bytearray, ended: bool, pieces: Iterator[bytes], line: int, block_size: int
) -> Iterator[Chunk]:
    dialect = table.dialect
    while True:
        unfinished = ended and bool(window) and window[-1] not in (NEWLINE, _RETURN)
        content = np.frombuffer(bytes(window) + b"\n" * unfinished, np.uint8)
        records = _records(content, dialect, line, ended) if not dialect.pads else None
        left = content.size - records.end if records else 0
        if (
            records is None
            or (left and (ended or left > _LONGEST_QUOTED))
            or not table.believes(content, records)
        ):
            for found in careful_records(
                table.source.name, bytes(window), pieces, dialect, line, table.width
            ):
                yield from table.carefully(found)
            return
        if records.starts.size:
            yield from table.strictly(content, records)
        line += records.line_count
        window = window[records.end :]
        if ended:
            return
        window, ended = _more(window, pieces, max(block_size, 2 * len(window)))


def _line_end(start: bytes) -> int:
    return start.find(b"\n") + 1 or start.find(b"\r") + 1


def _more(window: bytearray, pieces: Iterator[bytes], size: int) -> tuple[bytearray, bool]:
    """The window with blocks added until it has `size` bytes, and whether the file has ended."""
    if len(window) >= size:
        return window, False
    for piece in pieces:
        window += piece
        if len(window) >= size:
            return window, False
    return window, True


def _records(content: np.ndarray, dialect: Dialect, line: int, ended: bool) -> WellFormed | None:
    """The complete records of `content`; None when quotes stand where RFC 4180 has none."""
    quotes = np.flatnonzero(content == ord(dialect.quote))
    inside = between(quotes, content.size) if quotes.size else None
    breaks = _line_breaks(content, ended)
    stops = (breaks if inside is None else breaks[~inside[breaks]]) + 1
    end = int(stops[-1]) if stops.size else 0
    if inside is not None and not _quotes_fit(content[: end or content.size], quotes, ord(dialect.delimiter)):
        return None
    starts = np.concatenate(([0], stops[:-1])) if stops.size else stops
    cuts = np.flatnonzero(content[:end] == ord(dialect.delimiter))
    if inside is not None:
        cuts = cuts[~inside[cuts]]
    until = np.searchsorted(cuts, stops)
    first = np.concatenate(([0], until[:-1])) if stops.size else until
    line_ends = breaks[: np.searchsorted(breaks, end)]
    lines = (
        np.searchsorted(line_ends, starts) + line
        if inside is not None
        else np.arange(line, line + stops.size)
    )
    widths = until - first + 1
    broken = 1 + ((content[stops - 1] == NEWLINE) & (stops - starts > 1) & (content[stops - 2] == _RETURN))
    filled = stops - starts - broken >= widths  # else there is nothing but delimiters
    if not filled.all():
        starts, stops, widths, lines = starts[filled], stops[filled], widths[filled], lines[filled]
    return WellFormed(starts, stops, widths, lines, end, line_ends.size, inside, cuts, line_ends)


def _line_breaks(content: np.ndarray, ended: bool) -> np.ndarray:
    r"""The positions where lines end: each `\n` and each `\r` without one (old Macintosh files)."""
    feeds = np.flatnonzero(content == NEWLINE)
    is_return = content == _RETURN
    # Nearly always each return stands before a feed; whether the last one does, the next block may say.
    before_feeds = np.count_nonzero(is_return[feeds[int(feeds.size > 0 and feeds[0] == 0) :] - 1])
    if before_feeds == np.count_nonzero(is_return):
        return feeds
    returns = np.flatnonzero(is_return)
    has_next = returns[returns < content.size - 1]
    alone = has_next[content[has_next + 1] != NEWLINE]
    last = returns[has_next.size :] if ended else returns[:0]
    return np.sort(np.concatenate((feeds, alone, last)))


def _quotes_fit(content: np.ndarray, quotes: np.ndarray, delimiter: int) -> bool:
    """Whether quotes only open at a cell's start and close at its end (RFC 4180, rules 5 to 7)."""
    quotes = quotes[: np.searchsorted(quotes, content.size)]
    opening, closing = quotes[0::2], quotes[1::2]
    before = content[opening[int(opening.size > 0 and opening[0] == 0) :] - 1]
    after = content[closing[: closing.size - int(closing.size > 0 and closing[-1] == content.size - 1)] + 1]
    fine = np.zeros(256, bool)
    fine[[delimiter, NEWLINE, _RETURN]] = True
    doubled = content[quotes[0]] if quotes.size else delimiter
    fine[doubled] = True
    return bool(fine[before].all() and fine[after].all())
