"""Spreadsheets (xlsx, xls, ods) → one grid of text cells a sheet, with true row numbers and merged ranges.

Cells become text here, by one rule for all partners; dates, numbers and headers are judged elsewhere.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    ZipError,
)

from ingest.errors import Refused
from ingest.readers.byte_source import Source, whole
from ingest.readers.chunk import Chunk, Mark, Span, batch, letters
from ingest.readers.ods_spans import ods_spans
from ingest.readers.xlsx_mended import Marks, mended
from ingest.readers.zipped import refuse_bomb

# Excel keeps 15 digits: a longer whole number has lost some and must not pass for an identifier.
FIRST_INEXACT = 1e15
_DAMAGED = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError,
)  # fmt: skip


def read(source: Source) -> Iterator[Chunk]:
    """A chunk a worksheet, in the workbook's order; wholly empty trailing rows and columns are left out.

    Raises Refused("unreadable_file") for a damaged or password-protected workbook.
    """
    content = whole(source)
    try:
        seen = content
        marks: dict[str, Marks] = {}
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as parts:
                refuse_bomb(source, parts.infolist())
            seen, marks = mended(content)
        merged = ods_spans(content, source)
        book = CalamineWorkbook.from_filelike(io.BytesIO(seen))
        for sheet in book.sheets_metadata:
            if sheet.typ == SheetTypeEnum.WorkSheet:
                found = book.get_sheet_by_name(sheet.name)
                spans = merged.get(sheet.name) or _spans(found.merged_cell_ranges)
                chunk = _chunk(sheet.name, found.to_python(skip_empty_area=False), spans, source.member)
                own = marks.get(sheet.name) or Marks()
                own.is_hidden = own.is_hidden or sheet.visible != SheetVisibleEnum.Visible
                yield replace(chunk, marks=_said(own, chunk.cells.num_columns))
    except PasswordError as error:
        raise Refused(
            "unreadable_file",
            f"{source.name}: the workbook is protected by a password. Save it without one and send it again.",
        ) from error
    except (CalamineError, ZipError, *_DAMAGED) as error:
        raise Refused(
            "unreadable_file",
            f"{source.name}: the workbook is damaged or cut short ({error}). Open it, save it anew and send that.",
        ) from error


def _said(marks: Marks, width: int) -> tuple[Mark, ...]:
    said = [Mark("not_calculated", row, column) for row, column in marks.uncalculated]
    said += [Mark("hidden_row", row) for row in marks.hidden_rows]
    for first, last in marks.hidden_columns:
        said += [Mark("hidden_column", None, column) for column in range(first, min(last + 1, width))]
    return (*said, Mark("hidden_sheet")) if marks.is_hidden else tuple(said)


def _spans(ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]] | None) -> list[Span]:
    return [(first[0], first[1], last[0], last[1]) for first, last in ranges or []]


def _chunk(name: str, rows: list[list[Any]], spans: list[Span], member: str) -> Chunk:
    columns = [text_cells(column) for column in zip(*rows, strict=True)]
    while columns and columns[-1].null_count == len(columns[-1]):
        columns.pop()
    height = 0
    for column in columns:
        filled = np.flatnonzero(column.is_valid().to_numpy(zero_copy_only=False))
        height = max(height, int(filled[-1]) + 1 if filled.size else 0)
    cells = batch([column.slice(0, height) for column in columns], letters(len(columns)))
    kept = [
        (top, left, min(bottom, height - 1), min(right, len(columns) - 1))
        for top, left, bottom, right in spans
        if top < height and left < len(columns)
    ]
    numbers = np.arange(1, height + 1, dtype=np.int64)
    return Chunk(name, cells, numbers, True, spans=tuple(sorted(kept)), file=member)


def text_cells(column: Sequence[Any]) -> pa.Array:
    """A column of cell values as text; empty cells are null. Each kind of value is converted as a whole."""
    kinds = np.empty(len(column), object)
    kinds[:] = list(map(type, column))
    values = np.empty(len(column), object)
    values[:] = column
    text = np.full(len(column), None, object)
    for kind in set(map(type, column)):
        where = kinds == kind
        text[where] = _TEXT.get(kind, _as_is)(values[where])
    return pa.array(text, pa.string(), from_pandas=True)


def _as_is(values: np.ndarray) -> np.ndarray:
    text = np.array(list(map(str, values)), object)
    text[text == ""] = None
    return text


def _objects(array: pa.Array) -> np.ndarray:
    return array.to_numpy(zero_copy_only=False)


def _integers(values: np.ndarray) -> np.ndarray:
    return numbers(values.astype(float)) if values.size else values


def numbers(values: np.ndarray) -> np.ndarray:
    """Floats as text: whole ones without point, others shortest; whole ones of 16 digits as `1.2E+15`."""
    given = values.astype(float)
    text = _objects(pc.cast(pa.array(given), pa.string()))
    whole_number = (np.floor(given) == given) & (np.abs(given) < FIRST_INEXACT)
    text[whole_number] = _objects(pc.cast(pa.array(given[whole_number].astype(np.int64)), pa.string()))
    long = np.abs(given) >= FIRST_INEXACT
    text[long] = [
        np.format_float_scientific(number, trim="-", exp_digits=2).upper() for number in given[long]
    ]
    exponents = _objects(pc.match_substring(pa.array(text, pa.string()), "e")).astype(bool)
    text[exponents] = [np.format_float_positional(number, trim="-") for number in given[exponents]]
    return text


def _booleans(values: np.ndarray) -> np.ndarray:
    return np.where(values.astype(bool), "TRUE", "FALSE").astype(object)


def _durations(values: np.ndarray) -> np.ndarray:
    """Hours beyond a day go on being counted: `36:00:00`."""
    seconds = np.rint([value.total_seconds() for value in values]).astype(np.int64)
    parts = zip(np.where(seconds < 0, "-", ""), np.abs(seconds), strict=True)
    return np.array(
        [f"{sign}{left // 3600}:{left // 60 % 60:02}:{left % 60:02}" for sign, left in parts], object
    )


def _dates(values: np.ndarray) -> np.ndarray:
    return _objects(pc.cast(pa.array(values, pa.date32()), pa.string()))


def _moments(values: np.ndarray) -> np.ndarray:
    # Serial numbers hold fractions of a day: 09:30 arrives as 09:29:59.999999.
    rounded = pc.round_temporal(pa.array(values, pa.timestamp("us")), 1, "second")
    return _objects(pc.strftime(pc.cast(rounded, pa.timestamp("s")), "%Y-%m-%dT%H:%M:%S"))


_TEXT: dict[type, Callable[[np.ndarray], np.ndarray]] = {
    float: numbers,
    int: _integers,
    bool: _booleans,
    date: _dates,
    datetime: _moments,
    time: _as_is,
    timedelta: _durations,
}
