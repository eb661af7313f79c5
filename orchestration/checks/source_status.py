"""What of a quarter has arrived, is missing, waits, was refused or came late: the status of each source.

Reads the landing and the receipts; nothing is judged here, and nothing printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from ingest.contracts.loading import load_region
from ingest.contracts.region import Region
from ingest.contracts.source import Source
from ingest.deliveries.delivery import Delivery, quarter_end
from ingest.deliveries.landing import scan
from ingest.deliveries.receipts import receipt_of
from orchestration import soundness
from orchestration.checks.waits import waits_lines
from orchestration.settings import Settings

DUE_DAYS = 15  # where a region's contract states none


@dataclass(frozen=True)
class SourceStatus:
    """One source of a quarter."""

    region: str
    source: str
    # broken: a region that does not load
    state: str  # or arrived, late, not read yet, paused, refused, missing, round of …, not due
    due: date | None
    files: int
    arrived_at: datetime | None
    note: str


def quarter_status(settings: Settings, quarter: str, today: date | None = None) -> list[SourceStatus]:
    """The status of every source of every region in a quarter; one row for a region that does not load.

    Raises SangamError for an unusable landing.
    """
    deliveries = scan(settings.landing, up_to=quarter)
    now = today or datetime.now(UTC).date()
    broken = [SourceStatus(r, "", "broken", None, 0, None, why) for r, why in soundness.faults().items()]
    return broken + [
        _source_status(settings.home, contract, name, source, quarter, deliveries, now)
        for contract in (load_region(region) for region in soundness.sound_regions() if region[0] != "_")
        for name, source in contract.sources.items()
    ]


def _source_status(
    home: Path,
    contract: Region,
    name: str,
    source: Source,
    quarter: str,
    deliveries: list[Delivery],
    today: date,
) -> SourceStatus:
    own = [d for d in deliveries if (d.region, d.source) == (contract.region, name)]
    there = [d for d in own if d.quarter == quarter]
    delivered = [d for d in there if not d.stray]
    due = quarter_end(quarter).date() + timedelta(days=contract.due_days.get(name, DUE_DAYS))
    last = max((d.received_at for d in delivered or there), default=None)
    state, note = _state(home, source, quarter, own, there, due, today)
    return SourceStatus(contract.region, name, state, due, len(there), last, note)


def _state(
    home: Path,
    source: Source,
    quarter: str,
    own: list[Delivery],
    there: list[Delivery],
    due: date,
    today: date,
) -> tuple[str, str]:
    if not there:
        rounds = sorted({d.quarter for d in own if d.quarter < quarter})
        if source.cadence == "round":
            return (
                (f"round of {rounds[-1]}", "the latest round serves")
                if rounds
                else ("missing", "no round yet")
            )
        return ("missing", f"due {due}") if today > due else ("not due", f"due {due}")
    receipts = [r for d in there if (r := receipt_of(home, d))]
    if len(receipts) < len(there):
        return "not read yet", "`sangam run` reads it"
    for word in ("paused", "refused"):
        found = [r for r in receipts if r.status == word]
        if found and (word == "paused" or not any(r.status == "current" for r in receipts)):
            return word, "; ".join(waits_lines(found[0]) or [found[0].message])
    first = min(d.received_at for d in [d for d in there if not d.stray] or there).date()
    left = [line for r in receipts for line in ([r.message] if r.refused == "stray_file" else r.left_out)]
    if first > due:
        return "late", "; ".join([f"arrived {(first - due).days} days after {due}", *left])
    return "arrived", "; ".join(left)
