"""The tables of a donor's workbook: values by result level, rounds, changes, definitions, sources.

A donor's quarter has some hundred values: here they are written cell by cell, as the format asks for it.
"""

from collections import Counter
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from orchestration.releases.content import Content
from orchestration.releases.rounding import decimals, rounded_numbers
from orchestration.releases.styles import Styles, page, put, title

if TYPE_CHECKING:
    from orchestration.releases.build import Header

HEADER_ROW = 3
# Heading, width, key of the row, kind of cell.
VALUE_COLUMNS = (
    ("Code", 9, "indicator", "text"), ("Indicator", 44, "name", "wrapped"), ("Region", 12, "region", "text"),
    ("Period", 12, "over_time", "text"), ("By", 14, "by", "text"), ("Category", 20, "category", "indented"),
    ("Value", 13, "value", "value"), ("Unit", 13, "unit", "text"), ("Baseline", 12, "baseline", "number"),
    ("Target", 12, "target", "number"), ("Achieve-ment", 10, "achievement", "share"),
    ("Light", 9, "light", "light"), ("95 % from", 9, "ci_low", "number"), ("95 % to", 9, "ci_high", "number"),
    ("Std. error", 8, "se", "number"), ("Design effect", 8, "deff", "number"), ("n", 8, "n", "number"),
    ("Numerator", 13, "numerator", "number"), ("Denomi-nator", 13, "denominator", "number"),
    ("Status", 9, "status", "text"), ("Note", 40, "reason", "wrapped"),
)  # fmt: skip
ROUND_COLUMNS = (
    ("Code", 9, "indicator", "text"), ("Indicator", 44, "name", "wrapped"), ("By", 14, "by", "text"),
    ("Category", 22, "category", "indented"), ("Previous round", 12, "previous_round", "text"),
    ("Then", 10, "previous", "number"), ("Now", 10, "current", "number"),
    ("Difference", 11, "difference", "number"), ("Std. error", 10, "se", "number"), ("t", 8, "t", "number"),
    ("df", 8, "df", "number"), ("p, two-sided", 10, "p", "number"),
)  # fmt: skip
PERIODS = {"in_quarter": "in the quarter", "as_at": "at its end", "round": "survey round"}


def value_rows(content: Content, values: pa.Table) -> list[dict[str, Any]]:
    """Return the rounded values as rows, each indicator's total before its categories.

    Each row has its result level, its indicator's name, a `label` for charts that no other total has, and
    the decimals shown under `places`.
    """
    known = {row["indicator"]: row for row in content.definitions.to_pylist()}
    rows = _rounded_rows(values)
    totals = [row for row in rows if row["dimension"] == "all"]
    regions = {row["indicator"] for row in totals if row["region"] != "all"} & {
        row["indicator"] for row in totals if row["region"] == "all"
    }
    periods = Counter((row["indicator"], row["region"], row["currency"]) for row in totals)
    for row in rows:
        row["label"] = _label(row, regions, periods)
        definition = known.get(row["indicator"], {})
        row["level"] = (definition.get("level") or "other").lower()
        row["name"] = definition.get("name") or row["indicator"]
        row["by"] = None if row["dimension"] == "all" else row["dimension"]
        row["category"] = "total" if row["dimension"] == "all" else row["category"]
        row["over_time"] = PERIODS.get(row["over_time"], row["over_time"])
        row["unit"] = row["currency"] or row["unit"]
    return sorted(rows, key=_reading_order)


def round_rows(content: Content) -> list[dict[str, Any]]:
    """Return the rounded changes since the previous survey round as rows, totals before categories."""
    names = dict(zip(*(content.definitions[name].to_pylist() for name in ("indicator", "name")), strict=True))
    rows = _rounded_rows(content.round_changes)
    for row in rows:
        is_total = (row["dimension"] or "all") == "all"
        row |= {"name": names.get(row["indicator"]), "by": None if is_total else row["dimension"]}
        row |= {"category": "total" if is_total else row["category"], "over_time": None, "currency": None}
    return sorted(rows, key=_reading_order)


def level_sheet(book: Any, styles: Styles, name: str, rows: list[dict[str, Any]]) -> None:
    """Add the sheet of one result level: totals with their categories under them, foldable."""
    sheet = book.add_worksheet(name)
    title(
        sheet,
        styles,
        f"{name} indicators",
        "Rounded for reading; unrounded values are in indicators.parquet.",
    )
    _table(sheet, styles, VALUE_COLUMNS, rows)
    sheet.freeze_panes(HEADER_ROW + 1, 2)
    sheet.outline_settings(True, False, True, False)


def rounds_sheet(book: Any, styles: Styles, rows: list[dict[str, Any]]) -> None:
    """Add the test of the change since the previous survey round."""
    sheet = book.add_worksheet("Since last round")
    below = "Rounds are taken as independent; the test allows for the design. Small p: likely a real change."
    title(sheet, styles, "Change since the previous survey round", below)
    _table(sheet, styles, ROUND_COLUMNS, rows)


