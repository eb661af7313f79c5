"""What a donor's quarter lacks: deliveries and rates that have not come, and whether it may go without them.

Read from the values alone: their states, and the reasons that the warehouse gives. Asks nobody for a sign-off.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from ingest.contracts.loading import REFERENCE
from ingest.errors import SangamError
from orchestration.disclosure.protection import SUPPRESSED
from orchestration.releases.content import Content

_NEXT_REASON = re.compile(r"(?<=\.) (?=(?:No|The) )")  # the warehouse joins reasons with a space
_DELIVERY = re.compile(r"(\w+)/(\w+)")
_QUARTER = re.compile(r"\b[0-9]{4}Q[1-4]\b")
_SHOWN = 10


@dataclass(frozen=True, order=True)
class Missing:
    """A source without which values of a quarter are not reported, and why it is not there."""

    region: str
    source: str
    quarter: str
    why: str


def missing_of(values: pa.Table) -> list[Missing]:
    """What values are not reported for want of, each once. `values` has `content.COLUMNS`.

    A rate counts as missing from the reference tables; a value whose reason names nothing, from its own region.
    """
    gone = values.filter(pc.equal(values["state"], "not_reported"))
    rows = gone.select(["region", "quarter", "reason"]).to_pylist()
    reasons = {(row["region"] or "", row["quarter"], row["reason"] or "") for row in rows}
    return sorted({one for reason in reasons for one in _missing(*reason)})


def _missing(region: str, quarter: str, reason: str) -> Iterable[Missing]:
    for why in _NEXT_REASON.split(reason):
        of = _QUARTER.search(why)
        delivery = _DELIVERY.search(why)
        if delivery:
            where = delivery[1], delivery[2]
        elif "exchange rate" in why:
            where = REFERENCE, "exchange_rates"
        else:
            where = region, ""
        yield Missing(*where, of[0] if of else quarter, why or "no reason is stated")


def told(missing: Iterable[Missing]) -> list[str]:
    """What is missing, a line each, the first ten; the last line says how many more there are."""
    lines = [
        f"{'/'.join(filter(None, (one.region, one.source)))} {one.quarter}: {one.why}" for one in missing
    ]
    more = len(lines) - _SHOWN
    return lines[:_SHOWN] + ([f"and {more:,} more"] if more > 0 else [])


def reported_of_expected(values: pa.Table) -> tuple[int, int]:
    """How many values there are, also those that are withheld, of how many that could be stated."""
    states = values["state"].to_pylist()
    return sum(state in ("reported", "unreliable", SUPPRESSED) for state in states), len(
        states
    ) - states.count("not_applicable")


def require_reported(content: Content) -> None:
    """Raises SangamError where not a single value is reported: there is nothing to sign off or to release."""
    states = content.values["state"].to_pylist()
    if "reported" in states:
        return
    lines = told(missing_of(content.values))
    raise SangamError(
        f"{content.donor} {content.quarter} can be neither signed off nor released: not one of its "
        f"{len(states):,} values is reported.{' Missing:' if lines else ''}\n"
        + "".join(f"  {line}\n" for line in lines)
        + f"Have it delivered, `sangam run --quarter {content.quarter}`, then sign off."
    )


def require_stated(content: Content, provisional: bool) -> None:
    """Raises SangamError unless `provisional` says what is true: that something is missing, or nothing."""
    missing = missing_of(content.values)
    what = f"{content.donor} {content.quarter}"
    if missing and not provisional:
        lines = "".join(f"  {line}\n" for line in told(missing))
        raise SangamError(
            f"{what} is not complete, so it can go out as provisional only. Missing:\n{lines}"
            "Wait for it, or sign off what there is: the same `sangam approve` with --provisional."
        )
    if provisional and not missing:
        raise SangamError(f"{what} is complete: nothing is missing. Sign it off without --provisional.")
