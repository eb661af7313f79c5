"""Deliveries whose batch checks found an error hold the releases they feed, until somebody lets them through.

Nothing else waits: marts are built with them, and donors they do not feed get their releases. Results are written by
`expectations.batches`; the decision of a person is the one that lets a paused drop through
(`ingest.deliveries.let_through`).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from expectations.batch import Batch, batches
from expectations.results import BatchResult, read_result
from ingest.contracts.faults import in_short
from ingest.contracts.loading import REFERENCE, has_source, load_region
from ingest.deliveries.let_through import is_let_through
from ingest.deliveries.let_through import let_through as record
from ingest.errors import SangamError
from orchestration import soundness
from orchestration.warehouse import logframes


@cache
def feeding(donor: str) -> frozenset[tuple[str, str]]:
    """The (region, source) a donor's indicators are made of, and the reference tables."""
    frames = [frame for frame in logframes.sound() if frame.donor.code == donor]
    own = {
        (region, source)
        for frame in frames
        for indicator in frame.indicators
        for region in indicator.regions or frame.donor.regions
        for source in indicator.sources
        if has_source(region, source) and not soundness.fault(region)
    }
    reference = REFERENCE in soundness.sound_regions()
    shared = (
        {(REFERENCE, source) for source in load_region(REFERENCE).sources} if own and reference else set()
    )
    return frozenset(own | shared)


def unsound_regions(donor: str) -> dict[str, str]:
    """The regions a donor's indicators are made of (and the reference tables) that cannot be run, with the reason."""
    own = {
        region for frame in logframes.sound() if frame.donor.code == donor for region in frame.donor.regions
    }
    return {region: why for region, why in soundness.faults().items() if own and region in own | {REFERENCE}}


def unread(donor: str) -> list[str]:
    """Why a donor's numbers would not be whole: its logframe, or a region of its own, does not load."""
    why = logframes.faults().get(donor)
    regions = unsound_regions(donor).items()
    return ([f"its logframe does not load: {in_short(why)}"] if why else []) + [
        f"region {region} is not read: {in_short(why)}" for region, why in regions
    ]


@cache
def _read_to_date() -> frozenset[tuple[str, str]]:
    """The (region, source) of which some indicator reads the drops of all quarters so far."""
    return frozenset(
        (region, source)
        for frame in logframes.sound()
        for indicator in frame.indicators
        for region in indicator.regions or frame.donor.regions
        for source in indicator.drops_to_date
    )


def serving(there: Iterable[Batch], region: str, source: str, quarter: str) -> list[Batch]:
    """Those deliveries behind a quarter's numbers: its own, a survey's latest round, all so far where they add up."""
    own = [batch for batch in there if (batch.region, batch.source) == (region, source)]
    if load_region(region).sources[source].cadence != "quarter":
        return own[-1:]
    if (region, source) in _read_to_date():
        return own
    return [batch for batch in own if batch.quarter == quarter]


def held(home: Path, there: Iterable[Batch], region: str, source: str, quarter: str) -> list[BatchResult]:
    """Results with an error that nobody let through, of the deliveries behind a quarter's numbers.

    `there`: the current deliveries up to the quarter, of this source and maybe others.
    """
    found = []
    for batch in serving(there, region, source, quarter):
        result = read_result(home, region, source, batch.quarter)
        if result and result.errors and not is_settled(home, batch):
            found.append(result)
    return found


def is_settled(home: Path, batch: Batch) -> bool:
    """Whether somebody decided for every file of a delivery."""
    return all(is_let_through(home, receipt.sha256, receipt.path) for receipt in batch.receipts)


def require_none(home: Path, donor: str, quarter: str) -> None:
    """Raises SangamError where a delivery behind a donor's quarter waits or a region is not read, with why."""
    sources = feeding(donor)
    there = batches(home, quarter, sources)
    lines = unread(donor)
    lines += [line(result) for pair in sorted(sources) for result in held(home, there, *pair, quarter)]
    if lines:
        raise SangamError(f"{donor} {quarter} is not released yet:\n" + "\n".join(lines))


def waiting_lines(home: Path, quarter: str, regions: Iterable[str]) -> list[str]:
    """Why deliveries behind a quarter's numbers hold releases, a line each."""
    pairs = [(region, source) for region in regions for source in load_region(region).sources]
    there = batches(home, quarter, pairs)
    return [line(result) for pair in pairs for result in held(home, there, *pair, quarter)]


def line(result: BatchResult) -> str:
    """Why a delivery waits and how it is let through."""
    why = " ".join(result.checks[name].message for name in result.errors)
    where = f"{result.region}/{result.source} {result.quarter}"
    remedy = f"`sangam let-through {where} --by NAME --reason WHY` lets it through."
    return f"{result.title} waits. {why} {remedy}"


def waiting(home: Path, region: str, source: str, quarter: str) -> tuple[Batch, BatchResult] | None:
    """A quarter's delivery that waits for its batch checks, with their result."""
    own = [batch for batch in batches(home, quarter, [(region, source)]) if batch.quarter == quarter]
    result = read_result(home, region, source, quarter)
    if not own or not result or is_settled(home, own[0]):
        return None
    return (own[0], result) if result.errors else None


def let_through(home: Path, batch: Batch, result: BatchResult, by: str, reason: str) -> list[Path]:
    """Record for every file of a delivery that a person lets it through. Raises SangamError without words."""
    why = [result.checks[name].message for name in result.errors]
    return [record(home, receipt, why, by, reason) for receipt in batch.receipts]
