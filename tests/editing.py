"""Delivered files opened, changed in one cell and written again, with no code of the readers under test.

One function a format gives a `Document`; numbers are those a person sees in the file. What is changed, and what has
to be found then, is said by the tests.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_LITERAL = r"(?:'(?:[^'\\]|\\.|'')*'|[^',()\s]+)"
_TUPLE = re.compile(rf"\(({_LITERAL}(?:,{_LITERAL})*)\)", re.DOTALL)
_CELL = re.compile(r"<t[dh]\b[^>]*>(.*?)</t[dh]>", re.DOTALL)
_ODS_CELL = re.compile(r"<table:table-cell\b[^>]*?(?:/>|>.*?</table:table-cell>)", re.DOTALL)


def same(cell: Any) -> Any:
    """The cell as it is."""
    return cell


@dataclass
class Document:
    """One table of a file: the place of each column in a row, cells as they are written, row numbers."""

    places: Mapping[str, int]
    rows: list[list[Any]]
    numbers: list[int]
    written: Callable[[], bytes]  # the whole file with `rows` as they are now
    write: Callable[[Any], Any] = same  # a value as the format writes it
    read: Callable[[Any], Any] = same

    def record(self, at: int) -> dict[str, str]:
        """A row's filled cells as text, by column; the row's number as `#`."""
        row = self.rows[at]
        filled = {
            name: str(self.read(row[place])).strip()
            for name, place in self.places.items()
            if -len(row) <= place < len(row) and self.read(row[place]) is not None
        }
        return {name: text for name, text in filled.items() if text} | {"#": str(self.numbers[at])}

    def put(self, at: int, column: str, value: Any) -> None:
        """Change one cell."""
        self.rows[at][self.places[column]] = self.write(value)

    def append(self, at: int) -> int:
        """Deliver a row once more, at the end; the place of the copy."""
        self.rows.append(list(self.rows[at]))
        self.numbers.append(self.numbers[-1] + 1)
        return len(self.rows) - 1


def mysqldump(content: bytes, table: str) -> Document:
    """A table of a gzipped mysqldump; cells are SQL literals."""
    text = gzip.decompress(content).decode("utf-8")
    names = re.findall(r"^  `(\w+)`", _between(text, f"CREATE TABLE `{table}` (", ";\n"), re.MULTILINE)
    start = text.index(f"INSERT INTO `{table}` VALUES")
    end = text.index("\n/*!40000 ALTER", start)
    values = _TUPLE.finditer(text, start, end)
    rows = [re.findall(_LITERAL, match.group(1), re.DOTALL) for match in values]

    def written() -> bytes:
        tuples = ",".join(f"({','.join(row)})" for row in rows)
        whole = f"{text[:start]}INSERT INTO `{table}` VALUES {tuples};{text[end:]}"
        return gzip.compress(whole.encode("utf-8"), 1)

    return Document(
        {name: place for place, name in enumerate(names)},
        rows,
        list(range(1, len(rows) + 1)),
        written,
        lambda value: "NULL" if value is None else "'" + str(value).replace("'", "\\'") + "'",
        lambda cell: None if cell == "NULL" else cell.strip("'"),
    )


def pg_dump(content: bytes, table: str) -> Document:
    """A table of a plain pg_dump; cells as they stand between the tabs."""
    text = content.decode("utf-8")
    head = re.search(rf"^COPY public\.{table} \((.*?)\) FROM stdin;\n", text, re.MULTILINE)
    assert head is not None
    end = text.index("\\.\n", head.end())
    rows = [line.split("\t") for line in text[head.end() : end].splitlines()]

    def written() -> bytes:
        lines = "".join("\t".join(row) + "\n" for row in rows)
        return (text[: head.end()] + lines + text[end:]).encode("utf-8")

    return Document(
        {name: place for place, name in enumerate(head.group(1).split(", "))},
        rows,
        list(range(1, len(rows) + 1)),
        written,
        lambda value: "\\N" if value is None else str(value),
        lambda cell: None if cell == "\\N" else cell,
    )


def delimited(content: bytes, encoding: str = "utf-8-sig", separator: str = ",") -> Document:
    """A delimited file; a record's number is that of its first line."""
    text = content.decode(encoding)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    header = next(reader)
    rows, numbers, line = [], [], reader.line_num
    for row in reader:
        rows.append(row)
        numbers.append(line + 1)
        line = reader.line_num
    all_quoted = text.lstrip("\ufeff").startswith('"')

    def written() -> bytes:
        out = io.StringIO(newline="")
        csv.writer(
            out, delimiter=separator, quoting=csv.QUOTE_ALL if all_quoted else csv.QUOTE_MINIMAL
        ).writerows([header, *rows])
        return out.getvalue().encode(encoding)

    places = {name.strip("\ufeff ").casefold(): place for place, name in enumerate(header)}
    return Document(places, rows, numbers, written, lambda value: "" if value is None else str(value))


