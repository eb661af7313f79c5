"""What is read of .xls and .xlsb beside their values: errors, struck-out and raised text, hidden parts, whole days."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import PasswordError

from ingest.errors import Refused
from ingest.readers import read, sniff
from ingest.readers.ole import MAGIC, stream
from ingest.readers.xls_marks import xls_marks

PLAIN, STRUCK, RAISED = 0, 1, 2  # fonts, and the cell styles with them


def record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def compound(name: str, content: bytes) -> bytes:
    """One stream in a compound file: sectors, the directory, the table of sectors."""
    content = content.ljust(4096, b"\0")
    data = -(-len(content) // 512)
    table = [*range(1, data), 0xFFFFFFFE, 0xFFFFFFFE, 0xFFFFFFFD]
    table += [0xFFFFFFFF] * (128 - len(table))
    header = struct.pack("<8s16s5H6x9I", MAGIC, bytes(16), 0x3E, 3, 0xFFFE, 9, 6, 0, 1, data, 0, 4096, 0xFFFFFFFE, 0,
                         0xFFFFFFFE, 0)  # fmt: skip
    header += struct.pack("<109I", data + 1, *[0xFFFFFFFF] * 108)
    directory = b""
    for label, kind, start, size in (("Root Entry", 5, 0xFFFFFFFE, 0), (name, 2, 0, len(content))):
        text = label.encode("utf-16-le")
        left_right_child = (0xFFFFFFFF, 0xFFFFFFFF, 1 if kind == 5 else 0xFFFFFFFF)
        directory += struct.pack(
            "<64sHBB3I36xIQ", text, len(text) + 2, kind, 1, *left_right_child, start, size
        )
    return (
        header + content.ljust(data * 512, b"\0") + directory.ljust(512, b"\0") + struct.pack("<128I", *table)
    )


def xls(path: Path, cells: bytes, texts: bytes = b"", first: bytes = b"", name: str = "Workbook") -> Path:
    path.write_bytes(xls_content(cells, texts, first, name))
    return path


def xls_content(cells: bytes, texts: bytes = b"", first: bytes = b"", name: str = "Workbook") -> bytes:
    """A workbook with a sheet of these records; its fonts and styles are plain, struck out and raised."""
    begin = struct.pack("<HHHHII", 0x600, 5, 0x0DBB, 1996, 0, 6)
    fonts = b"".join(
        record(0x31, struct.pack("<5H6B", 200, flags, 0x7FFF, 400, raised, 0, 0, 0, 0, 1, 1) + b"A\0")
        for flags, raised in ((0, 0), (8, 0), (0, 1), (0, 0))
    )
    styles = b"".join(
        record(0xE0, struct.pack("<HHHBBBBIIH", font, 0, 1, 32, 0, 0, 0, 0, 0, 0x20C0)) for font in range(3)
    )
    head = record(0x809, begin) + first + record(0x42, b"\xb0\x04") + fonts + styles
    after = (record(0xFC, texts) if texts else b"") + record(0x0A, b"")
    start = len(head) + 4 + 9 + len(after)
    book = head + record(0x85, struct.pack("<IHBB", start, 0, 1, 0) + b"S") + after
    sheet = record(0x809, struct.pack("<HHHHII", 0x600, 16, 0x0DBB, 1996, 0, 6)) + cells + record(0x0A, b"")
    return compound(name, book + sheet)


def number(row: int, column: int, value: float, style: int = PLAIN) -> bytes:
    return record(0x203, struct.pack("<HHHd", row, column, style, value))


def error(row: int, column: int, code: int) -> bytes:
    return record(0x205, struct.pack("<HHHBB", row, column, PLAIN, code, 1))


def formula(row: int, column: int, code: int) -> bytes:
    return record(0x06, struct.pack("<HHHBBBBHHHIH", row, column, PLAIN, 2, 0, code, 0, 0, 0xFFFF, 0, 0, 0))


def grid(path: Path) -> list[list[Any]]:
    (chunk,) = read(path)
    return [list(row.values()) for row in chunk.cells.to_pylist()]


@pytest.mark.parametrize("name", ["Workbook", "WORKBOOK", "Book"])
def test_error_words_and_struck_out_cells_of_an_xls(tmp_path: Path, name: str) -> None:
    path = xls(
        tmp_path / "a.xls",
        number(0, 0, 7) + error(0, 1, 0x2A) + formula(0, 2, 0x17) + number(1, 0, 5, STRUCK) + number(1, 2, 8),
        name=name,
    )
    assert sniff(path) == "xls"
    assert grid(path) == [["7", "#N/A", "#REF!"], [None, None, "8"]]


def test_raised_and_struck_out_runs_of_an_xls(tmp_path: Path) -> None:
    runs = [("812", [(2, RAISED)]), ("21 2", [(0, STRUCK), (3, PLAIN)]), ("as it is", [])]
    texts = struct.pack("<II", 3, 3)
    for text, looks in runs:
        texts += struct.pack("<HB", len(text), 8 if looks else 0)
        texts += struct.pack("<H", len(looks)) if looks else b""
        texts += text.encode() + b"".join(struct.pack("<HH", *look) for look in looks)
    cells = b"".join(record(0xFD, struct.pack("<HHHI", row, 0, PLAIN, row)) for row in range(3))
    assert grid(xls(tmp_path / "a.xls", cells, texts)) == [["81²"], ["2"], ["as it is"]]


def test_hidden_rows_and_columns_of_an_xls(tmp_path: Path) -> None:
    row = record(0x208, struct.pack("<HHHHHHI", 1, 0, 2, 255, 0, 0, 0x20 | 0x100))
    column = record(0x7D, struct.pack("<6H", 1, 1, 2048, 0, 1, 0))
    path = xls(tmp_path / "a.xls", column + row + number(0, 0, 1) + number(1, 1, 2))
    (chunk,) = read(path)
    assert [(mark.code, mark.row, mark.column) for mark in chunk.marks] == [
        ("hidden_row", 2, None),
        ("hidden_column", None, 1),
    ]


def test_a_password_to_open_an_xls_is_named(tmp_path: Path) -> None:
    path = xls(tmp_path / "a.xls", number(0, 0, 1), first=record(0x2F, bytes(54)))
    with pytest.raises(Refused, match="protected by a password"):
        list(read(path))


@pytest.mark.parametrize(
    ("start", "said"), [(b"\x09\x00\x04\x00", "Excel 2"), (b"\x09\x04\x06\x00", "Excel 4")]
)
def test_workbooks_older_than_the_parser_are_named(tmp_path: Path, start: bytes, said: str) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(start + bytes(200))
    with pytest.raises(Refused, match=said):
        sniff(path)


DAMAGED = xls_content(error(0, 0, 7) + number(0, 1, 5, STRUCK))


@settings(deadline=None, max_examples=200)
@given(st.integers(0, len(DAMAGED) - 1), st.binary(min_size=1, max_size=8))
def test_a_damaged_xls_is_walked_to_an_end(at: int, other: bytes) -> None:
    content = DAMAGED[:at] + other + DAMAGED[at + len(other) :]
    try:
        found = xls_marks(content)
    except (ValueError, PasswordError):
        return
    texts = [text for marks in found for text in marks.texts.values()]
    assert all(text is None or text.startswith("#") for text in texts)


def test_a_stream_is_found_however_its_name_is_written(tmp_path: Path) -> None:
    content = xls(tmp_path / "a.xls", number(0, 0, 1), name="BOOK").read_bytes()
    assert stream(content, "Workbook", "Book")[:2] == b"\x09\x08"
    assert stream(content, "Other") == b""


def bits(kind: int, content: bytes) -> bytes:
    """A record of an .xlsb: kind in one byte or two of seven bits."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return head + bytes([len(content)]) + content


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb(path: Path, rows: bytes, is_1904: bool = False) -> Path:
    """A workbook with a sheet of these records; cell styles: plain, struck out, a day, hours."""
    sheet = bits(129, b"") + bits(148, struct.pack("<4I", 0, 9, 0, 9)) + bits(145, b"") + rows
    fonts = b"".join(bits(43, struct.pack("<HH", 200, flags) + bytes(17) + wide("A")) for flags in (0, 8))
    formats = bits(44, struct.pack("<H", 164) + wide('dd/mm/yyyy "d"')) + bits(
        44, struct.pack("<H", 165) + wide("[h]:mm")
    )
    looks = b"".join(
        bits(47, struct.pack("<5HB5x", 0, form, font, 0, 0, 0))
        for form, font in ((0, 0), (0, 1), (164, 0), (165, 0))
    )
    with zipfile.ZipFile(path, "w") as parts:
        parts.writestr("[Content_Types].xml", "<Types/>")
        parts.writestr(
            "xl/_rels/workbook.bin.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="r1" Target="worksheets/sheet1.bin" '
            'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/></Relationships>',
        )
        parts.writestr(
            "xl/workbook.bin",
            bits(131, b"")
            + bits(153, struct.pack("<III", int(is_1904), 0, 0))
            + bits(143, b"") + bits(156, struct.pack("<II", 0, 1) + wide("r1") + wide("S")) + bits(144, b"")
            + bits(132, b""),
        )  # fmt: skip
        parts.writestr(
            "xl/styles.bin",
            bits(278, b"") + bits(615, struct.pack("<I", 2)) + formats + bits(616, b"")
            + bits(611, struct.pack("<I", 2)) + fonts + bits(612, b"")
            + bits(617, struct.pack("<I", 4)) + looks + bits(618, b"") + bits(279, b""),
        )  # fmt: skip
        parts.writestr("xl/worksheets/sheet1.bin", sheet + bits(146, b"") + bits(130, b""))
    return path


