"""Batch checks: each delivery of a source, judged as a whole by its suite, beside the delivery before.

    lake/batch_checks/region=…/source=…/quarter=….json

Here: which deliveries there are, what is already known of them, and results as messages to a person. Measures are in
`profile`, Great Expectations in `judge`; it is imported only when some delivery is new or changed.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from expectations.profile import applies
from expectations.suite import Check, Suite, load_suite
from ingest.code_state import code_fingerprint
from ingest.contracts.loading import has_source, load_region
from ingest.contracts.source import Source
from ingest.deliveries.delivery import NO_QUARTER
from ingest.deliveries.places import folder
from ingest.deliveries.receipt import Receipt
from ingest.deliveries.receipts import receipt_by
from ingest.files import write_json
from ingest.sql import quote

if TYPE_CHECKING:
    import pandas as pd

    from expectations.facts import Side

# What decides about a result beside the delivery and the suite, and about its page of Data Docs.
CODE = code_fingerprint(
    "expectations.batches",
    packages=("duckdb", "great-expectations", "pandas"),
    data=("expectations/templates/*",),
)
_SUBJECTS_SHOWN = 6
Result = dict[str, Any]


@dataclass(frozen=True)
class Batch:
    """The current files of a source and quarter, with their receipts, and those of the quarter before."""

    region: str
    source: str
    quarter: str
    receipts: tuple[Receipt, ...]
    previous: Batch | None = None

    @property
    def contract(self) -> Source:
        """The source's contract."""
        return load_region(self.region).sources[self.source]

    @property
    def programme(self) -> str:
        """The programme's folder name."""
        return load_region(self.region).programme

    @property
    def suite(self) -> Suite:
        """The suite the delivery is judged by."""
        return load_suite(self.programme, self.source)

    @property
    def title(self) -> str:
        """How people call the delivery."""
        quarter = "" if self.quarter == NO_QUARTER else f" {self.quarter}"
        return f"{self.region.lstrip('_')}/{self.source}{quarter}"

    @property
    def files(self) -> list[list[str]]:
        """What decides about the records of the delivery."""
        return sorted([receipt.mark, receipt.judged_as.key_id] for receipt in self.receipts)

    @property
    def fingerprint(self) -> str:
        """A hash of all that decides about the result; another hash means: check again."""
        before = [self.previous.quarter, self.previous.files] if self.previous else []
        content = json.dumps([CODE, self.suite.fingerprint, self.files, before])
        return hashlib.sha256(content.encode()).hexdigest()[:16]


def result_path(home: Path, region: str, source: str, quarter: str) -> Path:
    """Where the result of a delivery's checks lies."""
    return folder(home, "batch_checks", region=region, source=source) / f"quarter={quarter}.json"


def batches(home: Path, quarter: str, wanted: Iterable[tuple[str, str]] | None = None) -> list[Batch]:
    """The current deliveries up to a quarter, of some (region, source) only, where named; earlier quarters first."""
    names = None if wanted is None else set(wanted)
    found: dict[tuple[str, str], dict[str, list[Receipt]]] = defaultdict(lambda: defaultdict(list))
    for region, source, at, file, sha256 in _current_drops(home):
        is_wanted = (at == NO_QUARTER or at <= quarter) and (names is None or (region, source) in names)
        is_known = is_wanted and has_source(region, source)
        receipt = receipt_by(home, region, source, at, file, sha256) if is_known else None
        if receipt:
            found[region, source][at].append(receipt)
    made = []
    for (region, source), quarters in sorted(found.items()):
        previous = None
        for at in sorted(quarters):
            previous = Batch(region, source, at, tuple(quarters[at]), previous)
            made.append(previous)
    return made


def _current_drops(home: Path) -> list[tuple[str, str, str, str, str]]:
    """Region, source, quarter, file and SHA-256 of what the feeds hold, so that the same deliveries are judged."""
    files = folder(home, "feeds", feed="drop") / "region=*" / "source=*" / "quarter=*" / "*.parquet"
    with duckdb.connect() as connection:
        try:
            return connection.execute(
                "SELECT region, source, quarter, file, sha256 FROM "
                f"read_parquet({quote(str(files))}, hive_partitioning = true, hive_types_autocast = false) "
                "WHERE status = 'current' ORDER BY ALL"
            ).fetchall()
        except duckdb.IOException:
            return []  # no source has been read yet


def side(home: Path, batch: Batch) -> Side:
    """Where a delivery's accepted records lie, and how many were read and quarantined, by the contract's tables."""
    from expectations.facts import Side

    files: dict[str, list[Path]] = defaultdict(list)
    read: dict[str, int] = defaultdict(int)
    quarantined: dict[str, int] = defaultdict(int)
    for receipt in batch.receipts:
        for table in batch.contract.tables:
            files[table] += receipt.accepted_files(home, table)
            for counts in (receipt.tables[name] for name in receipt.tables_of(table)):
                read[table] += counts.read
                quarantined[table] += counts.quarantined
    return Side(batch.quarter, dict(files), dict(read), dict(quarantined))