def changes_sheet(book: Any, styles: Styles, header: "Header") -> None:
    """Add what differs from the release that this one replaces: old value, new value, reason."""
    sheet = book.add_worksheet("Changes")
    title(sheet, styles, f"Changes since {header.predecessor}", "Each value that differs, with the reason.")
    columns = (
        ("Code", 9, "indicator", "text"), ("Region", 12, "region", "text"), ("By", 14, "dimension", "text"),
        ("Category", 22, "category", "indented"), ("Currency", 9, "currency", "text"),
        ("Old value", 14, "old_value", "number"), ("New value", 14, "new_value", "number"),
        ("Old state", 14, "old_state", "text"), ("New state", 14, "new_state", "text"),
        ("What differs", 30, "columns", "wrapped"), ("Reason", 44, "reason", "wrapped"),
    )  # fmt: skip
    rows = [
        {
            **vars(change),
            "columns": ", ".join(change.columns),
            "by": "",
            "places": {"old_value": 2, "new_value": 2},
        }
        for change in header.changes
    ]
    _table(sheet, styles, columns, rows)


def definitions_sheet(book: Any, styles: Styles, content: Content) -> None:
    """Add the reference sheets: how each indicator is defined, in which version."""
    sheet = book.add_worksheet("Definitions")
    title(sheet, styles, "Definitions", "What each indicator counts, over what, and where it comes from.")
    columns = (
        ("Code", 9, "indicator", "text"), ("Indicator", 40, "name", "wrapped"),
        ("Level", 10, "level", "text"),
        ("Description", 50, "description", "wrapped"), ("Unit", 12, "unit", "text"),
        ("Numerator", 42, "numerator_definition", "wrapped"),
        ("Denominator", 42, "denominator_definition", "wrapped"), ("Kind", 14, "kind", "text"),
        ("Period", 13, "over_time", "text"), ("Better is", 10, "direction", "text"),
        ("Source", 32, "source", "wrapped"), ("Version", 9, "version", "text"),
    )  # fmt: skip
    _table(sheet, styles, columns, content.definitions.to_pylist())


def sources_sheet(book: Any, styles: Styles, content: Content) -> None:
    """Add the deliveries behind the values, each with its SHA-256."""
    sheet = book.add_worksheet("Sources")
    title(
        sheet, styles, "Deliveries", "The files that the values were computed from; SHA-256 identifies each."
    )
    columns = (
        ("Region", 14, "region", "text"), ("Source", 18, "source", "text"),
        ("Quarter", 10, "quarter", "text"), ("File", 60, "file", "text"), ("SHA-256", 68, "sha256", "text"),
    )  # fmt: skip
    _table(sheet, styles, columns, content.drops.to_pylist())


def _label(row: dict[str, Any], regions: set[str], periods: Counter[tuple[Any, Any, Any]]) -> str:
    """Return the code, with as much as tells a total from the indicator's other totals."""
    several = periods[row["indicator"], row["region"], row["currency"]] > 1
    parts = (
        row["indicator"],
        row["region"] if row["indicator"] in regions else None,
        row["currency"],
        PERIODS.get(row["over_time"], row["over_time"]) if several else None,
    )
    return " ".join(part for part in parts if part)


def _rounded_rows(table: pa.Table) -> list[dict[str, Any]]:
    numbers = [field.name for field in table.schema if pa.types.is_floating(field.type)]
    places = pa.table({name: decimals(table, name) for name in numbers}).to_pylist()
    rows: list[dict[str, Any]] = rounded_numbers(table).to_pylist()
    for row, shown in zip(rows, places, strict=True):
        row["places"] = shown
    return rows


def _reading_order(row: dict[str, Any]) -> tuple[str, ...]:
    keys = ("indicator", "over_time", "currency", "by", "category")
    region = row.get("region") or ""
    return (row["indicator"], "" if region == "all" else region, *(row[key] or "" for key in keys[1:]))


def _table(
    sheet: Any, styles: Styles, columns: tuple[tuple[str, int, str, str], ...], rows: list[dict[str, Any]]
) -> None:
    page(sheet, styles, header_row=HEADER_ROW)
    for column, (heading, width, _, _) in enumerate(columns):
        sheet.set_column(column, column, width)
        put(sheet, HEADER_ROW, column, heading, styles.header)
    sheet.set_row(HEADER_ROW, 30)
    for row, values in enumerate(rows, start=HEADER_ROW + 1):
        is_total = values.get("by", "") is None
        formats = styles.total if is_total else styles.detail
        for column, (_, _, key, kind) in enumerate(columns):
            _cell(sheet, styles, formats, row, column, kind, key, values)
        if values.get("by"):
            sheet.set_row(row, None, None, {"level": 1})
    if rows:
        sheet.autofilter(HEADER_ROW, 0, HEADER_ROW + len(rows), len(columns) - 1)


def _cell(
    sheet: Any,
    styles: Styles,
    formats: dict[str, Any],
    row: int,
    column: int,
    kind: str,
    key: str,
    values: dict[str, Any],
) -> None:
    value = values[key]
    if kind == "light":
        light = (value or "").lower()
        put(sheet, row, column, light, styles.lights.get(light, formats["text"]))
    elif kind == "value" and value is None:
        put(sheet, row, column, (values["state"] or "not_reported").replace("_", " "), formats["absent"])
    elif kind in ("value", "number", "share"):
        style = formats["share"] if kind == "share" else formats[f"number{values['places'][key]}"]
        if value is None:
            sheet.write_blank(row, column, None, style)
        else:
            sheet.write_number(row, column, value, style)
    else:
        put(sheet, row, column, value, formats[kind])
