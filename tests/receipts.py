"""Receipts for tests that need one without taking anything in."""

from __future__ import annotations

from typing import Any

from ingest.deliveries.delivery import Delivery
from ingest.deliveries.receipt import JudgedAs, Receipt


def receipt_for(delivery: Delivery, **words: Any) -> Receipt:
    """The receipt of a delivery that was read without anything being found."""
    return Receipt(
        region=delivery.region,
        source=delivery.source,
        quarter=delivery.quarter,
        path=delivery.relative,
        file=delivery.file,
        sha256=delivery.sha256,
        size=delivery.size,
        received_at=delivery.received_at,
        judged_as=JudgedAs(contract="c", engine="1", key_id="k"),
        **words,
    )
