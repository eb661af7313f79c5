"""The front sheet of a donor's workbook: the values at once, then what the release is and how to read it."""

from typing import Any

from orchestration.releases.background import READING, STATE_TEXTS, quality_rows, signed
from orchestration.releases.content import Content
from orchestration.releases.figures import cell_format, months
from orchestration.releases.header import Header
from orchestration.releases.missing import told
from orchestration.releases.rows import Row, front_rows
from orchestration.releases.styles import Styles, lines, page, put, title

WIDTHS = (15, 56, 20, 25, 25, 10, 9, 25)
HEADINGS = ("Code", "Indicator", "Period", "Value", "Target", "Achieved", "Light", "Last quarter")
TEXT_WIDTH = sum(WIDTHS[1:])  # of the text blocks, behind their labels


def add_front(
    sheet: Any,
    styles: Styles,
    content: Content,
    header: Header,
    rows: list[Row],
    contents: list[tuple[str, str]],
) -> None:
    """Fill the front sheet. `rows` are all values, `contents` name and description of each other sheet."""
    page(sheet, styles)
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    title(
        sheet,
        styles,
        header.donor_name,
        f"Indicator report, {months(content.quarter)}: {', '.join(_regions(rows))}",
    )
    row = _values(sheet, styles, content, front_rows(rows))
    row = _sheets(sheet, styles, row, contents)
    notes = [(note["indicator"], _note(note)) for note in quality_rows(content, rows)]
    for heading, texts in (
        ("Notes on quality", notes),
        ("This release", _release(content, header, rows)),
        ("A value that is not a number", list(STATE_TEXTS[1:])),
        ("How to read it", list(READING)),
    ):
        row = _block(sheet, styles, row, heading, texts)


def _sheets(sheet: Any, styles: Styles, row: int, contents: list[tuple[str, str]]) -> int:
    """Write what the other sheets are, each a link; return the row where the next block begins."""
    _heading(sheet, styles, row, "Sheets")
    for offset, (name, text) in enumerate(contents, start=1):
        sheet.write_url(row + offset, 0, f"internal:'{name}'!A1", styles.link, name)
        put(sheet, row + offset, 1, text, styles.plain)
    return row + len(contents) + 2


def _note(note: Row) -> str:
    where = f" ({note['where']})" if note["where"] else ""
    return f"{note['name']}{where}: {note['text']}"


def _values(sheet: Any, styles: Styles, content: Content, rows: list[Row]) -> int:
    """Write the table of values, a heading for each result level; return the row after it."""
    for column, heading in enumerate(HEADINGS):
        put(sheet, 3, column, heading, styles.header)
    at = 4
    level = None
    regions = {row["region"] for row in rows}
    for row in rows:
        if row["level"] != level:
            level = row["level"]
            _heading(sheet, styles, at, f"{level.capitalize()} indicators", styles.level)
            at += 1
        put(sheet, at, 0, row["indicator"], styles.detail["code"])
        name = row["short"] if len(regions) == 1 else f"{row['short']}, {row['region']}"
        put(sheet, at, 1, name, styles.detail["wrapped"])
        put(sheet, at, 2, row["over_time"], styles.detail["wrapped"])
        _number(sheet, styles, at, 3, row, content, "value", row["shown"], styles.strong)
        _number(sheet, styles, at, 4, row, content, "target", None)
        if row["achievement"] is None:
            put(sheet, at, 5, None, styles.detail["share"])
        else:
            sheet.write_number(at, 5, row["achievement"], styles.detail["share"])
        light = (row["light"] or "").lower()
        put(sheet, at, 6, light, styles.lights.get(light, styles.detail["text"]))
        last = row["last"] or {"value": None, "shown": "not stated"}
        _number(sheet, styles, at, 7, row | last, content, "value", last["shown"])
        height = max(lines(name, WIDTHS[1]), lines(row["over_time"], WIDTHS[2]))
        sheet.set_row(at, 14 * height + 2)
        at += 1
    return at + 1


def _number(
    sheet: Any,
    styles: Styles,
    at: int,
    column: int,
    row: Row,
    content: Content,
    name: str,
    instead: str | None,
    more: dict[str, Any] | None = None,
) -> None:
    """Write a number that the cell shows with its unit, or what stands in its place."""
    if row[name] is None:
        put(sheet, at, column, instead, styles.detail["absent"])
    else:
        sheet.write_number(at, column, row[name], styles.number(cell_format(row, content.words, name), more))


def _regions(rows: list[Row]) -> list[str]:
    return sorted({row["region"] for row in rows if not row["is_together"]})


def _release(content: Content, header: Header, rows: list[Row]) -> list[tuple[str, str]]:
    labels = sorted({row["fiscal_label"] for row in rows if row["fiscal_label"]})
    replaced = f"replaces {header.predecessor}" if header.predecessor else "the first"
    return [
        ("Donor", f"{header.donor_name} ({content.donor})"),
        ("Regions", ", ".join(_regions(rows))),
        ("Quarter", f"{content.quarter}, {months(content.quarter)}"),
        ("Fiscal quarter", ", ".join(labels) or "none"),
        ("Release", f"{header.release}, {replaced}"),
        *([("Reason", header.reason)] if header.reason else []),
        *([("Provisional", f"Missing: {'; '.join(told(header.missing))}")] if header.missing else []),
        ("Signed off by", f"{header.approved_by}, {signed(header)}"),
        ("Code version", header.code_version),
    ]


def _block(sheet: Any, styles: Styles, row: int, heading: str, told: list[tuple[str, str]]) -> int:
    """Write labels with a text beside each; return the row where the next block begins."""
    if not told:
        return row
    _heading(sheet, styles, row, heading)
    for offset, (label, text) in enumerate(told, start=1):
        put(sheet, row + offset, 0, label, styles.label)
        sheet.merge_range(row + offset, 1, row + offset, len(WIDTHS) - 1, "", styles.wrapped)
        put(sheet, row + offset, 1, text, styles.wrapped)
        sheet.set_row(row + offset, 14 * lines(text, TEXT_WIDTH) + 2)
    return row + len(told) + 2


def _heading(sheet: Any, styles: Styles, row: int, text: str, style: Any = None) -> None:
    for column in range(len(WIDTHS)):
        put(sheet, row, column, text if column == 0 else None, style or styles.heading)
    sheet.set_row(row, 18)
