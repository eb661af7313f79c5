"""Delimited bytes → Arrow text columns, by Arrow's CSV parser; and which bytes are quoted.

Shared by dumps and delimited files; neither SQL nor encodings are known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from pyarrow import csv

from ingest.readers.chunk import batch
from ingest.readers.text import to_utf8

NEWLINE = 10
BINARY = "bytes that are no text in UTF-8"


@dataclass(frozen=True)
class CsvForm:
    """How records are written: `quote` None where nothing is quoted; unquoted `nulls` become null."""

    delimiter: str
    quote: str | None
    nulls: tuple[str, ...] = ()
    skip_empty_lines: bool = True


class WrongWidth(Exception):  # noqa: N818 - an event for the caller to word, no error of its own
    """A record has more or fewer cells than columns; `record` counts from 1 within the bytes."""

    def __init__(self, record: int, expected: int, found: int) -> None:
        super().__init__(f"record {record}: {found} cells for {expected} columns")
        self.record, self.expected, self.found = record, expected, found


def inside_quotes(content: np.ndarray, quote: int) -> np.ndarray:
    """True from an opening quote up to the byte before its closing one; doubled quotes cancel out."""
    # The parity of the quotes so far, 64 bytes at a time: a bit a byte, each bit XORed with all below it.
    bits = np.packbits(content == quote, bitorder="little")
    words = np.zeros(-(-content.size // 64), "<u8")
    words.view(np.uint8)[: bits.size] = bits
    for shift in (1, 2, 4, 8, 16, 32):
        words ^= words << np.uint64(shift)
    carried = np.bitwise_xor.accumulate(words >> np.uint64(63))[:-1]
    words[1:] ^= np.uint64(0) - carried
    return np.unpackbits(words.view(np.uint8), count=content.size, bitorder="little").view(np.bool_)


def parse(content: np.ndarray, columns: Sequence[str], layout: CsvForm, line_breaks: bool) -> pa.RecordBatch:
    """Records of `content` (uint8, ended by a line break) as text columns named `columns`.

    `line_breaks`: quoted cells hold line breaks. Raises WrongWidth for a record that does not fit.
    """
    if content.size == 0:
        return batch([pa.array([], pa.string()) for _ in columns], list(columns))
    try:
        return _parse(content, columns, layout, line_breaks)
    except pa.ArrowInvalid as error:
        if "UTF8" not in str(error):
            raise
    repaired = np.frombuffer(to_utf8(content.tobytes()), np.uint8)
    return _parse(repaired, columns, layout, line_breaks)


def parse_with_blobs(
    content: np.ndarray, columns: Sequence[str], layout: CsvForm, line_breaks: bool
) -> tuple[pa.RecordBatch, dict[str, str]]:
    """As `parse`; cells that are no UTF-8 come as hexadecimal digits, and their columns are named."""
    if content.size == 0:
        return parse(content, columns, layout, line_breaks), {}
    try:
        return _parse(content, columns, layout, line_breaks), {}
    except pa.ArrowInvalid as error:
        if "UTF8" not in str(error):
            raise
    raw = _parse(content, columns, layout, line_breaks, pa.binary())
    arrays, unread = [], {}
    for name, column in zip(columns, raw.columns, strict=True):
        try:
            arrays.append(column.cast(pa.string()))
        except pa.ArrowInvalid:
            arrays.append(pa.array([_text_or_digits(cell) for cell in column.to_pylist()], pa.string()))
            unread[name] = BINARY
    return batch(arrays, list(columns)), unread


def _text_or_digits(cell: bytes | None) -> str | None:
    try:
        return None if cell is None else cell.decode("utf-8")
    except UnicodeDecodeError:
        return f"0x{cell.hex().upper()}" if cell else ""


def _parse(
    content: np.ndarray,
    columns: Sequence[str],
    layout: CsvForm,
    line_breaks: bool,
    kind: pa.DataType = pa.string(),  # noqa: B008 - immutable
) -> pa.RecordBatch:
    wrong: list[csv.InvalidRow] = []

    def note(row: csv.InvalidRow) -> str:
        wrong.append(row)
        return "error"

    # Positions as names: any text can be a column name, and Arrow matches types by name.
    places = [str(place) for place in range(len(columns))]
    reader_options = csv.ReadOptions(use_threads=False, block_size=content.size + 16, column_names=places)
    parse_options = csv.ParseOptions(
        delimiter=layout.delimiter,
        quote_char=layout.quote or False,
        double_quote=True,
        escape_char=False,
        newlines_in_values=line_breaks,
        ignore_empty_lines=layout.skip_empty_lines,
        invalid_row_handler=note,
    )
    convert_options = csv.ConvertOptions(
        column_types=dict.fromkeys(places, kind),
        null_values=list(layout.nulls),
        strings_can_be_null=bool(layout.nulls),
        quoted_strings_can_be_null=False,
    )
    buffer = pa.BufferReader(pa.py_buffer(np.ascontiguousarray(content)))
    try:
        table = csv.read_csv(buffer, reader_options, parse_options, convert_options)
    except pa.ArrowInvalid as error:
        if wrong:
            row = wrong[0]
            raise WrongWidth(row.number or 0, row.expected_columns, row.actual_columns) from error
        raise
    arrays = [
        column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks)
        for column in table.columns
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema([(name, kind) for name in columns]))
