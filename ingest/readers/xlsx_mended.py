"""What an .xlsx holds and its parser passes over, written where the parser sees it; the rest stays byte for byte.

Error words become texts, formulas without a stored result their own text, raised characters footnote marks, struck-out
text goes. Where formulas had no result and what is hidden is noted. Only parts that hold such a thing are rewritten.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterable, Sequence

from lxml import etree

from ingest.readers.marks import Marks
from ingest.readers.raised import raised
from ingest.readers.xml_tags import Tags, insist

# Up to the cell's own end: a cell that is not closed must not make the search go on to the end of the sheet.
_WITHIN = rb"((?:[^<]|<(?!/?\1c\b))*)</\1c>"
_ERROR = re.compile(rb"<((?:\w+:)?)c\b([^<>]*?)\bt=[\"']e[\"']((?:[^<>]*[^<>/])?)>" + _WITHIN)
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^<>]*>([^<]*)<")
# A cell with a formula and no value. `t="str"` with an empty value is a formula whose result is an empty text.
_UNCALCULATED = re.compile(
    rb"<((?:\w+:)?)c\b([^<>]*)>\s*<\1f\b([^<>]*?)(?:/>|>([^<]*)</\1f>)\s*(<\1v\s*/>|<\1v\b[^<>]*></\1v>)?\s*</\1c>"
)
_PLACE = re.compile(rb"\br=[\"']([A-Z]+)([0-9]+)[\"']")
_TYPE = re.compile(rb"\bt=[\"']\w+[\"']")
_HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\b(?=[^<>]*\bhidden=[\"'](?:1|true)[\"'])[^<>]*?\br=[\"'](\d+)[\"']")
_HIDDEN_COLUMNS = re.compile(rb"<(?:\w+:)?col\b[^<>]*\bhidden=[\"'](?:1|true)[\"'][^<>]*>")
_RICH = re.compile(
    rb"<((?:\w+:)?)(si|is)\b[^<>]*>(?:(?!</?\1\2\b).)*?(?:\bsuperscript\b|<\1strike\b)(?:(?!</?\1\2\b).)*</\1\2>",
    re.DOTALL,
)
_STRUCK_FONT = re.compile(rb"<(?:\w+:)?strike\b")
_WIDEST = 16_384
_OFF = ("0", "false", "none")
_PIECE = 1 << 18
_IN_TEXTS = (b"superscript", b"strike")
_IN_SHEETS = (*_IN_TEXTS, b"hidden=", b't="e"', b"t='e'", b"<f", b":f")


def mended(content: bytes) -> tuple[bytes, dict[str, Marks]]:
    """The workbook as its parser should see it, and what is to be said of its sheets, by name.

    Raises zipfile.BadZipFile for a damaged one; whatever is no .xlsx comes back as it is.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        names = set(parts.namelist())
        if "xl/workbook.xml" not in names:
            return content, {}
        sheets, hidden = _sheets(parts, names)
        struck = _struck_styles(parts.read("xl/styles.xml")) if "xl/styles.xml" in names else frozenset()
        changed: dict[str, bytes] = {}
        marks: dict[str, Marks] = {}
        for part, name in sheets.items():
            marks[name] = Marks(is_hidden=name in hidden)
            if not (_holds(parts, part, _IN_SHEETS) or struck):
                continue
            given = parts.read(part)
            if (made := _sheet(given, marks[name], struck)) != given:
                changed[part] = made
        if "xl/sharedStrings.xml" in names and _holds(parts, "xl/sharedStrings.xml", _IN_TEXTS):
            given = parts.read("xl/sharedStrings.xml")
            if (made := _flattened(given)) != given:
                changed["xl/sharedStrings.xml"] = made
        return (_rewritten(parts, changed) if changed else content), marks


def _holds(parts: zipfile.ZipFile, part: str, words: Sequence[bytes]) -> bool:
    """Whether one of the words is in a part: in pieces, since most large parts hold none of them.

    Raises zipfile.BadZipFile where ends of its elements are missing.
    """
    overlap = max(map(len, words)) - 1
    tags, holds = Tags(), False
    with parts.open(part) as stream:
        before = b""
        while piece := stream.read(_PIECE):
            tags.count(piece)
            holds = holds or any(word in before + piece for word in words)
            before = piece[-overlap:]
    if not tags.are_even:
        insist(parts, part)
    return holds


