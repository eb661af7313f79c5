"""PostgreSQL plain dumps: COPY blocks and INSERTs must come back cell by cell."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import Refused
from ingest.readers import pg_dump, sniff
from ingest.readers.byte_source import Source

# What CopyAttributeOutText of PostgreSQL escapes.
ESCAPES = {"\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
HEAD = "--\n-- PostgreSQL database dump\n--\n\nSET client_encoding = 'UTF8';\n\n"

Row = list[str | None]


def copied(cell: str | None) -> str:
    return "\\N" if cell is None else "".join(ESCAPES.get(c, c) for c in cell)


def tables(text: str | bytes, block: int = 1 << 20) -> dict[str, list[Row]]:
    content = text.encode() if isinstance(text, str) else text
    found: dict[str, list[Row]] = {}
    for chunk in pg_dump.read(Source("x.sql", lambda: io.BytesIO(content)), block):
        before = found.setdefault(chunk.table, [])
        before += [list(row.values()) for row in chunk.cells.to_pylist()]
        assert chunk.rows.tolist() == list(range(len(before) - chunk.cells.num_rows + 1, len(before) + 1))
    return found


cell = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=10),
    st.text("\\\t\n\r\b\f\vN.x01'\"a,", max_size=8),
    st.sampled_from(["\\N", "\\.", "", "NULL", "x41", "\\x41"]),
)


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(cell, min_size=width, max_size=width))),
    st.integers(3, 60),
)
def test_copied_cells_come_back_however_blocks_fall(rows: list[Row], block: int) -> None:
    width = len(rows[0]) if rows else 1
    columns = ", ".join(f"c{place}" for place in range(width))
    lines = "".join("\t".join(map(copied, row)) + "\n" for row in rows)
    created = ",\n".join(f"    c{place} text" for place in range(width))
    text = f"{HEAD}CREATE TABLE public.t (\n{created}\n);\n\nCREATE TABLE public.u (\n    a text\n);\n\n"
    text += f"COPY public.t ({columns}) FROM stdin;\n{lines}\\.\n\n"
    text += "COPY public.u (a) FROM stdin;\n1\n\\.\n"
    assert tables(text, block) == {"t": rows, "u": [["1"]]}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.text("'\\;(),\n\"a ", max_size=8), min_size=2, max_size=2), min_size=1),
    st.integers(5, 60),
)
def test_inserted_cells_come_back(rows: list[list[str]], block: int) -> None:
    def quoted(text: str) -> str:
        return "'" + text.replace("'", "''") + "'"

    lines = "".join(f"INSERT INTO public.t VALUES ({', '.join(map(quoted, row))});\n" for row in rows)
    text = f"{HEAD}CREATE TABLE public.t (\n    a text DEFAULT '\\'::text,\n    key text\n);\n{lines}"
    assert tables(text, block) == {"t": rows}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"\101\60z", "A0z"),
        (r"\x41\x4g", "A\x04g"),
        (r"\303\251", "é"),
        (r"\q\\", "q\\"),
        (r"a\tb", "a\tb"),
        (r"\\N", "\\N"),
        (r"\1", "\x01"),
        (r"\1015", "A5"),
    ],
)
def test_escapes(written: str, meant: str) -> None:
    assert tables(f"{HEAD}COPY t (a, b) FROM stdin;\n{written}\t\\N\n\\N\t{written}\n\\.\n") == {
        "t": [[meant, None], [None, meant]]
    }


def test_names_keys_and_functions() -> None:
    text = (
        HEAD + "\\connect x\n\\restrict abc\n"
        "CREATE FUNCTION f() RETURNS int AS $_$ BEGIN; COPY t FROM stdin; it's $_$;\n"
        'CREATE TABLE public."Odd Table" (\n    "First, Name" text DEFAULT \'a,b\'::text,\n    key integer,\n'
        "    index numeric(10,2),\n    CONSTRAINT c CHECK ((key > 0))\n);\n"
        'COPY public."Odd Table" ("First, Name", key, index) FROM stdin;\nx\t1\t\\N\n\\.\n'
        "CREATE TABLE public.empty (\n    a text,\n    PRIMARY KEY (a)\n);\n"
        "CREATE TABLE audit.empty (\n    a text\n);\n"
        "COPY audit.empty (a) FROM stdin;\n1\n\\.\n"
    )
    chunks = {
        chunk.full_name: chunk.cells for chunk in pg_dump.read(Source("x", lambda: io.BytesIO(text.encode())))
    }
    assert chunks["x.public.Odd Table"].to_pylist() == [{"First, Name": "x", "key": "1", "index": None}]
    assert chunks["x.public.empty"].schema.names == ["a"]
    assert chunks["x.public.empty"].num_rows == 0
    assert chunks["x.audit.empty"].num_rows == 1


@pytest.mark.parametrize("ending", ["", "\\", "x\ty", "x\ty\n"])
@pytest.mark.parametrize("block", [9, 1 << 20])
def test_a_block_without_its_end_is_refused(ending: str, block: int) -> None:
    with pytest.raises(Refused, match="cut short") as refusal:
        tables(f"{HEAD}COPY public.t (a, b) FROM stdin;\n1\t2\n{ending}", block)
    assert refusal.value.code == "unreadable_file"


def test_a_row_that_does_not_fit_is_refused() -> None:
    with pytest.raises(Refused, match="'t', record 2: 1 values for 2"):
        tables(f"{HEAD}COPY t (a, b) FROM stdin;\n1\t2\n3\n\\.\n")


def test_windows_line_ends_and_an_end_without_line_break(tmp_path: Path) -> None:
    text = (HEAD + "COPY t (a, b) FROM stdin;\n1\t2\n\\.").replace("\n", "\r\n")
    path = tmp_path / "x.txt"
    path.write_text(text, newline="")
    assert sniff(path) == "pg_dump"
    assert tables(text) == {"t": [["1", "2"]]}
