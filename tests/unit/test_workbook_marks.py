"""Workbooks as Excel shows them: errors, formulas without result, raised and struck-out text, merges, hidden parts."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter

from ingest.cleaning import expressions
from ingest.contracts.delivery_contract import load_delivery_contract
from ingest.deliveries.delivery import quarter_end
from ingest.errors import Refused
from ingest.judging.delivered_file import judge_file
from ingest.judging.judged_drop import JudgedDrop
from ingest.readers import read, sniff
from tests.tables import judged as judge_chunks
from tests.tables import reasons, source_of, values

GP = (
    "LGD code", "District", "Block", "Gram Panchayat", "Gram Sabha held on", "Women attended", "Total attended",
    "GPCC meetings in quarter", "VOCC meetings in quarter", "Fifth Schedule area",
)  # fmt: skip
RAISED = (
    '<c r="A1" t="inlineStr"><is><r><t>{}</t></r>'
    '<r><rPr><vertAlign val="superscript"/></rPr><t>{}</t></r></is></c>'
)
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'


def cells(path: Path) -> list[list[Any]]:
    return [list(row.values()) for chunk in read(path) for row in chunk.cells.to_pylist()]


def with_sheet(path: Path, rows: str) -> Path:
    """A workbook whose first sheet has these rows of XML."""
    blank = path.with_name("blank.xlsx")
    book = xlsxwriter.Workbook(str(blank))
    book.add_worksheet("S")
    book.close()
    with zipfile.ZipFile(blank) as parts, zipfile.ZipFile(path, "w") as made:
        for name in parts.namelist():
            is_sheet = name == "xl/worksheets/sheet1.xml"
            made.writestr(name, SHEET.format(rows) if is_sheet else parts.read(name))
    return path


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ('<c r="A1" t="e"><v>#N/A</v></c>', "#N/A"),
        ('<c r="A1" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!"),
        ('<c r="A1" t="e"><v>#SPILL!</v></c>', "#SPILL!"),
        ('<c t="e" r="A1"><v>#REF!</v></c>', "#REF!"),
        ('<c r="A1"><f>B1*5</f></c>', "=B1*5"),
        ('<c r="A1"><f>B1*5</f><v></v></c>', "=B1*5"),
        ('<c r="A1"><f>B1*5</f><v>15</v></c>', "15"),
        ('<c r="A1" t="str"><f>IF(B1,1,"")</f><v></v></c>', None),
        (RAISED.format("81", "2"), "81²"),
        (RAISED.format("1", "st"), "1st"),
        ('<c r="A1" t="inlineStr"><is><r><rPr><strike/></rPr><t>21</t></r><r><t>2 &lt; 3</t></r></is></c>', "2 < 3"),
        ('<c r="A1" t="inlineStr"><is><r><rPr><strike val="0"/></rPr><t>21</t></r><r><t>2</t></r></is></c>', "212"),
    ],
)  # fmt: skip
def test_a_cell_is_what_excel_shows(tmp_path: Path, xml: str, text: str | None) -> None:
    path = with_sheet(tmp_path / "a.xlsx", f'<row r="1">{xml}<c r="B1"><v>7</v></c><c r="C1" t="e"/></row>')
    assert cells(path) == [[text, "7"]]


def test_formulas_without_a_result_are_placed(tmp_path: Path) -> None:
    rows = '<row r="3"><c r="AB3"><f>1+1</f></c></row><row r="4"><c><v>1</v></c><c><f>1+1</f></c></row>'
    (chunk,) = read(with_sheet(tmp_path / "a.xlsx", rows))
    assert [(mark.code, mark.row, mark.column) for mark in chunk.marks] == [
        ("not_calculated", 3, 27),
        ("not_calculated", 4, 1),
    ]


def test_durations_struck_cells_and_serials_of_1904(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path), {"date_1904": True})
    sheet = book.add_worksheet()
    sheet.write_row("A1", ["a", "b", "c"])
    sheet.write_number("A2", 1.5, book.add_format({"num_format": "[h]:mm:ss"}))
    sheet.write_datetime("B2", dt.datetime(2021, 5, 4), book.add_format({"num_format": "dd/mm/yyyy"}))
    sheet.write_number("C2", 5, book.add_format({"font_strikeout": True}))
    sheet.write("D2", "x")
    book.close()
    second = cells(path)[1]
    assert second[0] == "36:00:00"
    assert (second[1] or "")[:10] == "2021-05-04"
    assert second[2:] == [None, "x"]


@pytest.mark.parametrize(
    ("text", "number", "mark"), [("81²", "81", "²"), ("49.7¹⁾", "49.7", "¹⁾"), ("5*", "5", "*")]
)
def test_a_raised_mark_is_no_digit(text: str, number: str, mark: str) -> None:
    value, found = duckdb.sql(
        f"SELECT {expressions.number_text(repr(text))}, regexp_extract({text!r}, '{expressions.FOOTNOTE}', 1)"
    ).fetchall()[0]
    assert (value, found) == (number, mark)


def judged(path: Path) -> JudgedDrop:
    return judge_file(path, load_delivery_contract("jharkhand", "entitlements"), quarter_end("2021Q2").date())


def delivery(path: Path, dates: list[Any], **look: bool) -> Path:
    """Six Gram Panchayats; `look` says what is hidden or merged."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("GP")
    sheet.write_row(0, 0, GP)
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for row, date in enumerate(dates, start=1):
        sheet.write_row(row, 0, [str(108000 + row), "Ranchi", "Angara", "Salgaon", "", 100, 250, 3, 6, "yes"])
        sheet.write(row, 4, date, None if isinstance(date, str) else day)
    if look.get("merged"):
        sheet.merge_range("G2:G3", 250)
        sheet.merge_range("B2:B3", "Ranchi")
    if look.get("hidden"):
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column("H:H", None, None, {"hidden": True})
    other = book.add_worksheet("Entitlements")
    other.write_row(0, 0, ["LGD code", "Entitlement", "Eligible", "Applied", "Received"])
    other.write_row(1, 0, ["108001", "job_card", 10, 8, 5])
    if look.get("hidden"):
        other.hide()
    book.close()
    return path


