"""Which delivery was the last one before another, for findings that are new, open or resolved."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ingest.deliveries import places
from ingest.deliveries.delivery import Delivery, part_of


def last_deliveries(home: Path, delivery: Delivery) -> list[dict[str, Any]]:
    """Receipts of what a delivery is compared with: the last readable one of its part and, if refused, the very last.

    An earlier delivery of the same quarter counts, else the latest of the latest earlier quarter. A refused file
    says nothing about records, so that those of the one before it still count.
    """
    at = places.folder(home, "receipts", region=delivery.region, source=delivery.source)
    quarters = sorted((path.name.removeprefix("quarter=") for path in at.glob("quarter=*")), reverse=True)
    very_last: list[dict[str, Any]] = []
    for quarter in (q for q in quarters if q <= delivery.quarter):
        receipts = [
            json.loads(p.read_text(encoding="utf-8")) for p in (at / f"quarter={quarter}").glob("*.json")
        ]
        before = [r for r in receipts if _same_part(r, delivery) and _is_before(r, delivery)]
        for receipt in sorted(before, key=lambda r: (r["received_at"], r["path"]), reverse=True):
            if not receipt["refused"]:
                return [receipt, *very_last]
            very_last = very_last or [receipt]
    return very_last


def mark(receipts: Iterable[dict[str, Any]]) -> list[str]:
    """What a receipt keeps of the last deliveries: when one of them changes, the comparison does."""
    return [":".join(str(r[word]) for word in ("path", "sha256", "contract", "engine")) for r in receipts]


def findings_files(home: Path, receipts: Iterable[dict[str, Any]]) -> list[Path]:
    """The findings of deliveries, where there are any."""
    paths = (
        places.folder(home, "findings", region=r["region"], source=r["source"], quarter=r["quarter"])
        / f"{r['sha256'][:16]}.parquet"
        for r in receipts
    )
    return [path for path in paths if path.exists()]


def _same_part(receipt: dict[str, Any], delivery: Delivery) -> bool:
    return part_of(delivery.region, delivery.source, receipt["file"]) == delivery.part


def _is_before(receipt: dict[str, Any], delivery: Delivery) -> bool:
    if receipt["quarter"] != delivery.quarter:
        return True
    own = (delivery.received_at.isoformat(), delivery.relative)
    return (receipt["received_at"], receipt["path"]) < own and receipt["sha256"] != delivery.sha256