def zipped(content: bytes, member: str, *given: str) -> Document:
    """A delimited file in a zip."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    inner = delimited(files[member], *given)
    own = inner.written

    def written() -> bytes:
        return zip_of({**files, member: own()})

    inner.written = written
    return inner


def zip_of(files: Mapping[str, bytes]) -> bytes:
    """A zip with these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def html(content: bytes, *columns: str) -> Document:
    """A page; `columns` are counted from the right, as cells that span rows make the rest shorter on the left.

    A row's number is that of its `<tr>` on the page.
    """
    text = content.decode("utf-8")
    lines = list(re.finditer(r"<tr\b.*?</tr>", text, re.DOTALL))
    rows = [_CELL.findall(line.group()) for line in lines]

    def written() -> bytes:
        parts, last = [], 0
        for line, row in zip(lines, rows, strict=True):
            cells = iter(row)
            changed = _CELL.sub(
                lambda m, cells=cells: m.group().replace(f">{m.group(1)}<", f">{next(cells)}<", 1),  # type: ignore[misc]
                line.group(),
            )
            parts += [text[last : line.start()], changed]
            last = line.end()
        return ("".join(parts) + text[last:]).encode("utf-8")

    places = {name: place - len(columns) for place, name in enumerate(columns)}
    numbers = list(range(1, len(rows) + 1))
    return Document(places, rows, numbers, written, read=lambda cell: re.sub(r"<[^>]*>", "", cell))


def xlsx(content: bytes, sheet: str) -> Document:
    """A sheet of a workbook; columns are named by their letters."""
    import openpyxl
    from openpyxl.utils import get_column_letter

    book = openpyxl.load_workbook(io.BytesIO(content))
    rows = [list(row) for row in book[sheet].iter_rows(values_only=True)]

    def written() -> bytes:
        for number, row in enumerate(rows, 1):
            for place, value in enumerate(row, 1):
                cell = book[sheet].cell(number, place)
                if cell.value != value:
                    cell.value = value
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    letters = {get_column_letter(place + 1): place for place in range(book[sheet].max_column)}
    return Document(letters, rows, list(range(1, len(rows) + 1)), written)


def ods(content: bytes, sheet: str) -> Document:
    """A sheet of an OpenDocument file without repeated cells; columns are named by their letters."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    text = files["content.xml"].decode("utf-8")
    start = text.index(f'<table:table table:name="{sheet}"')
    end = text.index("</table:table>", start)
    lines = re.findall(r"<table:table-row>(.*?)</table:table-row>", text[start:end], re.DOTALL)
    rows = [_ODS_CELL.findall(line) for line in lines]

    def written() -> bytes:
        body = text[start:end]
        for line, row in zip(lines, rows, strict=True):
            if (old := _ODS_CELL.findall(line)) != row:
                place = next(i for i, cell in enumerate(row) if cell != old[i])
                before = "".join(old[:place])
                at = body.index(line) + line.index(before) + len(before)
                body = body[:at] + row[place] + body[at + len(old[place]) :]
        return zip_of({**files, "content.xml": (text[:start] + body + text[end:]).encode("utf-8")})

    return Document(
        {chr(65 + place): place for place in range(max(map(len, rows)))},
        rows,
        list(range(1, len(rows) + 1)),
        written,
        lambda value: (
            f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
        ),
        lambda cell: re.sub(r"<[^>]*>", "", cell),
    )


def xls_number(content: bytes, row: int, column: int, value: float) -> bytes:
    """A binary workbook with another number in a cell (row and column from 1) that holds one."""
    cell = struct.pack("<HHHH", 0x0203, 14, row - 1, column - 1)
    assert content.count(cell) == 1
    at = content.index(cell) + len(cell) + 2
    return content[:at] + struct.pack("<d", value) + content[at + 8 :]


def xls_numbers(content: bytes, column: int) -> list[int]:
    """Rows (from 1) of a binary workbook with a number in the column (from 1)."""
    number = re.escape(struct.pack("<HH", 0x0203, 14)) + b"(..)" + re.escape(struct.pack("<H", column - 1))
    found = re.finditer(number, content, re.DOTALL)
    return [struct.unpack("<H", match.group(1))[0] + 1 for match in found]


def _between(text: str, start: str, end: str) -> str:
    at = text.index(start)
    return text[at : text.index(end, at)]
