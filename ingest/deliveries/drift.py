"""Deliveries that shrink or grow beyond what their contract allows wait until a person lets them through.

The bounds are the contract's (`drift`), the decision of a person is in `let_through`. A delivery that waits replaces
nothing and is in no feed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from ingest.contracts.loading import load_source
from ingest.contracts.source import Source
from ingest.deliveries.delivery import NO_QUARTER, Delivery
from ingest.deliveries.let_through import is_let_through
from ingest.deliveries.receipt import Receipt, Waits


def beyond_bounds(before: Receipt, now: Receipt, source: Source) -> list[str]:
    """Why a delivery has to wait, in plain words; empty when every table is within its bounds."""
    reasons = []
    for table, words in source.tables.items():
        bounds = words.drift or source.drift
        was, is_now = before.rows_read(table), now.rows_read(table)
        if was < bounds.at_least:
            continue
        if is_now < was * (1 - bounds.shrink):
            reasons.append(
                f"table '{table}' has {is_now:,} rows after {was:,}: it shrank by {1 - is_now / was:.0%}, "
                f"allowed are {bounds.shrink:.0%}"
            )
        elif is_now > was * (1 + bounds.grow):
            reasons.append(
                f"table '{table}' has {is_now:,} rows after {was:,}: it grew by {is_now / was - 1:.0%}, "
                f"allowed are {bounds.grow:.0%}"
            )
    return reasons


def waiting(home: Path, deliveries: Iterable[Delivery], receipts: Mapping[str, Receipt]) -> dict[str, Waits]:
    """The deliveries that have to wait, by path in the landing, with the reasons.

    Each is compared with the last one of its part that was neither refused nor broken nor waits, in the order of
    quarter and arrival.
    """
    held: dict[str, Waits] = {}
    last: dict[tuple[str, str, str], Receipt] = {}
    for delivery in sorted(deliveries, key=lambda d: (d.quarter, d.received_at, d.relative)):
        receipt = receipts[delivery.relative]
        if receipt.refused or receipt.broken or delivery.quarter == NO_QUARTER:
            continue
        part = (delivery.region, delivery.source, delivery.part)
        source = load_source(delivery.region, delivery.source)
        reasons = beyond_bounds(last[part], receipt, source) if part in last else []
        if reasons and not is_let_through(home, delivery.sha256, delivery.relative):
            held[delivery.relative] = Waits(against=last[part].path, reasons=tuple(reasons))
        else:
            last[part] = receipt
    return held
