"""The words for how accepted records become rows of feeds and identities."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, field_validator

from ingest.contracts.word import Word


class LookUp(Word):
    """Rows of another table of the drop, joined by SQL condition; their columns are `alias.column`."""

    table: str
    on: str


class Unpivot(Word):
    """Several columns become rows: `name` and `value` are then usable in the mapping."""

    columns: dict[str, str] | str  # column: its name in the feed; or a regular expression over column names
    name: str = "name"
    value: str = "value"

    @field_validator("columns")
    @classmethod
    def _pattern_compiles(cls, given: dict[str, str] | str) -> dict[str, str] | str:
        try:
            re.compile(given if isinstance(given, str) else "")
        except re.error as error:
            raise ValueError(f"'{given}' is no regular expression: {error}.") from error
        return given


class Mapping(Word):
    """How accepted records become rows of a feed: SQL expressions over the table's columns."""

    table: str
    columns: dict[str, str]
    attributes: dict[str, str] = Field(default_factory=dict)  # the feed's map column: key → SQL expression
    where: str = "true"
    look_up: dict[str, LookUp] = Field(default_factory=dict)
    unpivot: Unpivot | None = None
    one_per: tuple[str, ...] = ()  # one row for each value of these columns, from the first such record


class IdentityMapping(Mapping):
    """Whom a record is about: SQL expressions over all columns, personal ones too, for the columns of an identity.

    Stays inside the ingest boundary; see `ingest.store.vault` for the columns.
    """

    entity: Literal["person", "household"]
