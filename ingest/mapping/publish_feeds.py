"""Which deliveries are current, and their records into the feeds; the others leave the feeds."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from ingest.contracts.loading import load_source, source_words
from ingest.contracts.source import Source
from ingest.deliveries import drift
from ingest.deliveries.delivery import Delivery
from ingest.deliveries.places import folder
from ingest.deliveries.receipt import Receipt
from ingest.deliveries.receipts import keep
from ingest.deliveries.standing import current
from ingest.files import write_json
from ingest.judging.sql_faults import SqlFault
from ingest.mapping import write_feeds


def publish_feeds(
    home: Path, deliveries: Sequence[Delivery], receipts: Mapping[str, Receipt]
) -> list[Receipt]:
    """Put the current deliveries into the feeds and take the others out.

    `receipts`: by path in the landing. Gives them as they are now, in the order of the deliveries: with their status,
    and why they wait.
    """
    waiting = drift.waiting(home, deliveries, receipts)
    status = current(deliveries, receipts, waiting)
    groups: dict[tuple[str, str, str], list[tuple[Delivery, Receipt]]] = defaultdict(list)
    for delivery in deliveries:
        receipt = receipts[delivery.relative]
        now = {"status": status[delivery.relative], "waits": waiting.get(delivery.relative)}
        if (receipt.status, receipt.waits) != tuple(now.values()):
            receipt = receipt.model_copy(update=now)
            keep(home, receipt)
        groups[delivery.region, delivery.source, delivery.quarter].append((delivery, receipt))
    for (region, source, quarter), members in groups.items():
        partitions = {"region": region, "source": source, "quarter": quarter}
        _publish(home, partitions, load_source(region, source), members)
    standing = {receipt.path: receipt for members in groups.values() for _, receipt in members}
    return [standing[delivery.relative] for delivery in deliveries]


def _publish(
    home: Path, partitions: dict[str, str], source: Source, members: list[tuple[Delivery, Receipt]]
) -> None:
    """Write the feeds of a region, source and quarter, unless nothing has changed."""
    state = [
        write_feeds.fingerprint(source),
        [
            [r.sha256, r.judged_as.contract, r.judged_as.engine, r.judged_as.key_id, r.status]
            for _, r in members
        ],
    ]
    marker = folder(home, "feeds", feed="drop", **partitions) / "_published.json"
    if marker.exists() and json.loads(marker.read_text(encoding="utf-8")) == state:
        return
    written: list[Path] = []
    for _, receipt in members:
        if receipt.status == "current":
            accepted = {table: receipt.accepted_files(home, table) for table in source.tables}
            try:
                written += write_feeds.write_feeds(home, source, partitions, accepted, receipt.sha256[:16])
            except SqlFault as fault:
                name = (partitions["region"], partitions["source"])
                raise fault.placed(source_words(*name), "/".join(name)) from fault
    written.append(write_feeds.write_drops(home, partitions, [_drop(source, *one) for one in members]))
    write_feeds.remove_others(home, partitions, written)
    write_json(marker, state)


def _drop(source: Source, delivery: Delivery, receipt: Receipt) -> dict[str, str | None]:
    """The delivery's row in the feed of deliveries."""
    return {
        "file": receipt.path,
        "part": delivery.part,
        "sha256": receipt.sha256,
        "received_at": receipt.received_at.strftime("%Y-%m-%d %H:%M:%S"),
        "status": receipt.status,
        "refusal": receipt.refused,
        # A reference table stays current until the next one, as a survey round does.
        "cadence": "quarter" if source.cadence == "quarter" else "round",
    }
