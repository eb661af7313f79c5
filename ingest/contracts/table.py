"""The words for one table: where it stands in the file, its key, its columns, its rules."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from ingest.contracts.column import Column
from ingest.contracts.rule import Rule
from ingest.contracts.word import Word


class Totals(Word):
    """Subtotal rows: how they are recognised and what they add up."""

    label: str  # regular expression a cell of `column` matches in full
    column: str
    sum: tuple[str, ...]
    group: str = ""  # rows with the same value add up to the row; empty: all rows do
    group_from_label: bool = False  # the group's value is the first group of `label`
    name: str = ""  # what findings call the row; empty: its label as delivered


class Layout(Word):
    """How the cells of a sheet or page become a table."""

    # Regular expression that the name of a sheet, CSV or dump table matches in full. Empty: any sheet, and the
    # CSV or dump table of the table's own name.
    sheet: str = ""
    each_sheet: bool = False  # every sheet that `sheet` matches is a table of its own, named after the sheet
    header_rows: int = 1
    after: str = ""  # the block starts below a row in which a cell matches this
    columns: tuple[str, ...] = ()  # positional, for a block without a header
    until_blank: bool = False
    not_records: str = ""  # rows whose first filled cell matches this are notes
    fill_down: tuple[str, ...] = ()  # a blank cell repeats the cell above
    totals: tuple[Totals, ...] = ()
    every_table: bool = False  # all tables of the page together: one that lacks a column stops the file


class Drift(Word):
    """How far a table may change between deliveries before a person has to let the delivery through."""

    shrink: float = Field(default=0.5, ge=0, le=1)  # share of rows that may go
    grow: float = Field(default=2.0, ge=0)  # rows that may come, as a share of those there
    at_least: int = 50  # smaller tables are not compared


class Table(Word):
    """One table of a source."""

    key: tuple[str, ...]
    columns: dict[str, Column]
    ignored: tuple[str, ...] = ()  # columns that are known and not used
    layout: Layout = Layout()
    # Dates that must not run backwards; `column.date` is a date of the record which `column` refers to.
    order: tuple[tuple[str, ...], ...] = ()
    rules: dict[str, Rule] = Field(default_factory=dict)
    on_conflict: Literal["duplicate_key", "conflicting_label"] = "duplicate_key"
    drift: Drift | None = None
    # One pseudonym of several columns together: two records have the same where they agree in all of them. None
    # where the first column is empty.
    pseudonyms: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names_exist(self) -> Table:
        names = set(self.columns)
        for word, used in (
            ("key", set(self.key)),
            ("order", {c if c in names else c.partition(".")[0] for pair in self.order for c in pair}),
            ("pseudonyms", {c for parts in self.pseudonyms.values() for c in parts}),
            ("within", {c.within for c in self.columns.values() if c.within}),
            ("fill_down", set(self.layout.fill_down)),
            ("totals", {c for t in self.layout.totals for c in (t.column, *t.sum)}),
        ):
            if missing := used - names:
                raise ValueError(
                    f"'{word}' names columns the table does not have: {', '.join(sorted(missing))}."
                )
        return self
