"""Which delivery was the last one before another, for findings that are new, open or resolved."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ingest.deliveries.delivery import Delivery, part_of
from ingest.deliveries.receipt import Receipt
from ingest.deliveries.receipts import receipts


def last_deliveries(home: Path, delivery: Delivery) -> list[Receipt]:
    """Receipts of what a delivery is compared with: the last readable one of its part and, if refused, the very last.

    An earlier delivery of the same quarter counts, else the latest of the latest earlier quarter. A refused file
    says nothing about records, so that those of the one before it still count; a stray one is no delivery at all.
    """
    if delivery.stray:
        return []
    there = [r for r in receipts(home, delivery.region, delivery.source) if r.refused != "stray_file"]
    before = [r for r in there if _same_part(r, delivery) and _is_before(r, delivery)]
    latest_first = sorted(before, key=lambda r: (r.quarter, r.received_at, r.path), reverse=True)
    for place, receipt in enumerate(latest_first):
        if not receipt.refused:
            return [receipt, *latest_first[: min(place, 1)]]
    return latest_first[:1]


def marks(last: Iterable[Receipt]) -> tuple[str, ...]:
    """What a receipt keeps of the last deliveries: when one of them changes, the comparison does."""
    return tuple(f"{receipt.path}:{receipt.mark}" for receipt in last)


def findings_files(home: Path, last: Iterable[Receipt]) -> list[Path]:
    """The findings of deliveries, where there are any."""
    return [path for receipt in last if (path := receipt.layer_file(home, "findings")).exists()]


def _same_part(receipt: Receipt, delivery: Delivery) -> bool:
    return part_of(delivery.region, delivery.source, receipt.file) == delivery.part


def _is_before(receipt: Receipt, delivery: Delivery) -> bool:
    if receipt.quarter != delivery.quarter:
        return receipt.quarter < delivery.quarter
    own = (delivery.received_at, delivery.relative)
    return (receipt.received_at, receipt.path) < own and receipt.sha256 != delivery.sha256
