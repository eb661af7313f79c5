"""Receipts counted by table, as checks and the UI show them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

from ingest.deliveries.receipt import Receipt, TableCounts
from orchestration.quarters import all_quarters


def of_quarter(receipts: Sequence[Receipt], quarter: str, cadence: str) -> list[Receipt]:
    """The deliveries that serve a quarter: its own, or a reference table's latest."""
    return [r for r in receipts if r.quarter == quarter or cadence == "reference"]


def other_quarters_read(receipts: Sequence[Receipt], quarter: str) -> list[str]:
    """Earlier quarters of which this run read a drop, so that their partitions are materialised as well."""
    fresh = {r.quarter for r in receipts if r.read_now}
    return sorted(q for q in fresh - {quarter} if q in all_quarters())


def _current(receipts: Sequence[Receipt], table: str) -> Iterator[TableCounts]:
    for receipt in receipts:
        if receipt.status == "current":
            yield from (receipt.tables[name] for name in receipt.tables_of(table))


def counts(receipts: Sequence[Receipt], table: str) -> Counter[str]:
    """read, accepted and quarantined of a table over current deliveries."""
    total: Counter[str] = Counter(read=0, accepted=0, quarantined=0)
    for one in _current(receipts, table):
        total.update(read=one.read, accepted=one.accepted, quarantined=one.quarantined)
    return total


def by_code(receipts: Sequence[Receipt], table: str, what: Literal["by_reason", "warnings"]) -> Counter[str]:
    """Records by reason (`by_reason`) or warning (`warnings`) over current deliveries."""
    total: Counter[str] = Counter()
    for one in _current(receipts, table):
        total.update(one.by_reason if what == "by_reason" else one.warnings)
    return total


def plain(text: str) -> str:
    """What others wrote, to be put into Markdown: no link, no picture, no heading, no cell of its own."""
    return re.sub(r"([\\`*_{}\[\]()<>#+!|~-])", r"\\\1", text).replace("\n", " ")


def chart(reasons: Counter[str], width: int = 14) -> str:
    """A small bar chart as Markdown, longest first; as wide as fits into a table's page in the Dagster UI."""
    if not reasons:
        return "_none_"
    most = max(reasons.values())
    lines = ["| reason | records | |", "| --- | ---: | --- |"]
    for code, count in reasons.most_common():
        lines.append(f"| `{code}` | {count:,} | {'█' * max(1, round(width * count / most))} |")
    return "\n".join(lines)