TRUE = [dt.date(2021, 5, 4), dt.date(2021, 4, 5), dt.date(2021, 6, 4)]


def test_a_merged_number_is_given_to_none_of_its_records_and_a_label_to_all(tmp_path: Path) -> None:
    drop = judged(delivery(tmp_path / "a.xlsx", TRUE, merged=True))
    found = drop.connection.execute(
        "SELECT record, code, col FROM findings WHERE tbl = 'GP' ORDER BY 1"
    ).fetchall()
    values = drop.connection.execute(
        "SELECT v_district, v_total_attended FROM j_GP ORDER BY _record"
    ).fetchall()
    drop.close()
    assert found == [(1, "merged_number", "total_attended"), (2, "merged_number", "total_attended")]
    assert values == [("Ranchi", 250), ("Ranchi", None), ("Ranchi", 250)]


def test_what_is_hidden_is_read_and_said(tmp_path: Path) -> None:
    drop = judged(delivery(tmp_path / "a.xlsx", TRUE, hidden=True))
    warned = drop.connection.execute("SELECT tbl, record, code, col FROM warnings ORDER BY ALL").fetchall()
    found = drop.connection.execute("SELECT * FROM findings").fetchall()
    drop.close()
    assert warned == [
        ("Entitlements", 1, "hidden_sheet", None),
        ("GP", 1, "hidden_column", "gpcc_meetings"),
        ("GP", 2, "hidden_row", None),
    ]
    assert found == []


@pytest.mark.parametrize(
    ("dates", "warned"),
    [
        ([*TRUE, "25/04/2021", "16/05/2021", "30/06/2021"], True),
        ([*TRUE, "25/04/2021", "16/05/2021", "03/06/2021"], False),
        ([*TRUE, dt.date(2021, 4, 25), "16/05/2021", "30/06/2021"], False),
        ([*TRUE], False),
        (["25/04/2021", "16/05/2021", "30/06/2021"], False),
    ],
)
def test_a_column_whose_days_were_taken_for_months_is_warned_of(
    tmp_path: Path, dates: list[Any], warned: bool
) -> None:
    drop = judged(delivery(tmp_path / "a.xlsx", dates))
    found = drop.connection.execute("SELECT code, col FROM warnings WHERE tbl = 'GP'").fetchall()
    drop.close()
    assert found == ([("swapped_dates", "held_on")] if warned else [])


