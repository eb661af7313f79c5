"""The donor's workbook: which sheets there are and what the front sheet says. Tables are in `sheets`,
charts in `charts`, the look in `styles`. Takes values, gives bytes; the same input gives the same bytes.
"""

import datetime as dt
import io
from typing import Any

import pyarrow as pa
import xlsxwriter

from orchestration.releases import charts, sheets
from orchestration.releases.content import Content
from orchestration.releases.header import Header
from orchestration.releases.missing import told
from orchestration.releases.styles import Styles, page, put, title

LEVELS = ("impact", "outcome", "output")
STATES = (
    ("reported", "The value was computed from records delivered for the quarter. Zero is a reported value."),
    ("not reported", "A delivery or an exchange rate that it needs has not arrived. It is not zero."),
    ("not applicable", "Nobody and nothing was in the population, so there is no value to state."),
    ("suppressed", "Withheld because it could point to single persons or households."),
)
READING = (
    ("Status", "final: first published here. provisional: so too, while deliveries were missing. "
               "restated: differs from the release before; see sheet Changes."),
    ("Achievement", "(value - baseline) / (target - baseline); none where target and baseline are equal."),
    ("Light", "Green, amber and red say how far the value is on the way from baseline to target."),
    ("95 % interval", "Survey estimates only: with it come standard error, design effect and unweighted n."),
    ("Rounding", "This workbook and the CSV are rounded: percent to 1 decimal, money to 2, counts whole. "
                 "indicators.parquet holds the unrounded values; all computing was done with those."),
    ("Categories", "Rows under an indicator's total are its disaggregations. Categories may overlap, and "
                   "persons are counted once in each total: categories need not add up to it."),
)  # fmt: skip


def to_workbook(content: Content, header: "Header", values: pa.Table) -> bytes:
    """Return the workbook of a release; `values` are the content's with status and release added."""
    body = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(body, options) as book:
        signed = dt.datetime.fromisoformat(header.approved_at).replace(tzinfo=None)
        book.set_properties(
            {
                "title": f"{header.donor_name}: indicators {content.quarter}",
                "author": header.approved_by,
                "comments": f"Release {header.release} of {content.donor} {content.quarter}",
                "created": signed,  # the writing time would make other bytes each time
            }
        )
        styles = Styles(book, f"{content.donor} {content.quarter} {header.release}")
        front = book.add_worksheet("Summary")
        contents = _sheets(book, styles, content, header, values)
        _front(front, styles, content, header, values, contents)
        front.activate()
    return body.getvalue()


def _sheets(
    book: Any, styles: Styles, content: Content, header: "Header", values: pa.Table
) -> list[tuple[str, str]]:
    """Add all sheets after the front; return name and description of each."""
    made = []
    rows = sheets.value_rows(content, values)
    for level in sorted({row["level"] for row in rows}, key=_level_order):
        name = level.capitalize()[:31]
        of_level = [row for row in rows if row["level"] == level]
        sheets.level_sheet(book, styles, name, of_level)
        count = len({row["indicator"] for row in of_level})
        made.append((name, f"{count} {'indicator' if count == 1 else 'indicators'} of level {level}"))
    if charts.add_charts(book, styles, rows, sheets.round_rows(content)):
        made.append(("Charts", "Values against targets, and survey rounds compared"))
    if len(content.round_changes):
        sheets.rounds_sheet(book, styles, sheets.round_rows(content))
        made.append(("Since last round", "Change since the previous survey round, with its test"))
    if header.changes:
        sheets.changes_sheet(book, styles, header)
        made.append(("Changes", f"{len(header.changes)} values that differ from {header.predecessor}"))
    sheets.definitions_sheet(book, styles, content)
    made.append(("Definitions", "Reference sheet of each indicator: unit, numerator, denominator, source"))
    sheets.sources_sheet(book, styles, content)
    made.append(("Sources", f"{len(content.drops)} deliveries that the values were computed from"))
    return made


