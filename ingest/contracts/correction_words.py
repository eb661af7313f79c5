"""Corrections as data: what a delivered cell or record should be, why, and who said so.

    regions/<programme>/corrections.yml      a list of entries, see `Correction`

Only the words and their consistency with the contract; how they are applied is in `ingest.corrections`.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from ingest.contracts.region import Region
from ingest.contracts.table import Table
from ingest.contracts.word import Word
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


def read(path: Path) -> tuple[Correction, ...]:
    """All entries of a file, those that were withdrawn too; none where there is no file.

    Raises SangamError, naming file and entry.
    """
    if not path.exists():
        return ()
    try:
        # Every scalar as the text it is written as: `0123` and `2021-06-30` are what stands in a cell.
        entries = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader) or []  # noqa: S506
    except yaml.YAMLError as error:
        raise SangamError(f"{path} is not readable as YAML: {error}") from error
    if not isinstance(entries, list):
        raise SangamError(f"{path} has to be a list of corrections: each one begins with '- id: …'.")
    found: dict[str, Correction] = {}
    for number, entry in enumerate(entries, 1):
        one = _entry(path, number, entry)
        if one.id in found:
            raise _wrong(path, one, "another entry has the same id. Give each its own.")
        found[one.id] = one
    _no_two_overrides(
        path, [one for one in found.values() if (one.action, one.status) == ("override", "active")]
    )
    return tuple(found.values())


def _no_two_overrides(path: Path, entries: list[Correction]) -> None:
    def cell(one: Correction) -> tuple[object, ...]:
        return one.region, one.source, one.table, one.column, one.key, one.file, one.row

    for place, one in enumerate(entries):
        for other in entries[:place]:
            if cell(one) == cell(other) and one.quarter.overlap(other.quarter):
                raise _wrong(
                    path, one, f"entry '{other.id}' puts another value into the same cell. Withdraw one."
                )


def _entry(path: Path, number: int, entry: Any) -> Correction:
    try:
        return Correction.model_validate(entry)
    except ValidationError as error:
        name = f" ('{entry['id']}')" if isinstance(entry, dict) and entry.get("id") else ""
        lines = [
            f"- {'.'.join(str(p) for p in e['loc']) or 'entry'}: {e['msg'].removeprefix('Value error, ')}"
            for e in error.errors()
        ]
        raise SangamError(f"{path}, entry {number}{name}:\n" + "\n".join(lines)) from error


def _wrong(path: Path, one: Correction, words: str) -> SangamError:
    return SangamError(f"{path}, entry '{one.id}': {words}")


def check(path: Path, entries: Iterable[Correction], region: Region, regions: Collection[str]) -> None:
    """That regions exist, and all that active entries of `region` name; `regions` are the programme's.

    Raises SangamError, naming file and entry.
    """
    for one in entries:
        if one.region not in regions:
            raise _wrong(path, one, f"there is no region '{one.region}' here, only {', '.join(regions)}.")
        if one.region != region.region or one.status != "active":
            continue
        if one.source not in region.sources:
            known = ", ".join(region.sources)
            raise _wrong(path, one, f"{one.region} has no source '{one.source}', only {known}.")
        source = region.sources[one.source]
        table = source.tables.get(source.template(one.table))
        if table is None:
            known = ", ".join(source.tables)
            raise _wrong(path, one, f"{one.region}/{one.source} has no table '{one.table}', only {known}.")
        if source.part and not one.file:
            raise _wrong(
                path, one, f"{one.source} comes in several files: name the one it is about as 'file'."
            )
        _check_column(path, one, table)


def _check_column(path: Path, one: Correction, table: Table) -> None:
    patterns = (re.sub(r"\\\{\d+\\\}", ".+", re.escape(n)) for n, c in table.columns.items() if c.header_like)
    if not one.column:
        return
    if one.column not in table.columns and not any(re.fullmatch(p, one.column) for p in patterns):
        known = ", ".join(table.columns)
        raise _wrong(path, one, f"table '{one.table}' has no column '{one.column}', only {known}.")
    if one.column in table.columns and table.columns[one.column].personal:
        told = f"{one.id} {one.reason}".casefold()
        if any(text and text.casefold() in told for text in (one.expected, one.value)):
            raise _wrong(
                path, one, "id and reason are shown everywhere: leave the personal value out of them."
            )
