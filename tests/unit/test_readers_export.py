"""What `sangam read` prints: RFC 4180 that any CSV parser reads back."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.errors import SangamError
from ingest.readers.export import to_csv


def exported(path: Path, table: str | None = None) -> str:
    out = io.StringIO(newline="")
    to_csv(path, table, out)
    return out.getvalue()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(1, 3).flatmap(
        lambda width: st.lists(
            st.lists(st.text('ab,"\n\r é', max_size=5), min_size=width, max_size=width), min_size=1
        )
    )
)
def test_a_csv_comes_back_as_it_was(tmp_path: Path, rows: list[list[str]]) -> None:
    path = tmp_path / "x.csv"
    header = [f"h{place}" for place in range(len(rows[0]))]
    with path.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out, quoting=csv.QUOTE_ALL).writerows([header, header, *rows])
    assert list(csv.reader(io.StringIO(exported(path), newline=""))) == [header, header, *rows]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.text('ab,;"\n\r _2é#', max_size=6), min_size=2, max_size=6).filter(lambda cells: any(cells))
)
def test_a_header_comes_back_as_it_was(tmp_path: Path, header: list[str]) -> None:
    """Blank, doubled or of several lines: what it says is not made unique, trimmed or filled in."""
    path = tmp_path / "x.csv"
    rows = [[f"{row}/{place}" for place in range(len(header))] for row in range(6)]
    with path.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out, quoting=csv.QUOTE_ALL).writerows([header, *rows])
    assert list(csv.reader(io.StringIO(exported(path), newline=""))) == [header, *rows]
    out_again = io.StringIO(newline="")
    to_csv(path, None, out_again, header=False)
    assert list(csv.reader(io.StringIO(out_again.getvalue(), newline=""))) == [header, *rows]


def test_layout(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('a;b c\n1;"x, ""y"""\n;2\n', encoding="utf-8")
    assert exported(path) == 'a,b c\r\n1,"x, ""y"""\r\n,2\r\n'


def test_several_tables_need_a_name(tmp_path: Path) -> None:
    path = tmp_path / "x.sql"
    path.write_text("INSERT INTO t VALUES (1,NULL);INSERT INTO u VALUES (2);", encoding="utf-8")
    with pytest.raises(SangamError, match=r"2 tables: t, u.*--table"):
        exported(path)
    assert exported(path, "t") == "c1,c2\r\n1,\r\n"
    with pytest.raises(SangamError, match=r"no table 'v'.*t, u"):
        exported(path, "v")
    path.write_text("CREATE TABLE t (a int, b int);", encoding="utf-8")
    assert exported(path) == "a,b\r\n"


def test_grids_have_no_invented_header_and_html_spans_are_filled(tmp_path: Path) -> None:
    path = tmp_path / "x.html"
    path.write_text(
        "<table><tr><td rowspan=2>D</td><td colspan=2>B</td></tr><tr><td>1</td><td>2</td></tr></table>",
        encoding="utf-8",
    )
    assert exported(path) == "D,B,B\r\nD,1,2\r\n"
    path.write_text("<html><p>nothing</p></html>", encoding="utf-8")
    with pytest.raises(SangamError, match="no table"):
        exported(path)


def test_what_is_odd_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("A0,4,Mia\nA1,5,S\x9cita\nA2,6,Ram\nA3,7,Asha,x\n", encoding="utf-8")
    told: list[str] = []
    to_csv(path, None, io.StringIO(), tell=told.append)
    assert told == [
        "Line 1 is taken for the header and looks like a record: if it is one, use --no-header.",
        "Another number of cells than the header: line 4.",
        "Signs that a wrong encoding leaves in the place of letters: line 2.",
    ]
