"""Web archives (MHTML, RFC 2557): one file that holds a page, the pages in its frames, and their style sheets.

Browsers save pages so, and Excel a workbook as "Single File Web Page": its sheets are pages in frames.
"""

from __future__ import annotations

import binascii
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from itertools import pairwise
from urllib.parse import unquote, urljoin

from ingest.errors import Refused
from ingest.readers.page_source import ARCHIVE_HEAD, text_of

_SHEET = re.compile(r"<x:ExcelWorksheet>(.*?)</x:ExcelWorksheet>", re.DOTALL)
_NAME = re.compile(r"<x:Name>([^<]*)</x:Name>")
_PLACE = re.compile(r"<x:WorksheetSource\s+HRef=[\"']?([^\"'>]*)")
_HIDDEN = re.compile(r"<x:Visible>\s*Sheet(?:Very)?Hidden")
_LINK = re.compile(r"<(i?frame|link)\b([^>]*)>", re.IGNORECASE)
_TARGET = re.compile(r"\b(?:src|href)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)
_DEEPEST = 4  # parts within parts, and frames within frames


@dataclass(frozen=True)
class Page:
    """A page's text with style sheets beside it. `sheet`: of a workbook, its name; some sheets are hidden."""

    text: str
    styles: tuple[str, ...] = ()
    sheet: str = ""
    is_hidden: bool = False


@dataclass(frozen=True)
class _Part:
    head: Message
    content: bytes

    @property
    def names(self) -> tuple[str, ...]:
        """How other parts call it."""
        place, number = self.head.get("Content-Location", ""), self.head.get("Content-ID", "")
        return (_plain("".join(str(place).split())), _plain(f"cid:{str(number).strip('<> ')}"))


def pages(content: bytes, name: str) -> list[Page]:
    """The pages that the file shows: a workbook's sheets, or the page and those in its frames.

    Raises Refused("unreadable_file") for an archive that is cut short or damaged, or lacks one of its sheets.
    """
    parts = list(_parts(content, name, 0))
    shown = [part for part in parts if part.head.get_content_type() in ("text/html", "application/xhtml+xml")]
    if not shown:
        raise Refused(
            "unreadable_file", f"{name}: the web archive holds no page. Save the page anew and send that."
        )
    by_name = {
        called: part for part in reversed(parts) for called in part.names if called not in ("", "cid:")
    }
    start = BytesHeaderParser().parsebytes(_head_of(content)).get_param("start")
    root = by_name.get(_plain(f"cid:{str(start).strip('<> ')}"), shown[0])
    text = _text(root, name)
    if sheets := _SHEET.findall(text):
        made = [_sheet(words, root, by_name, name) for words in sheets if _PLACE.search(words)]
        if made:
            return made
    return list(_framed(root, by_name, name, 0, set()))


def _head_of(content: bytes) -> bytes:
    found = ARCHIVE_HEAD.match(content)
    return found.group(1) if found else b""


def _parts(content: bytes, name: str, depth: int) -> Iterator[_Part]:
    found = ARCHIVE_HEAD.match(content) or re.match(rb"\s*()", content)
    if found is None:
        return
    head = BytesHeaderParser().parsebytes(found.group(1))
    body = content[found.end() :]
    boundary = head.get_boundary()
    if head.get_content_maintype() != "multipart" or not boundary or depth >= _DEEPEST:
        yield _Part(head, _decoded(head, body, name))
        return
    line = re.compile(
        rb"(?:\A|\r?\n)--" + re.escape(boundary.encode("latin-1", "replace")) + rb"(--)?[ \t]*(?=\r?\n|\Z)"
    )
    marks = list(line.finditer(body))
    if not marks or not any(mark.group(1) for mark in marks):
        raise Refused(
            "unreadable_file",
            f"{name}: the web archive is cut short: its last part has no end. Save it again, whole.",
        )
    for mark, following in pairwise(marks):
        if mark.group(1):
            return
        yield from _parts(body[mark.end() : following.start()].lstrip(b"\r\n"), name, depth + 1)


def _decoded(head: Message, body: bytes, name: str) -> bytes:
    how = str(head.get("Content-Transfer-Encoding", "")).strip().lower()
    try:
        if how == "base64":
            return binascii.a2b_base64(body)
        return binascii.a2b_qp(body) if how == "quoted-printable" else body
    except binascii.Error as error:
        raise Refused(
            "unreadable_file", f"{name}: the web archive is damaged ({error}). Save it anew and send that."
        ) from error


def _sheet(words: str, root: _Part, by_name: dict[str, _Part], name: str) -> Page:
    called, place = _NAME.search(words), _PLACE.search(words)
    sheet = html.unescape(called.group(1)) if called else ""
    part = _found(html.unescape(place.group(1)) if place else "", root, by_name)
    if part is None:
        raise Refused(
            "unreadable_file",
            f"{name}: sheet '{sheet}' is not in the file. Save the workbook as .xlsx or as a single file, and "
            "send that.",
        )
    text = _text(part, name)
    is_hidden = _HIDDEN.search(words) is not None or _HIDDEN.search(text) is not None
    return Page(text, _styles(text, part, by_name), sheet, is_hidden)


def _framed(part: _Part, by_name: dict[str, _Part], name: str, depth: int, seen: set[int]) -> Iterator[Page]:
    """The page and those in its frames, each once."""
    seen.add(id(part))
    text = _text(part, name)
    yield Page(text, _styles(text, part, by_name))
    for kind, target in _links(text):
        within = _found(target, part, by_name) if kind != "link" and depth < _DEEPEST else None
        if within is not None and id(within) not in seen and within.head.get_content_maintype() == "text":
            yield from _framed(within, by_name, name, depth + 1, seen)


def _styles(text: str, part: _Part, by_name: dict[str, _Part]) -> tuple[str, ...]:
    found = [_found(target, part, by_name) for kind, target in _links(text) if kind == "link"]
    return tuple(
        sheet.content.decode("utf-8", "replace")
        for sheet in dict.fromkeys(found)
        if sheet is not None and sheet.head.get_content_type() == "text/css"
    )


def _links(text: str) -> Iterator[tuple[str, str]]:
    for kind, words in _LINK.findall(text):
        if target := _TARGET.search(words):
            yield kind.lower(), html.unescape("".join(target.groups("")))


def _found(target: str, part: _Part, by_name: dict[str, _Part]) -> _Part | None:
    """The part that a link of another one leads to."""
    base = "".join(str(part.head.get("Content-Location", "")).split())
    try:
        whole = urljoin(base, target)
    except ValueError:  # no address
        whole = target
    return by_name.get(_plain(whole)) or by_name.get(_plain(target))


def _plain(place: str) -> str:
    return unquote(place).replace("\\", "/").casefold()


def _text(part: _Part, name: str) -> str:
    return text_of(part.content, name, str(part.head.get_content_charset() or ""))
