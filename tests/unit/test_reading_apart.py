"""A file can stop only itself: limits of reading, what ends a reader, faults of ours."""

from __future__ import annotations

import csv
import gzip
import json
import stat
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

import ingest.readers
from ingest.errors import OurFault, Refused, SangamError
from ingest.judging import delivered_file
from ingest.readers import Chunk, Known, delimited, pool, read
from ingest.readers.chunk import batch
from ingest.readers.frames import packed, packed_known, unpacked, unpacked_known
from ingest.readers.stumbles import refusal_of, refusals
from ingest.run import ingest_source
from tests import attacks
from tests.tables import use_contracts


def workbook(path: Path) -> Path:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("s")
    for row in range(200):
        sheet.write_row(row, 0, [f"name {row}", row])
    book.close()
    return path


def refused(path: Path) -> Refused:
    with pytest.raises(Refused) as refusal:
        list(read(path))
    return refusal.value


@pytest.mark.parametrize(
    ("attack", "words"),
    [
        ("a cell at XFD1048576", "MiB of memory"),
        ("a row numbered 4 billion", ""),
        ("a long text repeated", "repeats 1 values until they are 2,000,000"),
        ("rows-repeated=1e9", "values down to row 1,000,000,000"),
        ("columns-repeated=1e9", "values up to column 1,000,000,000"),
        ("rows and columns repeated", "repeats 1 values"),
        ("nested elements", "damaged"),
        ("zip with a workbook within", "memory"),
        ("zip with overlapping members", "bomb"),
        ("zip of 60,000 members", "more than 1,000"),
        ("gzip of gzip of gzip", "bomb"),
    ],
)
def test_an_attack_is_a_refusal_and_the_next_file_is_read(tmp_path: Path, attack: str, words: str) -> None:
    name, make = attacks.ATTACKS[attack]
    path = tmp_path / name
    path.write_bytes(make())
    refusal = refused(path)
    assert refusal.code == "unreadable_file"
    assert words in str(refusal) and name in str(refusal)
    assert sum(chunk.cells.num_rows for chunk in read(workbook(tmp_path / "next.xlsx"))) == 200


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("SANGAM_READER_MIB", "memory"),
        ("SANGAM_READER_OUTPUT_MIB", "1 MiB of cells"),
        ("SANGAM_READER_SECONDS", "time"),
    ],
)
def test_limits_are_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, words: str
) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(b"<table>" + b"<tr><td colspan=999>1<td>2" * 2000 + b"</table>")
    assert [chunk.cells.num_columns for chunk in read(path)] == [1000]
    monkeypatch.setenv(setting, "1")
    if setting == "SANGAM_READER_SECONDS":
        name, make = attacks.ATTACKS["a row numbered 4 billion"]
        path = tmp_path / name
        path.write_bytes(make())
        monkeypatch.setenv("SANGAM_READER_MIB", "100000")
        monkeypatch.setenv("SANGAM_READER_OUTPUT_MIB", "100000")
    assert words in str(refused(path))
    monkeypatch.setenv(setting, "much")
    with pytest.raises(SangamError, match=f"{setting}=much: expected is a whole number"):
        list(read(path))


def test_what_a_sheet_repeats_within_reason_is_read(tmp_path: Path) -> None:
    """As LibreOffice writes it: like rows and cells once, and the blank rest of the sheet as one row."""
    path = tmp_path / "a.ods"
    cell = '<table:table-cell office:value-type="string" table:number-columns-repeated="3"><text:p>x</text:p>'
    path.write_bytes(
        attacks.ods(
            f'<table:table-row table:number-rows-repeated="5000">{cell}</table:table-cell>'
            '<table:table-cell table:number-columns-repeated="16381"/></table:table-row>'
            '<table:table-row table:number-rows-repeated="1043576">'
            '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
        )
    )
    (chunk,) = read(path)
    assert (chunk.cells.num_rows, chunk.cells.num_columns) == (5000, 3)


def test_a_damaged_tag_of_a_sheet_loses_no_row(tmp_path: Path) -> None:
    row = (
        '<table:table-row><table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
    )
    end = "</table:table-row>"
    path = tmp_path / "a.ods"
    path.write_bytes(attacks.ods(2 * (row + end)))
    assert [chunk.cells.num_rows for chunk in read(path)] == [2]
    for damaged in (row.replace("table:table-row", "taXle:table-row") + end, row + end.replace("row", "rox")):
        path.write_bytes(attacks.ods(row + end + damaged + row + end))
        assert "damaged" in str(refused(path))


