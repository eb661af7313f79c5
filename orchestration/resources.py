"""What assets share: the home they work in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING

import dagster as dg

from ingest.deliveries.places import folder
from ingest.deliveries.receipt import Receipt
from ingest.errors import SangamError
from ingest.files import remove_left
from orchestration.alone import alone
from orchestration.at_work import at_work
from orchestration.events import LinkageDone, SlipsSent, SourceDone, tell
from orchestration.settings import Settings, of_home, settings

# For start-up: the code location links nothing.
if TYPE_CHECKING:
    from ingest.linkage import LinkageSummary

_UNTOUCHED = 600.0  # seconds; who writes a delivery touches the file with each piece of it


class Home(dg.ConfigurableResource):
    """SANGAM_HOME with its landing; the environment's where not configured."""

    landing: str = ""

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Home]:
        """For as long as a run uses the home, it is known to be at work."""
        run = context.run
        with at_work(of_home().runs_at_work, run.run_id) if run else nullcontext():
            yield self

    @property
    def settings(self) -> Settings:
        """Paths of the home."""
        return settings(self.landing or None)

    def ingest(
        self, region: str, sources: Sequence[str], quarter: str
    ) -> Iterator[tuple[str, list[Receipt] | Exception]]:
        """Bring deliveries up to a quarter into the lake and the feeds; per source receipts, or why there are none."""
        # For start-up: only a step reads.
        from orchestration import reading

        where = self.settings
        with self._alone(region):
            for (_, source), done in reading.read(where, quarter, [(region, one) for one in sources]):
                if not isinstance(done, Exception):
                    tell(SourceDone(region, source, done))
                yield source, done

    @contextmanager
    def _alone(self, region: str) -> Iterator[None]:
        """Nobody else writes what is of a region; so what a killed run left half written can go."""
        lake = self.settings.home / "lake"
        with alone(folder(self.settings.home, "feeds", feed="drop", region=region)):
            for own in (*lake.glob(f"*/region={region}"), *lake.glob(f"feeds/feed=*/region={region}")):
                remove_left(own, older_than=0)
            remove_left(self.settings.home / "archive", older_than=_UNTOUCHED)  # others may be writing there
            yield

    def send_slips(self, region: str) -> list[str]:
        """Put a partner's new return slips into its bucket, and mail its contacts; their keys."""
        # For start-up: a step that sends nothing needs no S3.
        from orchestration.s3.partner_buckets import send_new

        put = send_new(self.settings.home, [region])
        if put:
            tell(SlipsSent(region, put))
            # For start-up: a step that sends nothing writes no mail.
            from orchestration.mail.slips import mail_slips

            with suppress(SangamError):  # it is noted, tried again and told of by the sensor `mail_waiting`
                mail_slips(self.settings.home, region, put)
        return put

    def link(self, region: str, quarter: str) -> list[LinkageSummary]:
        """Say which records of a region up to a quarter are of the same person or household."""
        # For start-up: only a step links.
        from ingest.linkage import link_region

        where = self.settings
        with self._alone(region):
            summaries = link_region(where.home, region, quarter, demo=where.demo)
        tell(LinkageDone(region, summaries))
        return summaries