def check_batches(
    home: Path, quarter: str, wanted: Iterable[tuple[str, str]] | None = None
) -> dict[tuple[str, str, str], Result]:
    """Judge the deliveries up to a quarter that are new or changed; the results of all, by region, source, quarter.

    Results are kept in the lake and Data Docs are written under `docs/data_docs`. Raises SangamError for an
    inconsistent suite.
    """
    there = batches(home, quarter, wanted)
    results, fresh = {}, []
    for batch in there:
        path = result_path(home, batch.region, batch.source, batch.quarter)
        known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        if known.get("state") == batch.fingerprint:
            results[batch.region, batch.source, batch.quarter] = {**known, "checked_now": False}
        else:
            fresh.append(batch)
    if fresh:
        # A page of Data Docs is of all deliveries that one suite judges: unchanged ones of the quarter stay on it.
        kinds = {(b.programme, b.source) for b in fresh}
        beside = [
            b for b in there if b.quarter == quarter and b not in fresh and (b.programme, b.source) in kinds
        ]
        profiles = [(b, _stored_profile(results[b.region, b.source, b.quarter])) for b in beside]
        for batch, result in _judge(home, quarter, [*profiles, *_profiles(home, fresh)]):
            key = (batch.region, batch.source, batch.quarter)
            write_json(result_path(home, *key), result)
            results[key] = {**result, "checked_now": True}
    return results


def _profiles(home: Path, fresh: list[Batch]) -> list[tuple[Batch, pd.DataFrame]]:
    from expectations.facts import connect
    from expectations.profile import profile

    with connect() as connection:
        return [
            (
                b,
                profile(
                    connection,
                    b.suite,
                    b.contract,
                    side(home, b),
                    side(home, b.previous) if b.previous else None,
                ),
            )
            for b in fresh
        ]


def _stored_profile(result: Result) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(result["profile"])


def _judge(
    home: Path, quarter: str, profiles: list[tuple[Batch, pd.DataFrame]]
) -> list[tuple[Batch, Result]]:
    """Every delivery with its result; deliveries of one kind of source are judged together, by one suite."""
    from expectations.judge import Judge, page_of

    judge = Judge(home / "docs" / "data_docs")
    kinds: dict[tuple[str, str], list[tuple[Batch, pd.DataFrame]]] = defaultdict(list)
    for batch, frame in profiles:
        kinds[batch.programme, batch.source].append((batch, frame))
    results = []
    for (programme, source), members in kinds.items():
        suite, name = load_suite(programme, source), f"{programme.lstrip('_')}.{source}"
        found = judge.judge(name, suite, quarter, [(b.title, frame) for b, frame in members])
        own = []
        for batch, frame in members:
            checks = {
                check: told(words, batch, frame, found.failing[check].get(batch.title, {}))
                for check, words in suite.checks.items()
            }
            own.append((batch, _result(batch, checks, frame, page_of(name, quarter))))
        judge.write_page(name, suite, quarter, found, [result for _, result in own])
        results += own
    return results


def _result(batch: Batch, checks: dict[str, Result], frame: pd.DataFrame, page: str) -> Result:
    return {
        "title": batch.title,
        "region": batch.region,
        "source": batch.source,
        "quarter": batch.quarter,
        "previous": batch.previous.quarter if batch.previous else None,
        "state": batch.fingerprint,
        "checks": checks,
        "errors": [n for n, c in checks.items() if not c["passed"] and c["severity"] == "error"],
        "docs": page,
        "profile": frame.to_dict("list"),
    }


def told(check: Check, batch: Batch, frame: pd.DataFrame, failing: dict[str, float]) -> Result:
    """A check's result for one delivery: what was looked at, what was found, what to do.

    `failing`: subjects that Great Expectations found outside the bounds, with their values.
    """
    judged = applies(check, frame)
    result = {
        "title": check.title,
        "severity": check.severity,
        "passed": not failing,
        "checked": len(judged),
        "failed": len(failing),
        "expected": check.expected,
    }
    if not failing:
        nothing = "Nothing to compare with." if batch.previous is None else "Nothing of the kind here."
        words = f"{len(judged):,} looked at; all {check.expected}." if len(judged) else nothing
        return {**result, "message": words, "observed": {}}
    seen = dict(zip(judged["subject"], judged["seen"], strict=True))
    worst = sorted(failing, key=lambda s: -_beyond(check, failing[s]))
    observed = {s: f"{check.shown(failing[s])} ({seen.get(s, '')})" for s in worst}
    listed = "; ".join(f"{s} {observed[s]}" for s in worst[:_SUBJECTS_SHOWN])
    more = f"; and {len(worst) - _SUBJECTS_SHOWN:,} more" if len(worst) > _SUBJECTS_SHOWN else ""
    message = f"{check.title}: {listed}{more}. Expected {check.expected}. {check.means} {check.do}"
    return {**result, "message": message, "observed": observed}


def _beyond(check: Check, value: float) -> float:
    """How far a value is outside the bounds."""
    below = (check.at_least - value) if check.at_least is not None else 0.0
    above = (value - check.at_most) if check.at_most is not None else 0.0
    return max(below, above, 0.0)
