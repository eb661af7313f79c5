"""What assets share: the home they work in."""

from __future__ import annotations

import dagster as dg

from expectations.second_look import SecondLook
from ingest.deliveries.receipt import Receipt
from ingest.linkage import LinkageSummary, link_region
from ingest.run import ingest_source
from orchestration import reading_ahead
from orchestration.events import LinkageDone, SourceDone, tell
from orchestration.settings import Settings, settings


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
        where = self.settings
        summaries = link_region(where.home, region, quarter, demo=where.demo)
        tell(LinkageDone(region, summaries))
        return summaries
