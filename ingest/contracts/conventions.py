"""The words for what a country and a programme have of their own: identifiers, currency, bands of a score, services.

Facts, no layout of a file: where a value stands is in `table` and `column`.
"""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import Field, model_validator

from ingest.contracts.faults import Fault
from ingest.contracts.word import Regex, TimeZone, Word

# Scripts beside Latin that a region may write, as Unicode names them.
Script = Literal[
    "arabic", "bengali", "devanagari", "gujarati", "gurmukhi", "kannada", "malayalam", "meetei_mayek", "myanmar",
    "ol_chiki", "oriya", "sinhala", "tamil", "telugu", "thaana", "tibetan",
]  # fmt: skip


class Identifier(Word):
    """A kind of official identifier. Its key in the contract is a column's `type`, and part of its pseudonyms."""

    name: str  # what people call it: CNIC
    expected: dict[str, str]  # language code: how it looks, in words; `en` stands in for other languages
    form: Literal["digits", "upper"] = "digits"  # without blanks and dashes, digits in ASCII; or upper case
    pattern: Regex  # regular expression that the form matches in full
    length: int | None = Field(default=None, ge=2, le=40)
    check: Literal["verhoeff"] | None = None  # how the last digit follows from the others
    fold: Regex = ""  # another shape of the same identifier, whose first group is what `pattern` describes
    masked: Regex = ""  # shape of one that is hidden in part: no identifier, but not wrong

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.fold and re.compile(self.fold).groups != 1:
            raise Fault(f"'{self.fold}' needs one group, in brackets: what is kept of it.", "fold")
        if "en" not in self.expected:
            raise Fault("the English words are needed: en.", "expected")
        if self.check and (self.length is None or self.form != "digits"):
            raise Fault("a check digit needs 'length', the number of digits, and form digits.", "check")
        return self


class ScoreBand(Word):
    """A band of a score: from where the band before it ends, up to and without `below`; the last has no bound."""

    code: str
    below: float | None = None


class Service(Word):
    """A service or scheme of the programme's own, beside those of the shared catalogue."""

    name: str
    kind: str  # group of services, such as cash_transfer, health, home


class Conventions(Word):
    """What holds for every source of a programme or region, until a region or a source states its own."""

    country: str = Field(default="", pattern=r"^([A-Z]{2})?$")  # ISO 3166: whose phone numbers they are
    scripts: tuple[Script, ...] = ()  # beside Latin; none stated: any
    time_zone: TimeZone = ""  # such as Asia/Karachi: the day of a time stamp with an offset is the day there
    currency: str = Field(default="", pattern=r"^([A-Z]{3})?$")  # ISO 4217: of amounts that name no other
    currency_signs: tuple[str, ...] = ()  # what stands before amounts, beside the currency's code
    identifiers: dict[str, Identifier] = Field(default_factory=dict)
    bands: dict[str, tuple[ScoreBand, ...]] = Field(default_factory=dict)  # for `band('name', score)`
    look_ups: dict[str, dict[str, str]] = Field(default_factory=dict)  # for `look_up('name', code)`

    @model_validator(mode="after")
    def _bands_rise(self) -> Self:
        for name, bands in self.bands.items():
            bounds = [band.below for band in bands]
            inner = [bound for bound in bounds[:-1] if bound is not None]
            rises = len(inner) == len(bands) - 1 and inner == sorted(set(inner))
            if not bands or bounds[-1] is not None or not rises:
                raise Fault(
                    "bands go from the lowest to the highest: each but the last with 'below', higher than the one "
                    "before; the last without.",
                    "bands",
                    name,
                )
        return self

    @property
    def signs(self) -> tuple[str, ...]:
        """What may stand before an amount of money."""
        return tuple(dict.fromkeys((*self.currency_signs, *([self.currency] if self.currency else []))))
