"""Where in SANGAM_HOME what comes of a delivery lies. Writing it is the business of `store` and `feedback`."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Protocol


class Placed(Protocol):
    """A delivery or its receipt."""

    @property
    def region(self) -> str:
        """Whose."""

    @property
    def source(self) -> str:
        """Of which source."""

    @property
    def quarter(self) -> str:
        """For which quarter; `_` for reference tables."""

    @property
    def sha256(self) -> str:
        """Of which bytes."""


def folder(home: Path, layer: str, **partitions: str) -> Path:
    """The Hive-partitioned folder of a layer."""
    return home.joinpath("lake", layer, *(f"{key}={value}" for key, value in partitions.items()))


def receipt_path(home: Path, placed: Placed, relative: str) -> Path:
    """Where a delivery's receipt lies. The same bytes may arrive twice under two names: each has its receipt.

    `relative`: the file's path within the landing.
    """
    at = folder(home, "receipts", region=placed.region, source=placed.source, quarter=placed.quarter)
    return at / f"{placed.sha256[:16]}-{hashlib.sha256(relative.encode()).hexdigest()[:8]}.json"


def parquet_path(home: Path, layer: str, placed: Placed, table: str = "") -> Path:
    """Where a delivery's Parquet file of a layer (and table) lies."""
    middle = {"table": table} if table else {}
    at = folder(home, layer, region=placed.region, source=placed.source, **middle, quarter=placed.quarter)
    return at / f"{placed.sha256[:16]}.parquet"


def vault_path(home: Path, placed: Placed) -> Path:
    """Where the identities of a delivery's accepted records lie."""
    at = home / "vault" / f"region={placed.region}" / f"source={placed.source}" / f"quarter={placed.quarter}"
    return at / f"{placed.sha256[:16]}.vault"
