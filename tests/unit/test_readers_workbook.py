"""Spreadsheets: text of every kind of cell, true row numbers, merged ranges, refusals."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import Refused
from ingest.readers import Chunk, read, sniff
from ingest.readers.cell_text import numbers, text_cells


def grids(path: Path) -> dict[str, Chunk]:
    return {chunk.table: chunk for chunk in read(path)}


def rows(chunk: Chunk) -> list[list[Any]]:
    return [list(row.values()) for row in chunk.cells.to_pylist()]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (-0.0, "0"),
        (-17.0, "-17"),
        (0.1, "0.1"),
        (33.333333333333336, "33.333333333333336"),
        (1e-7, "0.0000001"),
        (123456789012345.0, "123456789012345"),
        (123456789012.0, "123456789012"),
        (1234567890123450.0, "1.23456789012345E+15"),
        (19834795156609968.0, "1.983479515660997E+16"),
        (-1e300, "-1E+300"),
        (7, "7"),
        (True, "TRUE"),
        (False, "FALSE"),
        (dt.date(1999, 2, 28), "1999-02-28"),
        (dt.datetime(2021, 6, 30, 9, 29, 59, 999999), "2021-06-30T09:30:00"),
        (dt.datetime(1900, 1, 1), "1900-01-01T00:00:00"),
        (dt.time(9, 30), "09:30:00"),
        ("", None),
        ("  x ", "  x "),
        ("007", "007"),
        ("nan", "nan"),
    ],
)
def test_text_of_a_cell(value: Any, text: str | None) -> None:
    assert text_cells([value, "other", value]).to_pylist() == [text, "other", text]


@settings(deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_numbers_keep_their_value_and_long_ones_are_no_identifiers(values: list[float]) -> None:
    texts = numbers(np.array(values)).to_pylist()
    for value, text in zip(values, texts, strict=True):
        assert float(text) == value
        assert abs(value) < 1e15 or "E+" in text
        assert abs(value) >= 1e15 or "e" not in text.lower()


def test_xlsx_positions_merges_and_kinds(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Données")
    sheet.merge_range("B3:D4", "Title")
    sheet.write_row("B6", ["id", "when", "ok"])
    sheet.write_number("B7", 110000000000)
    sheet.write_datetime("C7", dt.datetime(2021, 5, 4), book.add_format({"num_format": "dd/mm/yyyy"}))
    sheet.write_boolean("D7", True)
    sheet.write_blank("H40", None, book.add_format({"bg_color": "red"}))
    book.add_worksheet("empty")
    book.close()
    found = grids(path)
    assert list(found) == ["Données", "empty"]
    chunk = found["Données"]
    assert chunk.is_grid
    assert chunk.cells.schema.names == ["A", "B", "C", "D"]
    assert chunk.rows.tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert chunk.spans == ((2, 1, 3, 3),)
    assert rows(chunk)[2] == [None, "Title", None, None]
    assert rows(chunk)[6][1] == "110000000000"
    assert rows(chunk)[6][2] in ("2021-05-04", "2021-05-04T00:00:00")
    assert rows(chunk)[6][3] == "TRUE"
    assert found["empty"].cells.num_rows == 0


def test_sheet_names_and_text_come_back(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "जिला"
    sheet.append(["नाम", "007", "a\nb", " x "])
    book.save(path)
    assert rows(grids(path)["जिला"]) == [["नाम", "007", "a\nb", " x "]]


NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns:"
ROWS = """
<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="4"/>
</table:table-row>
<table:table-row><table:table-cell/>
<table:table-cell office:value-type="string" table:number-columns-spanned="2" table:number-rows-spanned="2">
<text:p>Title</text:p></table:table-cell><table:covered-table-cell/>
<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell table:number-columns-repeated="3"/>
<table:table-cell office:value-type="float" office:value="5"><text:p>5</text:p></table:table-cell>
</table:table-row>
"""
ODS = (
    f'<office:document-content xmlns:office="{NAMESPACE}office:1.0" xmlns:table="{NAMESPACE}table:1.0" '
    f'xmlns:text="{NAMESPACE}text:1.0"><office:body><office:spreadsheet><table:table table:name="Enum">'
    + ROWS.replace("\n", "")
    + "</table:table></office:spreadsheet></office:body></office:document-content>"
)
MANIFEST = f'<manifest:manifest xmlns:manifest="{NAMESPACE}manifest:1.0"/>'


def test_ods_positions_and_merges(tmp_path: Path) -> None:
    path = tmp_path / "c.xls"
    with zipfile.ZipFile(path, "w") as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr("META-INF/manifest.xml", MANIFEST)
        parts.writestr("content.xml", ODS)
    assert sniff(path) == "ods"
    chunk = grids(path)["Enum"]
    assert chunk.rows.tolist() == [1, 2, 3, 4]
    assert rows(chunk)[2:] == [[None, "Title", None, "x"], [None, None, None, "5"]]
    assert chunk.spans == ((2, 1, 3, 2),)


def test_a_damaged_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "d.xlsx"
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet().write_column(0, 0, [f"text {number}" for number in range(500)])
    book.close()
    whole = path.read_bytes()
    broken = bytearray(whole)
    at = whole.index(b"sheet1.xml") + 40
    broken[at : at + 60] = b"\0" * 60
    for content in (whole[:-30], whole[: len(whole) // 2], bytes(broken)):
        path.write_bytes(content)
        with pytest.raises(Refused) as refusal:
            list(read(path))
        assert refusal.value.code == "unreadable_file"
        assert "d.xlsx" in str(refusal.value)


def test_a_sheet_wider_than_long(tmp_path: Path) -> None:
    path = tmp_path / "e.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("S")
    given: list[list[Any]] = [[f"c{at}" for at in range(300)], [at / 2 for at in range(300)]]
    for row, cells in enumerate(given):
        sheet.write_row(row, 0, cells)
    sheet.write_blank(0, 299, None, book.add_format({"bold": True}))
    book.close()
    (chunk,) = read(path)
    assert rows(chunk) == [
        [*given[0][:299], None],
        [str(number).removesuffix(".0") for number in given[1]],
    ]
