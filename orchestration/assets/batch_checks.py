"""Each delivery as a whole as a Dagster asset between its tables and the releases it feeds, with its suite's checks.

One step judges the deliveries of all sources: Great Expectations takes seconds to start. A failed blocking check would
stop whatever lies downstream of the whole step, so the step blocks by leaving out the asset of a delivery that has to
wait: the releases it feeds are skipped, and nothing else. Feeds and marts are not downstream: one dbt call builds all
donors' marts, and what is in them leaves the house through releases only.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from expectations.batch import batches
from expectations.results import BatchResult, Verdict
from expectations.suite import Check, load_suite
from ingest.contracts.loading import load_region
from orchestration.assets.sources import QUARTERS, asset_key
from orchestration.checks import holds
from orchestration.docs_address import url
from orchestration.events import BatchesChecked, tell
from orchestration.resources import Home
from orchestration.soundness import sound_regions

_SOURCES = [(region, source) for region in sound_regions() for source in load_region(region).sources]


def batch_key(region: str, source: str) -> dg.AssetKey:
    """Key of a source's delivery as a whole."""
    return dg.AssetKey([region.lstrip("_"), source, "delivery"])


def _suite_checks(region: str, source: str) -> dict[str, Check]:
    return load_suite(load_region(region).programme, source).checks


def _spec(region: str, source: str) -> dg.AssetSpec:
    contract = load_region(region)
    programme = contract.programme.lstrip("_")
    return dg.AssetSpec(
        batch_key(region, source),
        deps=[asset_key(region, source, table) for table in contract.sources[source].tables],
        group_name=f"ingest_{programme}",
        description=f"{contract.sources[source].title}: the delivery as a whole, beside the one before. Left out while "
        "it waits for somebody to let it through; the releases it feeds wait with it.",
        kinds={"great_expectations"},
        tags={"layer": "ingest", "programme": programme, "region": region.lstrip("_")},
        partitions_def=QUARTERS,
        skippable=True,
    )


def _check_specs(region: str, source: str) -> list[dg.AssetCheckSpec]:
    return [
        dg.AssetCheckSpec(
            name,
            asset=batch_key(region, source),
            description=f"{check.title}: expected {check.expected}. {check.means} {check.do}",
            metadata={"severity": check.severity},
        )
        for name, check in _suite_checks(region, source).items()
    ]


@dg.multi_asset(
    name="batch_checks",
    specs=[_spec(region, source) for region, source in _SOURCES],
    check_specs=[spec for region, source in _SOURCES for spec in _check_specs(region, source)],
    can_subset=True,
)
def batch_checks(context: dg.AssetExecutionContext, home: Home) -> Iterator[Any]:
    """Judge what is new or changed, and yield every delivery that need not wait, with its checks."""
    # For start-up: only the step checks.
    from expectations.batches import check_batches

    quarter, at = context.partition_key, home.settings.home
    wanted = [(r, s) for r, s in _SOURCES if batch_key(r, s) in context.selected_asset_keys]
    results = check_batches(at, quarter, wanted)
    there = batches(at, quarter, wanted)
    waiting = {pair: holds.held(at, there, *pair, quarter) for pair in wanted}
    lines = [holds.line(result) for found in waiting.values() for result in found]
    tell(BatchesChecked(list(results.values()), lines))
    for region, source in wanted:
        served = [
            results[region, source, batch.quarter] for batch in holds.serving(there, region, source, quarter)
        ]
        result = served[-1] if served else None
        if not waiting[region, source]:
            yield dg.MaterializeResult(
                asset_key=batch_key(region, source), metadata=_metadata(result, quarter)
            )
        for name in _suite_checks(region, source):
            if dg.AssetCheckKey(batch_key(region, source), name) in context.selected_asset_check_keys:
                yield _check_result(region, source, name, result, bool(waiting[region, source]))


def _metadata(result: BatchResult | None, quarter: str) -> dict[str, Any]:
    if result is None:
        return {"delivery": f"Nothing current for {quarter}."}
    verdicts: tuple[Verdict, ...] = ("error", "warning", "fine", "nothing")
    return {
        "delivery": result.title,
        "beside": result.previous or "nothing earlier",
        "findings": result.count("error") + result.count("warning"),
        "verdicts": ", ".join(f"{result.count(verdict)} {verdict}" for verdict in verdicts),
        "data docs": dg.MetadataValue.url(url(f"data_docs/{result.page}")),
    }


def _check_result(
    region: str, source: str, name: str, result: BatchResult | None, waits: bool
) -> dg.AssetCheckResult:
    """A check's result for Dagster, which knows passed or not; the verdict says whether anything was looked at."""
    key = batch_key(region, source)
    if result is None:
        return dg.AssetCheckResult(
            asset_key=key,
            check_name=name,
            passed=True,
            description="Nothing to look at: no delivery is current.",
            metadata={"verdict": "nothing", "looked at": 0},
        )
    check = result.checks[name]
    let_through = check.verdict == "error" and not waits
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=name,
        passed=check.verdict in ("fine", "nothing"),
        severity=dg.AssetCheckSeverity.ERROR
        if check.severity == "error" and waits
        else dg.AssetCheckSeverity.WARN,
        description=check.message + (" Somebody has let the delivery through." if let_through else ""),
        metadata={
            "verdict": check.verdict,
            "looked at": check.looked_at,
            "outside": len(check.outside),
            "expected": check.expected,
            "data docs": dg.MetadataValue.url(url(f"data_docs/{result.page}#{name}")),
        },
    )
