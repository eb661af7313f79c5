"""Web pages: encodings, entities, spans, headings, nested tables."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ingest.contracts.delivery_contract import load_delivery_contract
from ingest.errors import Refused
from ingest.judging.delivered_file import judge_file
from ingest.readers import Chunk, read, sniff
from tests.tables import reasons, values


def chunks(tmp_path: Path, page: str | bytes) -> list[Chunk]:
    path = tmp_path / "page.xls"
    path.write_bytes(page.encode() if isinstance(page, str) else page)
    assert sniff(path) == "html"
    return list(read(path))


def rows(chunk: Chunk) -> list[list[Any]]:
    return [list(row.values()) for row in chunk.cells.to_pylist()]


def test_headings_rows_and_entities(tmp_path: Path) -> None:
    page = """<!DOCTYPE html><html><body><h1>Page</h1><h3> Ward&nbsp;9 <b>x</b></h3>
    <table><thead><tr><th>A &amp; B<th>&#2547;</thead><tbody>
    <tr><td>1<br>2<td> <i>three</i>\n four </tbody></table>
    <h3>Ward 10</h3><p>text</p><table><caption>Own caption</caption><tr><td>x</td></tr></table>
    <table><tr><td> </td></tr></table><table><tr><td>last</td><td></td></tr></table>"""
    first, second, third = chunks(tmp_path, page)
    assert [chunk.table for chunk in (first, second, third)] == ["table1", "table2", "table3"]
    assert [chunk.heading for chunk in (first, second, third)] == ["Ward\xa09 x", "Own caption", "Ward 10"]
    assert rows(first) == [["A & B", "৳"], ["1\n2", "three four"]]
    assert first.cells.schema.names == ["A", "B"]
    assert first.rows.tolist() == [1, 2]
    assert third.rows.tolist() == [5]
    assert rows(third) == [["last", None]]


def test_spans_put_cells_where_browsers_do(tmp_path: Path) -> None:
    page = """<table><tr><td rowspan=2>D</td><td colspan="3">Births</td></tr><tr><td>Boys</td><td>Girls</td>
    <td rowspan=9>T</td></tr><tr><td rowspan=0>x</td><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>"""
    (chunk,) = chunks(tmp_path, page)
    assert rows(chunk) == [
        ["D", "Births", None, None],
        [None, "Boys", "Girls", "T"],
        ["x", "1", "2", None],
        [None, "3", None, None],
    ]
    assert set(chunk.spans) == {(0, 0, 1, 0), (0, 1, 0, 3), (1, 3, 3, 3), (2, 0, 3, 0)}


@pytest.mark.parametrize("bad", ["", '""', '"foo"', '"-3"', '""4""', '"1.5"', "&"])
def test_a_bad_colspan_counts_as_one(tmp_path: Path, bad: str) -> None:
    (chunk,) = chunks(tmp_path, f"<table><tr><td colspan={bad}>a</td><td>b</td></tr></table>")
    assert rows(chunk) == [["a", "b"]]


def test_a_huge_span_is_bounded(tmp_path: Path) -> None:
    (chunk,) = chunks(tmp_path, "<table><tr><td rowspan=999999999 colspan=5>a</td><td>b</td></tr></table>")
    assert chunk.spans == ((0, 0, 0, 4),)


def test_a_table_within_a_cell_is_one_of_its_own_and_its_text_is_the_cells_too(tmp_path: Path) -> None:
    page = """<h2>In</h2><table><tr><td> <table><tr><td>1</td></tr></table></td></tr></table>
    <table><tr><td>outer<table><tr><td>in</td><td>ner</td></tr></table>tail</td></tr><tr><td>2</td></tr></table>"""
    found = chunks(tmp_path, page)
    assert [rows(chunk) for chunk in found] == [[["1"]], [["outer\nin ner\ntail"], ["2"]], [["in", "ner"]]]
    assert found[0].heading == "In"
    assert [chunk.rows.tolist() for chunk in found] == [[2], [3, 5], [4]]


@pytest.mark.parametrize(
    ("meta", "encoding"),
    [
        ("", "utf-8"),
        ("", "utf-8-sig"),
        ("", "utf-16"),
        ('<meta charset="utf-8">', "utf-8"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=windows-1252">', "cp1252"),
        ('<meta charset="iso-8859-1">', "utf-8"),
        ('<meta charset="no-such-thing">', "utf-8"),
        ('<meta charset="euc-jp">', "euc-jp"),
    ],
)
def test_encodings(tmp_path: Path, meta: str, encoding: str) -> None:
    text = "日本" if encoding == "euc-jp" else "Café ü"
    page = f"<html><head>{meta}</head><body><table><tr><td>{text}</td></tr></table></body></html>"
    (chunk,) = chunks(tmp_path, page.encode(encoding))
    assert rows(chunk) == [[text]]


def test_scripts_comments_and_hidden_text_are_no_text(tmp_path: Path) -> None:
    page = """<table><tr><td><script>x</script><!-- y --><span style="display:none">001</span>seen</td></tr>
    </table>"""
    assert rows(chunks(tmp_path, page)[0]) == [["seen"]]


def test_a_page_without_tables_gives_nothing(tmp_path: Path) -> None:
    assert (
        chunks(tmp_path, "<html><body><p>Session expired. <a href='/login'>log in</a></p></body></html>")
        == []
    )


def texts(tmp_path: Path, page: str) -> list[list[Any]]:
    (chunk,) = chunks(tmp_path, f"<html><body>{page}</body></html>")
    return rows(chunk)


@pytest.mark.parametrize(
    ("file", "right"),
    [
        ("sup.html", [["id", "x", "y"], ["1", "1234²", "49.7¹"], ["2", "12[1]", "5*"]]),
        ("hiddentd.html", [["id", "x", "y"], ["1", "2", "3"], ["1", "2", "3"]]),
    ],
)
def test_the_shared_cases(shared: Path, file: str, right: list[list[str]]) -> None:
    (chunk,) = read(shared / "data" / "cases" / "html" / file)
    assert rows(chunk) == right
    assert [mark.code for mark in chunk.marks] == ["hidden_not_read"] * (file == "hiddentd.html")


def test_a_row_without_its_tag_is_a_row(shared: Path) -> None:
    contract = load_delivery_contract("sindh", "births")
    result = judge_file(shared / "data/cases/html/b_missingtr.xls", contract, date(2021, 3, 31))
    table = next(iter(contract.source.tables))
    assert values(result, table, "union_council") == ["Pipri", "Radhan", "Gozo"]
    assert values(result, table, "girls") == [284, 2, 20]
    assert reasons(result, table) == {}


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("<s>21</s>2", "2"), ("<del>21</del> 2", "2"), ("<strike>21</strike>2", "2"), ("81<sup>2</sup>", "81²"),
        ("<span style='text-decoration:line-through'>21</span>2", "2"),
        ("<s style='text-decoration:none'>21</s>", "21"),
        ("81<span style='vertical-align:super'>2</span>", "81²"), ("49.7<sup><a href=#f>[1]</a></sup>", "49.7⁽¹⁾"),
        ("1<sup>st</sup>", "1st"), ("5<sup>a</sup>", "5ᵃ"), ("<div>1</div>2<p>3</p>4<br>5", "1\n2\n3\n4\n5"),
        ("<b>1</b><i>2</i>", "12"), ("<input value=12>", "12"), ("a<input value=12>b", "a 12 b"),
        ("<input type=hidden value=3>4", "4"),
        ("<input type=submit value=Go>4", "4"), ("<input type=checkbox checked>", "TRUE"),
        ("<input type=checkbox>", "FALSE"),
        ("<input type=radio checked>Yes <input type=radio>No", "☑ Yes ☐ No"), ("<textarea>\n1\n2</textarea>", "1\n2"),
        ("<select><option>a<option selected>b</select>", "b"), ("<select><option disabled>-<option>b</select>", "b"),
        ("<select><optgroup><option>a</optgroup></select>", "a"), ("<select multiple><option>a</select>c", "c"),
        ("<span aria-hidden=true>1</span>", "1"), ("<span hidden>0</span>1", "1"),
        ("<details>no<summary>1</summary>no</details>", "1"),
        ("<span style='visibility:hidden'>0<b style='visibility:visible'>1</b></span>", "1"),
        ("<noscript>no</noscript>1", "1"),
        ("<!--[if gte mso 9]>no<![endif]-->1<![if !x]>2<![endif]>", "12"),
        ("<font>1</font><template>no</template>", "1"),
        ("1<table><tr><td>2</table>3", "1\n2\n3"),
    ],
)  # fmt: skip
def test_a_cell_has_the_text_that_is_seen(tmp_path: Path, cell: str, text: str) -> None:
    assert texts(tmp_path, f"<table><tr><td>x</td><td>{cell}</td></tr></table>") == [["x", text]]


@pytest.mark.parametrize(
    ("hidden", "kept"),
    [
        ("<tr style='display:none'><td>9<td>9<td>9", [["1", "2", "3"]]),
        ("<tbody hidden><tr><td>9<td>9<td>9", [["1", "2", "3"]]),
        ("<tr style='visibility:collapse'><td>9<td>9<td>9", [["1", "2", "3"]]),
        ("<tr class=gone><td>9<td>9<td>9", [["1", "2", "3"]]),
        ("<tr><td style='visibility:hidden'>9<td>2<td>3", [["1", "2", "3"], [None, "2", "3"]]),
    ],
)
def test_what_is_hidden_is_not_read_and_said(tmp_path: Path, hidden: str, kept: list[list[Any]]) -> None:
    style = "<style>@media print{td{display:none}} .gone{display:none}</style>"
    (chunk,) = chunks(tmp_path, f"<html>{style}<table><tr><td>1<td>2<td>3{hidden}</table></body>")
    assert rows(chunk) == kept
    assert [mark.code for mark in chunk.marks] == ["hidden_not_read"]


@pytest.mark.parametrize(
    "tag", ["<script>", "<SCRIPT src=x>", "<template>", "<style>", "<textarea>", "<title>"]
)
@pytest.mark.parametrize("place", ["<tr>", "<td>"])
def test_a_script_that_never_ends_swallows_nothing(tmp_path: Path, tag: str, place: str) -> None:
    page = f"<html><body><table><tr><td>1<td>2</tr>{place}{tag}<tr><td>3<td>4</tr></table></body></html>"
    with pytest.raises(Refused, match="cut short"):
        chunks(tmp_path, page)
    ended = page.replace("</table>", f"</{tag[1:-1].split()[0]}></table>")
    (chunk,) = chunks(tmp_path, ended)  # what it holds is not shown
    assert [mark.code for mark in chunk.marks] == ["hidden_not_read"]
    (chunk,) = chunks(tmp_path, f"<!-- {tag} <td> --><table><tr><td>1<td>2</table></body></html>")
    assert (rows(chunk), chunk.marks) == ([["1", "2"]], ())


def test_cells_outside_a_table_are_told(tmp_path: Path) -> None:
    page = "<table><tr><td>1<td>2</tr></table><tr><td>3<td>4</tr></table></body></html>"
    (chunk,) = chunks(tmp_path, page)
    assert (rows(chunk), [mark.code for mark in chunk.marks]) == ([["1", "2"]], ["hidden_not_read"])


def test_a_rowspan_goes_over_hidden_rows_and_not_out_of_its_group(tmp_path: Path) -> None:
    page = """<table><tbody><tr><td rowspan=2>a<td>1<tr hidden><td>9<tr><td>2</tbody><tbody>
    <tr><td rowspan=9>b<td>3</tbody><tbody><tr><td>c<td>4</table>"""
    assert texts(tmp_path, page) == [["a", "1"], [None, "2"], ["b", "3"], ["c", "4"]]


def test_head_and_foot_stand_where_they_are_shown(tmp_path: Path) -> None:
    (chunk,) = chunks(
        tmp_path, "<html><table><tfoot><tr><td>sum</tfoot><tr><td>1<thead><tr><td>head</thead></table></body>"
    )
    assert rows(chunk) == [["head"], ["1"], ["sum"]]
    assert chunk.rows.tolist() == [1, 2, 3]


def test_a_page_that_hides_all_its_tables_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="hides all its tables"):
        chunks(tmp_path, "<html><div style='display:none'><table><tr><td>1<td>2</table></div></body>")
    with pytest.raises(Refused, match="frames"):
        chunks(tmp_path, "<html><frameset><frame src=sheet001.htm></frameset></html>")


def test_excels_long_texts_and_hidden_columns(tmp_path: Path) -> None:
    page = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><table><col><col width=0
    style='display:none;mso-width-source:userset'>
    <tr><td colspan=2 style='mso-ignore:colspan'>a long text<td x:num="3.14159">3.14</tr><tr><td>1<td>2<td>3
    <![if supportMisalignedColumns]><tr height=0 style='display:none'><td width=64></tr><![endif]></table>
    </body></html>"""
    (chunk,) = chunks(tmp_path, page)
    assert rows(chunk) == [["a long text", None, "3.14"], ["1", "2", "3"]]
    assert chunk.spans == ()
    assert [(mark.code, mark.column) for mark in chunk.marks] == [("hidden_column", 1)]


