"""Spreadsheets (xlsx, xls, ods) → one grid of text cells a sheet, with true row numbers and merged ranges.

The text of a cell is made in `cell_text.py`; dates, numbers and headers are judged elsewhere.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from itertools import islice

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
from ingest.readers.cell_text import Value, text_cells
from ingest.readers.chunk import Chunk, Mark, Span
from ingest.readers.grid import grid, hidden_columns
from ingest.readers.marks import Marks, with_texts
from ingest.readers.ods_marks import ods_marks
from ingest.readers.ods_spans import ods_spans
from ingest.readers.xls_marks import xls_marks
from ingest.readers.xlsb_marks import xlsb_marks
from ingest.readers.xlsx_mended import mended
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
            marks |= xlsb_marks(content)
        by_number = dict(enumerate(xls_marks(content)))
        merged = ods_spans(content, source)
        book = CalamineWorkbook.from_filelike(io.BytesIO(seen))
        marks |= ods_marks(content)
        for number, sheet in enumerate(book.sheets_metadata):
            if sheet.typ == SheetTypeEnum.WorkSheet:
                found = book.get_sheet_by_name(sheet.name)
                spans = merged.get(sheet.name) or _spans(found.merged_cell_ranges)
                own = marks.get(sheet.name) or by_number.get(number) or Marks()
                columns = with_texts(_columns(found), own.texts)
                own.is_hidden = own.is_hidden or sheet.visible != SheetVisibleEnum.Visible
                yield grid(sheet.name, columns, spans, source.member, _said(own, len(columns)))
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


def _said(marks: Marks, width: int) -> list[Mark]:
    said = [Mark("not_calculated", row, column) for row, column in marks.uncalculated]
    said += [Mark("hidden_row", row) for row in marks.hidden_rows]
    said += hidden_columns(marks.hidden_columns, width)
    return [*said, Mark("hidden_sheet")] if marks.is_hidden else said


def _spans(ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]] | None) -> list[Span]:
    return [(first[0], first[1], last[0], last[1]) for first, last in ranges or []]


def _as_text(rows: list[list[Value]]) -> list[pa.Array]:
    """Rows as columns of text. Of many short columns each would cost more than its cells: they are made as one."""
    width, height = len(rows[0]), len(rows)
    if width <= height:
        return [text_cells(column) for column in zip(*rows, strict=True)]
    together = text_cells([value for column in zip(*rows, strict=True) for value in column])
    return [together.slice(at * height, height) for at in range(width)]


def _columns(sheet: CalamineSheet) -> list[pa.Array]:
    """All columns as text. The parser gives rows from the first on, but columns only from the first that is filled."""
    if sheet.start is None:
        return []
    rows, parts = sheet.iter_rows(), []
    while some := list(islice(rows, _ROWS_AT_ONCE)):
        parts.append(_as_text(some))
    columns = [pa.concat_arrays(pieces) for pieces in zip(*parts, strict=True)]
    return [pa.nulls(len(columns[0]), pa.string())] * sheet.start[1] + columns if columns else []
