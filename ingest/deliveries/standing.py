"""Which of several deliveries counts: a later one replaces an earlier as a whole."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from ingest.deliveries.delivery import Delivery
from ingest.deliveries.receipt import Receipt, Status


def current(
    deliveries: Iterable[Delivery], receipts: Mapping[str, Receipt], waiting: Container[str] = frozenset()
) -> dict[str, Status]:
    """Status by path in the landing; `receipts` and `waiting` are by path, too.

    A later file for the same region, source, quarter and part replaces the earlier one as a whole. A refused file, one
    whose accepted records break the contract, and one that waits for a person replace nothing.
    """
    ordered = sorted(deliveries, key=lambda d: (d.received_at, d.relative))
    status = {d.relative: _out(receipts[d.relative], d.relative in waiting) for d in ordered}
    latest: dict[tuple[str, str, str, str], str] = {}
    for delivery in ordered:
        if status[delivery.relative] is None:
            part = (delivery.region, delivery.source, delivery.quarter, delivery.part)
            latest[part] = delivery.relative
    winners = set(latest.values())
    return {path: found or ("current" if path in winners else "superseded") for path, found in status.items()}


def _out(receipt: Receipt, waits: bool) -> Status | None:
    """Why a delivery is out of the count; None where it is not."""
    if receipt.refused:
        return "refused"
    if receipt.broken:
        return "broken"
    return "paused" if waits else None
