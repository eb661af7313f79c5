"""How a donor's workbook looks: cell formats, page set-up, and the two ways of putting text into a cell."""

import textwrap
from typing import Any

INK, TINT, LINE, GREY = "#17415A", "#E8EFF3", "#C9D3D9", "#6B7780"
SERIES = ("#9FB4C0", "#17415A", "#D98E32")  # baseline or before, value, target
LIGHTS = {"green": ("#D5EBD8", "#1B5E2A"), "amber": ("#FCE8C3", "#7A4B00"), "red": ("#F8D5D2", "#8C1D18")}
NUMBERS = {0: "#,##0", 1: "#,##0.0", 2: "#,##0.00", 3: "#,##0.000"}
MILLIONS = "#,##0.0,,"  # what stands in the cell is the whole number
FONT = {"font_name": "Calibri", "font_size": 10, "valign": "top"}


class Styles:
    """The formats of one workbook, each made once. `footer` names the release on every printed page."""

    def __init__(self, book: Any, footer: str) -> None:
        def add(**more: Any) -> Any:
            # Text keeps its apostrophe: typed in again by somebody who edits it, it is still no formula.
            return book.add_format({**FONT, "quote_prefix": "num_format" not in more, **more})

        def made(more: dict[str, Any], indent: int) -> dict[str, Any]:
            # Else number and text touch. Without an alignment there is no indent.
            apart, text = ({"align": side, "indent": 1} for side in ("right", "left"))
            kinds: dict[str, dict[str, Any]] = {
                "code": {},
                "text": text,
                "wrapped": {"text_wrap": True, **text},
                "line": {"text_wrap": True, **text, "indent": indent},
                "absent": {"italic": True, "font_color": GREY, **apart},
                "share": {"num_format": "0.0 %", **apart},
                "millions": {"num_format": MILLIONS, **apart},
                **{f"number{places}": {"num_format": code, **apart} for places, code in NUMBERS.items()},
                **{
                    f"bracketed{places}": {"num_format": f"({code});(-{code})", **apart}
                    for places, code in NUMBERS.items()
                },
            }
            line = {"bottom": 4, "bottom_color": LINE}
            return {kind: add(**line, **options, **more) for kind, options in kinds.items()}

        self.footer = footer
        self._add = add
        self._numbers: dict[tuple[str, bool], Any] = {}
        self.title = add(bold=True, font_size=16, font_color=INK)
        self.subtitle = add(font_size=11, font_color=GREY)
        self.heading = add(bold=True, font_size=11, font_color="#FFFFFF", bg_color=INK, valign="vcenter")
        self.wrapped_heading = add(
            bold=True, font_size=11, font_color="#FFFFFF", bg_color=INK, text_wrap=True, valign="vcenter"
        )
        self.header = add(
            bold=True, font_color="#FFFFFF", bg_color=INK, text_wrap=True, align="center", valign="vcenter"
        )
        self.label = add(bold=True, font_color=INK)
        self.wrapped = add(text_wrap=True)
        self.plain = add()
        self.level = add(bold=True, font_color=INK, bg_color=TINT, valign="vcenter")
        self.strong = {"bold": True}
        self.link = add(font_color="#0B5CAD", underline=1)
        self.detail = made({}, 3)
        self.total = made({"bold": True, "bg_color": TINT}, 1)
        self.lights = {
            light: add(bold=True, align="center", bg_color=back, font_color=ink)
            for light, (back, ink) in LIGHTS.items()
        }

    def number(self, code: str, more: dict[str, Any] | None = None) -> Any:
        """Return the format of a number that shows its unit, each made once."""
        key = (code, bool(more))
        if key not in self._numbers:
            line = {"bottom": 4, "bottom_color": LINE, "align": "right", "indent": 1}
            self._numbers[key] = self._add(num_format=code, **line, **(more or {}))
        return self._numbers[key]


def lines(text: str | None, width: float) -> int:
    """Return how many lines a text takes in a column of that width: nothing else sets a row's height."""
    paragraphs = (text or "").split("\n")
    return sum(max(len(textwrap.wrap(one, max(round(width * 1.15), 1))), 1) for one in paragraphs)


def put(sheet: Any, row: int, column: int, text: str | None, style: Any) -> None:
    """Write text as text: never a formula, a link or a number, whatever it begins with."""
    if text:
        sheet.write_string(row, column, text[:32_767], style)
    else:
        sheet.write_blank(row, column, None, style)


def title(sheet: Any, styles: Styles, text: str, below: str) -> None:
    """Write a sheet's title and the line under it into its first two rows."""
    put(sheet, 0, 0, text, styles.title)
    put(sheet, 1, 0, below, styles.subtitle)
    sheet.set_row(0, 24)
    sheet.set_row(1, 18)


def page(sheet: Any, styles: Styles, landscape: bool = True, header_row: int | None = None) -> None:
    """Set a sheet up for A4 paper, one page wide, its header row repeated and frozen."""
    sheet.set_paper(9)
    if landscape:
        sheet.set_landscape()
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)
    sheet.set_footer(f"&L&8{styles.footer.replace('&', '&&')}&C&8&A&R&8Page &P of &N")
    if header_row is not None:
        sheet.repeat_rows(header_row)
        sheet.freeze_panes(header_row + 1, 0)
