"""The charts of a donor's workbook, on a sheet with the figures they are drawn from."""

from typing import Any

from orchestration.releases.styles import GREY, INK, LINE, SERIES, Styles, page, put, title

NAME = "Charts"
HEIGHT = 19  # rows that a chart takes


def add_charts(book: Any, styles: Styles, rows: list[dict[str, Any]], rounds: list[dict[str, Any]]) -> bool:
    """Add the sheet of charts; return whether there was anything to draw.

    Percentages with a target share an axis: baseline, value with its interval, target. Indicators of any
    unit share one of achievement. Survey indicators show the previous round beside this one.
    """
    totals = [row for row in rows if row["by"] is None and row["value"] is not None]
    percents = [row for row in totals if row["unit"] == "percent" and row["target"] is not None]
    achieved = [row for row in totals if row["achievement"] is not None]
    compared = [row for row in rounds if row["by"] is None and row["previous"] is not None]
    if not (percents or achieved or compared):
        return False
    sheet = book.add_worksheet(NAME)
    page(sheet, styles, landscape=False)
    sheet.fit_to_pages(1, 1)
    title(sheet, styles, "Charts", "Totals only; the figures that are drawn stand beside each chart.")
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 5, 10)
    row = 3
    if percents:
        row = _targets(book, sheet, styles, row, percents)
    if achieved:
        row = _achievement(book, sheet, styles, row, achieved)
    if compared:
        _rounds(book, sheet, styles, row, compared)
    return True


def _targets(book: Any, sheet: Any, styles: Styles, row: int, rows: list[dict[str, Any]]) -> int:
    columns = {
        "Baseline": [one["baseline"] for one in rows],
        "Value": [one["value"] for one in rows],
        "Target": [one["target"] for one in rows],
        "Below": [_apart(one["value"], one["ci_low"]) for one in rows],
        "Above": [_apart(one["ci_high"], one["value"]) for one in rows],
    }
    last = _figures(sheet, styles, row, [one["label"] for one in rows], columns, "number1")
    chart = _chart(book, "Percentages against their targets (bars: 95 % interval)")
    for position, name in enumerate(("Baseline", "Value", "Target"), start=1):
        series = _series(row, last, position, SERIES[position - 1])
        if name == "Value":
            series["y_error_bars"] = {
                "type": "custom",
                "plus_values": _range(row, last, 5),
                "minus_values": _range(row, last, 4),
                "line": {"color": GREY},
            }
        chart.add_series(series)
    return _place(sheet, chart, row, last)


def _achievement(book: Any, sheet: Any, styles: Styles, row: int, rows: list[dict[str, Any]]) -> int:
    columns = {"Achieved": [one["achievement"] for one in rows]}
    last = _figures(sheet, styles, row, [one["label"] for one in rows], columns, "share")
    chart = _chart(book, "Way from baseline to target covered so far (100 % is the target)", "0%")
    series = _series(row, last, 1, INK)
    series["data_labels"] = {"value": True, "num_format": "0%", "font": {"size": 8, "color": GREY}}
    chart.add_series(series)
    chart.set_legend({"none": True})
    return _place(sheet, chart, row, last)


def _rounds(book: Any, sheet: Any, styles: Styles, row: int, rows: list[dict[str, Any]]) -> int:
    columns = {
        "Last round": [one["previous"] for one in rows],
        "This round": [one["current"] for one in rows],
    }
    last = _figures(sheet, styles, row, [one["indicator"] for one in rows], columns, "number1")
    chart = _chart(book, "Survey rounds compared")
    chart.add_series(_series(row, last, 1, SERIES[0]))
    chart.add_series(_series(row, last, 2, SERIES[1]))
    return _place(sheet, chart, row, last)


def _apart(high: float | None, low: float | None) -> float | None:
    return None if high is None or low is None else max(high - low, 0)


def _figures(
    sheet: Any, styles: Styles, row: int, labels: list[str], columns: dict[str, list[float | None]], kind: str
) -> int:
    """Write the figures of a chart under a header at `row`; return the last row."""
    for column, heading in enumerate(["Indicator", *columns]):
        put(sheet, row, column, heading, styles.header)
    for offset, label in enumerate(labels, start=1):
        put(sheet, row + offset, 0, label, styles.detail["code"])
        for column, numbers in enumerate(columns.values(), start=1):
            number = numbers[offset - 1]
            if number is None:
                sheet.write_blank(row + offset, column, None, styles.detail[kind])
            else:
                sheet.write_number(row + offset, column, number, styles.detail[kind])
    return row + len(labels)


def _chart(book: Any, text: str, axis_format: str = "0") -> Any:
    chart = book.add_chart({"type": "column"})
    chart.set_title({"name": text, "name_font": {"size": 12, "color": INK}, "overlay": False})
    chart.set_legend({"position": "bottom"})
    chart.set_y_axis(
        {
            "num_format": axis_format,
            "major_gridlines": {"visible": True, "line": {"color": LINE}},
            "line": {"none": True},
        }
    )
    chart.set_x_axis({"label_position": "low", "num_font": {"size": 9}, "line": {"color": GREY}})
    chart.set_size({"width": 760, "height": 360})
    return chart


def _series(row: int, last: int, column: int, colour: str) -> dict[str, Any]:
    return {
        "name": [NAME, row, column],
        "categories": [NAME, row + 1, 0, last, 0],
        "values": [NAME, row + 1, column, last, column],
        "fill": {"color": colour},
        "gap": 70,
    }


def _range(row: int, last: int, column: int) -> str:
    letter = "ABCDEFGH"[column]
    return f"={NAME}!${letter}${row + 2}:${letter}${last + 1}"


def _place(sheet: Any, chart: Any, row: int, last: int) -> int:
    """Put the chart beside its figures; return the row where the next may begin."""
    sheet.insert_chart(row, 7, chart, {"object_position": 2})
    return max(row + HEIGHT, last + 2)
