"""What warning rules compare with outside the drop: accepted records of earlier quarters and of other sources.

Which files of the lake hold them, and the SQL relations judging is given. The rules themselves are in `judging.rules`.
Only current deliveries count, so that a redelivery of an earlier quarter has the later ones judged again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest.contracts.rule import Related
from ingest.contracts.source import Source
from ingest.deliveries.delivery import Delivery, quarters_before
from ingest.deliveries.places import parquet_path
from ingest.deliveries.receipt import Receipt
from ingest.deliveries.standing import current
from ingest.sql import parquet_relation


@dataclass(frozen=True)
class Arrivals:
    """A source's deliveries and, by relative path, the receipts of those that were taken in so far."""

    deliveries: list[Delivery]
    receipts: dict[str, Receipt]

    def current_in(self, quarter: str) -> list[Delivery]:
        """The deliveries of a quarter that no later one replaced, in order of arrival."""
        taken = [d for d in self.deliveries if d.quarter == quarter and d.relative in self.receipts]
        status = current(taken, self.receipts)
        return [d for d in taken if status[d.relative] == "current"]


def looks_outside(source: Source) -> dict[str, Related]:
    """All that the source's rules look up outside the drop, by the name judging knows it under."""
    return {
        look.outside: look
        for table in source.tables.values()
        for rule in table.rules.values()
        for look in rule.related.values()
        if look.outside
    }


@dataclass(frozen=True)
class Compared:
    """What a delivery is compared with, by the name judging knows it under."""

    relations: Mapping[str, str]  # SQL; a rule whose relation is missing is not applied
    marks: Mapping[
        str, tuple[str, ...]
    ]  # what decides about them, for the receipt: when one changes, judge again


NOTHING = Compared({}, {})


def compare_with(
    home: Path, delivery: Delivery, looks: Mapping[str, Related], arrivals: Mapping[str, Arrivals]
) -> Compared:
    """The accepted records that the look-ups of a delivery read; `arrivals` by source."""
    relations: dict[str, str] = {}
    marks: dict[str, tuple[str, ...]] = {}
    for name, look in looks.items():
        there = arrivals[look.source or delivery.source]
        found = there.current_in(quarters_before(delivery.quarter, look.quarters_back))
        marks[name] = tuple(there.receipts[d.relative].mark for d in found)
        if found:
            relations[name] = parquet_relation(parquet_path(home, "accepted", d, look.table) for d in found)
    return Compared(relations, marks)
