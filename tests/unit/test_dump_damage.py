"""Dumps that were damaged on their way: refused, or read as they were; never fewer or other rows without a word.

What no reader can see: bytes lost within the values of one table. Those must not touch another table.
"""

from __future__ import annotations

import io
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import Refused
from ingest.readers import ReadAgain, mysqldump, pg_dump
from ingest.readers.byte_source import Source
from tests.dump_texts import WRITERS, DumpText, Row

Found = dict[str, tuple[list[str], Counter[tuple[str | None, ...]]]]  # columns and rows by table
MODULES = {"mysqldump": mysqldump, "phpmyadmin": mysqldump, "pg_dump": pg_dump}
CASES = settings(max_examples=40, deadline=None)

cells = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=8),
    st.text("(),;'\"\\\n\t -N.#*/`$ab0", max_size=10),
    st.sampled_from(["\\.", "COPY x", "INSERT INTO `a` VALUES (1);", "-- x", "/*", "NULL", "x" * 90]),
)
NAMES = ["household", "member", "loan"]


@st.composite
def dumps(draw: st.DrawFn) -> tuple[str, DumpText]:
    """A dump of two or three tables and the program that it is like."""
    tables: dict[str, list[Row]] = {}
    columns = {}
    for name in NAMES[: draw(st.integers(2, 3))]:
        width = draw(st.integers(1, 3))
        columns[name] = [f"{name}_{place}" for place in range(width)]
        row = st.lists(cells, min_size=width, max_size=width)
        tables[name] = draw(st.lists(row, min_size=1, max_size=4))
    writer = draw(st.sampled_from(sorted(WRITERS)))
    return writer, WRITERS[writer](tables, columns)


def read(writer: str, text: str, block: int = 1 << 16) -> Found | None:
    """Rows by table; None where the dump is refused."""
    known = None
    for _ in range(2):
        found: Found = {}
        source = Source("x.sql", lambda: io.BytesIO(text.encode()))
        try:
            for chunk in MODULES[writer].read(source, block, known):
                _, rows = found.setdefault(chunk.table, (chunk.cells.schema.names, Counter()))
                rows.update(tuple(row.values()) for row in chunk.cells.to_pylist())
            return found
        except Refused as refusal:
            assert refusal.code == "unreadable_file" and str(refusal).startswith("x.sql")
            return None
        except ReadAgain as again:
            known = again.known
    raise AssertionError("a second time is enough")


def rows_within(dump: DumpText, start: int, end: int) -> str:
    """The table within whose values the bytes lie; empty where they touch anything else."""
    return next((name for name, (low, high) in dump.rows.items() if low <= start and end <= high), "")


def unchanged(before: Found, now: Found | None, but: str = "", emptied: bool = False) -> bool:
    """Whether the dump was refused or is read as before; `but`: a table in which values were lost.

    A table that is gone and columns that are others are told where the file meets its contract; so is a table without
    records, which `emptied` allows: a whole statement may be gone.
    """
    if now is None:
        return True
    there = [name for name in before if name != but and name in now and now[name][0] == before[name][0]]
    return all(now[name] == before[name] or (emptied and not now[name][1]) for name in there)


@CASES
@given(dumps(), st.lists(st.floats(0, 1), min_size=4, max_size=12))
def test_a_dump_cut_at_any_byte_is_refused_or_whole(made: tuple[str, DumpText], places: list[float]) -> None:
    writer, dump = made
    before = read(writer, dump.text)
    assert before and all(rows for _, rows in before.values())
    for place in places:
        assert unchanged(before, read(writer, dump.text[: int(place * len(dump.text))]))


@CASES
@given(
    dumps(), st.lists(st.tuples(st.floats(0, 1), st.sampled_from([1, 2, 5, 17, 64])), min_size=4, max_size=12)
)
def test_bytes_that_are_gone_refuse_the_dump_or_stay_in_one_table(
    made: tuple[str, DumpText], losses: list[tuple[float, int]]
) -> None:
    writer, dump = made
    before = read(writer, dump.text)
    assert before
    for place, size in losses:
        start = int(place * len(dump.text))
        now = read(writer, dump.text[:start] + dump.text[start + size :])
        lost, but = dump.text[start : start + size], rows_within(dump, start, start + size)
        assert unchanged(before, now, but, emptied="INSERT INTO" in lost or "FROM stdin" in lost), lost


@pytest.mark.parametrize("letter", ["X", " ", "\n", "'", "(", "\\"])
@CASES
@given(made=dumps(), places=st.lists(st.floats(0, 1), min_size=4, max_size=12))
def test_a_letter_that_changed_refuses_the_dump_or_stays_in_one_table(
    letter: str, made: tuple[str, DumpText], places: list[float]
) -> None:
    writer, dump = made
    before = read(writer, dump.text)
    assert before
    for place in places:
        at = int(place * (len(dump.text) - 1))
        now = read(writer, dump.text[:at] + letter + dump.text[at + 1 :])
        assert unchanged(before, now, rows_within(dump, at, at + 1)), dump.text[max(at - 20, 0) : at + 20]


@CASES
@given(made=dumps())
def test_a_lost_semicolon_refuses_the_dump(made: tuple[str, DumpText]) -> None:
    writer, dump = made
    before = read(writer, dump.text)
    assert before
    for at in [place for place, letter in enumerate(dump.text) if letter == ";"]:
        if not rows_within(dump, at, at + 1):
            assert unchanged(before, read(writer, dump.text[:at] + dump.text[at + 1 :]))


@CASES
@given(made=dumps(), first=st.floats(0, 1), last=st.floats(0, 1))
def test_lines_that_are_there_twice_add_no_other_rows(
    made: tuple[str, DumpText], first: float, last: float
) -> None:
    writer, dump = made
    before = read(writer, dump.text)
    assert before
    lines = dump.text.splitlines(keepends=True)
    low, high = sorted((int(first * len(lines)), int(last * len(lines))))
    now = read(writer, "".join([*lines[:high], *lines[low:high], *lines[high:]]))
    if now is not None:
        assert set(now) == set(before)
        for name, (columns, rows) in now.items():
            assert columns == before[name][0]
            assert not before[name][1] - rows and set(rows) == set(before[name][1]), name


@CASES
@given(made=dumps(), block=st.integers(1, 60), at=st.floats(0, 1), size=st.integers(1, 64))
def test_blocks_do_not_matter(made: tuple[str, DumpText], block: int, at: float, size: int) -> None:
    writer, dump = made
    start = int(at * len(dump.text))
    damaged = dump.text[:start] + dump.text[start + size :]
    assert read(writer, damaged, block) == read(writer, damaged)
