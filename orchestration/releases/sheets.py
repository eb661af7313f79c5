"""The tables of a donor's workbook: values by result level, rounds, changes, sources.

A donor's quarter has some hundred values: here they are written cell by cell, as the format asks for it.
"""

from typing import Any

from orchestration.releases.rows import Row
from orchestration.releases.styles import Styles, lines, page, put, title
from orchestration.releases.words import WITHHELD

HEADER_ROW = 3
# Heading, width, key of the row, kind of cell.
VALUE_COLUMNS = (
    ("Code", 8, "indicator", "code"), ("Indicator, category", 46, "line", "line"), ("Region", 13, "region", "text"),
    ("By", 28, "by", "wrapped"), ("Period", 18, "over_time", "text"), ("Value", 13, "value", "value"),
    ("Unit", 17, "value_unit", "wrapped"), ("Baseline", 10, "baseline", "number"), ("Target", 10, "target", "number"),
    ("Achieved", 10, "achievement", "share"), ("Light", 9, "light", "light"),
    ("95 % from", 9, "ci_low", "number"), ("95 % to", 9, "ci_high", "number"),
    ("Std. error", 9, "se", "number"), ("Design effect", 9, "deff", "number"), ("n", 9, "n", "number"),
    ("Numerator", 12, "numerator", "number"), ("Denominator", 13, "denominator", "number"),
    ("Status", 10, "status", "text"), ("Data of", 10, "period", "text"), ("Note", 44, "note", "wrapped"),
    ("Deliveries", 40, "drops", "wrapped"),
)  # fmt: skip
SECOND_PAGE = (
    "ci_low",
    "ci_high",
    "se",
    "deff",
    "n",
    "numerator",
    "denominator",
)  # whichever is the first there is
# Characters in width that can still be read on one page; a page takes so many at the scale of one percent. Less than
# A4 has room for: with another font than Calibri columns are wider.
ONE_PAGE, OF_A_PAGE = 230, 11_400
# Columns that are left out of a sheet where they would be empty, or say the same in each row.
IF_FILLED = {
    "baseline", "target", "achievement", "light", "ci_low", "ci_high", "se", "deff", "n", "numerator",
    "denominator", "drops", "period", "note",
}  # fmt: skip
IF_SEVERAL = {"region", "status"}
ROUND_COLUMNS = (
    ("Code", 8, "indicator", "code"), ("Indicator, category", 50, "line", "line"), ("Region", 13, "region", "text"),
    ("By", 22, "by", "wrapped"), ("Previous round", 12, "previous_round", "text"),
    ("Then", 10, "previous", "value"), ("Now", 10, "current", "value"),
    ("Difference", 11, "difference", "value"), ("Std. error", 10, "se", "number"), ("t", 8, "t", "number"),
    ("df", 8, "df", "number"), ("p, two-sided", 10, "p", "number"),
    ("p, Holm", 8, "p_holm", "number"), ("n then", 8, "previous_n", "number"), ("n now", 8, "n", "number"),
)  # fmt: skip
CHANGES = ("Changes", "What changed since the last release", "Each value that differs, with the reason.")
SOURCES = ("Sources", "Deliveries", "The files that the values were computed from; SHA-256 identifies each.")
TEXT_COLUMNS = {
    "Changes": (
        ("Code", 9, "indicator", "code"), ("Indicator", 36, "name", "wrapped"), ("Region", 13, "region", "text"),
        ("Period", 17, "over_time", "text"), ("Of", 26, "place", "wrapped"), ("Was", 24, "was", "wrapped"),
        ("Is", 24, "is", "wrapped"), ("What differs", 30, "differs", "wrapped"),
        ("Reason", 44, "reason", "wrapped"),
    ),
    "Sources": (
        ("Region", 18, "region", "code"), ("Source", 36, "source", "wrapped"), ("Quarter", 10, "quarter", "text"),
        ("File", 66, "file", "wrapped"), ("SHA-256", 68, "sha256", "text"),
    ),
}  # fmt: skip


def level_sheet(book: Any, styles: Styles, name: str, rows: list[Row], region: str = "Region") -> None:
    """Add the sheet of one result level: totals with their categories under them, foldable.

    `region` is what a region is called.
    """
    sheet = book.add_worksheet(name)
    common = [str(rows[0][key]) for key in ("region", "status") if _says_one_thing(rows, key)]
    below = [f"All rows: {', '.join(common)}."] if common else []
    if any(row["state"] == "suppressed" for row in rows):
        below.append(f"Withheld: {WITHHELD}.")
    below.append("Rounded for reading; unrounded values are in indicators.parquet.")
    title(sheet, styles, f"{name} indicators", " ".join(below))
    columns = tuple(
        (region, *column[1:]) if column[2] == "region" else column
        for column in VALUE_COLUMNS
        if _is_shown(column[2], rows)
    )
    widths = _table(sheet, styles, columns, rows)
    _print_beside_each_other(sheet, [key for _, _, key, _ in columns], widths)
    sheet.freeze_panes(HEADER_ROW + 1, 2)
    sheet.outline_settings(True, False, True, False)


