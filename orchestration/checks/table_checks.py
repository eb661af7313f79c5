"""The checks of a table's records, each with a message to a person."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pyarrow.parquet as pq

from expectations.schemas import broken_promises
from ingest.contracts.source import Source
from ingest.contracts.table import Table
from ingest.deliveries.places import folder
from ingest.judging.corrections import STALE
from orchestration.checks.counted import Receipt, accepted_path, by_code, chart, counts, tables_of


def corrections_result(
    home: Path, receipts: list[Receipt], table: str, key: dg.AssetKey
) -> dg.AssetCheckResult:
    """Whether every correction of a table found what it expects, in the words of `ingest.corrections`."""
    told = []
    for receipt in (r for r in receipts if r["status"] == "current"):
        names = {name for name in tables_of(receipt, table) if STALE in receipt["tables"][name]["warnings"]}
        if names:
            at = folder(home, "warnings", **{word: receipt[word] for word in ("region", "source", "quarter")})
            rows = pq.read_table(at / f"{receipt['sha256'][:16]}.parquet").to_pylist()
            told += [r["message"] for r in rows if r["warning"] == STALE and r["table"] in names]
    return dg.AssetCheckResult(
        check_name="corrections",
        asset_key=key,
        passed=not told,
        severity=dg.AssetCheckSeverity.WARN,
        description="\n".join(told) or "Every correction found what it expects.",
    )


def check_results(
    home: Path,
    receipts: list[Receipt],
    source: Source,
    region: str,
    name: str,
    table: str,
    spec: Table,
    key: dg.AssetKey,
) -> Iterator[dg.AssetCheckResult]:
    """The results of a table's checks, each with a message to a person."""
    current = [r for r in receipts if r["status"] == "current"]
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
        p
        for r in current
        if r.get("read_now")
        for found in tables_of(r, table)
        for p in broken_promises(accepted_path(home, r, found), region, name, table)
    ]
    yield dg.AssetCheckResult(
        check_name="contract_holds",
        asset_key=key,
        passed=not broken,
        description="; ".join(broken) or "Every accepted record meets the contract.",
    )
    refused = [r for r in receipts if r["refused"]]
    yield dg.AssetCheckResult(
        check_name="readable",
        asset_key=key,
        passed=not refused,
        severity=dg.AssetCheckSeverity.ERROR,
        description="\n".join(r["message"] for r in refused)
        or ("Every file was readable." if receipts else "Nothing has arrived."),
    )
    held = [r for r in receipts if r["status"] == "paused"]
    ask = f"`sangam let-through {region}/{name} QUARTER --by NAME --reason WHY` lets it through."
    yield dg.AssetCheckResult(
        check_name="drift",
        asset_key=key,
        passed=not held,
        description="\n".join([*(why for r in held for why in r["drift"]), ask])
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
