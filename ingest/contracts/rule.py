"""The words for named rules and what they look up."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from ingest.contracts.faults import Fault
from ingest.contracts.word import Word
from ingest.sql import sql_name

Severity = Literal["error", "warning"]


class Related(Word):
    """One value looked up or aggregated from accepted rows of a table, matched by columns."""

    table: str
    # Of all current files of a source of the region, same quarter; may be this drop's own source, for what its files
    # share. Empty: of this drop. Outside the drop, columns bear the names they have in the lake (`nid_key`).
    source: str = ""
    match: dict[str, str]  # column there: column here
    value: str  # SQL expression over the matched rows, e.g. count(distinct household_id)
    where: str = "true"
    quarters_back: int = Field(default=0, ge=0)

    @property
    def outside(self) -> str:
        """The name under which judging is given records from outside the drop; empty for a table of the drop."""
        if not (self.source or self.quarters_back):
            return ""
        owner = f"{self.source}/" if self.source else ""
        return f"{owner}{self.table}" + (f"@{self.quarters_back}" if self.quarters_back else "")


class Rule(Word):
    """A named rule: `check` is an SQL expression over the columns that is true (or null) for a good record.

    Or `parts` add up to `total`: where there is a total, an empty part is no zero, and breaks the rule.
    """

    check: str = ""
    parts: tuple[str, ...] = ()
    total: str = ""
    when: str = "true"
    severity: Severity = "error"
    related: dict[str, Related] = Field(default_factory=dict)
    columns: tuple[str, ...] = ()
    message: str

    @model_validator(mode="before")
    @classmethod
    def _parts_and_total_are_a_check(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        parts, total = given.get("parts") or (), given.get("total") or ""
        if bool(parts) != bool(total) or bool(parts) == bool(given.get("check")):
            raise Fault("a rule has a 'check', or 'parts' and the 'total' they add up to.", "check")
        if not total:
            return given
        added = " + ".join(sql_name(part) for part in parts)
        check = f"{sql_name(total)} IS NULL OR coalesce({added} = {sql_name(total)}, false)"
        return {"columns": (total,), **given, "check": check}

    @model_validator(mode="after")
    def _only_warnings_look_outside(self) -> Rule:
        outside = [name for name, look in self.related.items() if look.outside]
        if outside and self.severity == "error":
            raise Fault(
                f"'{', '.join(outside)}' is looked up outside the drop: only a rule of severity warning may, since "
                "what is accepted must not depend on other deliveries.",
                "related",
                outside[0],
            )
        return self
