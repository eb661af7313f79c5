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
from expectations.suite import load_suite
from ingest.contracts.loading import load_region
from orchestration.assets.grouping import layer_tags, region_group
from orchestration.assets.sources import asset_key
from orchestration.checks import holds
from orchestration.checks.counted import plain
from orchestration.docs_address import anchor, link, url
from orchestration.events import BatchesChecked, tell
from orchestration.partitions import QUARTERS, quarter_of
from orchestration.resources import Home
from orchestration.soundness import sound_regions

SUITE = "suite"
_SOURCES = [(region, source) for region in sound_regions() for source in load_region(region).sources]


def batch_key(region: str, source: str) -> dg.AssetKey:
    """Key of a source's delivery as a whole."""
    return dg.AssetKey([region.lstrip("_"), source, "delivery"])


def _has_suite(region: str, source: str) -> bool:
    return bool(load_suite(load_region(region).programme, source).checks)


def _spec(region: str, source: str) -> dg.AssetSpec:
    contract = load_region(region)
    return dg.AssetSpec(
        batch_key(region, source),
        deps=[asset_key(region, source, table) for table in contract.sources[source].tables],
        group_name=region_group(region),
        description=f"{contract.sources[source].title}: the delivery as a whole, beside the one before. Left out while "
        "it waits for somebody to let it through; the releases it feeds wait with it.",
        kinds={"great_expectations"},
        metadata={"documentation": dg.MetadataValue.url(url(f"#{anchor(region.lstrip('_'), source)}"))},
        tags={**layer_tags("ingest", region), "source": source},
        partitions_def=QUARTERS,
        skippable=True,
    )


def _check_spec(region: str, source: str) -> dg.AssetCheckSpec:
    checks = load_suite(load_region(region).programme, source).checks
    titles = "\n".join(f"- {check.title}: expected {check.expected}" for check in checks.values())
    return dg.AssetCheckSpec(
        SUITE,
        asset=batch_key(region, source),
        description=f"Great Expectations over the whole delivery. An error holds the releases it feeds.\n\n{titles}",
    )


@dg.multi_asset(
    name="batch_checks",
    specs=[_spec(region, source) for region, source in _SOURCES],
    check_specs=[_check_spec(*pair) for pair in _SOURCES if _has_suite(*pair)],
    can_subset=True,
)
def batch_checks(context: dg.AssetExecutionContext, home: Home) -> Iterator[Any]:
    """Judge what is new or changed, and yield every delivery that need not wait, with its checks."""
    # For start-up: only the step checks.
    from expectations.batches import check_batches

    quarter, at = quarter_of(context.partition_key), home.settings.home
    wanted = [(r, s) for r, s in _SOURCES if batch_key(r, s) in context.selected_asset_keys]
    results = check_batches(at, quarter, wanted)
    there = batches(at, quarter, wanted)
    waiting = {pair: holds.held(at, there, *pair, quarter) for pair in wanted}
    tell(BatchesChecked(list(results.values())))
    for region, source in wanted:
        served = [
            results[region, source, batch.quarter] for batch in holds.serving(there, region, source, quarter)
        ]
        result = served[-1] if served else None
        if not waiting[region, source]:
            yield dg.MaterializeResult(
                asset_key=batch_key(region, source), metadata=_metadata(result, quarter)
            )
        if dg.AssetCheckKey(batch_key(region, source), SUITE) in context.selected_asset_check_keys:
            yield _suite_result(region, source, result, bool(waiting[region, source]))


def _metadata(result: BatchResult | None, quarter: str) -> dict[str, Any]:
    if result is None:
        return {"delivery": f"Nothing current for {quarter}."}
    verdicts: tuple[Verdict, ...] = ("error", "warning", "fine", "nothing")
    return {
        "delivery": result.title,
        "beside": result.previous or "nothing earlier",
        "findings": result.count("error") + result.count("warning"),
        "verdicts": ", ".join(f"{result.count(verdict)} {verdict}" for verdict in verdicts),
        **_page(result),
    }


def _page(result: BatchResult) -> dict[str, Any]:
    """A result's page: as a link, and where it lies in the home."""
    page = f"data_docs/{result.page}"
    return {
        "data docs": dg.MetadataValue.md(link(plain(result.title), page)),
        "page": dg.MetadataValue.path(f"docs/{page}"),
    }


def _suite_result(region: str, source: str, result: BatchResult | None, waits: bool) -> dg.AssetCheckResult:
    """The suite's result for Dagster, which knows passed or not; the verdicts say whether anything was looked at."""
    key = batch_key(region, source)
    if result is None:
        return dg.AssetCheckResult(
            asset_key=key,
            check_name=SUITE,
            passed=True,
            description="Nothing to look at: no delivery is current.",
            metadata={"verdict": "nothing"},
        )
    wrong = [check for check in result.checks.values() if check.verdict in ("error", "warning")]
    messages = [check.message for check in wrong]
    if result.errors and not waits:
        messages.append("Somebody has let the delivery through.")
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=SUITE,
        passed=not wrong,
        severity=dg.AssetCheckSeverity.ERROR if result.errors and waits else dg.AssetCheckSeverity.WARN,
        description="\n".join(messages) or "The delivery is as expected.",
        metadata={
            "delivery": result.title,
            "verdicts": dg.MetadataValue.md(_verdicts(result)),
            **_page(result),
        },
    )


def _verdicts(result: BatchResult) -> str:
    """All checks as a Markdown table, what is wrong first, each with its place in Data Docs."""
    order: tuple[Verdict, ...] = ("error", "warning", "fine", "nothing")
    lines = ["| check | verdict | looked at | outside | expected |", "| --- | --- | ---: | ---: | --- |"]
    for name, check in sorted(result.checks.items(), key=lambda item: order.index(item[1].verdict)):
        lines.append(
            f"| {link(name, f'data_docs/{result.page}#{name}')} | {check.verdict} "
            f"| {check.looked_at:,} | {len(check.outside):,} | {plain(check.expected)} |"
        )
    return "\n".join(lines)
