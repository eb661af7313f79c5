"""From the landing to the feeds: read, judge, write, decide what is current, map. No Dagster, no dbt.

Idempotent: a delivery whose bytes, contract and secret are unchanged is not read again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ingest import files
from ingest.boundary import pseudonyms
from ingest.contracts.loading import fingerprint, load_region
from ingest.contracts.source import Source
from ingest.deliveries import places, previous, related
from ingest.deliveries.delivery import NO_QUARTER, Delivery, quarter_end
from ingest.deliveries.landing import scan
from ingest.errors import Refused
from ingest.feedback import quarantine
from ingest.feedback.slip import slip
from ingest.judging import counts
from ingest.mapping import feeds, identities
from ingest.mapping.publish import publish_feeds
from ingest.store import accepted, vault

# Raise it when a change of code changes what is written for the same delivery.
ENGINE_VERSION = 6


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
) -> related.Arrivals:
    """Take in a source's deliveries, earlier quarters first, after the sources that its rules look up.

    Contracts in which sources look each other up in a circle do not load.
    """
    contract = load_region(region).sources[source]
    looks = related.looks_outside(contract)
    arrivals = {
        other: _bring_in(home, landing, region, other, quarter=quarter, demo=demo)
        for other in sorted(contract.looked_up_sources() - {source})
    }
    own = related.Arrivals(scan(landing, up_to=quarter, sources=[(region, source)]), {})
    arrivals[source] = own
    in_order = sorted(own.deliveries, key=lambda d: d.quarter)
    if source in contract.looked_up_sources():
        # Files of one drop are compared with each other: all of them must be there before any is.
        for delivery in in_order:
            own.receipts[delivery.relative] = take_in(home, delivery, demo=demo)
    for delivery in in_order:
        compared = related.compare_with(home, delivery, looks, arrivals)
        before = own.receipts.get(delivery.relative, {})
        receipt = take_in(home, delivery, compared, demo=demo)
        if before.get("read_now"):
            receipt |= {"read_now": True, "seconds": round(before["seconds"] + receipt["seconds"], 3)}
        own.receipts[delivery.relative] = receipt
    return own


def take_in(
    home: Path, delivery: Delivery, compared: related.Compared = related.NOTHING, *, demo: bool = False
) -> dict[str, Any]:
    """Read and judge one delivery unless its receipt says it was already, and give the receipt.

    `compared`: the accepted records outside the drop that rules look up.
    """
    key = pseudonyms.secret(demo=demo)
    last = previous.last_deliveries(home, delivery)
    state = {
        "contract": fingerprint(delivery.region, delivery.source),
        "engine": ENGINE_VERSION,
        "key_id": pseudonyms.key_id(key),
        "last": previous.mark(last),
        **({"compared_with": compared.marks} if compared.marks else {}),
    }
    contract = load_region(delivery.region).sources[delivery.source]
    path = places.receipt_path(home, delivery)
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
        accepted.remove(home, delivery)
        vault.remove(home, delivery)
        receipt |= {"refused": refusal.code, "message": str(refusal), "status": "refused"}
        receipt |= slip.report_refused(home, delivery, refusal, last)
    receipt["seconds"] = round(time.perf_counter() - started, 3)
    files.write_json(path, receipt)
    return {**receipt, "read_now": True}


def _read_and_write(
    home: Path, delivery: Delivery, key: bytes, related: Mapping[str, str], last: list[dict[str, Any]]
) -> dict[str, Any]:
    """Judge a delivery and write all that comes of it; what its receipt says of tables, findings and slip."""
    # Imported here: reading needs Arrow and the parsers, which a run that finds nothing new does not.
    from ingest.judging.delivered_file import judge_file

    last_day = None if delivery.quarter == NO_QUARTER else quarter_end(delivery.quarter).date()
    judged = judge_file(delivery.path, delivery.region, delivery.source, last_day, related, key)
    try:
        accepted.write_accepted(home, judged, delivery, key)
        quarantine.write_quarantine(home, judged, delivery)
        quarantine.write_warnings(home, judged, delivery)
        identities.write_identities(home, judged, delivery, key)
        counted = counts.table_counts(judged)
        told = slip.report_judged(home, judged, delivery, key, counted, last)
        return {
            "tables": _with_template(counted, load_region(delivery.region).sources[delivery.source]),
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
