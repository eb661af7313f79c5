"""Spreadsheets (xlsx, xls, ods) → one grid of text cells a sheet, with true row numbers and merged ranges.

The text of a cell is made in `cell_text.py`; dates, numbers and headers are judged elsewhere.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np
import pyarrow as pa
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    ZipError,
)

from ingest.errors import Refused
from ingest.readers.byte_source import Source, whole
from ingest.readers.cell_text import text_cells
from ingest.readers.chunk import Chunk, Mark, Span, batch, letters
from ingest.readers.ods_spans import ods_spans
from ingest.readers.xlsx_mended import Marks, mended
from ingest.readers.zipped import refuse_bomb

_ROWS_AT_ONCE = 4000  # their values are gone before the next are made
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
        book = CalamineWorkbook.from_filelike(io.BytesIO(seen))
        merged = ods_spans(content)
        for sheet in book.sheets_metadata:
            if sheet.typ == SheetTypeEnum.WorkSheet:
                found = book.get_sheet_by_name(sheet.name)
                spans = merged.get(sheet.name) or _spans(found.merged_cell_ranges)
                chunk = _chunk(sheet.name, _columns(found), spans, source.member)
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


def _columns(sheet: CalamineSheet) -> list[pa.Array]:
    """All columns as text. The parser gives rows from the first on, but columns only from the first that is filled."""
    if sheet.start is None:
        return []
    rows, parts = sheet.iter_rows(), []
    while some := list(islice(rows, _ROWS_AT_ONCE)):
        parts.append([text_cells(column) for column in zip(*some, strict=True)])
    columns = [pa.concat_arrays(pieces) for pieces in zip(*parts, strict=True)]
    return [pa.nulls(len(columns[0]), pa.string())] * sheet.start[1] + columns if columns else []


def _chunk(name: str, columns: list[pa.Array], spans: list[Span], member: str) -> Chunk:
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
