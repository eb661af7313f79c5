"""Finding and keeping receipts.

lake/receipts/region=…/source=…/quarter=…/<sha>-<hash of the path>.json
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from ingest.deliveries.delivery import Delivery
from ingest.deliveries.places import folder, receipt_path
from ingest.deliveries.receipt import Receipt
from ingest.files import write_json


def keep(home: Path, receipt: Receipt) -> None:
    """Write a receipt in the place of the delivery's earlier one."""
    write_json(receipt_path(home, receipt, receipt.path), receipt.model_dump(mode="json"))


def receipt_of(home: Path, delivery: Delivery) -> Receipt | None:
    """A delivery's receipt, where it was taken in."""
    return _read(receipt_path(home, delivery, delivery.relative))


def is_taken_elsewhere(home: Path, delivery: Delivery) -> bool:
    """Whether the same bytes, under another name in the same folder, were not refused: the lake's files are theirs."""
    found = _found(home, delivery.region, delivery.source, delivery.quarter, f"{delivery.sha256[:16]}-*.json")
    return any(r.path != delivery.relative and not r.refused for r in found)


def receipts(home: Path, region: str, source: str = "*", quarter: str = "*") -> list[Receipt]:
    """All receipts of a region, or of one of its sources or quarters, in the order of their paths."""
    return list(_found(home, region, source, quarter))


def receipt_by(home: Path, region: str, source: str, quarter: str, path: str, sha256: str) -> Receipt | None:
    """The receipt of a file in the landing with these bytes."""
    found = _found(home, region, source, quarter, f"{sha256[:16]}-*.json")
    return next((receipt for receipt in found if receipt.path == path), None)


def _found(home: Path, region: str, source: str, quarter: str, name: str = "*.json") -> Iterator[Receipt]:
    at = folder(home, "receipts", region=region)
    for path in sorted(at.glob(f"source={source}/quarter={quarter}/{name}")):
        if receipt := _read(path):
            yield receipt


def _read(path: Path) -> Receipt | None:
    """A receipt; None where there is none, or one of another version: then the delivery is taken in anew."""
    try:
        return Receipt.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
