"""Delimited files: encodings, delimiters, quotes, ragged records and true line numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import Refused
from ingest.readers import delimited
from ingest.readers.byte_source import Source
from ingest.readers.chunk import Chunk
from tests import attacks


def chunks(content: str | bytes, block: int = 1 << 20, encoding: str = "") -> list[Chunk]:
    raw = content.encode() if isinstance(content, str) else content
    return list(delimited.read(Source("folder/x.csv", lambda: io.BytesIO(raw)), block, encoding))


def doubts(content: str | bytes, block: int = 1 << 20) -> dict[int, str]:
    """Line → why its record is in doubt."""
    return {int(c.rows[at]): code for c in chunks(content, block) for at, code in c.doubts.items()}


def table(
    content: str | bytes, block: int = 1 << 20, encoding: str = ""
) -> tuple[list[str], list[list[str]], list[int]]:
    names: list[str] = []
    rows: list[list[str]] = []
    lines: list[int] = []
    for chunk in chunks(content, block, encoding):
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


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.lists(st.text('ab7"\n ', max_size=6), min_size=2, max_size=2), min_size=1, max_size=8),
    st.integers(3, 40),
)
def test_stray_quotes_lose_nothing_and_are_read_as_rfc_4180_says_or_doubted(
    rows: list[list[str]], block: int
) -> None:
    text = "first,second\nx,1\nx,2\n" + "".join(",".join(row) + "\n" for row in rows)
    delivered = chunks(text, block)
    cells = [row[name] for c in delivered for row in c.cells.to_pylist() for name in row]
    beyond = [cell for c in delivered for more in c.beyond.values() for cell in more]
    assert sorted(letters("".join(cells + beyond))) == sorted(letters(text.partition("\n")[2]))
    if not any(c.doubts for c in delivered):
        expected = list(csv.reader(io.StringIO(text, newline="")))[1:]
        assert [row for row in table(text, block)[1] if any(row)] == [row[:2] for row in expected if any(row)]


def letters(text: str) -> str:
    return text.translate(dict.fromkeys(map(ord, '",\n')))


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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_encodings(encoding: str) -> None:
    text = "নাম,âge\r\nকুমিল্লা,12\r\n"
    names, rows, lines = table(text.encode(encoding), 7)
    assert (names, rows, lines) == (["নাম", "âge"], [["কুমিল্লা", "12"]], [2])


URDU = "نام,عمر\nسیدہ بی بی,12\n"


def test_a_code_page_is_the_contracts_word() -> None:
    old = "نام,عمر\nعلي,12\n"
    assert table(old.encode("cp1256"), encoding="windows-1256")[:2] == (["نام", "عمر"], [["علي", "12"]])


def test_a_code_page_nobody_agreed_is_refused_with_what_it_could_be() -> None:
    with pytest.raises(
        Refused, match=r"line 2: .* not UTF-8 .*windows-1252 .*windows-1256 it says 'علي"
    ) as refusal:
        table(b"a,b\n" + "علي,12\n".encode("cp1256"))
    assert refusal.value.code == "unreadable_file"


@pytest.mark.parametrize("block", [7, 1 << 20])
def test_one_stray_byte_in_utf8_is_refused_with_its_line(block: int) -> None:
    with pytest.raises(Refused, match=r"line 3: .*byte E9\) although other lines are"):
        table("নাম,b\nকুমিল্লা,1\n".encode() + b"caf\xe9,2\n", block)


@pytest.mark.parametrize(
    ("written", "agreed"), [("utf-8", "windows-1256"), ("utf-16", "utf-8"), ("utf-16", "cp1252")]
)
def test_another_encoding_than_agreed_is_refused(written: str, agreed: str) -> None:
    with pytest.raises(Refused, match=f"agreed is {agreed}"):
        table(URDU.encode(written), encoding=agreed)


def test_text_cut_within_a_character_is_refused() -> None:
    with pytest.raises(Refused, match="UTF-16"):
        table(URDU.encode("utf-16")[:-1])
    with pytest.raises(Refused, match="not UTF-8"):
        table("a,b\n1,ن".encode()[:-1])


def test_headers_stay_unique() -> None:
    names, rows, _ = table("name,,name,name_2,\nA,B,C,D,E\n")
    assert names == ["name", "column_2", "name_3", "name_2", "column_5"]
    assert rows == [["A", "B", "C", "D", "E"]]


@pytest.mark.parametrize("block", [8, 1 << 20])
def test_ragged_records_lose_nothing_and_are_in_doubt(block: int) -> None:
    text = 'a,b\r\n1,2\r\n\r\n3\r\n4,5,"6\r\n",7\r\n8,9\r\n0,1,,\r\n'
    names, rows, lines = table(text, block)
    assert names == ["a", "b"]
    assert rows == [["1", "2"], ["3", ""], ["4", "5"], ["8", "9"], ["0", "1"]]
    assert lines == [2, 4, 5, 7, 8]
    assert doubts(text, block) == {4: "ragged_row", 5: "ragged_row"}  # empty cells too many say nothing
    assert [list(more) for c in chunks(text, block) for more in c.beyond.values()] == [["6\r\n", "7"]]


def test_one_record_of_very_many_cells_is_that_record_alone() -> None:
    text = "a,b\n1,2\n" + ",".join(map(str, range(50_000))) + "\n3,4\n"
    assert table(text)[1] == [["1", "2"], ["0", "1"], ["3", "4"]]
    assert doubts(text) == {3: "ragged_row"}
    assert chunks(text)[0].beyond[1] == [str(number) for number in range(2, 50_000)]


def test_a_header_of_very_many_cells_is_refused() -> None:
    with pytest.raises(Refused, match=r"line 1 has 50,000 cells"):
        table(",".join("a" * 50_000) + "\n1,2\n")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: ",".join(f"h{n}" for n in range(10**6)) + "\n1\n", "wrong_format"),
        (lambda: "Report\n\n" + "1," * 10**6 + "\n", "wrong_format"),
        (lambda: "a,b\n1,2\n" + "1," * 10**6 + "\n3,4\n", "6 cells"),
        (lambda: "a,b\n1,2\n" + '"1",' * 10**6 + "\n3,4\n", "6 cells"),
        (lambda: "a,b\n1,2\n" + 'x"1",' * 10**6 + "\n3,4\n", "6 cells"),
        (lambda: "a,b\n1,2\n" + '"1,' * 10**6 + "\n3,4\n", "6 cells"),
        (lambda: "a,b\n1,2\n" + "," * 10**6 + "\n3,4\n", "4 cells"),
    ],
    ids=["header", "below_a_title", "record", "quoted", "stray_quotes", "opened_quotes", "delimiters"],
)
def test_a_million_cells_take_bounded_memory(tmp_path: Path, make: Callable[[], str], said: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(make(), encoding="utf-8")
    cost = attacks.cost(path)
    assert said in cost.said
    assert cost.mib <= attacks.MIB


def test_lines_of_delimiters_only_are_no_records() -> None:
    assert table('a,b\n1,2\n,\n"",""\n,\r\n3,4\n')[1:] == ([["1", "2"], ["", ""], ["3", "4"]], [2, 4, 6])


def test_old_macintosh_line_ends() -> None:
    assert table("a,b\r1,2\r\r3,4") == (["a", "b"], [["1", "2"], ["3", "4"]], [2, 4])


def test_header_only_and_one_column() -> None:
    assert table("a,b") == (["a", "b"], [], [])
    assert table('a\n1\n""\n\n2\n') == (["a"], [["1"], [""], ["2"]], [2, 3, 5])


def test_words_that_look_like_null_stay_text() -> None:
    assert table("a,b\nNULL,NA\n,null\n")[1] == [["NULL", "NA"], ["", "null"]]


@pytest.mark.parametrize("block", [6, 1 << 20])
def test_a_file_that_ends_within_quotes_is_refused(block: int) -> None:
    with pytest.raises(Refused, match="line 3") as refusal:
        table('a,b\n1,2\n3,"4', block)
    assert refusal.value.code == "unreadable_file"


@pytest.mark.parametrize("block", [6, 1 << 20])
def test_a_quote_never_closed_swallows_nothing(block: int) -> None:
    text = 'a,b\n1,2\n3,"4\n5,6\n'
    assert table(text, block)[1] == [["1", "2"], ["3", '"4'], ["5", "6"]]
    assert doubts(text, block) == {3: "stray_quote"}


@pytest.mark.parametrize("closing", ['"P40', 'P40"', '"P40"'], ids=["opens", "closes", "both"])
@pytest.mark.parametrize("block", [64, 1 << 20])
def test_two_stray_quotes_put_what_is_between_in_doubt(closing: str, block: int) -> None:
    lines = ["id,name,n", *(f"{n},P{n},{n % 7}" for n in range(2, 100))]
    lines[9] = '10,"P10,3'
    lines[39] = f"40,{closing},5"
    text = "\n".join(lines) + "\n"
    assert [row[0] for row in table(text, block)[1]] == [str(n) for n in range(2, 100)]
    assert set(doubts(text, block)) == (set(range(10, 41)) if closing != '"P40"' else {10})


def test_a_comment_of_several_lines_is_one_cell() -> None:
    text = 'id,note,n\n1,"came, asked, left\nsaid: ""rice, sugar, tea""\ncame, got, left",3\n2,x,4\n'
    assert table(text)[1][0][1].count("\n") == 2
    assert not doubts(text)


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ('1,5" pipe,x', ["1", '5" pipe', "x"]),
        (r'1,"say \"a, b\"",x', ["1", 'say "a, b"', "x"]),
    ],
)
def test_quotes_that_are_plain(line: str, cells: list[str]) -> None:
    text = f"id,name,n\n{line}\n2,b,y\n"
    assert table(text)[1] == [cells, ["2", "b", "y"]]
    assert not doubts(text)


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ('1,"BH-9827,"All-Weather, Table"', ["1", '"BH-9827', "All-Weather, Table"]),
        ('1,"these "tough" ones, too",x', ["1", 'these "tough" ones, too', "x"]),
        ('1,"Bob" Smith,x', ["1", '"Bob" Smith', "x"]),
    ],
)
def test_stray_quotes_are_read_as_a_person_would_and_in_doubt(line: str, cells: list[str]) -> None:
    text = f"id,name,n\n{line}\n2,b,y\n"
    assert table(text)[1] == [cells, ["2", "b", "y"]]
    assert doubts(text) == {2: "stray_quote"}


@pytest.mark.parametrize("delimiter", ["^", "~", ":", " "])
def test_rare_delimiters(delimiter: str) -> None:
    text = "\n".join(
        delimiter.join(row) for row in (["id", "name", "n"], ["1", '"Devi, Sita"', "3"], ["2", "Ali", "4"])
    )
    assert table(text) == (["id", "name", "n"], [["1", "Devi, Sita", "3"], ["2", "Ali", "4"]], [2, 3])


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("opened at,amount\n2021-01-01 10:00,5\n2021-01-02 11:30,6\n", ["opened at", "amount"]),
        ("name\nSita Devi\nAsha Patil\n", ["name"]),
        ("time\n10:00\n11:30\n", ["time"]),
        ("Name;Amount, Rs\nSita;1,200\nAsha;1,300\n", ["Name", "Amount, Rs"]),
    ],
)
def test_what_only_looks_like_a_delimiter(text: str, names: list[str]) -> None:
    assert table(text)[0] == names
    assert not doubts(text)


def test_apostrophes_around_cells_and_spaces_behind_delimiters() -> None:
    assert table("id,name,n\n1,'Devi, Sita',3\n2,'Khan, Ali',4\n")[1] == [
        ["1", "Devi, Sita", "3"],
        ["2", "Khan, Ali", "4"],
    ]
    assert table('id, name, n\n1, "Devi, Sita", 3\n2, Ali, \n')[1] == [
        ["1", "Devi, Sita", "3"],
        ["2", "Ali", ""],
    ]


def test_title_lines_stand_above_the_header() -> None:
    (chunk,) = chunks("Report of Q2,,\n,,\nid,name,n\n1,a,2\n")
    assert (chunk.labels, chunk.above, chunk.rows.tolist()) == (("id", "name", "n"), ("Report of Q2",), [4])
    assert chunks("id,name\n\n1,2\n")[0].above == ()


def test_without_a_header_each_record_is_one() -> None:
    raw = b"1,1,Dhaka\n2,1,Khulna\n"
    (chunk,) = delimited.read(Source("x.csv", lambda: io.BytesIO(raw)), header=False)
    assert chunk.rows.tolist() == [1, 2]
    assert chunk.cells.schema.names == ["column_1", "column_2", "column_3"]


@pytest.mark.parametrize(
    ("text", "doubted"),
    [
        ('id;name\n"1";Thul"\n"2";"b"\n', {2: "stray_quote"}),
        ('id,name\n1,Da""du"\n2,"a, b"\n', {2: "stray_quote"}),
        ('id,name\n1,Da""du"\n2,b\n', {2: "stray_quote"}),
        ('id,name\n1,6"\n2,7"\n', {}),  # a file whose quotes are all inches
        ('id,name\n1,"a\nb ""c"""\n2,"b"\n3,c"\n', {5: "stray_quote"}),
        ('id,name\n1,"a \\"x\\" b"\n2,"b"\n', {}),
    ],
)
def test_a_quote_in_a_bare_cell_is_in_doubt_where_cells_stand_in_quotes(
    text: str, doubted: dict[int, str]
) -> None:
    assert doubts(text) == doubted


