"""The tables of a donor's workbook: values by result level, rounds, changes, definitions, sources.

A donor's quarter has some hundred values: here they are written cell by cell, as the format asks for it.
"""

import textwrap
from collections import Counter
from typing import Any

import pyarrow as pa

from orchestration.releases.content import Content
from orchestration.releases.header import Header
from orchestration.releases.rounding import decimals, rounded_numbers
from orchestration.releases.styles import Styles, page, put, title

HEADER_ROW = 3
# Heading, width, key of the row, kind of cell.
VALUE_COLUMNS = (
    ("Code", 8, "indicator", "code"), ("Indicator", 42, "title", "wrapped"), ("Region", 12, "region", "text"),
    ("Period", 12, "over_time", "text"), ("By", 14, "by", "text"), ("Category", 21, "category", "text"),
    ("Value", 13, "value", "value"), ("Unit", 11, "unit", "text"), ("Baseline", 10, "baseline", "number"),
    ("Target", 10, "target", "number"), ("Achieved", 9, "achievement", "share"),
    ("Light", 8, "light", "light"), ("95 % from", 8, "ci_low", "number"), ("95 % to", 8, "ci_high", "number"),
    ("Std. error", 8, "se", "number"), ("Design effect", 8, "deff", "number"), ("n", 8, "n", "number"),
    ("Numerator", 11, "numerator", "number"), ("Denomi-nator", 11, "denominator", "number"),
    ("Status", 9, "status", "text"), ("Of", 10, "period", "text"), ("Drops", 30, "drops", "wrapped"),
    ("Note", 34, "reason", "wrapped"),
)  # fmt: skip
# Columns that are left out of a sheet where they would be empty, or say the same in each row.
IF_FILLED = {
    "baseline", "target", "achievement", "light", "ci_low", "ci_high", "se", "deff", "n", "numerator",
    "denominator", "drops", "period", "reason",
}  # fmt: skip
IF_SEVERAL = {"region", "status"}
ROUND_COLUMNS = (
    ("Code", 8, "indicator", "code"), ("Indicator", 46, "title", "wrapped"), ("By", 14, "by", "text"),
    ("Category", 22, "category", "text"), ("Previous round", 12, "previous_round", "text"),
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
        row["title"] = row["name"] if row["dimension"] == "all" else None
        row |= _place(row)
        row["over_time"] = PERIODS.get(row["over_time"], row["over_time"])
        row["unit"] = row["currency"] or row["unit"]
        comment = content.comments.get(row["indicator"]) if row["by"] is None else None
        row["reason"] = " ".join(filter(None, (row["reason"], row["note"], comment))) or None
    return sorted(rows, key=_reading_order)


def round_rows(content: Content) -> list[dict[str, Any]]:
    """Return the rounded changes since the previous survey round as rows, totals before categories."""
    names = dict(zip(*(content.definitions[name].to_pylist() for name in ("indicator", "name")), strict=True))
    rows = _rounded_rows(content.round_changes)
    for row in rows:
        is_total = (row["dimension"] or "all") == "all"
        row["title"] = names.get(row["indicator"]) if is_total else None
        row |= {**_place(row), "over_time": None, "currency": None}
    return sorted(rows, key=_reading_order)


def level_sheet(book: Any, styles: Styles, name: str, rows: list[dict[str, Any]]) -> None:
    """Add the sheet of one result level: totals with their categories under them, foldable."""
    sheet = book.add_worksheet(name)
    common = [f"{key} {rows[0][key]}" for key in ("region", "status") if _says_one_thing(rows, key)]
    below = [f"All rows: {', '.join(common)}."] if common else []
    below.append("Rounded for reading; unrounded values are in indicators.parquet.")
    title(sheet, styles, f"{name} indicators", " ".join(below))
    columns = tuple(column for column in VALUE_COLUMNS if _is_shown(column[2], rows))
    _table(sheet, styles, columns, rows)
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
        ("Code", 9, "indicator", "code"), ("Region", 12, "region", "text"), ("By", 14, "dimension", "text"),
        ("Category", 22, "category", "text"), ("Currency", 9, "currency", "text"),
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
        ("Code", 8, "indicator", "code"), ("Indicator", 32, "name", "wrapped"),
        ("Level", 9, "level", "text"), ("Period", 12, "over_time", "text"), ("Unit", 11, "unit", "text"),
        ("Description", 38, "description", "wrapped"),
        ("Numerator", 32, "numerator_definition", "wrapped"),
        ("Denominator", 32, "denominator_definition", "wrapped"), ("Method", 38, "method", "wrapped"),
        ("By", 18, "disaggregations", "wrapped"), ("Better is", 8, "direction", "text"),
        ("Source", 26, "source_note", "wrapped"), ("Version", 8, "definition_version", "text"),
    )  # fmt: skip
    rows = content.definitions.to_pylist()
    for row in rows:
        row["over_time"] = PERIODS.get(row["over_time"], row["over_time"])
        row["disaggregations"] = (row["disaggregations"] or "").replace("_", " ")
    _table(sheet, styles, tuple(one for one in columns if any(row[one[2]] for row in rows)), rows)


def sources_sheet(book: Any, styles: Styles, content: Content) -> None:
    """Add the deliveries behind the values, each with its SHA-256."""
    sheet = book.add_worksheet("Sources")
    title(
        sheet, styles, "Deliveries", "The files that the values were computed from; SHA-256 identifies each."
    )
    columns = (
        ("Region", 14, "region", "code"), ("Source", 18, "source", "text"),
        ("Quarter", 10, "quarter", "text"), ("File", 70, "file", "wrapped"),
        ("SHA-256", 66, "sha256", "text"),
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


def _place(row: dict[str, Any]) -> dict[str, str | None]:
    """Return dimension and category as people read them; a total has no dimension."""
    if (row["dimension"] or "all") == "all":
        return {"by": None, "category": "total"}
    return {"by": row["dimension"].replace("_", " "), "category": (row["category"] or "").replace("_", " ")}


def _is_shown(key: str, rows: list[dict[str, Any]]) -> bool:
    if key in IF_SEVERAL:
        return not _says_one_thing(rows, key)
    return key not in IF_FILLED or any(row[key] is not None for row in rows)


def _says_one_thing(rows: list[dict[str, Any]], key: str) -> bool:
    return len({row[key] for row in rows}) == 1


def _lines(text: str | None, width: int) -> int:
    """Return how many lines a text takes in a column of that width: nothing else sets a row's height."""
    return max(len(textwrap.wrap(text or "", round(width * 1.1))), 1)


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
        height = max(_lines(values[key], width) for _, width, key, kind in columns if kind == "wrapped")
        sheet.set_row(row, 14 * height, None, {"level": 1} if values.get("by") else {})
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
