"""No text in a file that leaves is a formula to a spreadsheet, however it opens the file; numbers stay numbers.

The signs are those of OWASP's page on CSV injection and of ASVS 5.0, 1.2.10, with their wide and small forms.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata

import openpyxl
import pyarrow as pa
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.feedback.slip import styles as slip
from orchestration.releases.build import build
from orchestration.releases.content import DEFINITION
from orchestration.releases.csv_file import to_csv
from tests.releases import HEADER, Row, content, value

SIGNS = "=+-@＝＋－＠﹦﹢﹣﹫−"
DELIMITERS = ",;|\t"
# Built of what matters: a random text hardly ever begins with a sign.
PIECES = [
    *SIGNS,
    *DELIMITERS,
    *" \n\r\0\u00a0\u200b\ufeff\u3000\"'",
    "cmd|' /C calc'!A0",
    'HYPERLINK("x")',
    "1",
    "a",
    "द",
]
TEXT = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
HOSTILE = st.builds(
    lambda blanks, sign, rest: blanks + sign + rest,
    st.text(" \t\n\u00a0\ufeff", max_size=2),
    st.sampled_from(SIGNS),
    TEXT,
)


def begins_a_formula(cell: str) -> bool:
    seen = "".join(c for c in cell if unicodedata.category(c)[0] not in "ZC")
    return seen[:1] in set(SIGNS) and seen != ""


def cells(body: bytes, delimiter: str) -> list[str]:
    lines = io.StringIO(body.decode("utf-8").replace("\0", ""), newline="")
    return [cell for line in csv.reader(lines, delimiter=delimiter) for cell in line]


@given(st.lists(st.tuples(TEXT, HOSTILE), min_size=1, max_size=4), st.sampled_from(DELIMITERS))
def test_no_cell_of_a_csv_begins_a_formula_whatever_separates_cells(
    rows: list[tuple[str, str]], delimiter: str
) -> None:
    body = to_csv(pa.table({"a": [a for a, _ in rows], "b": [b for _, b in rows]}))
    assert [cell for cell in cells(body, delimiter) if begins_a_formula(cell)] == []


@given(st.lists(st.tuples(st.text() | TEXT, HOSTILE), min_size=1, max_size=4))
def test_a_text_comes_back_but_for_the_apostrophes(rows: list[tuple[str, str]]) -> None:
    rows = [(a.encode("utf-8", "ignore").decode(), b) for a, b in rows]
    body = to_csv(pa.table({"a": [a for a, _ in rows], "b": [b for _, b in rows]}))
    found = list(csv.reader(io.StringIO(body.decode("utf-8"), newline="")))[1:]
    assert [[without_apostrophes(one) for one in row] for row in found] == [
        [without_apostrophes(one) for one in row] for row in rows
    ]


def without_apostrophes(text: str) -> str:
    return re.sub(f"'+(?=[{re.escape(SIGNS)}])", "", text.removeprefix("'"))


@pytest.mark.parametrize(
    "text", ["Dadu", "a-b", "a = b", "10 - 20", "it's", "5; 6", "x@example.org", "", "'quoted'"]
)
def test_harmless_text_is_left_alone(text: str) -> None:
    assert to_csv(pa.table({"a": ["x", text]})).decode().split("\n")[2] == text


def test_numbers_keep_their_minus() -> None:
    assert to_csv(pa.table({"a": ["-5", "+1", "-3399500.00"]}), ["a"]) == b"a\n-5\n+1\n-3399500.00\n"


@settings(max_examples=15, deadline=None)
@given(HOSTILE, HOSTILE)
def test_no_file_of_a_release_has_a_formula(one: str, other: str) -> None:
    words = dict.fromkeys(DEFINITION, one)
    sheets: list[Row] = [words | {"indicator": "A-01", "name": other, "level": "outcome"}]
    rows = [
        value(target=85, baseline=-3, value=-4, unit="person", drops=one, reason=other, note=one, period=one),
        value(dimension=one, category=other, value=None, state="not_reported", reason=one, unit="person"),
        value(dimension=other, category=one, region=one, value=-2.0, unit="person"),
    ]
    files = build(content(rows, sheets, name=one), HEADER)
    texts = [name for name in files if name.endswith((".csv", ".txt"))]
    assert {"indicators.csv", "sdmx.csv"} <= set(texts)
    for name in texts:
        for delimiter in DELIMITERS:
            found = [cell for cell in cells(files[name], delimiter) if begins_a_formula(cell)]
            assert set(found) <= {"-4", "-3", "-2"}, name
    assert formulas(files["indicators.xlsx"]) == []
    (stated,) = {
        row["value"] for row in csv.DictReader(io.StringIO(files["indicators.csv"].decode(), newline=""))
    } & {"-4"}
    assert stated == "-4"


def formulas(body: bytes) -> list[str]:
    """The cells that are a formula, or would be once somebody edits them: text without Excel's mark for text."""
    book = openpyxl.load_workbook(io.BytesIO(body))
    every = [cell for sheet in book for row in sheet for cell in row if cell.value is not None]
    assert any(isinstance(cell.value, str) and begins_a_formula(cell.value) for cell in every)
    return [
        f"{cell.parent.title}!{cell.coordinate}: {cell.value}"
        for cell in every
        if cell.data_type == "f"
        or (isinstance(cell.value, str) and begins_a_formula(cell.value) and not cell.quotePrefix)
    ]


@settings(max_examples=25, deadline=None)
@given(st.lists(HOSTILE, min_size=6, max_size=6))
def test_no_cell_of_a_return_slip_is_a_formula(texts: list[str]) -> None:
    body = io.BytesIO()
    with xlsxwriter.Workbook(body, {"strings_to_formulas": False}) as book:
        made = slip.Styles(book)
        styles = (
            made.text(),
            made.cell(rtl=True),
            made.marked("error"),
            made.status("new"),
            made.title(),
            made.header,
        )
        sheet = book.add_worksheet()
        for row, (text, style) in enumerate(zip(texts, styles, strict=True)):
            slip.put(sheet, row, 0, text, style)
        sheet.write_number(6, 0, -5, made.number())
    assert formulas(body.getvalue()) == []
    found = openpyxl.load_workbook(body).active["A7"]
    assert (found.value, found.quotePrefix) == (-5, False)
