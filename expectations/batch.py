"""A batch: what a source has delivered for a quarter, as a whole, beside the quarter before.

Here: which batches there are, and where their records lie. The only module that reads receipts for the checks of
batches; what is measured and found of a batch does not belong here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from expectations.suite import Suite, load_suite
from ingest.contracts.loading import has_source, load_region
from ingest.contracts.source import Source
from ingest.deliveries.delivery import NO_QUARTER, part_of
from ingest.deliveries.places import folder
from ingest.deliveries.receipt import Receipt
from ingest.deliveries.receipts import receipt_by, receipts
from ingest.sql import quote


@dataclass(frozen=True)
class Side:
    """One of two deliveries: files of accepted records, and records read and quarantined, by contract table."""

    quarter: str
    files: dict[str, list[Path]]
    read: dict[str, int] = field(default_factory=dict)
    quarantined: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Batch:
    """The current files of a source and quarter, with their receipts, and those of the quarter before."""

    region: str
    source: str
    quarter: str
    receipts: tuple[Receipt, ...]
    previous: Batch | None = None
    twins: tuple[
        tuple[str, str], ...
    ] = ()  # files of this one, each with one of the same bytes delivered before

    @property
    def contract(self) -> Source:
        """The source's contract."""
        return load_region(self.region).sources[self.source]

    @property
    def programme(self) -> str:
        """The programme's folder name."""
        return load_region(self.region).programme

    @property
    def suite(self) -> Suite:
        """The suite the batch is checked by."""
        return load_suite(self.programme, self.source)

    @property
    def title(self) -> str:
        """How people call the delivery."""
        quarter = "" if self.quarter == NO_QUARTER else f" {self.quarter}"
        return f"{self.region.lstrip('_')}/{self.source}{quarter}"

    @property
    def files(self) -> list[list[str]]:
        """What decides about the records of the batch."""
        return sorted([receipt.mark, receipt.judged_as.key_id] for receipt in self.receipts)

    @property
    def earlier(self) -> Iterator[Batch]:
        """The batches before this one, the latest first."""
        batch = self.previous
        while batch:
            yield batch
            batch = batch.previous

    def side(self, home: Path) -> Side:
        """Where the accepted records lie, and how many were read and quarantined, by the contract's tables."""
        files: dict[str, list[Path]] = defaultdict(list)
        read: dict[str, int] = defaultdict(int)
        quarantined: dict[str, int] = defaultdict(int)
        for receipt in self.receipts:
            for table in self.contract.tables:
                if paths := receipt.accepted_files(home, table):
                    files[table] += paths
                for counts in (receipt.tables[name] for name in receipt.tables_of(table)):
                    read[table] += counts.read
                    quarantined[table] += counts.quarantined
        return Side(self.quarter, dict(files), dict(read), dict(quarantined))


def batches(home: Path, quarter: str, wanted: Iterable[tuple[str, str]] | None = None) -> list[Batch]:
    """The current batches up to a quarter, of some (region, source) only, where named; earlier quarters first."""
    names = None if wanted is None else set(wanted)
    found: dict[tuple[str, str], dict[str, list[Receipt]]] = defaultdict(lambda: defaultdict(list))
    for region, source, at, file, sha256 in _current_drops(home):
        is_wanted = (at == NO_QUARTER or at <= quarter) and (names is None or (region, source) in names)
        is_known = is_wanted and has_source(region, source)
        receipt = receipt_by(home, region, source, at, file, sha256) if is_known else None
        if receipt:
            found[region, source][at].append(receipt)
    made = []
    for (region, source), quarters in sorted(found.items()):
        previous = None
        alike = _by_bytes(receipts(home, region, source))
        for at in sorted(quarters):
            twins = [(r.path, twin) for r in quarters[at] if (twin := _twin(r, alike[r.sha256]))]
            previous = Batch(region, source, at, tuple(quarters[at]), previous, tuple(twins))
            made.append(previous)
    return made


def _by_bytes(all_receipts: Iterable[Receipt]) -> dict[str, list[Receipt]]:
    found: dict[str, list[Receipt]] = defaultdict(list)
    for receipt in all_receipts:
        found[receipt.sha256].append(receipt)
    return found


def _twin(receipt: Receipt, alike: Iterable[Receipt]) -> str | None:
    """A file with the same bytes that is of an earlier quarter, came earlier, or is another part of the drop."""
    own = (receipt.quarter, part_of(receipt.region, receipt.source, receipt.file))
    for other in alike:
        place = (other.quarter, part_of(other.region, other.source, other.file))
        came_before = (other.received_at, other.path) < (receipt.received_at, receipt.path)
        if place != own and (other.quarter < receipt.quarter or came_before):
            return other.path
    return None


def _current_drops(home: Path) -> list[tuple[str, str, str, str, str]]:
    """Region, source, quarter, file and SHA-256 of what the feeds hold, so that the same deliveries are checked."""
    # For start-up: the code location asks for no batches.
    import duckdb

    files = folder(home, "feeds", feed="drop") / "region=*" / "source=*" / "quarter=*" / "*.parquet"
    with duckdb.connect() as connection:
        try:
            return connection.execute(
                "SELECT region, source, quarter, file, sha256 FROM "
                f"read_parquet({quote(str(files))}, hive_partitioning = true, hive_types_autocast = false) "
                "WHERE status = 'current' ORDER BY ALL"
            ).fetchall()
        except duckdb.IOException:
            return []  # no source has been read yet
