"""Bytes of a page → its text: the encoding that it or its sender states; a page that broke off is refused.

By the standard (§ 13.2.3 "The input byte stream"): a byte order mark, what the sender says, `<meta>`. Where none says
it, UTF-8: a code page is never guessed.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from ingest.errors import Refused
from ingest.readers.encodings import readings
from ingest.readers.text import encoding_of

_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_:.-]+)", re.IGNORECASE)
# Labels that mean another encoding than Python's of that name (WHATWG Encoding, § 4.2).
_MEANT = {
    name: encoding
    for encoding, names in {
        "cp1252": "iso-8859-1 iso8859-1 latin1 latin-1 l1 ascii us-ascii x-cp1252",
        "cp1254": "iso-8859-9 latin5",
        "cp874": "iso-8859-11 tis-620 windows-874",
        "gb18030": "gb2312 gbk x-gbk",
        "cp949": "euc-kr ks_c_5601-1987 korean",
        "cp932": "shift_jis shift-jis sjis x-sjis",
        "mac_roman": "macintosh x-mac-roman mac",
        "utf-8": "utf8 unicode-1-1-utf-8 utf-16 utf-16le utf-16be utf-7 utf-32",
    }.items()
    for name in names.split()
}
_TAG = re.compile(
    r"<(/?)([a-z][^\s/>]*+)(?:[^>\"'=]++|=\s*+\"[^\"]*+\"|=\s*+'[^']*+'|=|[\"'])*+(>?)", re.IGNORECASE
)
_COMMENT_END = re.compile(r"<!--+!?>|--!?>")
_PAGE_END = re.compile(r"</(?:html|body)\b", re.IGNORECASE)
# Elements before which a parser looks through all that are open; tags that hold many words; what is merged into one.
_BLOCK = re.compile(
    r"<(/?)(?:div|ul|ol|dl|blockquote|center|section|article|fieldset|details|pre|form)\b", re.IGNORECASE
)
_LONG_TAG = re.compile(r"<[a-z][^<>]{10000,}", re.IGNORECASE)
_WHOLE = re.compile(r"<(?:html|body)\b", re.IGNORECASE)
_CELL = re.compile(r"<t[dh][\s/>]", re.IGNORECASE)
_DEEPEST, _MOST_ATTRIBUTES = 1000, 1000
# Of a web archive: fields of a message that holds pages.
ARCHIVE_HEAD = re.compile(rb"\s*((?:[A-Za-z][A-Za-z0-9-]*:[^\r\n]*(?:\r?\n[ \t]+[^\r\n]*)*\r?\n)+)\r?\n")
_ARCHIVE = re.compile(rb"^content-type:\s*(?:multipart/(?:related|mixed|alternative)|text/html)", re.I | re.M)
_MARK = re.compile(r"<(?:!--|[!?/]?[a-z])", re.IGNORECASE)
_RAW = ("script", "style", "textarea", "title", "xmp", "noscript")
_LAST = 2048


def is_archive(start: bytes) -> bool:
    """Whether bytes begin as a web archive does (`mhtml`)."""
    found = ARCHIVE_HEAD.match(start)
    return found is not None and _ARCHIVE.search(found.group(1)) is not None


def text_of(content: bytes, name: str, stated: str = "") -> str:
    """The page's text. `stated`: the encoding that its sender states.

    Raises Refused("unreadable_file") for bytes that are no text in the encoding, and for a page that broke off.
    """
    encoding, mark = encoding_of(content[:65536])
    if encoding == "utf-8" and not mark:
        encoding = _stated(content, stated)
    try:
        text = content[mark:].decode(encoding)
    except UnicodeDecodeError as error:
        raise _no_text(content[mark:], name, encoding, error.start) from error
    text = text.replace("\x00", "")
    _refuse_tangles(text, name)
    if _broke_off(text):
        raise Refused(
            "unreadable_file",
            f"{name}: the page is cut short: it ends within a table, tag, comment or script, and what follows is "
            "missing. Save it again, whole.",
        )
    return text


def _refuse_tangles(text: str, name: str) -> None:
    """Pages over which a parser takes time that grows with the square of their size: none is made for people."""
    depth = deepest = 0
    for found in _BLOCK.finditer(text):
        depth += -1 if found.group(1) else 1
        deepest = max(deepest, depth)
    long = next(
        (tag.group() for tag in _LONG_TAG.finditer(text) if tag.group().count(" ") > _MOST_ATTRIBUTES), None
    )
    if deepest > _DEEPEST or long or len(_WHOLE.findall(text)) > _MOST_ATTRIBUTES:
        raise Refused(
            "unreadable_file",
            f"{name}: the page is nested too deep, or an element has too many attributes. Save only the table that is "
            "wanted, or send it as CSV.",
        )


def _stated(content: bytes, sender: str) -> str:
    start = content[:8192]
    found = _META.search(start) or _XML.search(start)
    label = (sender or (found.group(1).decode("ascii") if found else "utf-8")).strip("\"' ").lower()
    encoding = _MEANT.get(label, label)
    try:
        encoding = codecs.lookup(encoding).name if "".encode(encoding) == b"" else "utf-8"
    except LookupError:
        encoding = "utf-8"
    # A page of one byte a letter that is UTF-8 nevertheless says what its server always says.
    if encoding in ("cp1252", "windows-1252") and _is_utf8(content):
        return "utf-8"
    return encoding


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _no_text(content: bytes, name: str, encoding: str, at: int) -> Refused:
    line = content.count(b"\n", 0, at) + 1
    said = readings(content[max(at - 8, content.rfind(b">", 0, at) + 1) :][:24].partition(b"<")[0])
    return Refused(
        "unreadable_file",
        f"{name}, line {line}: the page is read as {encoding.upper()}, which its bytes are not (byte {content[at]:02X})"
        f"{f': {said}' if said else ''}. Save it as UTF-8, or let it state its encoding (<meta charset=…>).",
    )


def cells_written(text: str) -> int:
    """How many cells begin in a page's text, comments left out: a parser drops those outside tables and in scripts."""
    cells = at = 0
    while (mark := text.find("<!--", at)) >= 0:
        cells += len(_CELL.findall(text, at, mark))
        end = _COMMENT_END.search(text, mark)
        if end is None:
            return cells
        at = end.end()
    return cells + len(_CELL.findall(text, at))


