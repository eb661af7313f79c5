"""`sangam release pending`: the donors' quarters that wait for a sign-off, when they are due, and what they lack.

Which quarters wait for what is said here in words; what a sign-off needs is `releases.approvals`' business.
"""

from __future__ import annotations

from datetime import date

from ingest.contracts.loading import load_region
from ingest.deliveries.landing import scan
from ingest.deliveries.receipts import receipts
from orchestration.checks import holds
from orchestration.cli.console import Style, TableColumn, plain, say, show_table, styled
from orchestration.cli.show_sign_off import deliveries
from orchestration.releases.approvals import Pending, pending
from orchestration.releases.due import days_left, due_on
from orchestration.releases.missing import Missing
from orchestration.settings import Settings
from orchestration.warehouse import logframes

# How the status of a source is said of what is missing; other states are said as they are.
_WORDS = {
    "missing": "no delivery",
    "not due": "no delivery yet",
    "arrived": "read since: `sangam run` makes the values",
    "late": "read since: `sangam run` makes the values",
}
_COLUMNS = (
    TableColumn("donor"),
    TableColumn("quarter"),
    TableColumn("due"),
    TableColumn("time", right=True),
    TableColumn("values", right=True),
    TableColumn("waits because", wraps=True),
    TableColumn("missing", wraps=True),
)


def show_pending(
    settings: Settings, today: date, donor: str | None = None, quarter: str | None = None
) -> None:
    """Print what waits: of all donors what is due, of a quarter that was asked for whatever there is of it."""
    due_days = {frame.donor.code: frame.donor.due_days for frame in logframes.sound()}
    of = [one for one in pending(settings.home) if donor in (None, one.donor)]
    first = {code: first_delivered(settings, code) for code in {one.donor for one in of}}
    rows = []
    for one in of:
        if one.quarter != quarter if quarter else not _is_due(one, first[one.donor]):
            continue
        due = due_on(one.quarter, due_days[one.donor]) if one.donor in due_days else None
        left = days_left(due, today) if due else ""
        colour: Style = "red" if "overdue" in left else "yellow"
        values = f"{one.reported:,} of {one.expected:,}"
        lacks = "; ".join(_missing(settings, one))
        rows.append(
            (one.donor, one.quarter, str(due or ""), styled(colour, left), values, _why(one), plain(lacks))
        )
    if rows:
        show_table(_COLUMNS, rows)
    else:
        say("Nothing waits for a sign-off.")


def _is_due(one: Pending, first: str | None) -> bool:
    """Quarters before the first extract, of which only a survey's round is reported, nobody waits for."""
    return bool(one.void or one.signed or (one.quarter >= first if first else one.reported))


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


def _why(one: Pending) -> str:
    if one.void:
        return plain(f"numbers changed after {one.void.approved_by}, {one.void.approved_at}")
    if one.signed:
        return plain(f"signed off by {one.signed}; another name is needed")
    return "not signed off"


def _missing(settings: Settings, one: Pending) -> list[str]:
    """What is missing, a source each once: by what is known of its delivery, else as the warehouse says it."""
    states = {(row.region, row.source): row.state for row in deliveries(settings, one.donor, one.quarter)}
    return list(dict.fromkeys(_source(settings, one.quarter, states, missing) for missing in one.missing))


def _source(settings: Settings, quarter: str, states: dict[tuple[str, str], str], missing: Missing) -> str:
    state = states.get((missing.region, missing.source))
    if state and state.startswith("round of") and not receipts(settings.home, missing.region, missing.source):
        state = "not read yet"
    if not state or missing.quarter != quarter or state.startswith("round of"):
        return missing.why
    return f"{missing.region}/{missing.source} {_WORDS.get(state, state)}"
