"""Corrections as data: what a delivered cell or record should be, why, and who said so.

    regions/<programme>/corrections.yml      a list of entries, see `Correction`

Only the words and their consistency with the contract; how they are applied is in `ingest.judging.corrections`.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from ingest.contracts import yaml_file
from ingest.contracts.faults import checked, did_you_mean, line
from ingest.contracts.region import Region
from ingest.contracts.table import Table
from ingest.contracts.word import Word
from ingest.contracts.yaml_file import Document, WordPlace
from ingest.errors import SangamError

FILE = "corrections.yml"
_QUARTER = r"^\d{4}Q[1-4]$"


class Quarters(Word):
    """The quarters a correction covers, both ends included; an end that is left out is open."""

    first: str = Field(default="", alias="from", pattern=rf"{_QUARTER}|^$")
    last: str = Field(default="", alias="to", pattern=rf"{_QUARTER}|^$")

    def overlap(self, other: Quarters) -> bool:
        """Whether there may be a quarter that both cover."""
        return not (self.last and self.last < other.first) and not (other.last and other.last < self.first)

    def cover(self, quarter: str) -> bool:
        """Whether a quarter (empty for a reference table, which belongs to none) is among them."""
        if not quarter:
            return not (self.first or self.last)
        return (not self.first or self.first <= quarter) and (not self.last or quarter <= self.last)


class Correction(Word):
    """One correction. All values are texts as they would stand in the file; an empty one is an empty cell."""

    id: str = Field(min_length=1)
    region: str
    source: str
    table: str  # a sheet's own name where every sheet is a table
    key: str = ""  # as quarantine and warnings show it
    file: str = ""  # shell pattern of the file's name; for `row` the name itself
    row: int | None = None  # as a person sees it in the file
    quarter: Quarters = Quarters()
    action: Literal["override", "drop", "flag"]
    column: str = ""
    expected: str | None = (
        None  # what must stand in `column` as delivered, after cleaning; else it is not applied
    )
    value: str | None = None
    reason: str = Field(min_length=1)
    said_by: str = Field(min_length=1)
    date: datetime.date
    status: Literal["active", "withdrawn"]

    @field_validator("quarter", mode="before")
    @classmethod
    def _one_quarter(cls, given: Any) -> Any:
        return {"from": given, "to": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _is_whole(self) -> Correction:
        if bool(self.key) == (self.row is not None):
            raise ValueError("Give 'key', or 'row' with 'file': one of them.")
        if self.row is not None and (not self.file or re.search(r"[*?\[]", self.file)):
            raise ValueError("A row is one of a named file: give its whole name as 'file'.")
        if bool(self.column) != (self.expected is not None):
            raise ValueError("Give 'column' and 'expected' together; 'expected' is empty for an empty cell.")
        if (self.action == "override") != (self.value is not None):
            raise ValueError("'value' is what an override puts in the place of 'expected'; only it has one.")
        if self.action == "override" and not self.column:
            raise ValueError("An override needs the 'column', and what is 'expected' there.")
        return self

    def covers(self, file: str, quarter: str) -> bool:
        """Whether it is about this file of this quarter."""
        return self.quarter.cover(quarter) and (not self.file or fnmatchcase(file, self.file))


@dataclass(frozen=True)
class Corrections:
    """All entries of a file, those that were withdrawn too, and where their words stand."""

    corrections: tuple[Correction, ...]
    document: Document

    def wrong(self, number: int, word: str, message: str) -> SangamError:
        """What is wrong with a word of an entry, with file and line."""
        return SangamError(line(self.document, (number, word), message))


def read(path: Path) -> Corrections:
    """The entries of a file; none where there is no file. Raises SangamError, naming file, line and entry."""
    if not path.exists():
        return Corrections((), Document([], WordPlace(path, 1)))
    # Every scalar as the text it is written as: `0123` and `2021-06-30` are what stands in a cell.
    document = yaml_file.read(path, as_text=True)
    if document.content in ({}, ""):
        document = Document([], document.place)
    if not isinstance(document.content, list):
        raise SangamError(
            f"{document.place.shown}: expected a list of corrections: each one begins with '- id: …'."
        )
    found = Corrections(tuple(checked(list[Correction], document)), document)
    for number, one in enumerate(found.corrections):
        for other in found.corrections[:number]:
            if one.id == other.id:
                raise found.wrong(number, "id", "another entry has the same id. Give each its own.")
            if _same_cell(one, other):
                words = f"entry '{other.id}' puts another value into the same cell. Withdraw one."
                raise found.wrong(number, "value", words)
    return found


def _same_cell(one: Correction, other: Correction) -> bool:
    """Whether both are in force and override one cell in one quarter."""

    def cell(of: Correction) -> tuple[object, ...]:
        return of.action, of.status, of.region, of.source, of.table, of.column, of.key, of.file, of.row

    in_force = (one.action, one.status) == ("override", "active")
    return in_force and cell(one) == cell(other) and one.quarter.overlap(other.quarter)


def check(entries: Corrections, region: Region, regions: Collection[str]) -> None:
    """That regions exist, and all that active entries of `region` name; `regions` are the programme's.

    Raises SangamError, naming file, line and entry.
    """
    for number, one in enumerate(entries.corrections):
        if one.region not in regions:
            raise entries.wrong(number, "region", _no("region", one.region, regions))
        if one.region != region.region or one.status != "active":
            continue
        if one.source not in region.sources:
            raise entries.wrong(number, "source", _no("source", one.source, region.sources))
        source = region.sources[one.source]
        table = source.tables.get(source.template(one.table))
        if table is None:
            raise entries.wrong(number, "table", _no("table", one.table, source.tables))
        if source.part and not one.file:
            words = f"{one.source} comes in several files: name the one it is about as 'file'."
            raise entries.wrong(number, "file", words)
        _check_column(entries, number, one, table)


def _no(what: str, word: str, known: Iterable[str]) -> str:
    return f"there is no {what} '{word}'{did_you_mean(word, known)}"


def _check_column(entries: Corrections, number: int, one: Correction, table: Table) -> None:
    patterns = (re.sub(r"\\\{\d+\\\}", ".+", re.escape(n)) for n, c in table.columns.items() if c.header_like)
    if not one.column:
        return
    if one.column not in table.columns and not any(re.fullmatch(p, one.column) for p in patterns):
        raise entries.wrong(number, "column", _no("column", one.column, table.columns))
    if one.column in table.columns and table.columns[one.column].personal:
        told = f"{one.id} {one.reason}".casefold()
        if any(text and text.casefold() in told for text in (one.expected, one.value)):
            words = "id and reason are shown everywhere: leave the personal value out of them."
            raise entries.wrong(number, "reason", words)