def _rewritten(parts: zipfile.ZipFile, changed: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as written:
        for part in parts.namelist():
            written.writestr(part, changed.get(part) or parts.read(part))
    return out.getvalue()


def _sheets(parts: zipfile.ZipFile, names: Iterable[str]) -> tuple[dict[str, str], set[str]]:
    """Worksheets' names by the part that holds them, and which are hidden."""
    book = _xml(parts.read("xl/workbook.xml"))
    links = "xl/_rels/workbook.xml.rels"
    targets = (
        {str(link.get("Id")): str(link.get("Target") or "") for link in _xml(parts.read(links))}
        if links in names
        else {}
    )
    sheets, hidden = {}, set()
    for sheet in book.iter("{*}sheet"):
        name = sheet.get("name") or ""
        key = next((str(value) for word, value in sheet.attrib.items() if str(word).endswith("}id")), None)
        target = targets.get(key or "", "")
        part = posixpath.normpath(posixpath.join("xl", target)).lstrip("/")
        if part in names and "worksheets" in part:
            sheets[part] = name
        if sheet.get("state") in ("hidden", "veryHidden"):
            hidden.add(name)
    return sheets, hidden


def _xml(given: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, recover=True)
    root = etree.fromstring(given, parser)
    return root if root is not None else etree.Element("nothing")


def _struck_styles(given: bytes) -> frozenset[bytes]:
    """The numbers of the cell styles whose font is struck out."""
    if not _STRUCK_FONT.search(given):
        return frozenset()
    root = _xml(given)
    fonts = [
        any(mark.get("val", "1") not in _OFF for mark in font.iterchildren("{*}strike"))
        for font in root.iterfind("{*}fonts/{*}font")
    ]
    return frozenset(
        str(number).encode()
        for number, style in enumerate(root.iterfind("{*}cellXfs/{*}xf"))
        if (at := int(style.get("fontId") or 0)) < len(fonts) and fonts[at]
    )


def _sheet(given: bytes, marks: Marks, struck: frozenset[bytes]) -> bytes:
    if b"hidden=" in given:
        marks.hidden_rows = [int(found) for found in _HIDDEN_ROW.findall(given)]
        marks.hidden_columns = [_columns(found.group(0)) for found in _HIDDEN_COLUMNS.finditer(given)]
    made = given
    if b't="e"' in made or b"t='e'" in made:
        made = _ERROR.sub(_error, made)
    if b"<f" in made or b":f" in made:
        made = _UNCALCULATED.sub(lambda found: _formula(found, marks), made)
    if struck:
        styles = b"|".join(sorted(struck))
        made = re.sub(
            rb"<((?:\w+:)?)c\b[^<>]*?\bs=[\"'](?:" + styles + rb")[\"'](?:[^<>]*[^<>/])?>" + _WITHIN,
            b"",
            made,
        )
    return _flattened(made)


def _flattened(given: bytes) -> bytes:
    return _RICH.sub(_plain, given) if b"superscript" in given or b"strike" in given else given


def _columns(tag: bytes) -> tuple[int, int]:
    bounds = {word: int(value) for word, value in re.findall(rb"\b(min|max)=[\"'](\d{1,6})[\"']", tag)}
    first = bounds.get(b"min", 1)
    return first - 1, min(bounds.get(b"max", first), _WIDEST) - 1


def _error(found: re.Match[bytes]) -> bytes:
    prefix, before, after, inner = found.groups()
    value = _VALUE.search(inner)
    word = value.group(1).strip() if value else b""
    return b'<%bc%bt="str"%b><%bv>%b</%bv></%bc>' % (
        prefix, before, after, prefix, word or b"#ERROR!", prefix, prefix,
    )  # fmt: skip


def _formula(found: re.Match[bytes], marks: Marks) -> bytes:
    prefix, words, _, formula, value = found.groups()
    kind = _TYPE.search(words)
    if value and kind and kind.group(0)[3:-1] == b"str":
        return found.group(0)
    place = _PLACE.search(words)
    row, column = _place(place) if place else _counted(found, prefix)
    marks.uncalculated.append((row, column))
    return b'<%bc%b t="str"><%bv>=%b</%bv></%bc>' % (
        prefix, _TYPE.sub(b"", words), prefix, formula or b"", prefix, prefix,
    )  # fmt: skip


def _place(found: re.Match[bytes]) -> tuple[int, int]:
    column = 0
    for letter in found.group(1):
        column = column * 26 + letter - 64
    return int(found.group(2)), column - 1


def _counted(found: re.Match[bytes], prefix: bytes) -> tuple[int, int]:
    """The place of a cell that does not say it: by its order in its row, and the row's in the sheet."""
    tag = b"<%brow" % prefix
    start = max(found.string.rfind(tag, 0, found.start()), 0)
    before = found.string[start : found.start()]
    number = re.match(rb"<[^<>]*?\br=[\"'](\d+)[\"']", before)
    row = int(number.group(1)) if number else found.string.count(tag, 0, found.start())
    return row, len(re.findall(rb"<%bc\b" % prefix, before))


def _plain(found: re.Match[bytes]) -> bytes:
    """A text of several runs as one: raised ones as footnote marks, struck-out ones not at all."""
    whole, prefix, tag = found.group(0), found.group(1), found.group(2)
    space = b' xmlns%b="m" xmlns:x14ac="n" xmlns:r="r"' % (b":" + prefix[:-1] if prefix else b"")
    root = _xml(whole.replace(b"<%b%b" % (prefix, tag), b"<%b%b%b" % (prefix, tag, space), 1))
    pieces = []
    for child in root:
        name = etree.QName(child).localname
        if name == "t":
            pieces.append(child.text or "")
        elif name == "r":
            pieces.append(_run(child))
    text = "".join(pieces).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode()
    return b'<%b%b><%bt xml:space="preserve">%b</%bt></%b%b>' % (
        prefix,
        tag,
        prefix,
        text,
        prefix,
        prefix,
        tag,
    )


def _run(run: etree._Element) -> str:
    text = "".join(part.text or "" for part in run.iterchildren("{*}t"))
    for look in run.iterchildren("{*}rPr"):
        if any(mark.get("val", "1") not in _OFF for mark in look.iterchildren("{*}strike")):
            return ""
        if any(mark.get("val") == "superscript" for mark in look.iterchildren("{*}vertAlign")):
            return raised(text)
    return text
