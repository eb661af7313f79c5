"""Files that try to end, fill or hold up whoever reads them, and what reading each costs: `make attacks`.

Small files of every format; a reader may take 5 s and 512 MiB beyond ten times the file's size.
"""

from __future__ import annotations

import gzip
import io
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import openpyxl

SECONDS, MIB = 5.0, 512
# A process of its own that reads a file: the larger of what it and its child held at the worst moment.
_READ = """
import resource, sys, time
from pathlib import Path
from ingest.errors import SangamError
import ingest.readers, ingest.readers.delimited, ingest.readers.pg_dump, ingest.readers.mysqldump
from ingest.readers.pool import end_all, start_ahead
start_ahead(1)
before = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
started = time.perf_counter()
try:
    cells = sum(c.cells.num_rows * c.cells.num_columns for c in ingest.readers.read(Path(sys.argv[1])))
    said = f"read: {cells:,} cells"
except SangamError as error:
    said = f"{getattr(error, 'code', 'error')}: {error}"
seconds = time.perf_counter() - started
end_all()
used = [sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
own = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
mib = max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024
print(seconds, sum(used) - before, mib, said.replace("\\n", " "))
"""


@dataclass(frozen=True)
class Cost:
    """What reading a file took, and how it ended."""

    seconds: float
    processor: float  # seconds, with those that its process took to start
    mib: float
    said: str

    def is_within(self, size: int) -> bool:
        """Whether it is within what a file of the size may take."""
        return self.seconds <= SECONDS and self.mib <= MIB + 10 * size / (1 << 20)


