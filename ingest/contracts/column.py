"""The words for one column of a table."""

from __future__ import annotations

import re
from typing import Literal, get_args

from pydantic import Field, field_validator, model_validator

from ingest.contracts.faults import Fault, did_you_mean
from ingest.contracts.word import Regex, Word

PlainType = Literal["text", "code", "integer", "number", "date", "month", "codes", "phone"]
PLAIN_TYPES: tuple[str, ...] = get_args(PlainType)
Personal = Literal["name", "identifier", "phone", "birth_date", "locality"]
_CONTEXTS = ("heading", "sheet", "file:<regex>", "above:<regex>", "beside:<regex>")


class Column(Word):
    """One column: how to find it in the header, how to read it, what it may hold."""

    type: str = "text"  # a plain type, or an identifier that the contract declares under `identifiers`
    header: tuple[str, ...] = ()  # further spellings of the header, beside the column's own name
    header_like: Regex = ""  # regular expression; the column's name may use its groups, e.g. "IMI {1}"
    required: bool = False
    optional: bool = False  # the column itself may be absent from the file
    min: float | None = None
    max: float | None = None
    above: float | None = None  # exclusive lower bound
    dates: Literal["", "dmy", "mdy", "ymd"] = (
        ""  # the order of a date's three numbers, where the source's is another
    )
    pattern: Regex = ""  # shape of a code: regular expression that the cell matches in full, digits in ASCII
    vocabulary: str = ""  # name of a vocabulary of the source or region
    others_stay: bool = False  # what the vocabulary does not list stays as delivered, with a warning
    within: str = ""  # the vocabulary is keyed by the value of this other column
    ref: str = ""  # "table" (its key) or "table.column"
    # Of a reference: further columns that say to which record this one belongs, with the column there that they equal.
    agrees: dict[str, str] = Field(default_factory=dict)
    # Of `codes`: the names of columns that say of each code whether it was chosen (`1`) or not, with `{code}`.
    split: str = ""
    personal: Personal | None = None
    dash_is_zero: bool = False
    # Taken from the file, not from a cell of the record: "heading", "sheet", "file:<regex>", "above:<regex>"
    # (a title cell), "beside:<regex>" (the next filled cell right of a title cell).
    from_context: str = ""
    key_as_delivered: bool = False  # findings name the record by this part of its key as it was delivered

    @field_validator("from_context")
    @classmethod
    def _context_is_known(cls, given: str) -> str:
        kind, colon, pattern = given.partition(":")
        if not given:
            return given
        if not any(known in (kind, f"{kind}:<regex>") for known in _CONTEXTS):
            raise ValueError(f"'{given}' is nothing a value is taken from{did_you_mean(given, _CONTEXTS)}")
        if bool(colon and pattern) != (kind in ("file", "above", "beside")):
            expected = next((known for known in _CONTEXTS if known.startswith(kind)), "")
            raise ValueError(f"'{given}' is not whole, expected '{expected}'.")
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"'{pattern}' is no regular expression: {error}.") from error
        return given

    @model_validator(mode="after")
    def _others_are_of_a_list(self) -> Column:
        if self.others_stay and (not self.vocabulary or self.within or self.type == "codes"):
            raise Fault("only beside a plain 'vocabulary' are there others: leave it out.", "others_stay")
        return self

    @model_validator(mode="after")
    def _shape_is_of_text(self) -> Column:
        if self.pattern and (self.type not in ("text", "code") or self.vocabulary):
            raise Fault("only a text or a code without a vocabulary has a shape: leave it out.", "pattern")
        if self.dates and self.type not in ("date", "month"):
            raise Fault("only a date or a month has parts in an order: leave it out.", "dates")
        return self

    @model_validator(mode="after")
    def _words_go_together(self) -> Column:
        if self.agrees and not self.ref:
            raise Fault("only a reference can agree with others: state 'ref', or leave it out.", "agrees")
        if self.split and (self.type != "codes" or "{code}" not in self.split):
            raise Fault(
                "names columns for each code of a column of type codes, with {code} in them.", "split"
            )
        return self