def _broke_off(text: str) -> bool:
    """A download that broke off: a table never closed (HTML does not allow that), and no end of the page.

    Or a script or template that is never closed, so that all that follows is part of it.
    """
    if _PAGE_END.search(text, max(len(text) - _LAST, 0)):
        return _may_swallow(text) and _swallows(text)
    tables = 0
    for word in _tags(text):
        if word in ("", "/html", "/body"):
            return not word
        tables += {"table": 1, "/table": -1}.get(word, 0)
    return tables > 0


def _may_swallow(text: str) -> bool:
    small = text.lower()
    opened = {word: small.rfind(f"<{word}") for word in (*_RAW, "template")}
    return any(at >= 0 and small.find(f"</{word}", at) < 0 for word, at in opened.items())


def _swallows(text: str) -> bool:
    templates = 0
    for word in _tags(text):
        if not word:
            return True
        templates += {"template": 1, "/template": -(templates > 0)}.get(word, 0)
    return templates > 0


def _tags(text: str) -> Iterator[str]:
    """The words of the page's tags, going through it once; "" at last where it ends within a tag, comment or script."""
    at = 0
    while mark := _MARK.search(text, at):
        word, at = _tag(text, mark.start())
        if word in _RAW and (end := re.compile(rf"</{word}[\s/>]", re.IGNORECASE).search(text, at)):
            at = end.start()
        elif word in _RAW:
            word = ""
        yield word
        if not word:
            return


def _tag(text: str, at: int) -> tuple[str, int]:
    """The word of the tag at a place, and where it ends; "" where it does not end."""
    if text.startswith("<!--", at):
        end = _COMMENT_END.search(text, at)
        return ("!", end.end()) if end else ("", at)
    if tag := _TAG.match(text, at):
        slash, word, closed = tag.groups()
        return (slash + word.lower() if closed else ""), tag.end()
    closing = text.find(">", at)  # of <! and <?
    return ("!" if closing >= 0 else ""), closing + 1
