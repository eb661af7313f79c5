"""What assets share: the home they work in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg

from ingest.deliveries.receipt import Receipt
from orchestration.events import LinkageDone, SourceDone, tell
from orchestration.settings import Settings, settings

if TYPE_CHECKING:
    from ingest.linkage import LinkageSummary


class Home(dg.ConfigurableResource):
    """SANGAM_HOME with its landing; the environment's where not configured."""

    landing: str = ""

    @property
    def settings(self) -> Settings:
        """Paths of the home."""
        return settings(self.landing or None)

    def ingest(self, region: str, source: str, quarter: str) -> list[Receipt]:
        """Bring a source's deliveries up to a quarter into the lake and the feeds."""
        # For start-up: only a step reads.
        from expectations.second_look import SecondLook
        from ingest.run import ingest_source
        from orchestration import reading_ahead

        where = self.settings
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
        tell(SourceDone(region, source, receipts))
        return receipts

    def link(self, region: str, quarter: str) -> list[LinkageSummary]:
        """Say which records of a region up to a quarter are of the same person or household."""
        # For start-up: only a step links.
        from ingest.linkage import link_region

        where = self.settings
        summaries = link_region(where.home, region, quarter, demo=where.demo)
        tell(LinkageDone(region, summaries))
        return summaries
