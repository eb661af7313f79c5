"""The expected outcome of the drops that are made: what is accepted, quarantined and warned of, and the order
of arrival.

Filled in by whoever plants a record, never by reading the files again.
"""

import csv
import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def _columns(text: str) -> tuple[str, ...]:
    return tuple(text.split())


QUARANTINE = ("region", "source", "quarter", "file", "table", "key", "reasons", "row", "superseded")
WARNINGS = ("region", "source", "quarter", "file", "table", "key", "warnings", "row", "superseded")
INDICATORS = _columns(
    "donor indicator quarter region over_time dimension category unit currency state value numerator "
    "denominator n se ci_low ci_high deff df df_domain ci_low_domain ci_high_domain tolerance note"
)
CHANGES = _columns(
    "donor indicator quarter dimension category previous_round previous current difference se t df p"
)
REPORTED = ("region", "source", "quarter", "file", "indicator", "label", "column", "value", "note")
PERSONS = ("region", "source", "record", "true_id")
ALLOWANCE_PERSONS = ("quarter", "file", "row", "true_id")
TARGETS = ("donor", "indicator", "quarter", "target", "baseline", "baseline_period", "note")
RATES = ("quarter", "from", "to", "rate", "source")


@dataclass(frozen=True)
class Drop:
    """A delivered file: where it lies below the landing and when it arrived (ISO, UTC)."""

    region: str
    source: str
    quarter: str
    file: str
    received_at: str
    superseded: bool = False  # by a later delivery of the same region, source and quarter

    def replaced(self) -> "Drop":
        """The same drop, followed by a redelivery."""
        return replace(self, superseded=True)

    @property
    def path(self) -> str:
        """Path below the landing folder."""
        return f"{self.region}/{self.source}/{self.quarter}/{self.file}"


@dataclass(frozen=True)
class Finding:
    """A record's key as delivered, its codes (sorted, joined by |) and its 1-based row (empty for a total
    row).
    """

    key: str
    codes: str
    row: int | None


@dataclass
class TableTruth:
    """One table of one drop."""

    read: int
    quarantined: list[Finding] = field(default_factory=list)
    warned: list[Finding] = field(default_factory=list)
    totals_not_checked: list[str] | None = None

    def counts(self) -> dict[str, Any]:
        """The table's entry in records.json."""
        out: dict[str, Any] = {
            "read": self.read,
            "accepted": self.read - len(self.quarantined),
            "quarantined": len(self.quarantined),
            "by_reason": _tally(self.quarantined),
            "warnings": _tally(self.warned),
        }
        if self.totals_not_checked is not None:
            out["total_rows_not_checked"] = self.totals_not_checked
        return out


def _tally(findings: Iterable[Finding]) -> dict[str, int]:
    return dict(sorted(Counter(code for f in findings for code in f.codes.split("|")).items()))


@dataclass
class Truth:
    """Everything expected of one set of drops. `landing` is the folder the drops are written below."""

    landing: Path
    drops: list[tuple[Drop, dict[str, TableTruth]]] = field(default_factory=list)
    indicators: list[dict[str, Any]] = field(default_factory=list)
    first_delivery: list[dict[str, Any]] = field(default_factory=list)  # before redeliveries came
    changes: list[dict[str, Any]] = field(default_factory=list)
    reported: list[dict[str, Any]] = field(default_factory=list)
    persons: list[dict[str, Any]] = field(default_factory=list)
    allowance_persons: list[dict[str, Any]] = field(default_factory=list)
    targets: list[dict[str, Any]] = field(default_factory=list)
    rates: list[dict[str, Any]] = field(default_factory=list)

    def path(self, drop: Drop) -> Path:
        """The file to write for a drop; its folder is made."""
        path = self.landing / drop.path
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def add(self, drop: Drop, tables: dict[str, TableTruth]) -> None:
        """Take up a drop that has been written."""
        self.drops.append((drop, dict(sorted(tables.items()))))

    def write(self, expected: Path, reference_at: str) -> None:
        """Write the reference files, the delivery log and the expected results."""
        expected.mkdir(parents=True, exist_ok=True)
        reference = self.landing / "_reference"
        reference.mkdir(parents=True, exist_ok=True)
        write_csv(reference / "targets.csv", TARGETS, self.targets)
        write_csv(reference / "exchange_rates.csv", RATES, self.rates)
        self._write_log(reference_at)
        self.drops.sort(key=lambda item: item[0].path)
        records = [
            {
                **{part: getattr(drop, part) for part in ("region", "source", "quarter", "file")},
                "refused": None,
                "superseded": drop.superseded,
                "tables": {name: table.counts() for name, table in tables.items()},
            }
            for drop, tables in self.drops
        ]
        text = json.dumps(records, ensure_ascii=False, indent=1)
        (expected / "records.json").write_text(text + "\n", encoding="utf-8")
        self._write_findings(expected / "quarantine.csv", QUARANTINE, "quarantined")
        self._write_findings(expected / "warnings.csv", WARNINGS, "warned")
        self.indicators.sort(key=lambda row: (row["donor"], row["indicator"], row["quarter"]))
        write_csv(expected / "indicators.csv", INDICATORS, self.indicators)
        if self.first_delivery:
            write_csv(expected / "indicators_first_delivery.csv", INDICATORS, self.first_delivery)
        write_csv(expected / "changes.csv", CHANGES, self.changes)
        write_csv(expected / "reported.csv", REPORTED, self.reported)
        write_csv(expected / "persons.csv", PERSONS, self.persons)
        if self.allowance_persons:
            write_csv(expected / "allowance_persons.csv", ALLOWANCE_PERSONS, self.allowance_persons)

    def _write_findings(self, path: Path, header: Sequence[str], which: str) -> None:
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(header)
            for drop, tables in self.drops:
                for name, table in tables.items():
                    start = (drop.region, drop.source, drop.quarter, drop.file, name)
                    findings = sorted(getattr(table, which), key=lambda f: f.row or 0)
                    writer.writerows((*start, f.key, f.codes, f.row, int(drop.superseded)) for f in findings)

    def _write_log(self, reference_at: str) -> None:
        """The delivery log, in order of arrival; the files' modification times are set to it."""
        arrivals = [(drop.received_at, drop.path) for drop, _ in self.drops]
        arrivals += [(reference_at, f"_reference/{name}.csv") for name in ("targets", "exchange_rates")]
        with (self.landing / "_received.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(("received_at", "path", "sha256"))
            for received_at, path in sorted(arrivals):
                file = self.landing / path
                with file.open("rb") as content:
                    writer.writerow((received_at, path, hashlib.file_digest(content, "sha256").hexdigest()))
                arrived = datetime.strptime(received_at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
                os.utime(file, (arrived, arrived))


def write_csv(path: Path, header: Sequence[str], rows: Iterable[dict[str, Any]]) -> None:
    """A CSV file with the given columns; what a row lacks stays empty."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, header, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