def row_of(at: int, flags: int = 0) -> bytes:
    return bits(0, struct.pack("<IIHBBB", at, 0, 300, 0, flags, 0) + struct.pack("<I", 0))


def cell(kind: int, column: int, style: int, content: bytes) -> bytes:
    return bits(kind, struct.pack("<II", column, style) + content)


def whole(value: int) -> bytes:
    return struct.pack("<i", value << 2 | 2)


@pytest.mark.parametrize(("is_1904", "day"), [(False, "2021-05-04"), (True, "2025-05-05")])
def test_cells_of_an_xlsb(tmp_path: Path, is_1904: bool, day: str) -> None:
    rows = (
        row_of(0) + cell(2, 0, 0, whole(44320)) + cell(3, 1, 0, b"\x2a") + cell(2, 2, 2, whole(44320))
        + row_of(1, 0x10) + cell(2, 0, 1, whole(5)) + cell(2, 1, 3, whole(2)) + cell(4, 2, 0, b"\x01")
    )  # fmt: skip
    path = xlsb(tmp_path / "a.xlsb", rows, is_1904)
    assert sniff(path) == "xlsb"
    (chunk,) = read(path)
    assert grid(path) == [["44320", "#N/A", day], [None, "48:00:00", "TRUE"]]
    assert [(mark.code, mark.row) for mark in chunk.marks] == [("hidden_row", 2)]