@pytest.mark.parametrize(
    "content", ["Café".encode("cp1252"), "مريم".encode("cp1256"), b'<meta charset="utf-8">Caf\xe9']
)
def test_a_code_page_nobody_states_is_refused_with_what_it_could_be(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Refused, match=r"line 2: the page is read as UTF-8.* as windows-125"):
        chunks(tmp_path, b"<html>\n<table><tr><td>" + content + b"</table></html>")


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("<html><body><table><tr><td>1</td></tr><tr><td>2</td>", "cut short"),
        ("<table><tr><td>1</td></tr></table><h3>Next</h3><table><tr><td>2", "cut short"),
        ("<table><tr><td>1</td></tr></table><h3>Next</h3><tab", "cut short"),
        ("<!-- </table> --><table><tr><td>1</td></tr><tr>", "cut short"),
        ("<table><tr><td>1<tr><td>2</table>", ""),
        ("<table><tr><td>1</td></tr></table><p>a < b", ""),
        ("<html><body><table><tr><td>1</td></tr></body></html>", ""),  # careless, but whole
        ("<table><tr><td>1</td></tr></table><script>'<table'</script><!-- <table -->", ""),
    ],
)
def test_a_page_that_broke_off_is_refused(tmp_path: Path, page: str, said: str) -> None:
    if not said:
        assert len(chunks(tmp_path, page)) == 1
        return
    with pytest.raises(Refused, match=said) as refusal:
        chunks(tmp_path, page)
    assert refusal.value.code == "unreadable_file"
    assert "page.xls" in str(refusal.value)
