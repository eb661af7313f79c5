"""The checks of a table's records, each with a message to a person."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pyarrow.parquet as pq

from ingest.contracts.source import Source
from ingest.contracts.table import Table
from ingest.deliveries.receipt import Receipt
from ingest.judging.corrections import STALE
from orchestration.checks.counted import by_code, chart, counts


def corrections_result(
    home: Path, receipts: list[Receipt], table: str, key: dg.AssetKey
) -> dg.AssetCheckResult:
    """Whether every correction of a table found what it expects, in the words of `ingest.corrections`."""
    told = []
    for receipt in (r for r in receipts if r.status == "current"):
        names = {name for name in receipt.tables_of(table) if STALE in receipt.tables[name].warnings}
        if names:
            rows = pq.read_table(receipt.layer_file(home, "warnings"), partitioning=None).to_pylist()
            told += [r["message"] for r in rows if r["warning"] == STALE and r["table"] in names]
    return dg.AssetCheckResult(
        check_name="corrections",
        asset_key=key,
        passed=not told,
        severity=dg.AssetCheckSeverity.WARN,
        description="\n".join(told) or "Every correction found what it expects.",
    )


def waits_lines(receipt: Receipt) -> list[str]:
    """Why a delivery waits, a line a reason."""
    waits = receipt.waits
    return [f"compared with {waits.against}: {reason}" for reason in waits.reasons] if waits else []


def check_results(
    all_read: list[Receipt],
    receipts: list[Receipt],
    source: Source,
    region: str,
    name: str,
    table: str,
    spec: Table,
    key: dg.AssetKey,
) -> Iterator[dg.AssetCheckResult]:
    """The results of a table's checks, each with a message to a person.

    `receipts`: the deliveries that serve the quarter; `all_read`: those of earlier quarters, too, which feed it.
    """
    numbers, reasons, flags = (
        counts(receipts, table),
        by_code(receipts, table, "by_reason"),
        by_code(receipts, table, "warnings"),
    )
    lost = numbers["read"] - numbers["accepted"] - numbers["quarantined"]
    yield dg.AssetCheckResult(
        check_name="nothing_lost",
        asset_key=key,
        passed=lost == 0,
        description=f"{numbers['read']:,} read = {numbers['accepted']:,} accepted + "
        f"{numbers['quarantined']:,} quarantined",
    )
    broken = [
        f"{r.path}, table '{t}': {p}"
        for r in all_read
        for t in r.tables_of(table)
        for p in r.broken.get(t, ())
    ]
    yield dg.AssetCheckResult(
        check_name="contract_holds",
        asset_key=key,
        passed=not broken,
        description="; ".join(broken)
        + " The delivery is in no feed. Mend the contract or the code that reads it."
        if broken
        else "Every accepted record meets the contract.",
    )
    refused = [r for r in receipts if r.refused]
    yield dg.AssetCheckResult(
        check_name="readable",
        asset_key=key,
        passed=not refused,
        severity=dg.AssetCheckSeverity.ERROR,
        description="\n".join(r.message for r in refused)
        or ("Every file was readable." if receipts else "Nothing has arrived."),
    )
    held = [r for r in receipts if r.status == "paused"]
    ask = f"`sangam release-drop {region}/{name} QUARTER --by NAME --reason WHY` lets it through."
    yield dg.AssetCheckResult(
        check_name="drift",
        asset_key=key,
        passed=not held,
        description="\n".join([*(why for r in held for why in waits_lines(r)), ask])
        if held
        else "Nothing waits.",
    )
    share = numbers["quarantined"] / numbers["read"] if numbers["read"] else 0
    yield dg.AssetCheckResult(
        check_name="quarantine",
        asset_key=key,
        passed=not reasons,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{numbers['quarantined']:,} of {numbers['read']:,} records held back ({share:.1%})."
        if reasons
        else "Nothing held back.",
        metadata={"reasons": dg.MetadataValue.md(chart(reasons))},
    )
    if spec.layout.totals:
        off = flags["total_mismatch"]
        yield dg.AssetCheckResult(
            check_name="totals",
            asset_key=key,
            passed=off == 0,
            severity=dg.AssetCheckSeverity.WARN,
            description=f"{off:,} total rows do not equal the sum of their rows."
            if off
            else "Totals add up.",
        )
    for rule, words in spec.rules.items():
        count = flags[rule] if words.severity == "warning" else reasons[f"rule:{rule}"]
        yield dg.AssetCheckResult(
            check_name=rule,
            asset_key=key,
            passed=count == 0,
            severity=dg.AssetCheckSeverity.WARN,
            description=f"{count:,} records. {words.message}" if count else "No record breaks the rule.",
            metadata={"records": count},
        )
