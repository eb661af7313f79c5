"""A donor's fiscal year: when it starts and how its quarters are called. The labels themselves are made by dbt."""

from __future__ import annotations

import datetime
import re
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ingest.contracts.faults import Fault

_WORDS = ("{year}", "{next_year}", "{next}", "{quarter}")


class FiscalYear(BaseModel):
    """A calendar quarter is called after the fiscal quarter in which its last day lies.

    So a year that starts in mid-July has its first quarter in July to September, as one that starts on the first.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    starts: str  # month and day, such as 07-16
    # {year}: the year it starts in, {next_year}: the one after, {next}: its last two digits, {quarter}: 1 to 4
    label: str = "FY{year}-{next} Q{quarter}"
    years_ahead: int = Field(default=0, ge=-600, le=600)  # of a calendar that counts its years otherwise

    @model_validator(mode="before")
    @classmethod
    def _calendar_years_have_plain_labels(cls, given: object) -> object:
        if isinstance(given, dict) and given.get("starts") == "01-01":
            return {"label": "{year} Q{quarter}", **given}
        return given

    @model_validator(mode="after")
    def _is_a_year(self) -> Self:
        try:
            if not re.fullmatch(r"\d\d-\d\d", self.starts):
                raise ValueError
            datetime.date.fromisoformat(f"2023-{self.starts}")
        except ValueError as error:
            words = f"a year starts on a month and day such as 04-01 or 07-16, not on '{self.starts}'."
            raise Fault(words, "starts") from error
        named = set(re.findall(r"\{[^}]*\}", self.label))
        if unknown := sorted(named - set(_WORDS)):
            raise Fault(f"a label has {', '.join(_WORDS)}; it cannot have {', '.join(unknown)}.", "label")
        if "{quarter}" not in named or not named & {"{year}", "{next_year}"}:
            raise Fault("a label names the year, as {year} or {next_year}, and the {quarter}.", "label")
        return self
