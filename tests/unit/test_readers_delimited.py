"""Delimited files: encodings, delimiters, quotes, ragged records and true line numbers."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import Refused
from ingest.readers import delimited
from ingest.readers.byte_source import Source


def table(content: str | bytes, block: int = 1 << 20) -> tuple[list[str], list[list[str]], list[int]]:
    raw = content.encode() if isinstance(content, str) else content
    names: list[str] = []
    rows: list[list[str]] = []
    lines: list[int] = []
    for chunk in delimited.read(Source("folder/x.csv", lambda: io.BytesIO(raw)), block):
        assert chunk.table == "x"
        names = chunk.cells.schema.names
        rows += [list(row.values()) for row in chunk.cells.to_pylist()]
        lines += chunk.rows.tolist()
    return names, [row + [""] * (len(names) - len(row)) for row in rows], lines


def line_count(text: str) -> int:
    return len(io.StringIO(text, newline="").readlines())


nasty = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",)), max_size=10), st.text(',;"\n\r\t| ab', max_size=8)
)


@settings(max_examples=200, deadline=None)
@given(
    st.integers(2, 4).flatmap(
        lambda width: st.lists(st.lists(nasty, min_size=width, max_size=width), min_size=1)
    ),
    st.integers(5, 60),
    st.sampled_from(["\r\n", "\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_cells_and_line_numbers_come_back(rows: list[list[str]], block: int, end: str, encoding: str) -> None:
    rows = [[f"filler{place}" for place in range(len(rows[0]))]] * 3 + rows
    out = io.StringIO(newline="")
    lines = [1 + line_count("h\n")]
    writer = csv.writer(out, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerow([f"h{place}" for place in range(len(rows[0]))])
    for row in rows:
        writer.writerow(row)
        lines.append(1 + line_count(out.getvalue()))
    assert table(out.getvalue().encode(encoding), block) == (
        [f"h{place}" for place in range(len(rows[0]))],
        rows,
        lines[:-1],
    )


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(st.text('ab"\n ', max_size=6), min_size=2, max_size=2), min_size=1, max_size=8),
    st.integers(3, 40),
)
def test_unquoted_and_stray_quotes_agree_with_the_csv_module(rows: list[list[str]], block: int) -> None:
    text = "first,second\nx,y\nx,y\n" + "".join(",".join(row) + "\n" for row in rows)
    expected = list(csv.reader(io.StringIO(text + "\x1e", newline="")))
    if expected[-1] != ["\x1e"]:
        with pytest.raises(Refused, match="never closed"):
            table(text, block)
        return
    names, found, _ = table(text, block)
    width = max(map(len, expected))
    assert len(names) == width
    assert found == [row + [""] * (width - len(row)) for row in expected[1:-1] if row]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter: str) -> None:
    text = "name,x;amount|y\n".replace(",x;", delimiter).replace("|y", "") + "".join(
        f'"a, b; c | d"{delimiter}1{number}\n' for number in range(5)
    )
    names, rows, _ = table(text)
    assert names == ["name", "amount"]
    assert rows[0] == ["a, b; c | d", "10"]


def test_decimal_commas_do_not_win_over_semicolons() -> None:
    assert table("a;b;c\n1,5;2,5;3,5\n1,5;2,5;3,5\n")[1] == [["1,5", "2,5", "3,5"]] * 2


def test_excels_separator_line() -> None:
    assert table("sep=|\r\na|b\r\n1,2,3|4,5,6\r\n") == (["a", "b"], [["1,2,3", "4,5,6"]], [3])


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_encodings(encoding: str) -> None:
    text = "nom,âge\r\nZoë,12\r\n" if encoding == "cp1252" else "নাম,âge\r\nকুমিল্লা,12\r\n"
    names, rows, lines = table(text.encode(encoding), 7)
    assert (names, rows, lines) == (text.split("\r\n")[0].split(","), [text.split("\r\n")[1].split(",")], [2])


def test_one_stray_byte_does_not_garble_the_rest() -> None:
    assert table("নাম,b\nকুমিল্লা,".encode() + b"caf\xe9\n")[1] == [["কুমিল্লা", "café"]]


def test_headers_stay_unique() -> None:
    names, rows, _ = table("name,,name,name_2,\nA,B,C,D,E\n")
    assert names == ["name", "column_2", "name_3", "name_2", "column_5"]
    assert rows == [["A", "B", "C", "D", "E"]]


@pytest.mark.parametrize("block", [8, 1 << 20])
def test_ragged_records_lose_nothing(block: int) -> None:
    names, rows, lines = table('a,b\r\n1,2\r\n\r\n3\r\n4,5,"6\r\n",7\r\n8,9\r\n', block)
    assert names == ["a", "b", "column_3", "column_4"]
    assert rows == [["1", "2", "", ""], ["3", "", "", ""], ["4", "5", "6\r\n", "7"], ["8", "9", "", ""]]
    assert lines == [2, 4, 5, 7]


def test_old_macintosh_line_ends() -> None:
    assert table("a,b\r1,2\r\r3,4") == (["a", "b"], [["1", "2"], ["3", "4"]], [2, 4])


def test_header_only_and_one_column() -> None:
    assert table("a,b") == (["a", "b"], [], [])
    assert table('a\n1\n""\n\n2\n') == (["a"], [["1"], [""], ["2"]], [2, 3, 5])


def test_words_that_look_like_null_stay_text() -> None:
    assert table("a,b\nNULL,NA\n,null\n")[1] == [["NULL", "NA"], ["", "null"]]


@pytest.mark.parametrize("block", [6, 1 << 20])
def test_a_quote_never_closed_is_refused(block: int) -> None:
    with pytest.raises(Refused, match="line 3") as refusal:
        table('a,b\n1,2\n3,"4\n5,6\n', block)
    assert refusal.value.code == "unreadable_file"
