"""What a donor's quarter waits for: which quarters are due, what of their deliveries lacks, who has not signed off.

In words for people, without a terminal or a mail; what a sign-off needs is `approvals`' business.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from expectations.batch import batches
from ingest.contracts.loading import load_region
from ingest.deliveries.landing import scan
from ingest.deliveries.receipts import receipts
from orchestration import soundness
from orchestration.checks import holds
from orchestration.checks.source_status import SourceStatus, quarter_status
from orchestration.quarters import quarter_after
from orchestration.releases.approvals import Pending
from orchestration.releases.due import due_on
from orchestration.releases.missing import Missing
from orchestration.settings import Settings
from orchestration.warehouse.logframe_words import Donor

OPEN = ("broken", "paused", "refused")  # states of a source that somebody has to mend
LATE = ("missing", "late", "not read yet")
# How the status of a source is said of what is missing; other states are said as they are.
_WORDS = {
    "missing": "no delivery",
    "not due": "no delivery yet",
    "arrived": "read since: `sangam run` makes the values",
    "late": "read since: `sangam run` makes the values",
}


@dataclass(frozen=True)
class Lack:
    """A source that values of a quarter need: what is wrong with it, and `words` that name both."""

    region: str
    source: str
    what: str
    words: str


def first_delivered(settings: Settings, donor: str) -> str | None:
    """The first quarter that a source which comes each quarter has delivered for, read or not."""
    sources = {
        (region, source)
        for region, source in holds.feeding(donor)
        if load_region(region).sources[source].cadence == "quarter"
    }
    read = {found.quarter for pair in sources for found in receipts(settings.home, *pair)}
    if settings.landing.is_dir():
        read |= {found.quarter for found in scan(settings.landing, sources=sources)}
    return min((quarter for quarter in read if quarter[0].isdigit()), default=None)


def due_quarters(settings: Settings, donor: Donor, day: date) -> Iterator[tuple[str, date]]:
    """A donor's quarters that are due until a day, with their days: from the first of which anything came.

    And up to the last of its regions, where all of them left.
    """
    quarter, last = first_delivered(settings, donor.code), max(donor.until.values(), default="")
    has_end = set(donor.until) == set(donor.regions)
    while quarter and (due := due_on(quarter, donor.due_days)) <= day and not (has_end and quarter > last):
        yield quarter, due
        quarter = quarter_after(quarter)


def deliveries(settings: Settings, donor: str, quarter: str, today: date | None = None) -> list[SourceStatus]:
    """The status of every source that a donor's indicators are made of; none where there is no landing."""
    if not settings.landing.is_dir():
        return []
    feeding, unsound = holds.feeding(donor), holds.unsound_regions(donor)
    return [
        row
        for row in quarter_status(settings, quarter, today)
        if (row.region, row.source) in feeding or (not row.source and row.region in unsound)
    ]


def held(home: Path, donor: str, quarter: str) -> list[str]:
    """Why a donor's quarter is held, a line each: regions that are not read, deliveries their batch checks hold."""
    sources = sorted(pair for pair in holds.feeding(donor) if not soundness.fault(pair[0]))
    there = batches(home, quarter, sources)
    found = [holds.line(one) for pair in sources for one in holds.held(home, there, *pair, quarter)]
    return holds.unread(donor) + found


def is_awaited(one: Pending, first: str | None) -> bool:
    """Quarters before the first extract, of which only a survey's round is reported, nobody waits for."""
    return bool(one.void or one.signed or (one.quarter >= first if first else one.reported))


def why(one: Pending) -> str:
    """Why a quarter is not signed off."""
    if one.void:
        return f"numbers changed after {one.void.approved_by}, {one.void.approved_at}"
    if one.signed:
        return f"signed off by {one.signed}; another name is needed"
    return "not signed off"


def lacks(settings: Settings, one: Pending, today: date | None = None) -> list[Lack]:
    """What is missing of a quarter: by what is known of its deliveries, else as the warehouse says it."""
    rows = deliveries(settings, one.donor, one.quarter, today)
    states = {(row.region, row.source): row.state for row in rows}
    return list(dict.fromkeys(_lack(settings, one.quarter, states, missing) for missing in one.missing))


def _lack(settings: Settings, quarter: str, states: dict[tuple[str, str], str], missing: Missing) -> Lack:
    of = missing.region, missing.source
    state = states.get(of)
    if state and state.startswith("round of") and not receipts(settings.home, *of):
        state = "not read yet"
    if not state or missing.quarter != quarter or state.startswith("round of"):
        return Lack(*of, missing.why, missing.why)
    what = _WORDS.get(state, state)
    return Lack(*of, what, f"{missing.region}/{missing.source} {what}")


def not_there(settings: Settings, donor: str, quarter: str, today: date) -> list[Lack]:
    """What is missing of a quarter that no value is known of: the sources of which nothing stands, by their status."""
    return [
        Lack(row.region, row.source, what, f"{row.region}/{row.source} {what}")
        for row in deliveries(settings, donor, quarter, today)
        if row.state in (*OPEN, "missing", "not due")
        for what in [_WORDS.get(row.state) or f"{row.state}: {row.note}"]
    ]
