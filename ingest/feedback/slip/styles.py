"""How a slip looks: cell formats, page set-up, and putting text into a cell as nothing but text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

INK, TINT, LINE, GREY = "#17415A", "#E8EFF3", "#C9D3D9", "#5F6B74"
ERROR, WARNING, GOOD = ("#F8D5D2", "#8C1D18"), ("#FCE8C3", "#7A4B00"), ("#D5EBD8", "#1B5E2A")
_FONT = {"font_name": "Calibri", "font_size": 10, "valign": "top", "text_wrap": True}
_LETTERS_A_UNIT = 1.08  # of the column width, which is counted in digits of a larger font
_TALL = re.compile("[\u0590-\u0dff]")
LEFT_TO_RIGHT, RIGHT_TO_LEFT = 1, 2  # reading orders


class Styles:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def get(self, **options: Any) -> Any:
        """The format with these options over the base font."""
        key = tuple(sorted(options.items()))
        if key not in self._made:
            # Text keeps its apostrophe: typed in again by somebody who edits it, it is still no formula.
            kept = {"quote_prefix": "num_format" not in options}
            self._made[key] = self._book.add_format({**_FONT, **kept, **options})
        return self._made[key]

    def text(self, *, rtl: bool = False, **more: Any) -> Any:
        """Running text of a language, in its direction."""
        order = RIGHT_TO_LEFT if rtl else LEFT_TO_RIGHT
        return self.get(bottom=4, bottom_color=LINE, **{**_start(rtl), "reading_order": order, **more})

    def cell(self, *, rtl: bool = False, **more: Any) -> Any:
        """A value as delivered: its own direction, at the side where the sheet's lines begin."""
        return self.get(bottom=4, bottom_color=LINE, **_start(rtl), **more)

    def number(self, **more: Any) -> Any:
        """A count."""
        return self.get(bottom=4, bottom_color=LINE, num_format="#,##0", align="center", **more)

    def marked(self, severity: str, *, rtl: bool = False) -> Any:
        """A cell that a finding is about."""
        back, ink = ERROR if severity == "error" else WARNING
        return self.get(bg_color=back, font_color=ink, border=1, border_color=ink, **_start(rtl))

    def status(self, status: str) -> Any:
        """The status of a row."""
        is_new = status == "new"
        return self.get(
            bottom=4, bottom_color=LINE, align="center", bold=is_new, font_color="#000000" if is_new else GREY
        )

    def title(self, *, rtl: bool = False) -> Any:
        """The sheet's title."""
        return self.get(bold=True, font_size=16, font_color=INK, text_wrap=False, **_side(rtl))

    def note(self, *, rtl: bool = False) -> Any:
        """Small words."""
        return self.get(font_color=GREY, text_wrap=False, **_side(rtl))

    def heading(self, *, rtl: bool = False) -> Any:
        """The head of a block."""
        return self.get(
            bold=True, font_size=12, font_color=INK, bottom=2, bottom_color=INK, text_wrap=False, **_side(rtl)
        )

    @property
    def header(self) -> Any:
        """The header of a table."""
        return self.get(bold=True, font_color="#FFFFFF", bg_color=INK, align="center", valign="vcenter")


def _side(rtl: bool) -> dict[str, Any]:
    """A line in the direction of the sheet's language."""
    if rtl:
        return {"align": "right", "reading_order": RIGHT_TO_LEFT}
    return {"align": "left", "reading_order": LEFT_TO_RIGHT}


def _start(rtl: bool) -> dict[str, Any]:
    """At the side where lines begin, whatever the text's own direction."""
    return {"align": "right" if rtl else "left", "indent": 1}


def put(sheet: Any, row: int, column: int, text: str | None, style: Any) -> None:
    """Write text as text: never a formula, a link or a number, whatever it begins with."""
    if text:
        sheet.write_string(row, column, text[:32_767], style)
    else:
        sheet.write_blank(row, column, None, style)


def page(sheet: Any, footer: str, *, wide: bool = False, across: int = 1) -> None:
    """A4, or A3 for wide tables; landscape, numbered, as many pages across as can still be read."""
    sheet.set_paper(8 if wide else 9)
    sheet.set_landscape()
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(across, 0)
    sheet.hide_gridlines(2)
    sheet.set_footer(f"&L&8{footer.replace('&', '&&')}&R&8&P / &N")
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})


def lines(text: str, width: float) -> int:
    """About how many lines a text takes in a column of this width: words are not broken, so some room is lost."""
    return sum(1 + int(_letters(part) / max((width - 1) * _LETTERS_A_UNIT, 1)) for part in text.split("\n"))


def _letters(text: str) -> int:
    """Letters that take room: signs above and below one do not."""
    return len(text) if text.isascii() else sum(unicodedata.category(letter) != "Mn" for letter in text)


def height(cells: Iterable[tuple[str, float]]) -> float:
    """The height of a row with these texts in columns of these widths; Indic and Arabic script needs more of it."""
    return max(
        (5 + lines(text, width) * (15.5 if _TALL.search(text) else 13) for text, width in cells), default=18
    )