def rounds_sheet(book: Any, styles: Styles, rows: list[Row]) -> None:
    """Add the test of the change since the previous survey round."""
    sheet = book.add_worksheet("Since last round")
    below = "Rounds are taken as independent; the test allows for the design. Small p: likely a real change. "
    below += "Of many tests some p are small by chance: Holm's adjustment for all tests of the quarter is beside it. "
    below += "In brackets: one of the rounds rests on few unweighted cases."
    title(sheet, styles, "Change since the previous survey round", below)
    columns = tuple(
        one for one in ROUND_COLUMNS if one[2] not in IF_SEVERAL or not _says_one_thing(rows, one[2])
    )
    _table(sheet, styles, columns, rows)


def plain_sheet(book: Any, styles: Styles, sheet_of: tuple[str, str, str], rows: list[Row]) -> None:
    """Add a sheet of texts: one of CHANGES and SOURCES, without columns that are empty."""
    name, heading, below = sheet_of
    sheet = book.add_worksheet(name)
    title(sheet, styles, heading, below)
    columns = tuple(one for one in TEXT_COLUMNS[name] if any(row[one[2]] for row in rows))
    _table(sheet, styles, columns, rows)


def _print_beside_each_other(sheet: Any, keys: list[str], widths: list[float]) -> None:
    """Print values and what they rest on as two pages beside each other, where they would be too small on one."""
    second = next((place for place, key in enumerate(keys) if key in SECOND_PAGE), 0)
    if second and sum(widths) > ONE_PAGE:
        wider = max(sum(widths[:second]), sum(widths[:2] + widths[second:]))
        sheet.set_print_scale(min(int(OF_A_PAGE / wider), 72))
        sheet.set_v_pagebreaks([second])
        sheet.repeat_columns(0, 1)
        sheet.print_across()


def _is_shown(key: str, rows: list[Row]) -> bool:
    if key in IF_SEVERAL:
        return not _says_one_thing(rows, key)
    return key not in IF_FILLED or any(row[key] is not None for row in rows)


def _says_one_thing(rows: list[Row], key: str) -> bool:
    return len({row[key] for row in rows}) == 1


def _table(
    sheet: Any, styles: Styles, columns: tuple[tuple[str, int, str, str], ...], rows: list[Row]
) -> list[float]:
    """Write header and rows; return how wide the columns are."""
    page(sheet, styles, header_row=HEADER_ROW)
    widths = [
        max(width, _widest(rows, key) if kind in ("value", "number") else 0)
        for _, width, key, kind in columns
    ]
    for column, (heading, _, _, _) in enumerate(columns):
        sheet.set_column(column, column, widths[column])
        put(sheet, HEADER_ROW, column, heading, styles.header)
    sheet.set_row(HEADER_ROW, 30)
    for row, values in enumerate(rows, start=HEADER_ROW + 1):
        is_total = values.get("by", "") is None
        formats = styles.total if is_total else styles.detail
        for column, (_, _, key, kind) in enumerate(columns):
            _cell(sheet, styles, formats, row, column, kind, key, values)
        height = max(
            lines(values[key], width) for _, width, key, kind in columns if kind in ("wrapped", "line")
        )
        sheet.set_row(row, 14 * height, None, {"level": 1} if values.get("by") else {})
    if rows:
        sheet.autofilter(HEADER_ROW, 0, HEADER_ROW + len(rows), len(columns) - 1)
    return widths


def _widest(rows: list[Row], key: str) -> float:
    """Return the width that a column's longest number takes: a sum of money in full would be shown as ####."""
    numbers = [f"{row[key]:,.{row['places'][key]}f}" for row in rows if row[key] is not None]
    return 1.15 * max(map(len, numbers), default=0) + 2


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
    elif kind == "value" and value is None and "shown" in values:
        put(sheet, row, column, values["shown"], formats["absent"])
    elif kind in ("value", "number", "share"):
        look = "bracketed" if kind == "value" and values.get("reliability") == "bracketed" else "number"
        style = formats["share"] if kind == "share" else formats[f"{look}{values['places'][key]}"]
        if value is None:
            sheet.write_blank(row, column, None, style)
        else:
            sheet.write_number(row, column, value, style)
    else:
        put(sheet, row, column, value, formats[kind])
