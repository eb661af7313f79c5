"""Receipts added up per source, for tables people read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ingest.deliveries.receipt import Receipt


@dataclass
class SourceTotals:
    """One source: files, records read, accepted, quarantined, refused files, warnings, seconds of this run."""

    name: str
    files: int = 0
    read: int = 0
    accepted: int = 0
    quarantined: int = 0
    refused: int = 0
    warnings: int = 0
    seconds: float = 0.0

    def add(self, receipt: Receipt) -> None:
        """Count one more file."""
        self.files += 1
        self.refused += bool(receipt.refused)
        self.seconds += receipt.seconds
        for counts in receipt.tables.values():
            self.read += counts.read
            self.accepted += counts.accepted
            self.quarantined += counts.quarantined
            self.warnings += sum(counts.warnings.values())


def per_source(receipts: Iterable[Receipt]) -> list[SourceTotals]:
    """The totals of each source, in the order of their first receipts."""
    rows: dict[str, SourceTotals] = {}
    for receipt in receipts:
        name = f"{receipt.region.lstrip('_')}/{receipt.source}"
        rows.setdefault(name, SourceTotals(name)).add(receipt)
    return list(rows.values())
