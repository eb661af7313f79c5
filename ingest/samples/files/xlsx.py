"""Writes small workbooks that come out the same byte for byte.

Layouts are the callers'; nothing here knows a programme.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

CREATED = datetime(2021, 1, 1)  # a fixed date in the file's properties


def open_workbook(path: Path) -> xlsxwriter.Workbook:
    """A new workbook; use as a context manager."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(str(path), {"strings_to_numbers": False, "strings_to_formulas": False})
    book.set_properties({"created": CREATED, "author": "office"})
    return book


def write_row(sheet: Worksheet, row: int, values: Sequence[Any], date_format: Format | None = None) -> None:
    """Cells of a row by their type: numbers, texts, dates; None leaves the cell empty."""
    for column, value in enumerate(values):
        if value is None or value != value:
            continue
        if isinstance(value, datetime):
            sheet.write_datetime(row, column, value, date_format)
        elif isinstance(value, str):
            sheet.write_string(row, column, value)
        else:
            sheet.write_number(row, column, value)


def write_frame(
    book: xlsxwriter.Workbook, name: str, frame: pd.DataFrame, headers: Sequence[str] | None = None
) -> None:
    """A sheet with the frame's columns, the header in row 1."""
    sheet = book.add_worksheet(name)
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    write_row(sheet, 0, headers or list(frame.columns))
    for number, values in enumerate(frame.itertuples(index=False, name=None), start=1):
        write_row(sheet, number, values, moment)