def test_blanks_without_end_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["ingest.readers.sniff"], "_MOST_BLANK", 1 << 20)
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(bytes(1 << 22)))
    assert "blank" in str(refused(path))


def test_a_reader_that_is_gone_is_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(tmp_path / "a.xlsx")
    monkeypatch.setattr(pool, "_CHILD", "ingest.no_such_module")
    pool.end_all()
    assert refused(path).code == "our_fault"
    monkeypatch.setattr(pool, "_CHILD", "tests.ended_by_signal")
    assert "its reader ended over it (SIGABRT" in str(refused(path))
    monkeypatch.setattr(pool, "_CHILD", "tests.never_answers")
    monkeypatch.setattr(pool, "_PATIENCE", 0.2)
    silent = refused(path)
    assert silent.code == "our_fault" and "did not answer within" in str(silent)
    monkeypatch.undo()
    assert len(list(read(path))) == 1


def test_idle_readers_are_used_again(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    list(read(path))
    kept = [reader.process.pid for reader in pool._idle]
    list(read(path))
    assert kept and kept == [reader.process.pid for reader in pool._idle]
    chunks = read(path)
    next(chunks)
    chunks.close()  # type: ignore[attr-defined] # left in the middle: no reader with half an answer is kept
    assert len(list(read(path))) == 1


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_damaged_workbooks_are_read_or_refused(data: st.DataObject) -> None:
    delivered = Path(__file__).parents[1] / "drops" / "landing"
    there = sorted(path for ending in ("xls", "xlsx", "ods") for path in delivered.rglob(f"*.{ending}"))
    content = bytearray(data.draw(st.sampled_from(there)).read_bytes())
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=20)):
        content[at] = data.draw(st.integers(0, 255))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "damaged.xls")
        path.write_bytes(content)
        try:
            for chunk in read(path):
                assert len(chunk.rows) == chunk.cells.num_rows
        except Refused as refusal:
            assert refusal.code != "our_fault", refusal.__dict__


def test_what_is_known_of_a_dump_passes_through_frames_unchanged() -> None:
    known = Known({("a", "", "t"): [("a", "s", "p")]}, {("a", "t"): 2}, {("a", "t"), ("b",)})
    assert unpacked_known(json.loads(json.dumps(packed_known(known)))) == known


def test_chunks_pass_through_frames_unchanged() -> None:
    cells = batch([pa.array(["x", None, ""], pa.string())], ["A"])
    for given_ in (
        Chunk("t", cells, np.array([1, 5, 9]), True, ((0, 0, 1, 1),), "सर", "m.xls"),
        Chunk("empty", batch([], []), np.array([], np.int64), True),
    ):
        made = unpacked(bytes(packed(given_)))
        assert made.cells.equals(given_.cells)
        assert made.rows.tolist() == given_.rows.tolist()
        for name in ("table", "is_grid", "spans", "heading", "file"):
            assert getattr(made, name) == getattr(given_, name), name


class PanicException(BaseException):
    """What a library in Rust raises."""


PanicException.__module__ = "pyo3_runtime"


@pytest.mark.parametrize(
    "error",
    [
        OSError("bad"), pa.ArrowInvalid("bad"), csv.Error("bad"), MemoryError("bad"), zipfile.BadZipFile("bad"),
        UnicodeDecodeError("utf-8", b"x", 0, 1, "bad"), PanicException("bad"), RecursionError("bad"), EOFError(),
    ],
)  # fmt: skip
def test_what_libraries_raise_is_a_refusal_of_that_file(error: BaseException) -> None:
    with pytest.raises(Refused) as refusal, refusals("a.xls"):
        raise error
    assert refusal.value.code == "unreadable_file"
    assert str(refusal.value).startswith("a.xls: ")


