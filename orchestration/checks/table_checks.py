"""The two checks of a table's records, each with a message to a person.

`contract` blocks what lies downstream: no record is lost, and accepted ones are what the contract says. `findings`
blocks nothing: what was refused, waits or is held back, for the partner to mend. A check a rule would store thousands
of events a run; the rules, with their counts, are in the metadata.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from ingest.contracts.table import Table
from ingest.deliveries.receipt import Receipt
from orchestration.checks.counted import by_code, counts, plain
from orchestration.checks.waits import waits_lines

_NOTHING = "Nothing to look at:"
CONTRACT, FINDINGS = "contract", "findings"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: its name, how many records or files it is about, and in words what is wrong, if it is."""

    name: str
    count: int = 0
    wrong: str = ""
    is_error: bool = False  # an error is the whole delivery's; what concerns records is a warning


def specs(key: dg.AssetKey) -> Iterator[dg.AssetCheckSpec]:
    """The checks of a table."""
    yield dg.AssetCheckSpec(
        CONTRACT,
        asset=key,
        blocking=True,
        description="Records read = accepted + quarantined, and accepted ones meet the contract's schema (pandera).",
    )
    yield dg.AssetCheckSpec(
        FINDINGS,
        asset=key,
        description="Refused files, deliveries that wait, records held back by reason, totals that do not add up, the "
        "contract's rules, our own corrections. Blocks nothing: partners mend it.",
    )


def stale_corrections(home: Path, receipts: Sequence[Receipt], table: str) -> list[str]:
    """Corrections that did not find what they expect, in the words of `ingest.judging.corrections`."""
    # For start-up: only the step reads Parquet.
    import pyarrow.parquet as pq

    # For start-up: only the step knows how corrections are applied.
    from ingest.judging.corrections import STALE

    told = []
    for receipt in (r for r in receipts if r.status == "current"):
        names = {name for name in receipt.tables_of(table) if STALE in receipt.tables[name].warnings}
        if names:
            rows = pq.read_table(receipt.layer_file(home, "warnings"), partitioning=None).to_pylist()
            told += [r["message"] for r in rows if r["warning"] == STALE and r["table"] in names]
    return told


def contract_result(
    all_read: Sequence[Receipt],
    receipts: Sequence[Receipt],
    table: str,
    key: dg.AssetKey,
    quarter: str = "",
) -> dg.AssetCheckResult:
    """Whether a record was lost, or accepted against the contract.

    `receipts`: the deliveries that serve the quarter; `all_read`: those of earlier quarters, too, which feed it;
    `quarter`: named in the result, of which Dagster shows the latest of all quarters.
    """
    numbers = counts(receipts, table)
    sums = f"{numbers['read']:,} read = {numbers['accepted']:,} accepted + {numbers['quarantined']:,} quarantined"
    lost = numbers["read"] - numbers["accepted"] - numbers["quarantined"]
    wrong = [sums.replace("=", "is not") + "."] if lost else []
    there = [(r, name) for r in all_read if not r.refused for name in r.tables_of(table)]
    broken = [
        f"{r.path}, table '{name}': {promise}" for r, name in there for promise in r.broken.get(name, ())
    ]
    if broken:
        wrong.append(
            f"{'; '.join(broken)} The delivery is in no feed. Mend the contract or the code that reads it."
        )
    is_any = numbers["read"] or any(r.tables[name].accepted for r, name in there)
    nothing = "" if is_any else _why_nothing(receipts)
    fine = f"{sums}; every accepted record meets the contract."
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=CONTRACT,
        passed=not wrong,
        severity=dg.AssetCheckSeverity.ERROR,
        description="\n".join(wrong) or nothing or fine,
        metadata={**_of(quarter), **_verdict(bool(wrong), nothing)},
    )


def findings_result(
    receipts: Sequence[Receipt],
    spec: Table,
    where: str,
    table: str,
    key: dg.AssetKey,
    stale: Sequence[str] = (),
    quarter: str = "",
) -> dg.AssetCheckResult:
    """What was found in the deliveries that serve the quarter; `where`: region/source; `stale`: corrections."""
    found = [*_of_deliveries(receipts, where), *_of_records(receipts, spec, table, stale)]
    wrong = [one for one in found if one.wrong]
    nothing = "" if counts(receipts, table)["read"] else _why_nothing(receipts)
    is_error = any(one.is_error for one in wrong)
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=FINDINGS,
        passed=not wrong,
        severity=dg.AssetCheckSeverity.ERROR if is_error else dg.AssetCheckSeverity.WARN,
        description="\n".join(one.wrong for one in wrong) or nothing or "Nothing was found.",
        metadata={
            **_of(quarter),
            "looked at": dg.MetadataValue.md(_listed(found)),
            "records held back": counts(receipts, table)["quarantined"],
            "found": dg.MetadataValue.json({one.name: one.wrong for one in wrong}),
            **_verdict(bool(wrong), nothing),
        },
    )


def _of_deliveries(receipts: Sequence[Receipt], where: str) -> Iterator[Finding]:
    unread = [line for r in receipts for line in ([r.message] if r.refused else r.left_out)]
    yield Finding("readable", len(unread), "\n".join(unread), is_error=True)
    lines = [why for r in receipts if r.status == "paused" for why in waits_lines(r)]
    ask = f"`sangam let-through {where} QUARTER --by NAME --reason WHY` lets it through."
    yield Finding("drift", len(lines), "\n".join([*lines, ask]) if lines else "", is_error=True)


def _of_records(
    receipts: Sequence[Receipt], spec: Table, table: str, stale: Sequence[str]
) -> Iterator[Finding]:
    numbers, reasons = counts(receipts, table), by_code(receipts, table, "by_reason")
    flags = by_code(receipts, table, "warnings")
    held, read = numbers["quarantined"], numbers["read"]
    most = ", ".join(f"{count:,} {code}" for code, count in reasons.most_common(3))
    share = f"{held:,} of {read:,} records held back ({held / read:.1%}): {most}." if reasons and read else ""
    yield Finding("quarantine", held, share)
    if spec.layout.totals:
        off = flags["total_mismatch"]
        yield Finding("totals", off, f"{off:,} total rows do not equal the sum of their rows." if off else "")
    yield Finding("corrections", len(stale), "\n".join(stale))
    for rule, told in spec.rules.items():
        count = flags[rule] if told.severity == "warning" else reasons[f"rule:{rule}"]
        yield Finding(rule, count, f"{count:,} records break '{rule}'. {told.message}" if count else "")


def _listed(found: Sequence[Finding]) -> str:
    """All that was looked at as a Markdown table, what is wrong first."""
    lines = ["| looked at | found | |", "| --- | ---: | --- |"]
    for one in sorted(found, key=lambda one: not one.wrong):
        mark = ("**error**" if one.is_error else "warning") if one.wrong else "fine"
        lines.append(f"| {plain(one.name)} | {one.count:,} | {mark} |")
    return "\n".join(lines)


def _of(quarter: str) -> dict[str, str]:
    return {"quarter": quarter} if quarter else {}


def _verdict(is_wrong: bool, nothing: str) -> dict[str, str]:
    """Dagster knows passed or not; that nothing was looked at is said in words and metadata."""
    return {"verdict": "nothing"} if nothing and not is_wrong else {}


def _why_nothing(receipts: Sequence[Receipt]) -> str:
    """Why there is no record to look at."""
    if not receipts:
        return f"{_NOTHING} nothing has arrived."
    if not any(r.status == "current" for r in receipts):
        return f"{_NOTHING} no delivery is current."
    return f"{_NOTHING} the table has no records."
