"""The charts of a donor's workbook, each beside the table of the figures it is drawn from.

Bars lie, so that names stand beside them in full, in the order of the table.
"""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from orchestration.releases.figures import interval
from orchestration.releases.rows import Row
from orchestration.releases.styles import GREY, INK, LINE, MILLIONS, SERIES, Styles, lines, page, put, title
from orchestration.releases.words import inside

NAME = "Charts"
NAME_WIDTH, NUMBER_WIDTH = 44, 11
LEFT = 6  # the column at which charts begin: a name and at most five numbers stand before it
HEADING_WIDTH = NAME_WIDTH + (LEFT - 1) * NUMBER_WIDTH
ROW = 20  # pixels that a row of the sheet takes
SCALE = 52  # percent; tables and charts side by side on A4, also where another font makes columns wider
ON_PAGE = 1260  # pixels that a page takes in height at this scale

# How numbers are written beside bars and along the axis, by kind of cell.
LABELS = {"share": "0%", "number1": "#,##0.0", "millions": MILLIONS}
AXES = {"share": "0%", "millions": "#,##0,,"}
COLOURS = {1: (INK,), 2: (SERIES[0], INK), 3: SERIES}  # by how many series there are

Column = tuple[str, list[float | None], str]  # heading, numbers, kind of cell


@dataclass(frozen=True)
class Block:
    """A table and its chart: what they are called, whose numbers they show, the heading of those, the columns."""

    heading: str
    names_are: str
    names: list[str]
    columns: list[Column]

    @property
    def height(self) -> int:
        """The pixels that the higher of table and chart takes, with a gap below."""
        table = ROW * (
            self.heading_lines + self.head_lines + sum(lines(name, NAME_WIDTH) for name in self.names)
        )
        return max(table, _height(len(self.names), self.columns)) + 2 * ROW

    @property
    def heading_lines(self) -> int:
        """The lines that the heading takes."""
        return lines(self.heading, HEADING_WIDTH * 0.85)  # it is bold, and larger

    @property
    def head_lines(self) -> int:
        """The lines that the longest head of a column takes."""
        return max(lines(name, NUMBER_WIDTH * 0.85) for name, _, _ in self.columns)


def add_charts(book: Any, styles: Styles, rows: list[Row], rounds: list[Row]) -> bool:
    """Add the sheet of charts; return whether there was anything to draw.

    Percentages with a target share an axis: baseline, value with its interval, target. Indicators of any
    unit share one of achievement. Survey indicators show the previous round beside this one. Then follows each
    breakdown of a total that stands for the donor.
    """
    blocks = [*_overviews(rows, rounds), *_breakdowns(rows)]
    if not blocks:
        return False
    sheet = book.add_worksheet(NAME)
    page(sheet, styles)
    sheet.set_print_scale(SCALE)  # fitted to the width, the page would break within charts
    title(sheet, styles, "Charts", "Each chart stands beside the figures that it is drawn from.")
    sheet.set_column(0, 0, NAME_WIDTH)
    sheet.set_column(1, LEFT - 1, NUMBER_WIDTH)
    row, filled, breaks = 3, 0, []
    for block in blocks:
        if filled and filled + block.height > ON_PAGE:
            breaks.append(row - 1)  # the blank row above: the chart's border lies on the edge of its own
            filled = 0
        filled += block.height
        row = _add(book, sheet, styles, row, block)
    sheet.set_h_pagebreaks(breaks)
    return True


def _overviews(rows: list[Row], rounds: list[Row]) -> list[Block]:
    totals = [row for row in rows if row["by"] is None and row["value"] is not None]
    percents = [row for row in totals if row["unit"] == "percent" and row["target"] is not None]
    achieved = [row for row in totals if row["achievement"] is not None]
    compared = [row for row in rounds if row["by"] is None and row["previous"] is not None]
    both: list[Column] = [
        ("Last round", _all(compared, "previous"), "number1"),
        ("This round", _all(compared, "current"), "number1"),
    ]
    made = (
        ("Percentages against their targets", percents, _against_targets(percents)),
        ("Way from baseline to target covered so far", achieved,
         [("Achieved", _all(achieved, "achievement"), "share")]),
        ("Survey rounds compared, in percent", compared, both),
    )  # fmt: skip
    return [
        Block(
            heading,
            "Indicator",
            [f"{one['indicator']} {one.get('label') or one['name']}" for one in of],
            columns,
        )
        for heading, of, columns in made
        if of
    ]


def _breakdowns(rows: list[Row]) -> list[Block]:
    """The breakdowns of the totals for all regions together, or of the only region."""
    together = {row["indicator"] for row in rows if row["is_together"]}
    own = [row for row in rows if row["by"] and (row["is_together"] or row["indicator"] not in together)]
    blocks = []
    for _, group in groupby(own, lambda row: (row["key"][:4], row["currency"])):
        of = list(group)
        if sum(row["value"] is not None for row in of) > 1:  # one bar is no chart
            first = of[0]
            heading = f"{first['indicator']} {first['label']}, by {inside(first['by'])}"
            numbers = (first["unit_name"], _all(of, "value"), f"number{first['places']['value']}")
            if first["currency"] and max(abs(row["value"] or 0) for row in of) >= 1e6:
                numbers = (f"{first['currency']} million", numbers[1], "millions")
            blocks.append(Block(heading, first["by"], list(map(_named, of)), [numbers, *_interval(of)]))
    return blocks


