"""Writing one sheet in English and the partner's language: both in a label, beside each other where there is room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ingest.feedback.catalogue import Catalogue, Text, english
from ingest.feedback.slip.styles import Styles, height, put


@dataclass(frozen=True)
class Pen:
    """A sheet, its styles, and the language beside English (None: English alone)."""

    sheet: Any
    styles: Styles
    own: Catalogue | None

    @property
    def is_right_to_left(self) -> bool:
        """Whether the partner's language runs from right to left."""
        return bool(self.own and self.own.is_right_to_left)

    def value(self, **more: Any) -> Any:
        """The format of a value in a sheet that runs as the partner's language does."""
        return self.styles.cell(rtl=self.is_right_to_left, **more)

    def label(self, name: str, between: str = " · ", **filled: object) -> str:
        """A label in the partner's language and in English."""
        return both(self.own, name, between, **filled)

    def finding(self, code: str, message: str) -> Text | None:
        """A finding's texts in the partner's language; None where it has none of its own."""
        if self.own is None:
            return None
        text = self.own.finding(code, message)
        return text if text != english().finding(code, message) else None

    def title(self, code: str, message: str = "") -> str:
        """What a finding is called, in both languages."""
        here = english().finding(code, message).title
        there = self.finding(code, message)
        return f"{there.title}\n{here}" if there and there.title != here else here

    def heading(self, row: int, name: str, last_column: int) -> int:
        """The head of a block over all columns."""
        self.sheet.set_row(row, 20)
        self.across(row, 0, last_column, self.label(name), self.styles.heading(rtl=self.is_right_to_left))
        return row + 1

    def line(
        self, row: int, cells: Sequence[tuple[str | int | None, Any]], widths: Sequence[float], first: int = 0
    ) -> None:
        """Cells of a row with their styles; the row gets the height that the longest of them needs."""
        for column, (value, style) in enumerate(cells, start=first):
            if isinstance(value, int):
                self.sheet.write_number(row, column, value, style)
            else:
                put(self.sheet, row, column, value, style)
        texts = [
            (str(value), widths[c]) for c, (value, _) in enumerate(cells, start=first) if value is not None
        ]
        self.sheet.set_row(row, height(texts))

    def across(self, row: int, first: int, last: int, text: str, style: Any) -> None:
        """Text over several columns."""
        self.sheet.merge_range(row, first, row, last, "", style)
        put(self.sheet, row, first, text, style)


def both(own: Catalogue | None, name: str, between: str = " · ", **filled: object) -> str:
    """A label in a language and in English, or in English alone."""
    here = english().label(name, **filled)
    there = own.label(name, **filled) if own else here
    return here if there == here else f"{there}{between}{here}"
