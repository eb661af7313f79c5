"""What assets share: the home they work in, and how they tell a person about progress."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dagster as dg

from expectations.second_look import SecondLook
from ingest.deliveries.receipt import Receipt
from ingest.linkage import LinkageSummary, link_region
from ingest.run import ingest_source
from orchestration import reading_ahead
from orchestration.settings import Settings, settings

_listeners: list[Callable[[str, dict[str, Any]], None]] = []


def listen(listener: Callable[[str, dict[str, Any]], None]) -> Callable[[], None]:
    """Call `listener(event, facts)` as steps go on; gives a function that ends it."""
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)


def tell(event: str, **facts: Any) -> None:
    """Tell who listens."""
    for listener in _listeners:
        listener(event, facts)


class Home(dg.ConfigurableResource):
    """SANGAM_HOME with its landing; the environment's where not configured."""

    landing: str = ""

    @property
    def settings(self) -> Settings:
        """Paths of the home."""
        return settings(self.landing or None)

    def ingest(self, region: str, source: str, quarter: str) -> list[Receipt]:
        """Bring a source's deliveries up to a quarter into the lake and the feeds."""
        where = self.settings
        tell("source_started", region=region, source=source)
        receipts = reading_ahead.receipts(region, source, quarter)
        if receipts is None:  # started from the UI
            receipts = ingest_source(
                where.home,
                where.landing,
                region,
                source,
                quarter=quarter,
                demo=where.demo,
                verify=SecondLook(),
            )
        tell("source_done", region=region, source=source, quarter=quarter, receipts=receipts)
        return receipts

    def link(self, region: str, quarter: str) -> list[LinkageSummary]:
        """Say which records of a region up to a quarter are of the same person or household."""
        where = self.settings
        summaries = link_region(where.home, region, quarter, demo=where.demo)
        tell("linkage_done", region=region, quarter=quarter, summaries=summaries)
        return summaries
