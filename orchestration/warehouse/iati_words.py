"""The words of a logframe's `iati:` block: what an IATI activity says that no indicator does.

Every word may be left out: what then stands in the file is in `orchestration.releases.iati`. Codes are those of IATI
2.03 (iatistandard.org, code lists ActivityStatus, OrganisationRole, OrganisationType, Sector).
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ingest.contracts.faults import Fault

# The ruleset of IATI allows no / & | ? in them (Rulesets, standard.json, regex_matches).
Identifier = Annotated[str, Field(pattern=r"^[^\s/&|?]+$")]
OrganisationType = Literal[10, 11, 15, 21, 22, 23, 24, 30, 40, 60, 70, 71, 72, 73, 80, 90]
Percentage = Annotated[float, Field(gt=0, le=100)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Organisation(_Strict):
    """An organisation: its name, its identifier of org-id.guide, and the code of its type (90: other)."""

    name: str
    ref: Identifier | None = None
    type: OrganisationType | None = None


class Participant(Organisation):
    """An organisation and what it does in the activity."""

    role: Literal["funding", "accountable", "extending", "implementing"]


class Activity(_Strict):
    """What an IATI activity says beside its results. Dates are days; shares of countries and sectors are percent."""

    identifier: Identifier | None = None
    reporting_org: Organisation | None = None
    title: str | None = None
    description: str | None = None
    participating_orgs: list[Participant] = []
    status: Literal["pipeline", "implementation", "finalisation", "closed", "cancelled", "suspended"] = (
        "implementation"
    )
    planned_start: dt.date | None = None
    actual_start: dt.date | None = None
    planned_end: dt.date | None = None
    actual_end: dt.date | None = None
    countries: dict[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], Percentage] = {}
    sectors: dict[Annotated[str, Field(pattern=r"^\d{5}$")], Percentage] = {}  # of OECD DAC's purpose codes
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    contact: Annotated[str, Field(pattern=r"^[^\s@]+@[^\s@]+$")] | None = (
        None  # whom to write to about the release
    )

    @model_validator(mode="after")
    def _shares_make_a_whole(self) -> Self:
        for word, shares in (("countries", self.countries), ("sectors", self.sectors)):
            if shares and abs(sum(shares.values()) - 100) > 1e-6:
                raise Fault(
                    f"the shares of '{word}' add up to {sum(shares.values()):g} percent, not to 100.", word
                )
        return self

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> Self:
        for kind, start, end in (
            ("planned", self.planned_start, self.planned_end),
            ("actual", self.actual_start, self.actual_end),
        ):
            if start and end and start > end:
                raise Fault(f"'{kind}_start' is after '{kind}_end'.", f"{kind}_start")
        return self
