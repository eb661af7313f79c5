"""XML Spreadsheet 2003: values, places, merges, hidden parts, marks within text, refusals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ingest.errors import Refused
from ingest.readers import Chunk, read, sniff

HEAD = (
    '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:x="urn:schemas-microsoft-com:office:excel" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" xmlns:html="http://www.w3.org/TR/REC-html40">'
)
STYLES = (
    '<Styles><Style ss:ID="Default"/><Style ss:ID="s1"><Font ss:StrikeThrough="1"/></Style>'
    '<Style ss:ID="s2"><NumberFormat ss:Format="[h]:mm:ss"/></Style><Style ss:ID="s3" ss:Parent="s1"/></Styles>'
)


def workbook(path: Path, rows: str, after: str = "", before: str = "") -> Path:
    sheet = f'<Worksheet ss:Name="S"><Table>{rows}</Table>{after}</Worksheet>'
    path.write_text(f"{HEAD}{before}{STYLES}{sheet}</Workbook>", encoding="utf-8")
    return path


def cells(chunk: Chunk) -> list[list[Any]]:
    return [list(row.values()) for row in chunk.cells.to_pylist()]


def cell(kind: str, text: str, words: str = "") -> str:
    return f'<Row><Cell {words}><Data ss:Type="{kind}">{text}</Data></Cell></Row>'


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        (cell("Number", "1.1000000000000001"), "1.1"),
        (cell("Number", "7"), "7"),
        (cell("Number", "110000000000"), "110000000000"),
        (cell("String", "007"), "007"),
        (cell("String", "a&#10;b &lt; c"), "a\nb < c"),
        (cell("Boolean", "1"), "TRUE"),
        (cell("Error", "#N/A", 'ss:Formula="=NA()"'), "#N/A"),
        (cell("DateTime", "2021-05-04T00:00:00.000"), "2021-05-04"),
        (cell("DateTime", "2021-05-04T09:30:00.000"), "2021-05-04T09:30:00"),
        (cell("DateTime", "1899-12-31T09:30:00.000"), "09:30:00"),
        (cell("DateTime", "1900-01-01T12:00:00.000", 'ss:StyleID="s2"'), "36:00:00"),
        (cell("DateTime", "1900-03-01T00:00:00.000", 'ss:StyleID="s2"'), "1464:00:00"),
        (cell("Number", "12", 'ss:StyleID="s1"'), None),
        (cell("Number", "12", 'ss:StyleID="s3"'), None),
        ('<Row><Cell ss:Formula="=RC[1]*5"/></Row>', "=RC[1]*5"),
        (
            '<Row><Cell><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40"><S>12</S><B>8</B>1'
            "<Sup>2</Sup></ss:Data><Comment><ss:Data>no cell</ss:Data></Comment></Cell></Row>",
            "81²",
        ),
    ],
)
def test_a_cell_is_what_excel_shows(tmp_path: Path, xml: str, text: str | None) -> None:
    path = workbook(tmp_path / "a.xls", xml + cell("String", "end", 'ss:Index="1"'))
    assert sniff(path) == "xml_spreadsheet"
    (chunk,) = read(path)
    assert cells(chunk) == [[text], ["end"]]


def test_places_merges_and_what_is_hidden(tmp_path: Path) -> None:
    data = '<Data ss:Type="String">x</Data>'
    path = workbook(
        tmp_path / "a.xml",
        '<Column ss:Index="2" ss:Span="1" ss:Hidden="1"/><Column ss:Hidden="1"/>'
        f'<Row ss:Index="3" ss:Span="1"><Cell ss:Index="2" ss:MergeAcross="1" ss:MergeDown="2">{data}</Cell>'
        f'<Cell>{data}</Cell></Row><Row ss:Hidden="1"><Cell>{data}</Cell></Row>',
        "<WorksheetOptions xmlns='urn:schemas-microsoft-com:office:excel'><Visible>SheetHidden</Visible>"
        "</WorksheetOptions>",
    )
    (chunk,) = read(path)
    assert chunk.table == "S" and chunk.is_grid
    assert cells(chunk)[2:] == [[None, "x", None, "x"], [None] * 4, ["x", None, None, None]]
    assert chunk.spans == ((2, 1, 4, 2),)
    assert {(mark.code, mark.row, mark.column) for mark in chunk.marks} == {
        ("hidden_row", 5, None),
        ("hidden_sheet", None, None),
        *(("hidden_column", None, column) for column in (1, 2, 3)),
    }


def test_days_since_1904(tmp_path: Path) -> None:
    epoch = "<ExcelWorkbook xmlns='urn:schemas-microsoft-com:office:excel'><Date1904/></ExcelWorkbook>"
    rows = cell("DateTime", "1904-01-02T12:00:00.000", 'ss:StyleID="s2"') + cell(
        "DateTime", "2021-05-04T00:00:00.000"
    )
    (chunk,) = read(workbook(tmp_path / "a.xml", rows, before=epoch))
    assert cells(chunk) == [["36:00:00"], ["2021-05-04"]]


ENTITIES = "<!DOCTYPE w [<!ENTITY a0 'ha'>" + "".join(
    f"<!ENTITY a{n} '" + f"&a{n - 1};" * 10 + "'>" for n in range(1, 12)
)


@pytest.mark.parametrize(
    "content",
    [
        HEAD + "<Worksheet ss:Name='S'><Table><Row><Cell><Data ss:Type='Number'>1",
        HEAD + "<Worksheet ss:Name='S'><Table><Row ss:Index='1048577'/></Table></Worksheet></Workbook>",
        HEAD + "<Worksheet ss:Name='S'><Table><Row ss:Index='1e9'/></Table></Worksheet></Workbook>",
        HEAD + "<Worksheet ss:Name='S'><Table><Row><Cell ss:Index='16385'/></Row></Table></Worksheet></Workbook>",
        HEAD + "<Worksheet ss:Name='S'><Table><Row ss:Index='1048576'><Cell ss:Index='16384'><Data ss:Type='String'>"
        "far</Data></Cell></Row></Table></Worksheet></Workbook>",
        ENTITIES + "]>" + HEAD.partition("\n")[2].partition("\n")[2]
        + "<Worksheet ss:Name='S'><Table><Row><Cell><Data ss:Type='String'>&a11;</Data></Cell></Row></Table>"
        "</Worksheet></Workbook>",
    ],
    ids=["cut short", "below the last row", "no number", "beyond the last column", "far out", "entities"],
)  # fmt: skip
def test_unsound_ones_are_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.xml"
    path.write_text(content, encoding="utf-8")
    assert sniff(path) == "xml_spreadsheet"
    with pytest.raises(Refused, match=r"a\.xml") as refusal:
        list(read(path))
    assert refusal.value.code == "unreadable_file"


def test_other_xml_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text("<?xml version='1.0'?><Workbook><Row/></Workbook>", encoding="utf-8")
    with pytest.raises(Refused, match="XML"):
        sniff(path)
