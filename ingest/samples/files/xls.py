"""Writes one sheet as a legacy binary workbook (.xls) that comes out the same byte for byte.

No library of the project writes these. Only what a sheet of plain cells needs is here: texts, numbers, merged
cells. Other formats are in `workbook` and `ods`.
"""

import struct
from collections.abc import Sequence
from pathlib import Path

Cell = str | int | float | None
Span = tuple[int, int, int, int]  # first row, first column, last row, last column, from 0

_SECTOR, _NONE, _END, _FAT = 512, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_DIFAT = 109  # entries of the sector table that the header itself holds
_CELL_FORMAT = 15


def write_xls(path: Path, name: str, rows: Sequence[Sequence[Cell]], merged: Sequence[Span] = ()) -> None:
    """A workbook in Excel's binary format of 1997 (BIFF8 in an OLE2 compound file).

    Layout after Microsoft's open specifications [MS-XLS] 2.4 and [MS-CFB] 2. Raises ValueError for more than
    about seven megabytes.
    """
    head = _record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0x0DBB, 1996, 0, 6)) + _record(
        0x0042, b"\xb0\x04"
    )
    styles = b"".join(_font() for _ in range(4)) + b"".join(_format(i) for i in range(_CELL_FORMAT + 1))
    label = name.encode("utf-16-le")
    sheet_head = struct.pack("<HBB", 0, len(name), 1) + label
    start = len(head) + len(styles) + 4 + 4 + len(sheet_head) + 4  # after the sheet's entry and the end mark
    book = head + styles + _record(0x0085, struct.pack("<I", start) + sheet_head) + _record(0x000A, b"")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_compound("Workbook", book + _sheet(rows, merged)))


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _font() -> bytes:
    name = "Mangal".encode("utf-16-le")
    return _record(0x0031, struct.pack("<HHHHHBBBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 0, 0, 6, 1) + name)


def _format(number: int) -> bytes:
    kind = 0x0001 if number == _CELL_FORMAT else 0xFFF5  # a cell's format, or a style
    return _record(0x00E0, struct.pack("<HHHBBBBIIH", 0, 0, kind, 0x20, 0, 0, 0, 0, 0, 0x20C0))


def _sheet(rows: Sequence[Sequence[Cell]], merged: Sequence[Span]) -> bytes:
    width = max((len(row) for row in rows), default=0)
    parts = [
        _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 1996, 0, 6)),
        _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0)),
    ]
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            at = struct.pack("<HHH", r, c, _CELL_FORMAT)
            if isinstance(value, str):
                text = value.encode("utf-16-le")
                parts.append(_record(0x0204, at + struct.pack("<HB", len(text) // 2, 1) + text))
            elif value is not None:
                parts.append(_record(0x0203, at + struct.pack("<d", value)))
    parts.append(_record(0x023E, struct.pack("<HHHIHHI", 0x06B6, 0, 0, 64, 0, 0, 0)))
    if merged:
        spans = b"".join(
            struct.pack("<HHHH", top, bottom, left, right) for top, left, bottom, right in merged
        )
        parts.append(_record(0x00E5, struct.pack("<H", len(merged)) + spans))
    return b"".join([*parts, _record(0x000A, b"")])


def _compound(name: str, stream: bytes) -> bytes:
    """The stream in a compound file: its sectors, then the directory, then the table of sectors."""
    stream = stream.ljust(4096, b"\0")  # shorter ones would have to lie in a stream of small sectors
    data = -(-len(stream) // _SECTOR)
    table = -(-(data + 1) // (_SECTOR // 4 - 1))
    if table > _DIFAT:
        raise ValueError(
            "The sheet is too large for this writer of legacy workbooks (about seven megabytes)."
        )
    chain = [*range(1, data), _END, _END, *[_FAT] * table]
    chain += [_NONE] * (table * (_SECTOR // 4) - len(chain))
    where = [data + 1 + i for i in range(table)] + [_NONE] * (_DIFAT - table)
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII",
        bytes.fromhex("d0cf11e0a1b11ae1"),
        bytes(16),
        *(0x3E, 3, 0xFFFE, 9, 6),
        bytes(6),
        *(0, table, data, 0, 4096, _END, 0, _END, 0),
    ) + struct.pack(f"<{_DIFAT}I", *where)
    entries = (
        _entry("Root Entry", 5, 1, _END, 0)
        + _entry(name, 2, _NONE, 0, len(stream))
        + 2 * _entry("", 0, _NONE, 0, 0)
    )
    sectors = struct.pack(f"<{len(chain)}I", *chain)
    return header + stream.ljust(data * _SECTOR, b"\0") + entries + sectors


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    label = name.encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16sIQQIQ",
        *(
            label,
            len(label) + 2 if label else 0,
            kind,
            1,
            _NONE,
            _NONE,
            child,
            bytes(16),
            0,
            0,
            0,
            start,
            size,
        ),
    )
