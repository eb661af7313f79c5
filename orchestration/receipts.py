"""Receipts as people read them: metadata, small charts and check results for Dagster.

Reads receipts only; what they hold is written by `ingest.run`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow.parquet as pq

from expectations.schemas import broken_promises
from ingest.contracts.model import Source, Table
from ingest.corrections import STALE
from ingest.lake import folder
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


def metadata(receipts: list[Receipt], table: str, quarter: str) -> dict[str, Any]:
    """What the Dagster UI shows of a table and quarter."""
    current = [r for r in receipts if r["status"] == "current"]
    if not receipts:
        return {"delivery": dg.MetadataValue.text(f"Nothing has arrived for {quarter}.")}
    numbers = counts(receipts, table)
    files = "\n".join(
        f"- `{r['path']}` · {r['size']:,} bytes · received {r['received_at'][:16]} · **{r['status']}**"
        + (f" · `{r['refused']}`: {r['message']}" if r["refused"] else "")
        for r in receipts
    )
    return {
        "dagster/row_count": numbers["accepted"],
        "read": numbers["read"],
        "accepted": numbers["accepted"],
        "quarantined": numbers["quarantined"],
        "reasons": dg.MetadataValue.md(chart(by_code(receipts, table, "by_reason"))),
        "warnings": dg.MetadataValue.md(chart(by_code(receipts, table, "warnings"))),
        **since_last(current, table),
        "files": dg.MetadataValue.md(files),
        "seconds": round(sum(r["seconds"] for r in current), 2),
    }


def since_last(current: list[Receipt], table: str) -> dict[str, Any]:
    """Findings new, still open and resolved since the last delivery, and the slips that tell the partner of them."""
    told = [r["findings"]["tables"].get(table, {}) for r in current if "findings" in r]
    total = {state: sum(counts.get(state, 0) for counts in told) for state in ("new", "open", "resolved")}
    slips = "\n".join(f"- `{r['slip']}`" for r in current if r.get("slip"))
    return {
        "findings since the last delivery": dg.MetadataValue.text(
            f"{total['new']:,} new, {total['open']:,} still open, {total['resolved']:,} resolved"
        ),
        **({"return slips": dg.MetadataValue.md(slips)} if slips else {}),
    }


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
    ask = f"`sangam release-drop {region}/{name} QUARTER --by NAME --reason WHY` lets it through."
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