def cost(path: Path) -> Cost:
    """Read a file in a process of its own. Raises RuntimeError where that process fails."""
    done = subprocess.run([sys.executable, "-c", _READ, path], capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise RuntimeError(f"{path.name}: status {done.returncode}\n{done.stderr[-2000:]}")
    seconds, processor, mib, said = done.stdout.strip().split(" ", 3)
    return Cost(float(seconds), float(processor), float(mib), said)


def packed(members: Iterable[tuple[str, bytes]]) -> bytes:
    """A zip of the members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, content in members:
            parts.writestr(name, content)
    return out.getvalue()


def _far_cell() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in range(1, 500):
        sheet.cell(row, 1, f"name {row}")
    sheet["XFD1048576"] = 1
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def ods(body: str) -> bytes:
    """A spreadsheet of OpenDocument with such rows."""
    office, table, text = (
        f"urn:oasis:names:tc:opendocument:xmlns:{n}:1.0" for n in ("office", "table", "text")
    )
    content = (
        f'<office:document-content xmlns:office="{office}" xmlns:table="{table}" xmlns:text="{text}"><office:body>'
        f'<office:spreadsheet><table:table table:name="a">{body}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    mimetype = ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return packed([mimetype, ("META-INF/manifest.xml", manifest.encode()), ("content.xml", content.encode())])


def _cell(words: str = "", text: str = "x") -> str:
    return f'<table:table-cell office:value-type="string" {words}><text:p>{text}</text:p></table:table-cell>'


def _repeated(rows: int, columns: int, text: str = "x") -> bytes:
    cell = _cell(f'table:number-columns-repeated="{columns}"', text)
    return ods(f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>')


def _sheet_of(xml: str) -> bytes:
    """A workbook whose only sheet has such XML in the place of its rows."""
    book = openpyxl.Workbook()
    out = io.BytesIO()
    book.save(out)
    made = []
    with zipfile.ZipFile(out) as parts:
        for name in parts.namelist():
            content = parts.read(name)
            if name.endswith("sheet1.xml"):
                content = content.replace(b"<sheetData />", f"<sheetData>{xml}</sheetData>".encode())
                content = content.replace(
                    b"<sheetData></sheetData>", f"<sheetData>{xml}</sheetData>".encode()
                )
            made.append((name, content))
    return packed(made)


def _nested(content: bytes, layers: int) -> bytes:
    for _ in range(layers):
        content = gzip.compress(content)
    return content


def _overlapping() -> bytes:
    """A zip whose directory names one member's bytes a thousand times."""
    whole = packed([("a.csv", b"a,b\n" + b"0,0\n" * (1 << 18))])
    start = whole.index(b"PK\x01\x02")
    end = whole.index(b"PK\x05\x06")
    entry, count = whole[start:end], 900
    tail = bytearray(whole[end:])
    tail[8:12] = count.to_bytes(2, "little") * 2
    tail[12:16] = (len(entry) * count).to_bytes(4, "little")
    return whole[:start] + entry * count + bytes(tail)


_END = b"</table></body></html>"
DUMP = "-- PostgreSQL database dump\nCREATE TABLE public.a (x text);\n"
ATTACKS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a cell at XFD1048576": ("a.xlsx", _far_cell),
    "a row numbered 4 billion": (
        "a.xlsx", lambda: _sheet_of('<row r="4294967295"><c r="A4294967295"><v>1</v></c></row>'),
    ),
    "rows-repeated=1e9": ("a.ods", lambda: _repeated(10**9, 1)),
    "columns-repeated=1e9": ("a.ods", lambda: _repeated(1, 10**9)),
    "rows and columns repeated": ("a.ods", lambda: _repeated(1048576, 16384)),
    "a long text repeated": ("a.ods", lambda: _repeated(100000, 20, "x" * 30000)),
    "nested elements": ("a.ods", lambda: ods("<table:table-row>" * 200000)),
    "a workbook of 2 GB of blanks": ("a.xlsx", lambda: _sheet_of(" " * (1 << 28))),
    "gzip of 1 GiB": ("a.csv.gz", lambda: gzip.compress(bytes(1 << 30), 1)),
    "gzip of gzip of gzip": ("a.csv.gz", lambda: _nested(b"0,0\n" * (1 << 26), 3)),
    "zip of 1 GiB": ("a.zip", lambda: packed([("a.csv", b"0,0\n" * (1 << 28))])),
    "zip of 60,000 members": ("a.zip", lambda: packed((f"{n}.csv", b"a,b\n1,2\n") for n in range(60000))),
    "zip with overlapping members": ("a.zip", _overlapping),
    "zip with a workbook within": ("a.zip", lambda: packed([("a.xlsx", _far_cell())])),
    "a million header cells": ("a.csv", lambda: ",".join(f"c{n}" for n in range(10**6)).encode() + b"\n1\n"),
    "one line of a million cells": ("a.csv", lambda: b"a,b\n" + b"1," * 10**6 + b"\n"),
    "one quote at the start": ("a.csv", lambda: b'a,b\n"' + b"1,2\n" * 10**6),
    "many quotes": ("a.csv", lambda: b'"' * (1 << 20)),
    "comments opened": ("a.html", lambda: b"<html><table><tr><td>1</table>" + b"<!--" * (1 << 15)),
    "scripts opened": ("a.html", lambda: b"<html><table><tr><td>1</table>" + b"<script " * (1 << 14)),
    "scripts opened and closed badly": ("a.html", lambda: b"<html><table>" + b"<script></scrip " * (1 << 13)),
    "wide cells": ("a.html", lambda: b"<table>" + b"<tr><td colspan=1000>1" * 8000 + b"</table>"),
    "wide and tall cells": (
        "a.html", lambda: b"<table>" + b"<tr><td colspan=1000 rowspan=65534>1" * 3000 + b"</table>",
    ),
    "tall cells beside each other": (
        "a.html", lambda: b"<table><tr>" + b"<td rowspan=65534>" * 6000 + b"<tr><td>2" * 12000 + _END,
    ),
    "tables within tables": ("a.html", lambda: b"<table><tr><td>a text of some words " * 8000 + _END),
    "elements within elements": ("a.html", lambda: b"<html><table><tr><td>" + b"<b>" * 100000 + b"1" + _END),
    "blocks within blocks": ("a.html", lambda: b"<html>" + b"<div>" * 50000 + b"<table><tr><td>1" + _END),
    "raised within raised": ("a.html", lambda: b"<table><tr><td>" + b"<sup>1<h1>x" * 10000 + _END),
    "letters that go on and on": (
        "a.html", lambda: b"".join(b"<p><font id=%d>x</p>" % n for n in range(6000)) + b"<table><tr><td>1" + _END,
    ),
    "an element of many attributes": (
        "a.html", lambda: b"<table><tr><td " + b" ".join(b"a%d" % n for n in range(20000)) + b">1" + _END,
    ),
    "many bodies": ("a.html", lambda: b"".join(b"<body a%d>" % n for n in range(10000)) + b"<table><td>1" + _END),
    "a style sheet of many rules": (
        "a.html", lambda: b"<style>" + b".a td{display:none}" * 6000 + b"</style>" + b"<table class=a>"
        + b"<tr><td>1" * 8000 + _END,
    ),
    "a style of one word": ("a.html", lambda: b"<table><tr><td style='" + b"a" * (1 << 20) + b"'>1" + _END),
    "many tables": ("a.html", lambda: b"<table><tr><td>1</table>" * 6000),
    "dollar quotes": ("a.sql", lambda: DUMP.encode() + b"$tag$ $a" * (1 << 14)),
    "dollar signs": ("a.sql", lambda: DUMP.encode() + b"$a" * (1 << 16)),
    "dollar tags, all different": (
        "a.sql", lambda: (DUMP + " ".join(f"$t{n}$" for n in range(20000))).encode(),
    ),
    "parentheses opened": ("a.sql", lambda: b"INSERT INTO `a` VALUES " + b"(" * (1 << 17)),
    "quotes opened": ("a.sql", lambda: b"INSERT INTO `a` VALUES " + b"('" * (1 << 16)),
    "comments opened in a dump": ("a.sql", lambda: b"-- MySQL dump\n" + b"/*" * (1 << 16)),
}  # fmt: skip


def main() -> int:
    """Print what each attack costs; 1 where one costs too much."""
    worst = 0
    print(f"{'attack':36}{'KiB':>9}{'seconds':>9}{'of them processor':>19}{'MiB':>7}  outcome")
    with tempfile.TemporaryDirectory(prefix="sangam_attacks_") as folder:
        for attack, (name, make) in ATTACKS.items():
            path = Path(folder) / name
            path.write_bytes(make())
            size = path.stat().st_size
            started = time.perf_counter()
            try:
                done = cost(path)
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                done = Cost(time.perf_counter() - started, 0, 0, f"ABORTED {error}"[:200].replace("\n", " "))
            is_fine = done.is_within(size) and "ABORTED" not in done.said
            worst |= not is_fine
            mark = "" if is_fine else "TOO MUCH "
            print(
                f"{attack:36}{size / 1024:9,.0f}{done.seconds:9.2f}{done.processor:19.2f}{done.mib:7,.0f}  "
                f"{mark}{done.said[:100]}",
                flush=True,
            )
    return worst


if __name__ == "__main__":
    raise SystemExit(main())
