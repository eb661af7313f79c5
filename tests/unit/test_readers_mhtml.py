"""Web archives: a browser's page with its frames, Excel's workbook as a single file."""

from __future__ import annotations

import base64
import quopri
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import Refused
from ingest.readers import Chunk, read, sniff

ROOT = "file:///C:/export/Book1.htm"


def part(
    place: str, kind: str, content: str, encoding: str = "utf-8", how: str = "quoted-printable"
) -> bytes:
    body = content.encode(encoding)
    body = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}.get(how, bytes)(body)
    return (
        f"Content-Location: {place}\r\nContent-Transfer-Encoding: {how}\r\nContent-Type: {kind}\r\n\r\n".encode()
        + body
    )


def archive(*parts: bytes, end: str = "--") -> bytes:
    head = b"From: <Saved by a browser>\r\nMIME-Version: 1.0\r\n"
    head += b'Content-Type: multipart/related;\r\n\tboundary="--=_1"\r\n\r\nnote\r\n'
    return head + b"".join(b"----=_1\r\n" + one + b"\r\n" for one in parts) + f"----=_1{end}\r\n".encode()


def chunks(tmp_path: Path, content: bytes) -> list[Chunk]:
    path = tmp_path / "book.xls"
    path.write_bytes(content)
    assert sniff(path) == "html"
    return list(read(path))


def rows(chunk: Chunk) -> list[list[Any]]:
    return [list(row.values()) for row in chunk.cells.to_pylist()]


def workbook(*names: str) -> str:
    sheets = "".join(
        f"<x:ExcelWorksheet><x:Name>{name}</x:Name>"
        f'<x:WorksheetSource HRef="Book1_files/sheet00{n}.htm"/></x:ExcelWorksheet>'
        for n, name in enumerate(names, start=1)
    )
    frames = "<frameset><frame src=Book1_files/sheet001.htm><frame src=Book1_files/tabstrip.htm></frameset>"
    book = f"<!--[if gte mso 9]><xml><x:ExcelWorkbook>{sheets}</x:ExcelWorkbook></xml><![endif]-->"
    return f"<html><head>{book}</head>{frames}</html>"


def test_a_workbook_as_a_single_file_has_its_sheets(tmp_path: Path) -> None:
    is_hidden = "<!--[if gte mso 9]><xml><x:Visible>SheetHidden</x:Visible></xml><![endif]-->"
    style = "<!-- .xl1{display:none} .xl2{text-decoration:line-through} -->"
    first, second = chunks(
        tmp_path,
        archive(
            part(ROOT, 'text/html; charset="utf-8"', workbook("ग्राम &amp; GP", "Old")),
            part("file:///C:/export/Book1_files/style.css", "text/css", style),
            part(
                "file:///C:/export/Book1_files/tabstrip.htm", "text/html",
                "<html><table><tr><td>GP<td>Old</table></html>",
            ),
            part(
                "file:///C:/export/Book1_files/sheet001.htm", "text/html; charset=windows-1252",
                "<html><link rel=Stylesheet href=style.css><table><tr><td>Café"
                "<td class=xl1>9<td>1<td class=xl2>3</table></html>", "cp1252",
            ),
            part(
                "file:///C:/export/Book1_files/sheet002.htm", "text/html",
                f"<html>{is_hidden}<table><tr><td>2</table></html>", how="base64",
            ),
        ),
    )  # fmt: skip
    assert (first.table, rows(first)) == ("ग्राम & GP", [["Café", "1", None]])
    assert (second.table, rows(second)) == ("Old", [["2"]])
    assert [mark.code for mark in first.marks] == ["hidden_not_read"]
    assert [mark.code for mark in second.marks] == ["hidden_sheet"]


def test_a_browsers_page_has_its_frames(tmp_path: Path) -> None:
    page = "<html><table><tr><td>1</table><iframe src='cid:frame-2@x'></iframe>"
    page += "<iframe src=https://x.in/missing></iframe></html>"
    frame = b"Content-ID: <frame-2@x>\r\n" + part(
        "https://x.in/in", "text/html", "<table><tr><td>2<tr><td>3</table>", how="8bit"
    )
    unused = part("https://x.in/other", "text/html", "<table><tr><td>no</table>")
    first, second = chunks(tmp_path, archive(part("https://x.in/a", "text/html", page), unused, frame))
    assert (rows(first), rows(second)) == ([["1"]], [["2"], ["3"]])
    assert (second.table, second.rows.tolist()) == ("table2", [2, 3])


def test_an_archive_that_is_cut_short_or_lacks_a_sheet_is_refused(tmp_path: Path) -> None:
    page = part(ROOT, "text/html", "<html><table><tr><td>1</table></html>")
    for content, words in (
        (archive(page, end=""), "cut short"),
        (archive(page)[:-4], "cut short"),
        (archive(part(ROOT, "text/html", workbook("GP"))), "sheet 'GP' is not in the file"),
        (archive(part(ROOT, "text/plain", "text")), "holds no page"),
    ):
        with pytest.raises(Refused, match=words) as refusal:
            chunks(tmp_path, content)
        assert refusal.value.code == "unreadable_file"
