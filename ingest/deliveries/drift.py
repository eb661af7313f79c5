"""Deliveries that shrink or grow beyond what their contract allows wait until a person releases them.

The bounds are the contract's (`drift`), the decision of a person is a file of its own that is never changed:
`SANGAM_HOME/decisions/drops/<sha256>.json`. A delivery that waits replaces nothing and is in no feed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from ingest.contracts.loading import load_source
from ingest.contracts.source import Source
from ingest.contracts.table import Drift
from ingest.deliveries.delivery import NO_QUARTER, Delivery
from ingest.deliveries.places import folder
from ingest.errors import SangamError
from ingest.files import write_json
from ingest.sql import quote, sql_name

Receipt = dict[str, Any]


@dataclass(frozen=True)
class TableChange:
    """What a delivery would change in one table: rows read before and now; accepted keys added, gone, changed."""

    table: str
    before: int
    now: int
    added: int
    gone: int
    changed: int


def decision_path(home: Path, sha256: str) -> Path:
    """Where the release of a waiting delivery is recorded."""
    return home / "decisions" / "drops" / f"{sha256}.json"


def beyond_bounds(before: Receipt, now: Receipt, source: Source) -> list[str]:
    """Why a delivery has to wait, in plain words; empty when every table is within its bounds."""
    reasons = []
    for table, words in source.tables.items():
        bounds: Drift = words.drift or source.drift
        was, is_now = rows_read(before, table), rows_read(now, table)
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


def rows_read(receipt: Receipt, table: str) -> int:
    """Records read of a contract's table, over all sheets that are of its kind."""
    return sum(
        counts["read"] for name, counts in receipt["tables"].items() if counts.get("of", name) == table
    )


def waiting(home: Path, deliveries: Iterable[Delivery], receipts: dict[str, Receipt]) -> dict[str, list[str]]:
    """The deliveries that have to wait, by relative path, with the reasons.

    Each is compared with the last one of its part that neither was refused nor waits, in the order of quarter and
    arrival.
    """
    held: dict[str, list[str]] = {}
    last: dict[tuple[str, str, str], Receipt] = {}
    for delivery in sorted(deliveries, key=lambda d: (d.quarter, d.received_at, d.relative)):
        receipt = receipts[delivery.relative]
        if receipt["refused"] or delivery.quarter == NO_QUARTER:
            continue
        part = (delivery.region, delivery.source, delivery.part)
        source = load_source(delivery.region, delivery.source)
        reasons = beyond_bounds(last[part], receipt, source) if part in last else []
        if reasons and not decision_path(home, delivery.sha256).exists():
            held[delivery.relative] = [f"compared with {last[part]['path']}: {reason}" for reason in reasons]
        else:
            last[part] = receipt
    return held


def _receipts(home: Path, region: str, source: str) -> list[Receipt]:
    at = folder(home, "receipts", region=region, source=source)
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(at.glob("quarter=*/*.json"))]


def paused(home: Path, region: str, source: str, quarter: str) -> list[Receipt]:
    """Receipts of the deliveries of a quarter that wait. Raises SangamError where there are none."""
    found = [
        r for r in _receipts(home, region, source) if r["quarter"] == quarter and r["status"] == "paused"
    ]
    if not found:
        raise SangamError(
            f"No delivery of {region}/{source} {quarter} is waiting. `sangam status` lists what is."
        )
    return found


def preview(home: Path, receipt: Receipt) -> list[TableChange]:
    """What the warehouse would see change if a waiting delivery were released: per table, against the last one."""
    source = load_source(receipt["region"], receipt["source"])
    path = receipt["drift"][0].removeprefix("compared with ").partition(": ")[0]
    before = next(r for r in _receipts(home, receipt["region"], receipt["source"]) if r["path"] == path)
    return [
        TableChange(
            name,
            rows_read(before, name),
            rows_read(receipt, name),
            *_keys(_accepted(home, before, source, name), _accepted(home, receipt, source, name), table.key),
        )
        for name, table in source.tables.items()
    ]


def _accepted(home: Path, receipt: Receipt, source: Source, table: str) -> list[str]:
    paths = (
        folder(
            home,
            "accepted",
            region=receipt["region"],
            source=receipt["source"],
            table=name,
            quarter=receipt["quarter"],
        )
        / f"{receipt['sha256'][:16]}.parquet"
        for name, counts in receipt["tables"].items()
        if counts.get("of", name) == table
    )
    return [str(path) for path in paths if path.exists()]


def _keys(before: list[str], now: list[str], key: tuple[str, ...]) -> tuple[int, int, int]:
    """Accepted keys added, gone, and there in both with another content (place in the file apart)."""
    if not before or not now:
        return 0, 0, 0
    with duckdb.connect(config={"memory_limit": "1500MB", "threads": 2}) as connection:
        for side, paths in (("was", before), ("now", now)):
            files = ", ".join(quote(p) for p in paths)
            connection.execute(
                f"CREATE VIEW {side} AS SELECT * FROM read_parquet([{files}], hive_partitioning = false, "
                "union_by_name = true)"
            )
        names = [
            {str(r[0]) for r in connection.execute(f"SELECT column_name FROM (DESCRIBE {side})").fetchall()}
            for side in ("was", "now")
        ]
        shared = sorted(n for n in names[0] & names[1] if not n.startswith("_"))
        parts = [k for k in key if k in shared] or shared
        content = f"hash({', '.join(sql_name(n) for n in shared)})"
        keys = ", ".join(sql_name(k) for k in parts)
        sides = {
            side: f"(SELECT {keys}, {content} AS content FROM {side}) {side[0]}" for side in ("was", "now")
        }
        on = " AND ".join(f"w.{sql_name(k)} = n.{sql_name(k)}" for k in parts)
        rows = connection.execute(
            "SELECT count(*) FILTER (w.content IS NULL), count(*) FILTER (n.content IS NULL), "
            f"count(*) FILTER (w.content <> n.content) FROM {sides['was']} FULL JOIN {sides['now']} ON {on}"
        ).fetchall()
    return int(rows[0][0]), int(rows[0][1]), int(rows[0][2])


def release(home: Path, receipt: Receipt, by: str, reason: str, at: datetime | None = None) -> Path:
    """Record that a person lets a waiting delivery through; the next run takes it. Raises SangamError without words."""
    if not by.strip() or not reason.strip():
        raise SangamError("Releasing a delivery needs a name (--by) and a reason (--reason).")
    path = decision_path(home, receipt["sha256"])
    if not path.exists():
        words = {
            "region": receipt["region"],
            "source": receipt["source"],
            "quarter": receipt["quarter"],
            "path": receipt["path"],
            "sha256": receipt["sha256"],
            "why_it_waited": receipt["drift"],
            "released_by": by.strip(),
            "reason": reason.strip(),
            "released_at": (at or datetime.now(UTC)).isoformat(timespec="seconds"),
        }
        write_json(path, words)
    return path
