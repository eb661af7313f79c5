"""The checks of a table's records, each with a message to a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import dagster as dg

from ingest.contracts.source import Source
from ingest.contracts.table import Table
from ingest.deliveries.receipt import Receipt
from orchestration.checks.counted import by_code, chart, counts
from orchestration.checks.waits import waits_lines

_NOTHING = "Nothing to look at:"


def corrections_result(
    home: Path, receipts: list[Receipt], table: str, key: dg.AssetKey
) -> dg.AssetCheckResult:
    """Whether every correction of a table found what it expects, in the words of `ingest.judging.corrections`."""
    # For start-up: only the step reads Parquet and knows how corrections are applied.
    import pyarrow.parquet as pq

    from ingest.judging.corrections import STALE

    told = []
    for receipt in (r for r in receipts if r.status == "current"):
        names = {name for name in receipt.tables_of(table) if STALE in receipt.tables[name].warnings}
        if names:
            rows = pq.read_table(receipt.layer_file(home, "warnings"), partitioning=None).to_pylist()
            told += [r["message"] for r in rows if r["warning"] == STALE and r["table"] in names]
    nothing = "" if any(r.status == "current" for r in receipts) else _why_nothing(receipts)
    fine = "Every correction found what it expects."
    return _result(key, "corrections", "\n".join(told), fine, nothing, dg.AssetCheckSeverity.WARN)


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
    warn = dg.AssetCheckSeverity.WARN
    numbers, reasons, flags = (
        counts(receipts, table),
        by_code(receipts, table, "by_reason"),
        by_code(receipts, table, "warnings"),
    )
    nothing = "" if numbers["read"] else _why_nothing(receipts)
    sums = f"{numbers['read']:,} read = {numbers['accepted']:,} accepted + {numbers['quarantined']:,} quarantined"
    lost = numbers["read"] - numbers["accepted"] - numbers["quarantined"]
    yield _result(key, "nothing_lost", sums.replace("=", "is not") if lost else "", sums, nothing)
    yield _contract_holds(all_read, table, key)
    unread = "\n".join(line for r in receipts for line in ([r.message] if r.refused else r.left_out))
    yield _result(key, "readable", unread, "Every file was readable.", "" if receipts else _why_nothing([]))
    yield _drift(receipts, f"{region}/{name}", key)
    share = numbers["quarantined"] / numbers["read"] if numbers["read"] else 0
    held_back = f"{numbers['quarantined']:,} of {numbers['read']:,} records held back ({share:.1%})."
    chart_of = {"reasons": dg.MetadataValue.md(chart(reasons))}
    yield _result(
        key, "quarantine", held_back if reasons else "", "Nothing held back.", nothing, warn, chart_of
    )
    if spec.layout.totals:
        off = flags["total_mismatch"]
        words = f"{off:,} total rows do not equal the sum of their rows." if off else ""
        yield _result(key, "totals", words, "Totals add up.", nothing, warn)
    for rule, told in spec.rules.items():
        count = flags[rule] if told.severity == "warning" else reasons[f"rule:{rule}"]
        words = f"{count:,} records. {told.message}" if count else ""
        yield _result(key, rule, words, "No record breaks the rule.", nothing, warn, {"records": count})


def _contract_holds(all_read: list[Receipt], table: str, key: dg.AssetKey) -> dg.AssetCheckResult:
    """What the second look at accepted records found, in every delivery that feeds the quarter."""
    there = [(r, name) for r in all_read if not r.refused for name in r.tables_of(table)]
    broken = [
        f"{r.path}, table '{name}': {promise}" for r, name in there for promise in r.broken.get(name, ())
    ]
    wrong = "; ".join(broken)
    wrong += " The delivery is in no feed. Mend the contract or the code that reads it." if broken else ""
    is_any = any(r.tables[name].accepted for r, name in there)
    nothing = "" if is_any else f"{_NOTHING} no record was accepted."
    return _result(key, "contract_holds", wrong, "Every accepted record meets the contract.", nothing)


def _drift(receipts: list[Receipt], where: str, key: dg.AssetKey) -> dg.AssetCheckResult:
    """Whether a delivery waits, and how it is let through."""
    lines = [why for r in receipts if r.status == "paused" for why in waits_lines(r)]
    ask = f"`sangam let-through {where} QUARTER --by NAME --reason WHY` lets it through."
    nothing = _why_nothing(receipts) if all(r.refused for r in receipts) else ""
    return _result(key, "drift", "\n".join([*lines, ask]) if lines else "", "Nothing waits.", nothing)


def _why_nothing(receipts: Sequence[Receipt]) -> str:
    """Why there is no record to look at."""
    if not receipts:
        return f"{_NOTHING} nothing has arrived."
    if not any(r.status == "current" for r in receipts):
        return f"{_NOTHING} no delivery is current."
    return f"{_NOTHING} the table has no records."


def _result(
    key: dg.AssetKey,
    name: str,
    wrong: str,
    fine: str,
    nothing: str,
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR,
    metadata: Mapping[str, dg.MetadataValue | int] | None = None,
) -> dg.AssetCheckResult:
    """A check's result. Dagster knows passed or not; that nothing was looked at is said in words and metadata."""
    verdict = {"verdict": "nothing"} if nothing and not wrong else {}
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=name,
        passed=not wrong,
        severity=severity,
        description=wrong or nothing or fine,
        metadata={**(metadata or {}), **verdict},
    )