@pytest.mark.parametrize(
    ("word", "said"), [("EncryptedPackage", "password"), ("DRMEncryptedDataSpace", "rights management")]
)
def test_a_protected_file_is_named_by_its_kind(tmp_path: Path, word: str, said: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + word.encode("utf-16-le") + bytes(600))
    with pytest.raises(Refused, match=said):
        sniff(path)


def case(shared: Path, name: str) -> Path:
    path = shared / "data" / "cases" / "workbook" / name
    if not path.exists():
        pytest.skip("The small cases are not beside the repository.")
    return path


@pytest.mark.parametrize(
    ("name", "column", "right"),
    [
        ("errors.xlsx", 1, ["x", "#DIV/0!", "#N/A", "#REF!"]),
        ("formula_nocache.xlsx", 1, ["x", "=SUM(A2:A2)*5", "=A3*5", "15", None]),
        ("richsup.xlsx", 1, ["x", "49.7¹", "1234²"]),
        ("error_cells_and_durations.xlsx", 1, ["members", "#DIV/0!", "#N/A"]),
        ("error_cells_and_durations.xlsx", 2, ["hours", "36:00:00", "6:00:00"]),
    ],
)
def test_the_small_cases(shared: Path, name: str, column: int, right: list[Any]) -> None:
    assert [row[column] for row in cells(case(shared, name))] == right


@pytest.mark.parametrize("name", ["BOOK_in_capitals.xls", "WORKBOOK_in_capitals.xls"])
def test_streams_named_in_capitals_are_read(shared: Path, name: str) -> None:
    assert sniff(case(shared, name)) == "xls"
    assert any(any(row) for row in cells(case(shared, name)))


def test_a_merged_number_of_the_case_is_a_finding(shared: Path) -> None:
    table = {
        "key": ["id"],
        "columns": {"id": {"type": "code"}, "x": {"type": "integer"}},
        "layout": {"sheet": "S"},
    }
    result = judge_chunks(list(read(case(shared, "mergednum.xlsx"))), source_of({"S": table}))
    assert reasons(result, "S") == {1: ["merged_number"], 2: ["merged_number"]}
    assert values(result, "S", "x") == [100, None]


def test_error_words_reach_judging(shared: Path) -> None:
    drop = judged(case(shared, "e_err8.xlsx"))
    found = drop.connection.execute("SELECT DISTINCT code, col FROM findings ORDER BY 2").fetchall()
    drop.close()
    assert {("bad_number", "women_attended"), ("bad_number", "received")} <= set(found)


def test_swapped_dates_of_the_case(shared: Path) -> None:
    drop = judged(case(shared, "e_usdates.xlsx"))
    found = drop.connection.execute("SELECT code, col, message FROM warnings").fetchall()
    drop.close()
    assert [(code, column) for code, column, _ in found] == [("swapped_dates", "held_on")]
    assert "all 3 true dates" in found[0][2] and "all 3 dates in text" in found[0][2]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            '<row r="1"><c r="A1" t="inlineStr"><is><t>a<c r="A1" t="inlineStr"><is><t>a</t></is></c></row>',
            None,
        ),
        ('<row r="1"><c r="A1"><v>12<v>12</v></c></row>', None),
        ('<row r="1"><c r="A1"><v>1</v></c></row><row r="2">', None),
        ('<row r="1"><c r="A1" t="inlineStr"><is><t>a/>b</t></is></c></row><!-- </c> -->', [["a/>b"]]),
    ],
)
def test_a_sheet_whose_elements_do_not_end_is_damaged(
    tmp_path: Path, rows: str, expected: list[list[str]] | None
) -> None:
    """The parser reads on, and puts the next cell's text behind this one's."""
    path = with_sheet(tmp_path / "made.xlsx", rows)
    if expected is not None:
        assert cells(path) == expected
        return
    with pytest.raises(Refused) as refusal:
        cells(path)
    assert refusal.value.code == "unreadable_file"
    assert "sheet1.xml: mismatched tag: line" in str(refusal.value)
