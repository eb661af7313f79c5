"""Receipts added up per source, for tables people read."""

from __future__ import annotations

from typing import Any


def per_source(receipts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row a source: files, records read, accepted, quarantined, refused files, warnings, seconds of this run."""
    rows: dict[str, dict[str, Any]] = {}
    for receipt in receipts:
        name = f"{receipt['region'].lstrip('_')}/{receipt['source']}"
        row = rows.setdefault(
            name,
            {
                "name": name,
                "files": 0,
                "read": 0,
                "accepted": 0,
                "quarantined": 0,
                "refused": 0,
                "warnings": 0,
                "seconds": 0.0,
            },
        )
        row["files"] += 1
        row["refused"] += bool(receipt["refused"])
        row["seconds"] += receipt["seconds"]
        for counts in receipt["tables"].values():
            for word in ("read", "accepted", "quarantined"):
                row[word] += counts[word]
            row["warnings"] += sum(counts["warnings"].values())
    return list(rows.values())
