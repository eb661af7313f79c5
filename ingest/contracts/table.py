"""The words for one table: where it stands in the file, its key, its columns, its rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field, model_validator

from ingest.contracts.column import Column
from ingest.contracts.faults import Fault
from ingest.contracts.rule import Rule
from ingest.contracts.word import Regex, Word


class Totals(Word):
    """Subtotal rows: how they are recognised and what they add up."""

    label: Regex  # regular expression a cell of `column` matches in full
    column: str
    sum: tuple[str, ...]
    group: str = ""  # rows with the same value add up to the row; empty: all rows do
    group_from_label: bool = False  # the group's value is the first group of `label`
    name: str = ""  # what findings call the row; empty: its label as delivered

    @model_validator(mode="after")
    def _label_has_its_group(self) -> Totals:
        if self.group_from_label and not re.compile(self.label).groups:
            raise Fault(
                f"'{self.label}' has no group in brackets that 'group_from_label' could take.", "label"
            )
        return self


class Layout(Word):
    """How the cells of a sheet or page become a table."""

    # Regular expression that the name of a sheet, CSV or dump table matches in full. Empty: any sheet, and the
    # CSV or dump table of the table's own name.
    sheet: Regex = ""
    each_sheet: bool = False  # every sheet that `sheet` matches is a table of its own, named after the sheet
    header_rows: int = 1
    after: Regex = ""  # the block starts below a row in which a cell matches this
    columns: tuple[str, ...] = ()  # positional, for a block without a header
    until_blank: bool = False
    not_records: Regex = ""  # rows whose first filled cell matches this are notes
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
    # Dates that end something, each with the columns that go with it. In an extract that came late, one after the
    # quarter reads as not yet: both are empty for that quarter, with a warning.
    ends: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    rules: dict[str, Rule] = Field(default_factory=dict)
    at_least: int = Field(default=0, ge=0)  # records; a delivery with fewer is refused
    on_conflict: Literal["duplicate_key", "conflicting_label"] = "duplicate_key"
    drift: Drift | None = None
    # One pseudonym of several columns together: two records have the same where they agree in all of them. None
    # where the first column is empty.
    pseudonyms: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names_exist(self) -> Table:
        for at, names in self._named_columns():
            for name in names:
                if name not in self.columns:
                    words = f"'{at[-1]}' names a column the table does not have: '{name}'"
                    raise Fault(words, *at, word=name, known=self.columns)
        for name, column in self.columns.items():
            try:
                name.format("", *[""] * re.compile(column.header_like).groups)
            except (IndexError, KeyError, ValueError) as error:
                raise Fault(
                    f"'{name}' takes a group that '{column.header_like}' lacks.", "columns", name
                ) from error
        return self

    @model_validator(mode="after")
    def _ends_may_be_empty(self) -> Table:
        for name, others in self.ends.items():
            if self.columns[name].type != "date":
                raise Fault(f"'{name}' is no date, so it ends nothing.", "ends", name)
            for one in (name, *others):
                if self.columns[one].required or one in self.key:
                    raise Fault(f"'{one}' is required, so it cannot be empty until it ends.", "ends", name)
        return self

    def _named_columns(self) -> Iterator[tuple[tuple[Any, ...], tuple[str, ...]]]:
        """Where this table's columns are named, and which."""
        yield ("key",), self.key
        for number, steps in enumerate(self.order):
            names = tuple(s if s in self.columns else s.partition(".")[0] for s in steps)
            yield ("order", number, "order"), names
        yield from ((("pseudonyms", name), parts) for name, parts in self.pseudonyms.items())
        for name, column in self.columns.items():
            yield ("columns", name, "within"), (column.within,) if column.within else ()
            yield ("columns", name, "agrees"), tuple(column.agrees)
        yield ("layout", "fill_down"), self.layout.fill_down
        yield ("layout", "columns"), self.layout.columns
        for number, total in enumerate(self.layout.totals):
            yield ("layout", "totals", number, "column"), (total.column,)
            yield ("layout", "totals", number, "sum"), total.sum
            yield ("layout", "totals", number, "group"), (total.group,) if total.group else ()
        yield ("ends",), tuple(self.ends)
        yield from ((("ends", name), others) for name, others in self.ends.items())
        for name, rule in self.rules.items():
            yield ("rules", name, "parts"), rule.parts
            yield ("rules", name, "total"), (rule.total,) if rule.total else ()
            yield ("rules", name, "columns"), rule.columns
