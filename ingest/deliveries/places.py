"""Where in SANGAM_HOME what comes of a delivery lies. Writing it is the business of `store` and `feedback`."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ingest.deliveries.delivery import Delivery


def folder(home: Path, layer: str, **partitions: str) -> Path:
    """The Hive-partitioned folder of a layer."""
    return home.joinpath("lake", layer, *(f"{key}={value}" for key, value in partitions.items()))


def receipt_path(home: Path, delivery: Delivery) -> Path:
    """Where a delivery's receipt lies. The same bytes may arrive twice under two names: each has its receipt."""
    at = folder(home, "receipts", region=delivery.region, source=delivery.source, quarter=delivery.quarter)
    return at / f"{delivery.sha256[:16]}-{hashlib.sha256(delivery.relative.encode()).hexdigest()[:8]}.json"


def parquet_path(home: Path, layer: str, delivery: Delivery, table: str = "") -> Path:
    """Where a delivery's Parquet file of a layer (and table) lies."""
    middle = {"table": table} if table else {}
    at = folder(
        home, layer, region=delivery.region, source=delivery.source, **middle, quarter=delivery.quarter
    )
    return at / f"{delivery.sha256[:16]}.parquet"