def _named(row: Row) -> str:
    """A category, and why it has no bar: a word in the place of its number would be drawn as zero."""
    return row["category"] if row["value"] is not None else f"{row['category']} ({row['shown']})"


def _against_targets(rows: list[Row]) -> list[Column]:
    columns: list[Column] = [
        (name, _all(rows, key), "number1")
        for name, key in (("Baseline", "baseline"), ("Value", "value"), ("Target", "target"))
    ]
    return columns + _interval(rows)


def _interval(rows: list[Row]) -> list[Column]:
    if not any(map(interval, rows)):
        return []
    return [
        ("95 % below", [_apart(row["value"], row["ci_low"]) for row in rows], "number1"),
        ("95 % above", [_apart(row["ci_high"], row["value"]) for row in rows], "number1"),
    ]


def _all(rows: list[Row], key: str) -> list[float | None]:
    return [row[key] for row in rows]


def _apart(high: float | None, low: float | None) -> float | None:
    return None if high is None or low is None else max(high - low, 0)


def _add(book: Any, sheet: Any, styles: Styles, row: int, block: Block) -> int:
    """Write the figures under a heading and a header, the chart beside them; return where the next begins."""
    names, columns = block.names, block.columns
    sheet.merge_range(row, 0, row, LEFT - 1, "", styles.wrapped_heading)
    put(sheet, row, 0, block.heading, styles.wrapped_heading)
    sheet.set_row_pixels(row, ROW * block.heading_lines)
    head = row + 1
    sheet.set_row_pixels(head, ROW * block.head_lines)
    for column, text in enumerate([block.names_are, *(one[0] for one in columns)]):
        put(sheet, head, column, text, styles.header)
    for offset, name in enumerate(names, start=1):
        put(sheet, head + offset, 0, name, styles.detail["wrapped"])
        for column, (_, numbers, kind) in enumerate(columns, start=1):
            number = numbers[offset - 1]
            if number is None:
                sheet.write_blank(head + offset, column, None, styles.detail[kind])
            else:
                sheet.write_number(head + offset, column, number, styles.detail[kind])
        sheet.set_row_pixels(head + offset, ROW * lines(name, NAME_WIDTH))
    chart = _chart(book, block.heading, len(names), columns, head)
    sheet.insert_chart(row, LEFT, chart, {"object_position": 2})
    wrapped = sum(lines(name, NAME_WIDTH) - 1 for name in names) + block.heading_lines + block.head_lines - 2
    return row + max(block.height // ROW - wrapped, len(names) + 4)


def _height(names: int, columns: list[Column]) -> int:
    drawn = sum(not name.startswith("95 %") for name, _, _ in columns)
    return 120 + names * (14 + 12 * drawn)


def _chart(book: Any, text: str, count: int, columns: list[Column], head: int) -> Any:
    chart = book.add_chart({"type": "bar"})
    chart.set_title({"name": text, "name_font": {"size": 11, "color": INK}, "overlay": False})
    drawn = [(place, one) for place, one in enumerate(columns, start=1) if not one[0].startswith("95 %")]
    for place, (name, _, kind) in drawn:
        series: dict[str, Any] = {
            "name": [NAME, head, place],
            "categories": [NAME, head + 1, 0, head + count, 0],
            "values": [NAME, head + 1, place, head + count, place],
            "fill": {"color": COLOURS[len(drawn)][place - 1]},
            "gap": 60,
        }
        if _has_interval(columns) and name not in ("Baseline", "Target"):
            series["y_error_bars"] = {
                "type": "custom",
                "plus_values": _range(head, count, len(columns)),
                "minus_values": _range(head, count, len(columns) - 1),
                "line": {"color": GREY},
            }
        else:  # beside an interval there is no room for a number
            series["data_labels"] = {
                "value": True,
                "num_format": LABELS.get(kind, "#,##0"),
                "font": {"size": 8, "color": GREY},
            }
        chart.add_series(series)
    legend: dict[str, Any] = {"position": "bottom"} if len(drawn) > 1 else {"none": True}
    chart.set_legend(legend)
    chart.set_x_axis(
        {
            "num_format": AXES.get(drawn[0][1][2], "#,##0"),
            "min": 0 if all((number or 0) >= 0 for _, numbers, _ in columns for number in numbers) else None,
            "max": 100 if columns[0][0] == "%" else None,
            "major_gridlines": {"visible": True, "line": {"color": LINE}},
            "line": {"none": True},
        }
    )
    chart.set_y_axis(
        {
            "reverse": True,
            "crossing": "max",
            "label_position": "low",
            "num_font": {"size": 9},
            "line": {"color": GREY},
            "major_gridlines": {"visible": False},
        }
    )
    chart.set_size({"width": 860, "height": _height(count, columns)})
    return chart


def _has_interval(columns: list[Column]) -> bool:
    return columns[-1][0].startswith("95 %")


def _range(head: int, count: int, column: int) -> str:
    letter = "ABCDEFGH"[column]
    return f"={NAME}!${letter}${head + 2}:${letter}${head + 1 + count}"
