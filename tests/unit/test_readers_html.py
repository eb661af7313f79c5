"""Web pages: encodings, entities, spans, headings, nested tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ingest.errors import Refused
from ingest.readers import Chunk, read, sniff


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
