"""Writes small OpenDocument spreadsheets that come out the same byte for byte.

Layouts are the callers'; nothing here knows a programme. Excel workbooks are written in `workbook`.
"""

import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

MIME = "application/vnd.oasis.opendocument.spreadsheet"
_WRITTEN = (2021, 1, 1, 0, 0, 0)  # a fixed time in the archive
_URN = "urn:oasis:names:tc:opendocument:xmlns"
_SPACES = re.compile(r"^ +| {2,}| +$")  # blanks that XML readers fold unless they are written as elements
Span = tuple[int, int]


def write_ods(
    path: Path,
    sheets: Mapping[str, Iterable[Sequence[Any]]],
    spans: Mapping[str, Mapping[Span, Span]] | None = None,
) -> None:
    """A spreadsheet with the given rows in each sheet: texts, numbers, date cells (datetime), None for empty.

    `spans` gives merged cells per sheet: (row, column) of the first cell → (rows, columns), places from 0.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    body = "".join(_table(name, rows, (spans or {}).get(name, {})) for name, rows in sheets.items())
    with zipfile.ZipFile(path, "w") as archive:
        _add(archive, "mimetype", MIME, zipfile.ZIP_STORED)
        _add(archive, "content.xml", _HEAD + body + _FOOT, zipfile.ZIP_DEFLATED)
        _add(archive, "META-INF/manifest.xml", _MANIFEST, zipfile.ZIP_DEFLATED)


def _add(archive: zipfile.ZipFile, name: str, text: str, method: int) -> None:
    info = zipfile.ZipInfo(name, _WRITTEN)
    info.compress_type = method
    archive.writestr(info, text)


def _table(name: str, rows: Iterable[Sequence[Any]], spans: Mapping[Span, Span]) -> str:
    covered = {
        (row + r, column + c)
        for (row, column), (height, width) in spans.items()
        for r in range(height)
        for c in range(width)
    } - set(spans)
    lines = []
    for row, values in enumerate(rows):
        cells = "".join(
            _COVERED if (row, column) in covered else _cell(value, spans.get((row, column)))
            for column, value in enumerate(values)
        )
        lines.append(f"<table:table-row>{cells}</table:table-row>")
    return f"<table:table table:name={quoteattr(name)}>{''.join(lines)}</table:table>"


def _cell(value: Any, span: Span | None) -> str:
    merged = ""
    if span:
        merged = f' table:number-rows-spanned="{span[0]}" table:number-columns-spanned="{span[1]}"'
    if value is None or value != value:
        return f"<table:table-cell{merged}/>"
    if isinstance(value, datetime):
        moment = value.strftime("%Y-%m-%d" if value.time() == datetime.min.time() else "%Y-%m-%dT%H:%M:%S")
        kind = f'table:style-name="day" office:value-type="date" office:date-value="{moment}"'
        shown = value.strftime("%d/%m/%Y")
    elif isinstance(value, str):
        kind, shown = 'office:value-type="string"', value
    else:
        kind, shown = f'office:value-type="float" office:value="{value}"', str(value)
    lines = "".join(f"<text:p>{_text(line)}</text:p>" for line in shown.split("\n"))
    return f"<table:table-cell{merged} {kind}>{lines}</table:table-cell>"


def _text(line: str) -> str:
    marked = _SPACES.sub(lambda m: f'<text:s text:c="{len(m.group())}"/>', escape(line))
    return marked.replace("\t", "<text:tab/>")


_COVERED = "<table:covered-table-cell/>"
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    f'<office:document-content xmlns:office="{_URN}:office:1.0" xmlns:table="{_URN}:table:1.0" '
    f'xmlns:text="{_URN}:text:1.0" xmlns:style="{_URN}:style:1.0" '
    f'xmlns:number="{_URN}:datastyle:1.0" office:version="1.2"><office:automatic-styles>'
    '<number:date-style style:name="dmy"><number:day number:style="long"/><number:text>/</number:text>'
    '<number:month number:style="long"/><number:text>/</number:text><number:year number:style="long"/>'
    '</number:date-style><style:style style:name="day" style:family="table-cell" '
    'style:data-style-name="dmy"/></office:automatic-styles><office:body><office:spreadsheet>'
)
_FOOT = "</office:spreadsheet></office:body></office:document-content>"
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    f'<manifest:manifest xmlns:manifest="{_URN}:manifest:1.0" manifest:version="1.2">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{MIME}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)
