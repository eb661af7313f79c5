"""What happens while a quarter runs, told to whoever listens: the terminal, the run's outcome. Not Dagster's events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

# For start-up: events are heard of by the code location, which does none of the work they tell of.
if TYPE_CHECKING:
    from expectations.results import BatchResult
    from ingest.deliveries.landing import Stray
    from ingest.deliveries.receipt import Receipt
    from ingest.linkage import LinkageSummary


@dataclass(frozen=True)
class LandingSeen:
    """Files of the landing that no contract expects, and those that systems left there."""

    strays: list[Stray]
    litter: list[str]


@dataclass(frozen=True)
class Unchanged:
    """Nothing is new of these regions, so that nothing of them is run."""

    regions: list[str]


@dataclass(frozen=True)
class SourceDone:
    """A source's deliveries were taken in."""

    region: str
    source: str
    receipts: list[Receipt]


@dataclass(frozen=True)
class LinkageDone:
    """A region's records were linked."""

    region: str
    summaries: list[LinkageSummary]


@dataclass(frozen=True)
class BatchesChecked:
    """Deliveries were checked as a whole."""

    results: list[BatchResult]


@dataclass(frozen=True)
class WarehouseStarted:
    """dbt begins to build quarters."""

    quarters: list[str]


@dataclass(frozen=True)
class ReleaseDone:
    """A donor's release was published, or waits: `state` says which."""

    donor: str
    quarter: str
    state: str


@dataclass(frozen=True)
class SlipsSent:
    """Return slips were put into a partner's bucket, under these keys."""

    region: str
    keys: list[str]


Event = (
    LandingSeen
    | Unchanged
    | SourceDone
    | LinkageDone
    | BatchesChecked
    | WarehouseStarted
    | ReleaseDone
    | SlipsSent
)
_listeners: list[Callable[[Event], None]] = []


def listen(listener: Callable[[Event], None]) -> Callable[[], None]:
    """Call `listener` with every event from now on; gives a function that ends it."""
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)


def tell(event: Event) -> None:
    """Tell who listens."""
    for listener in _listeners:
        listener(event)
