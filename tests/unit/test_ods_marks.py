"""OpenDocument spreadsheets as shown: errors, formulas without result, durations, raised and struck-out text."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from ingest.errors import Refused
from ingest.readers import Chunk, read

NAMES = "urn:oasis:names:tc:opendocument:xmlns:"
HEAD = (
    f'<office:document-content xmlns:office="{NAMES}office:1.0" xmlns:table="{NAMES}table:1.0" '
    f'xmlns:style="{NAMES}style:1.0" xmlns:text="{NAMES}text:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"><office:automatic-styles>'
    '<style:style style:name="T1"><style:text-properties style:text-position="super 58%"/></style:style>'
    '<style:style style:name="T2"><style:text-properties style:text-line-through-style="solid"/></style:style>'
    "</office:automatic-styles><office:body><office:spreadsheet>"
)
END = '<table:table-cell office:value-type="string"><text:p>end</text:p></table:table-cell>'


def ods(path: Path, rows: str) -> Path:
    content = f'{HEAD}<table:table table:name="S">{rows}</table:table></office:spreadsheet></office:body>'
    with zipfile.ZipFile(path, "w") as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr("META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{NAMES}manifest:1.0"/>')
        parts.writestr("content.xml", content + "</office:document-content>")
    return path


def sheet(path: Path) -> Chunk:
    (chunk,) = read(path)
    return chunk


def cell(words: str, text: str) -> str:
    return f"<table:table-cell {words}><text:p>{text}</text:p></table:table-cell>"


ERROR = 'office:value-type="string" office:string-value="" table:formula="of:=1/0" calcext:value-type="error"'


@pytest.mark.parametrize(
    ("xml", "shown"),
    [
        (cell(ERROR, "#DIV/0!"), "#DIV/0!"),
        (cell('table:formula="of:=[.A9]" office:value-type="float" office:value="0"', "#REF!"), "#REF!"),
        (cell('table:formula="of:=[.A9]" office:value-type="float" office:value="0"', "Err:502"), "Err:502"),
        (cell('table:formula="of:=[.A9]" office:value-type="float" office:value="0"', "0"), "0"),
        ('<table:table-cell table:formula="of:=[.A1]*5"/>', "=[.A1]*5"),
        (cell('office:value-type="time" office:time-value="PT36H00M00S"', "36:00"), "36:00:00"),
        (cell('office:value-type="time" office:time-value="PT06H30M00S"', "6:30"), "06:30:00"),
        (cell('office:value-type="string"', '81<text:span text:style-name="T1">2</text:span>'), "81²"),
        (
            cell('office:value-type="string"', '<text:span text:style-name="T2">21</text:span>2<text:s/>x'),
            "2 x",
        ),
        (cell('table:style-name="T2" office:value-type="float" office:value="7"', "7"), None),
        (cell('office:value-type="boolean" office:boolean-value="true"', "TRUE"), "TRUE"),
        (cell('office:value-type="percentage" office:value="0.45"', "45%"), "0.45"),
    ],
)
def test_a_cell_is_what_is_shown(tmp_path: Path, xml: str, shown: str | None) -> None:
    chunk = sheet(ods(tmp_path / "a.ods", f"<table:table-row>{xml}{END}</table:table-row>"))
    assert [column.to_pylist() for column in chunk.cells.columns] == [[shown], ["end"]]


def test_an_error_at_the_edge_is_no_blank(tmp_path: Path) -> None:
    row = f"<table:table-row>{END}{cell(ERROR, '#N/A')}</table:table-row>"
    chunk = sheet(ods(tmp_path / "a.ods", row + f"<table:table-row>{cell(ERROR, '#REF!')}</table:table-row>"))
    assert [column.to_pylist() for column in chunk.cells.columns] == [["end", "#REF!"], ["#N/A", None]]


def test_what_is_hidden_and_not_calculated_is_placed(tmp_path: Path) -> None:
    path = ods(
        tmp_path / "a.ods",
        '<table:table-column/><table:table-column table:visibility="collapse"/>'
        '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>'
        f'<table:table-row table:visibility="filter">{END}{END}</table:table-row>'
        f'<table:table-row>{END}<table:table-cell table:formula="of:=1"/></table:table-row>'
        '<table:table-row table:visibility="collapse" table:number-rows-repeated="1000000"><table:table-cell/>'
        "</table:table-row>",
    )
    assert [(mark.code, mark.row, mark.column) for mark in sheet(path).marks] == [
        ("not_calculated", 5, 1),
        ("hidden_row", 4, None),
        ("hidden_column", None, 1),
    ]


def test_repeated_errors_are_bounded(tmp_path: Path) -> None:
    many = cell(ERROR + ' table:number-columns-repeated="16384"', "#N/A")
    path = ods(
        tmp_path / "a.ods",
        f'<table:table-row table:number-rows-repeated="1000000">{many}</table:table-row>',
    )
    with pytest.raises(Refused, match=r"a\.ods"):
        list(read(path))


@pytest.mark.parametrize(
    "xml",
    [
        '<table:table-cell office:value-type="string">7<text:p>x</text:p></table:table-cell>',
        '<table:table-cell office:value-type="string"><text:p>x</text:p> --&gt;</table:table-cell>',
    ],
)
def test_text_that_no_program_shows_refuses_the_workbook(tmp_path: Path, xml: str) -> None:
    path = ods(tmp_path / "a.ods", f"<table:table-row>{xml}{END}</table:table-row>")
    with pytest.raises(Refused, match="text outside the paragraphs of sheet 'S'"):
        list(read(path))
