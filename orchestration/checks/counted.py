"""Receipts counted by table, as checks and the UI show them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from ingest.deliveries.places import folder
from orchestration.quarters import all_quarters

Receipt = dict[str, Any]


def of_quarter(receipts: list[Receipt], quarter: str, cadence: str) -> list[Receipt]:
    """The deliveries that serve a quarter: its own, or a reference table's latest."""
    return [r for r in receipts if r["quarter"] == quarter or cadence == "reference"]


def other_quarters_read(receipts: list[Receipt], quarter: str) -> list[str]:
    """Earlier quarters of which this run read a drop, so that their partitions are materialised as well."""
    fresh = {r["quarter"] for r in receipts if r.get("read_now")}
    return sorted(q for q in fresh - {quarter} if q in all_quarters())


def tables_of(receipt: Receipt, table: str) -> list[str]:
    """The delivered tables that are a contract's table: itself, or every sheet that is of its kind."""
    return [name for name, counted in receipt["tables"].items() if counted.get("of", name) == table]


def counts(receipts: list[Receipt], table: str) -> Counter[str]:
    """read, accepted and quarantined of a table over current deliveries."""
    total: Counter[str] = Counter(read=0, accepted=0, quarantined=0)
    for receipt in receipts:
        for name in tables_of(receipt, table) if receipt["status"] == "current" else ():
            total.update({k: receipt["tables"][name][k] for k in ("read", "accepted", "quarantined")})
    return total


def by_code(receipts: list[Receipt], table: str, what: str) -> Counter[str]:
    """Records by reason (`by_reason`) or warning (`warnings`) over current deliveries."""
    total: Counter[str] = Counter()
    for receipt in receipts:
        for name in tables_of(receipt, table) if receipt["status"] == "current" else ():
            total.update(receipt["tables"][name][what])
    return total


def chart(reasons: Counter[str], width: int = 24) -> str:
    """A small bar chart as Markdown, longest first."""
    if not reasons:
        return "_none_"
    most = max(reasons.values())
    lines = ["| reason | records | |", "| --- | ---: | --- |"]
    for code, count in reasons.most_common():
        lines.append(f"| `{code}` | {count:,} | {'█' * max(1, round(width * count / most))} |")
    return "\n".join(lines)


def accepted_path(home: Path, receipt: Receipt, table: str) -> Path:
    """The Parquet file of a receipt's accepted records."""
    at = folder(
        home,
        "accepted",
        region=receipt["region"],
        source=receipt["source"],
        table=table,
        quarter=receipt["quarter"],
    )
    return at / f"{receipt['sha256'][:16]}.parquet"
