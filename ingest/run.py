"""From the landing to the feeds: read, judge, write, decide what is current, map. No Dagster, no dbt.

Idempotent: a delivery whose bytes, contract and secret are unchanged is not read again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ingest import drift, feeds, history, identifiers, lake, relating, vault
from ingest.contracts.loading import fingerprint, load_region
from ingest.contracts.model import Source
from ingest.errors import Refused
from ingest.landing import NO_QUARTER, Delivery, current, quarter_end, scan
from ingest.return_slip import slip

# Raise it when a change of code changes what is written for the same delivery.
ENGINE_VERSION = 5


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
    in_order = sorted(own.deliveries, key=lambda d: d.quarter)
    if source in contract.looked_up_sources():
        # Files of one drop are compared with each other: all of them must be there before any is.
        for delivery in in_order:
            own.receipts[delivery.relative] = take_in(home, delivery, demo=demo)
    for delivery in in_order:
        compared = relating.compare_with(home, delivery, looks, arrivals)
        before = own.receipts.get(delivery.relative, {})
        receipt = take_in(home, delivery, compared, demo=demo)
        if before.get("read_now"):
            receipt |= {"read_now": True, "seconds": round(before["seconds"] + receipt["seconds"], 3)}
        own.receipts[delivery.relative] = receipt
    return own


def take_in(
    home: Path, delivery: Delivery, compared: relating.Compared = relating.NOTHING, *, demo: bool = False
) -> dict[str, Any]:
    """Read and judge one delivery unless its receipt says it was already, and give the receipt.

    `compared`: the accepted records outside the drop that rules look up.
    """
    key = identifiers.secret(demo=demo)
    last = history.last_deliveries(home, delivery)
    state = {
        "contract": fingerprint(delivery.region, delivery.source),
        "engine": ENGINE_VERSION,
        "key_id": identifiers.key_id(key),
        "last": history.mark(last),
        **({"compared_with": compared.marks} if compared.marks else {}),
    }
    contract = load_region(delivery.region).sources[delivery.source]
    path = lake.receipt_path(home, delivery)
    if path.exists():
        known: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if (
            all(known.get(word) == value for word, value in state.items())
            and known["path"] == delivery.relative
            and not (known["refused"] is None and vault.is_missing(home, delivery, contract))
            and not slip.is_missing(home, known)
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
        receipt |= _read_and_write(home, delivery, key, compared.relations, last)
    except Refused as refusal:
        lake.remove(home, delivery)
        vault.remove(home, delivery)
        receipt |= {"refused": refusal.code, "message": str(refusal), "status": "refused"}
        receipt |= slip.report_refused(home, delivery, refusal, last)
    receipt["seconds"] = round(time.perf_counter() - started, 3)
    lake.write_json(path, receipt)
    return {**receipt, "read_now": True}


def _read_and_write(
    home: Path, delivery: Delivery, key: bytes, related: Mapping[str, str], last: list[dict[str, Any]]
) -> dict[str, Any]:
    """Judge a delivery and write all that comes of it; what its receipt says of tables, findings and slip."""
    # Imported here: reading needs Arrow and the parsers, which a run that finds nothing new does not.
    from ingest.judge_file import judge_file

    last_day = None if delivery.quarter == NO_QUARTER else quarter_end(delivery.quarter).date()
    judged = judge_file(delivery.path, delivery.region, delivery.source, last_day, related, key)
    try:
        lake.write_accepted(home, judged, delivery, key)
        lake.write_quarantine(home, judged, delivery)
        lake.write_warnings(home, judged, delivery)
        vault.write_identities(home, judged, delivery, key)
        counts = lake.table_counts(judged)
        told = slip.report_judged(home, judged, delivery, key, counts, last)
        return {
            "tables": _with_template(counts, load_region(delivery.region).sources[delivery.source]),
            **told,
        }
    finally:
        judged.close()


def _with_template(counts: dict[str, dict[str, Any]], source: Source) -> dict[str, dict[str, Any]]:
    """The counts, with `of`: the contract's table, for a sheet that is one of many of its kind."""
    return {
        name: {**count, **({"of": source.template(name)} if source.template(name) != name else {})}
        for name, count in counts.items()
    }


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
            accepted: dict[str, list[Path]] = {table: [] for table in source.tables}
            for table in by_path[member.relative]["tables"]:
                accepted[source.template(table)].append(lake.parquet_path(home, "accepted", member, table))
            written += feeds.write_feeds(home, source, partitions, accepted, member.sha256[:16])
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
    written.append(feeds.write_drops(home, partitions, rows))
    feeds.remove_others(home, partitions, written)
    lake.write_json(marker, state)
    return True
