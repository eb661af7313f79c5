"""Which deliveries are current, and their records into the feeds; the others leave the feeds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ingest import files
from ingest.contracts.loading import load_region, source_words
from ingest.deliveries import drift, places
from ingest.deliveries.delivery import Delivery
from ingest.deliveries.status import current
from ingest.judging.sql_faults import SqlFault
from ingest.mapping import write_feeds


def publish_feeds(
    home: Path, deliveries: list[Delivery], receipts: list[dict[str, Any]]
) -> set[tuple[str, str, str]]:
    """Put the current deliveries into the feeds and take the others out.

    Returns the (region, source, quarter) whose feeds changed.
    """
    by_path = {r["path"]: r for r in receipts}
    waiting = drift.waiting(home, deliveries, by_path)
    status = current(deliveries, {r["path"] for r in receipts if r["refused"]}, waiting)
    groups: dict[tuple[str, str, str], list[Delivery]] = {}
    for delivery in deliveries:
        groups.setdefault((delivery.region, delivery.source, delivery.quarter), []).append(delivery)
    changed = set()
    for group, members in groups.items():
        for member in members:
            reasons = waiting.get(member.relative, [])
            _mark(home, member, by_path[member.relative], status[member.relative], reasons)
        if _publish_group(home, group, members, status, by_path):
            changed.add(group)
    return changed


def _mark(home: Path, delivery: Delivery, receipt: dict[str, Any], status: str, waits: list[str]) -> None:
    """Write into the receipt whether the delivery is current, superseded, refused, or waits and why."""
    if receipt["status"] != status or receipt.get("drift", []) != waits:
        receipt |= {"status": status, "drift": waits}
        files.write_json(
            places.receipt_path(home, delivery), {k: v for k, v in receipt.items() if k != "read_now"}
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
        write_feeds.fingerprint(source),
        [
            [by_path[m.relative][k] for k in ("sha256", "contract", "engine", "key_id")]
            + [status[m.relative]]
            for m in members
        ],
    ]
    marker = places.folder(home, "feeds", feed="drop", **partitions) / "_published.json"
    if marker.exists() and json.loads(marker.read_text(encoding="utf-8")) == state:
        return False
    written: list[Path] = []
    for member in members:
        if status[member.relative] == "current":
            accepted: dict[str, list[Path]] = {table: [] for table in source.tables}
            for table in by_path[member.relative]["tables"]:
                accepted[source.template(table)].append(places.parquet_path(home, "accepted", member, table))
            try:
                written += write_feeds.write_feeds(home, source, partitions, accepted, member.sha256[:16])
            except SqlFault as fault:
                raise fault.placed(source_words(region, source_name), f"{region}/{source_name}") from fault
    rows = [
        {
            "file": m.relative,
            "part": m.part,
            "sha256": m.sha256,
            "received_at": m.received_at.strftime("%Y-%m-%d %H:%M:%S"),
            "status": status[m.relative],
            "refusal": by_path[m.relative]["refused"],
            # A reference table stays current until the next one, as a survey round does.
            "cadence": "quarter" if source.cadence == "quarter" else "round",
        }
        for m in members
    ]
    written.append(write_feeds.write_drops(home, partitions, rows))
    write_feeds.remove_others(home, partitions, written)
    files.write_json(marker, state)
    return True