def test_what_a_library_raises_of_its_own_is_damage_and_what_we_raise_is_our_fault() -> None:
    try:
        zipfile.ZipInfo("a", (1, 2))  # type: ignore[arg-type]
    except (IndexError, ValueError) as error:
        assert refusal_of(error, "a.zip").code == "unreadable_file"
    try:
        list(delimited.read(None))  # type: ignore[arg-type]
    except AttributeError as error:
        fault = refusal_of(error, "a.csv")
        assert isinstance(fault, OurFault)
        assert "AttributeError" in str(fault) and "Traceback" in fault.trace and "Traceback" not in str(fault)
    for passing in (KeyboardInterrupt, SystemExit):
        with pytest.raises(passing), refusals("a"):
            raise passing


def test_bombs_are_refused_by_ratio_total_and_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANGAM_UNPACKED_FREE_MIB", "1")
    monkeypatch.setenv("SANGAM_ZIP_MEMBERS", "3")
    lines = b"a,b\n" + b"".join(b"%d,%d\n" % (n, n * n % 977) for n in range(60000))
    made: dict[str, bytes] = {
        "ratio.csv.gz": gzip.compress(b"a\n" + b"0\n" * (1 << 20)),
        "ratio.zip": attacks.packed([("a.csv", b"0,0\n" * (1 << 19))]),
        "count.zip": attacks.packed((f"{n}.csv", b"a\n1\n") for n in range(4)),
        "inner.zip": attacks.packed([("a.csv.gz", gzip.compress(b"a\n" + b"0\n" * (1 << 20)))]),
    }
    for name, content in made.items():
        (tmp_path / name).write_bytes(content)
        assert "bomb" in str(refused(tmp_path / name)), name
    honest = tmp_path / "honest.csv.gz"
    honest.write_bytes(gzip.compress(lines))
    assert sum(chunk.cells.num_rows for chunk in read(honest)) == 60000


def test_a_fault_of_ours_holds_that_delivery_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    landing, home = tmp_path / "landing", tmp_path / "home"
    made = ingest.readers.read

    def stumbling(path: Path, *words: Any, **more: Any) -> Iterator[Chunk]:
        if "2021Q2" in str(path):
            raise TypeError("nothing a partner did: cell 41303-1234567-2")
        yield from made(path, *words, **more)

    for quarter in ("2021Q1", "2021Q2"):
        place = landing / "here" / "register" / quarter / "person.csv"
        place.parent.mkdir(parents=True)
        place.write_text("id,score\n1,2\n", encoding="utf-8")
    _use_contract(tmp_path, monkeypatch)
    monkeypatch.setattr(delivered_file, "read", stumbling)
    done = {r.quarter: r for r in ingest_source(home, landing, "here", "register", demo=True)}
    assert (done["2021Q1"].refused, done["2021Q2"].refused) == (None, "our_fault")
    log = home / "logs" / "faults.log"
    assert "Traceback" in log.read_text(encoding="utf-8") and "nothing a partner did" in log.read_text()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert "41303" not in done["2021Q2"].message and "Traceback" not in done["2021Q2"].message
    assert not list(home.glob("return/**/*.xlsx"))  # nothing that the partner could mend
    monkeypatch.undo()
    _use_contract(tmp_path, monkeypatch)
    again = {r.quarter: r for r in ingest_source(home, landing, "here", "register", demo=True)}
    assert (again["2021Q2"].status, again["2021Q1"].read_now, again["2021Q2"].read_now) == (
        "current",
        False,
        True,
    )


CONTRACT = """
title: Register
format: [delimited]
tables:
  person:
    key: [id]
    layout: {sheet: '.*'}
    columns:
      id: {type: code, required: true}
      score: {type: number}
"""


def _use_contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "regions" / "prog"
    (root / "regions").mkdir(parents=True, exist_ok=True)
    (root / "register.yml").write_text(CONTRACT, encoding="utf-8")
    (root / "programme.yml").write_text("title: Programme\ncountry: PK\n", encoding="utf-8")
    (root / "regions" / "here.yml").write_text("title: Here\n", encoding="utf-8")
    use_contracts(monkeypatch, root.parent)


def test_reading_needs_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANGAM_SECRET", "0123456789abcdef")
    reader: Any = pool._Reader()
    environment = Path(f"/proc/{reader.process.pid}/environ")
    told = environment.read_bytes() if environment.exists() else b""
    reader.end()
    assert b"0123456789abcdef" not in told