def test_rows_of_one_filled_cell_above_a_row_of_labels_are_titles() -> None:
    text = "Department,,\nTravel in 2013,,\nName,Date,Cost\nA,14-Jan,£5\nB,15-Jan,£6\n"
    (chunk,) = chunks(text)
    assert chunk.above == ("Department", "Travel in 2013")
    assert (chunk.cells.schema.names, chunk.rows.tolist()) == (["Name", "Date", "Cost"], [4, 5])
    text = "id,,\nA1,7,8\nA2,8,9\n"  # a header that names one column
    assert table(text)[0] == ["id", "column_2", "column_3"]


@pytest.mark.parametrize(
    ("text", "remarks"),
    [
        ("id,name\nA1,Sita\nA2,Ram\nA3,Asha\n", []),
        ("area,2019,2020\nN,5,7\nS,6,8\nW,1,2\n", []),  # years
        ("id,nfhs5_urban\n1,3.4\n2,4.5\n3,5.6\n", []),
        ("A0,4,Mia\nA1,5,Sita\nA2,6,Ram\nA3,7,Asha\n", [("no_header", 1)]),
        ("X,,Z,\nx,y,x,y\n" + "1,2,3,4\n" * 12, [("more_header", 1)]),
        ("Id,N\nid,n\n1,2\n", [("more_header", 1)]),
        ("Persons employed,,\nsegment,2013,2014\nN,5,7\n", [("blank_header", 1)]),
        ('id,"a""b",n\nA1,2,3\n', [("quoted_header", 1)]),
        ("idname,n\nA1,Sita,\nA2,Ram,\nA3,Asha,3\n", [("narrow_header", 2)]),
        ("x,,,,\n1,2,3,4,5\n", [("blank_header", 1)]),
    ],
)
def test_what_is_odd_about_a_header(text: str, remarks: list[tuple[str, int]]) -> None:
    assert [remark for chunk in chunks(text) for remark in chunk.remarks] == remarks


def test_a_delimiter_lost_before_a_quoted_cell_is_put_there_and_the_record_in_doubt() -> None:
    text = 'id,what,n\nA1,"red, small",1\nA2"red, large",2\nA3,5" pipe,3\nA4,shoes,4\n'
    assert table(text)[1] == [
        ["A1", "red, small", "1"],
        ["A2", "red, large", "2"],
        ["A3", '5" pipe', "3"],
        ["A4", "shoes", "4"],
    ]
    assert doubts(text) == {3: "stray_quote", 4: "stray_quote"}


def test_a_quoted_cell_may_hold_lines_like_those_of_other_files() -> None:
    text = '"a","b","c","d"\n"1","x\n0,1,2,3\ny","2","3"\n"4","5","6","7"\n'
    assert table(text)[1:] == ([["1", "x\n0,1,2,3\ny", "2", "3"], ["4", "5", "6", "7"]], [2, 5])
    assert doubts(text) == {}