def _level_order(level: str) -> tuple[int, str]:
    return (LEVELS.index(level) if level in LEVELS else len(LEVELS), level)


def _front(
    sheet: Any,
    styles: Styles,
    content: Content,
    header: "Header",
    values: pa.Table,
    contents: list[tuple[str, str]],
) -> None:
    page(sheet, styles, landscape=False)
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, 82)
    labels = sorted({label for label in values["fiscal_label"].to_pylist() if label})
    replaced = f"replaces {header.predecessor}" if header.predecessor else "the first"
    signed = header.approved_at.replace("T", " ").replace("Z", " UTC")
    title(sheet, styles, header.donor_name, f"Indicator report, {_period(content.quarter)}")
    row = _block(sheet, styles, 3, "This release", [
        ("Donor", f"{header.donor_name} ({content.donor})"),
        ("Quarter", f"{content.quarter}, {_period(content.quarter)}"),
        ("Fiscal quarter", ", ".join(labels) or "none"),
        ("Release", f"{header.release}, {replaced}"),
        *([("Reason", header.reason)] if header.reason else []),
        *([("Provisional", f"Missing: {' '.join(told(header.missing))}")] if header.missing else []),
        ("Signed off by", f"{header.approved_by}, {signed}"),
        ("Code version", header.code_version),
    ])  # fmt: skip
    row = _block(sheet, styles, row, "At a glance", _glance(values), lights=True)
    row = _block(sheet, styles, row, "States of a value", list(STATES))
    row = _block(sheet, styles, row, "How to read it", list(READING))
    put(sheet, row, 0, "Sheets", styles.heading)
    put(sheet, row, 1, "", styles.heading)
    for offset, (name, text) in enumerate(contents, start=1):
        sheet.write_url(row + offset, 0, f"internal:'{name}'!A1", styles.link, name)
        put(sheet, row + offset, 1, text, styles.wrapped)


def _block(
    sheet: Any, styles: Styles, row: int, heading: str, lines: list[tuple[str, str]], lights: bool = False
) -> int:
    put(sheet, row, 0, heading, styles.heading)
    put(sheet, row, 1, "", styles.heading)
    sheet.set_row(row, 18)
    for offset, (label, text) in enumerate(lines, start=1):
        style = styles.lights.get(label.lower(), styles.label) if lights else styles.label
        put(sheet, row + offset, 0, label, style)
        put(sheet, row + offset, 1, text, styles.wrapped)
        sheet.set_row(row + offset, 15 * (1 + len(text) // 92))
    return row + len(lines) + 2


def _glance(values: pa.Table) -> list[tuple[str, str]]:
    """Count the totals: how many stand at which light and in which state."""
    totals = [row for row in values.to_pylist() if row["dimension"] == "all"]
    lines = [("Indicators", str(len({row["indicator"] for row in totals})))]
    for light in ("green", "amber", "red"):
        count = sum((row["light"] or "").lower() == light for row in totals)
        if count:
            lines.append((light.capitalize(), _totals(count)))
    without = sum(row["state"] == "reported" and not row["light"] for row in totals)
    lines.append(
        ("No light", f"{_totals(without)} without a target, or with an achievement that is undefined")
    )
    for state in ("not_reported", "not_applicable", "suppressed"):
        count = sum(row["state"] == state for row in totals)
        if count:
            lines.append((state.replace("_", " ").capitalize(), _totals(count)))
    return lines


def _totals(count: int) -> str:
    return f"{count} total" if count == 1 else f"{count} totals"


def _period(quarter: str) -> str:
    """Return the months of a calendar quarter: 2021Q2 is April to June 2021."""
    first = 3 * int(quarter[5]) - 2
    names = [dt.date(2000, month, 1).strftime("%B") for month in (first, first + 2)]
    return f"{names[0]} to {names[1]} {quarter[:4]}"
