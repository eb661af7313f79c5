"""From the landing to the feeds: read, judge, write, decide what is current, map. No Dagster, no dbt.

Idempotent: a delivery whose bytes, contract and secret are unchanged is not read again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ingest import feeds, identifiers, lake, relating
from ingest.contracts.loading import fingerprint, load_region
from ingest.errors import Refused
from ingest.landing import NO_QUARTER, Delivery, current, quarter_end, scan

# Raise it when a change of code changes what is written for the same delivery.
ENGINE_VERSION = 1


def ingest_source(
    home: Path, landing: Path, region: str, source: str, *, quarter: str | None = None, demo: bool = False
) -> list[dict[str, Any]]:
    """Bring a source's deliveries up to `quarter` into the lake and the feeds; a receipt for each.

    Raises SangamError for a missing secret, landing or inconsistent contract; a refused file raises nothing and is
    in the receipts.
    """
    feeds.write_schemas(home)
    arrived = _bring_in(home, landing, region, source, quarter=quarter, demo=demo)
    receipts = [arrived.receipts[delivery.relative] for delivery in arrived.deliveries]
    publish_feeds(home, arrived.deliveries, receipts)
    return receipts


def _bring_in(
    home: Path, landing: Path, region: str, source: str, *, quarter: str | None, demo: bool
) -> relating.Arrivals:
    """Take in a source's deliveries, earlier quarters first, after the sources that its rules look up.

    Contracts in which sources look each other up in a circle do not load.
    """
    contract = load_region(region).sources[source]
    looks = relating.looks_outside(contract)
    arrivals = {
        other: _bring_in(home, landing, region, other, quarter=quarter, demo=demo)
        for other in sorted(contract.looked_up_sources() - {source})
    }
    own = relating.Arrivals(scan(landing, up_to=quarter, sources=[(region, source)]), {})
    arrivals[source] = own
    for delivery in sorted(own.deliveries, key=lambda d: d.quarter):
        compared = relating.compare_with(home, delivery, looks, arrivals)
        own.receipts[delivery.relative] = take_in(home, delivery, compared, demo=demo)
    return own


def take_in(
    home: Path, delivery: Delivery, compared: relating.Compared = relating.NOTHING, *, demo: bool = False
) -> dict[str, Any]:
    """Read and judge one delivery unless its receipt says it was already, and give the receipt.

    `compared`: the accepted records outside the drop that rules look up.
    """
    key = identifiers.secret(demo=demo)
    state = {
        "contract": fingerprint(delivery.region, delivery.source),
        "engine": ENGINE_VERSION,
        "key_id": identifiers.key_id(key),
        **({"compared_with": compared.marks} if compared.marks else {}),
    }
    path = lake.receipt_path(home, delivery)
    if path.exists():
        known: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if (
            all(known.get(word) == value for word, value in state.items())
            and known["path"] == delivery.relative
        ):
            return {**known, "seconds": 0.0, "read_now": False}
    started = time.perf_counter()
    receipt: dict[str, Any] = {
        "region": delivery.region,
        "source": delivery.source,
        "quarter": delivery.quarter,
        "path": delivery.relative,
        "file": delivery.file,
        "sha256": delivery.sha256,
        "size": delivery.size,
        "received_at": delivery.received_at.isoformat(),
        "status": "current",
        "refused": None,
        "message": "",
        "tables": {},
        **state,
    }
    try:
        receipt["tables"] = _read_and_write(home, delivery, key, compared.relations)
    except Refused as refusal:
        lake.remove(home, delivery, load_region(delivery.region).sources[delivery.source].tables)
        receipt |= {"refused": refusal.code, "message": str(refusal), "status": "refused"}
    receipt["seconds"] = round(time.perf_counter() - started, 3)
    lake.write_json(path, receipt)
    return {**receipt, "read_now": True}


def _read_and_write(
    home: Path, delivery: Delivery, key: bytes, related: Mapping[str, str]
) -> dict[str, Any]:
    # Imported here: reading needs Arrow and the parsers, which a run that finds nothing new does not.
    from ingest.judge_file import judge_file

    last_day = None if delivery.quarter == NO_QUARTER else quarter_end(delivery.quarter).date()
    judged = judge_file(delivery.path, delivery.region, delivery.source, last_day, related)
    try:
        lake.write_accepted(home, judged, delivery, key)
        lake.write_quarantine(home, judged, delivery)
        lake.write_warnings(home, judged, delivery)
        return lake.table_counts(judged)
    finally:
        judged.connection.close()


def publish_feeds(
    home: Path, deliveries: list[Delivery], receipts: list[dict[str, Any]]
) -> set[tuple[str, str, str]]:
    """Put the current deliveries into the feeds and take the others out.

    Returns the (region, source, quarter) whose feeds changed.
    """
    status = current(deliveries, {r["path"] for r in receipts if r["refused"]})
    by_path = {r["path"]: r for r in receipts}
    groups: dict[tuple[str, str, str], list[Delivery]] = {}
    for delivery in deliveries:
        groups.setdefault((delivery.region, delivery.source, delivery.quarter), []).append(delivery)
    changed = set()
    for group, members in groups.items():
        for member in members:
            _mark(home, member, by_path[member.relative], status[member.relative])
        if _publish_group(home, group, members, status, by_path):
            changed.add(group)
    return changed


def _mark(home: Path, delivery: Delivery, receipt: dict[str, Any], status: str) -> None:
    """Write into the receipt whether the delivery is current, superseded or refused."""
    if receipt["status"] != status:
        receipt["status"] = status
        lake.write_json(
            lake.receipt_path(home, delivery), {k: v for k, v in receipt.items() if k != "read_now"}
        )


def _publish_group(
    home: Path,
    group: tuple[str, str, str],
    members: list[Delivery],
    status: dict[str, str],
    by_path: dict[str, dict[str, Any]],
) -> bool:
    region, source_name, quarter = group
    source = load_region(region).sources[source_name]
    partitions = {"region": region, "source": source_name, "quarter": quarter}
    state = [
        feeds.fingerprint(source),
        [
            [by_path[m.relative][k] for k in ("sha256", "contract", "engine", "key_id")]
            + [status[m.relative]]
            for m in members
        ],
    ]
    marker = lake.folder(home, "feeds", feed="drop", **partitions) / "_published.json"
    if marker.exists() and json.loads(marker.read_text(encoding="utf-8")) == state:
        return False
    written: list[Path] = []
    for member in members:
        if status[member.relative] == "current":
            accepted = {t: lake.parquet_path(home, "accepted", member, t) for t in source.tables}
            written += feeds.write_feeds(home, source, partitions, accepted, member.sha256[:16])
    rows = [
        {
            "file": m.relative,
            "sha256": m.sha256,
            "received_at": m.received_at.strftime("%Y-%m-%d %H:%M:%S"),
            "status": status[m.relative],
            "refusal": by_path[m.relative]["refused"],
            # A reference table stays current until the next one, as a survey round does.
            "cadence": "quarter" if source.cadence == "quarter" else "round",
        }
        for m in members
    ]
    written.append(feeds.write_drops(home, partitions, rows))
    feeds.remove_others(home, partitions, written)
    lake.write_json(marker, state)
    return True
