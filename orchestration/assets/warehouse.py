"""Feeds and dbt models as Dagster assets; dbt's tests as their checks."""

import contextlib
from collections.abc import Iterator
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg

from ingest.contracts.loading import load_region
from ingest.deliveries.places import folder
from ingest.mapping.feeds import FEEDS
from orchestration.alone import alone
from orchestration.assets.dbt_specs import specs
from orchestration.assets.described import FILE, code_metadata
from orchestration.assets.grouping import WAREHOUSE_POOL
from orchestration.assets.linkage import linkage_key, linked_regions
from orchestration.assets.sources import asset_key
from orchestration.events import WarehouseStarted, tell
from orchestration.partitions import QUARTERS, UP_TO, quarter_of
from orchestration.resources import Home
from orchestration.settings import DBT_PROJECT, PROJECT, Settings
from orchestration.soundness import sound_regions
from orchestration.warehouse import build_state, dbt


def feed_key(feed: str) -> dg.AssetKey:
    """Key of a feed."""
    return dg.AssetKey(["feeds", feed])


def _tables_of(feed: str) -> list[dg.AssetKey]:
    """The tables that are mapped into a feed; every table tells `drop` what arrived."""
    keys = [linkage_key(region) for region in linked_regions()] if feed == "crosswalk" else []
    for region in sound_regions():
        for name, source in load_region(region).sources.items():
            tables = list(source.tables) if feed == "drop" else [m.table for m in source.feeds.get(feed, ())]
            keys += [asset_key(region, name, table) for table in dict.fromkeys(tables)]
    return keys


@dg.multi_asset(
    name="feeds",
    specs=[
        dg.AssetSpec(
            feed_key(feed),
            deps=_tables_of(feed),
            group_name="feeds",
            kinds={"parquet"},
            partitions_def=QUARTERS,
            metadata={
                **code_metadata(PROJECT / "ingest" / "mapping" / "feeds.py"),
                "dagster/column_schema": dg.TableSchema([dg.TableColumn(*pair) for pair in columns.items()]),
            },
            description=f"Canonical feed `{feed}`: {', '.join(c for c in columns if not c.startswith('_'))}.",
            tags={"layer": "feeds"},
        )
        for feed, columns in FEEDS.items()
    ],
)
def feeds(context: dg.AssetExecutionContext, home: Home) -> Iterator[dg.MaterializeResult]:
    """Count what the sources' steps have mapped; the files were written with the records."""
    # For start-up: only the step reads Parquet.
    import pyarrow.parquet as pq

    # For start-up: only the step parses mappings.
    from orchestration.assets import lineage

    quarter = quarter_of(context.partition_key)
    for feed in FEEDS:
        layer = folder(home.settings.home, "feeds", feed=feed)
        files = [
            *layer.glob(f"region=*/source=*/quarter={quarter}/*.parquet"),
            *layer.glob("region=*/source=*/quarter=_/*.parquet"),
        ]
        rows = sum(pq.read_metadata(path).num_rows for path in files)
        regions = sorted({path.parents[2].name.partition("=")[2] for path in files})
        yield dg.MaterializeResult(
            asset_key=feed_key(feed),
            metadata={
                "dagster/row_count": rows,
                "files": len(files),
                "regions": ", ".join(regions) or "none",
                "dagster/uri": layer.as_uri(),
                "dagster/column_lineage": lineage.of_feed(feed),
            },
            data_version=dg.DataVersion(build_state.feed_version(home.settings, quarter)),
        )


def _unchanged(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Every model as it was built before: releases downstream go on, and dbt is not started.

    What is noted as built passed all tests that block; others keep the result they had.
    """
    words = {"state": "as it was: nothing it is made of has changed"}
    own = context.selected_asset_keys
    deps = {key: context.assets_def.asset_deps[key] & own for key in sorted(own)}
    blocking = [check for check in context.assets_def.check_specs if check.blocking]
    for key in TopologicalSorter(deps).static_order():
        yield dg.MaterializeResult(asset_key=key, metadata=words)
        for check in blocking:
            if check.asset_key == key:
                yield dg.AssetCheckResult(asset_key=key, check_name=check.name, passed=True, metadata=words)


def warehouse_assets() -> dg.AssetsDefinition:
    """All dbt models and tests as one step: one dbt call."""
    models, tests = specs()

    @dg.multi_asset(
        name="warehouse",
        specs=[_model(model) for model in models],
        check_specs=tests,
        can_subset=True,
        pool=WAREHOUSE_POOL,
    )
    def build_warehouse(context: dg.AssetExecutionContext, home: Home) -> Iterator[Any]:
        with alone(home.settings.home / "build"):
            yield from _built(context, home.settings)

    return build_warehouse


def _model(model: dg.AssetSpec) -> dg.AssetSpec:
    """A model of a quarter; what it reads of the feeds is of all quarters so far."""
    deps = [
        dg.AssetDep(dep.asset_key, partition_mapping=UP_TO if dep.asset_key.path[0] == "feeds" else None)
        for dep in model.deps
    ]
    code = code_metadata(DBT_PROJECT / model.metadata[FILE])
    return model.replace_attributes(partitions_def=QUARTERS, deps=deps).merge_attributes(metadata=code)


def _built(context: dg.AssetExecutionContext, where: Settings) -> Iterator[Any]:
    """Build what has to be built; the events of every model and test."""
    made_of = build_state.as_it_is(where)
    quarters = build_state.quarters_to_build(where, quarter_of(context.partition_key))
    if not quarters:
        yield from _unchanged(context)
        build_state.remember(where, [], made_of)  # other code, maybe, and the same numbers
        return
    # For start-up: dagster-dbt imports all of dbt, which only a step that builds needs.
    from orchestration.assets.dbt_build import build

    tell(WarehouseStarted(quarters))
    context.log.info("Building quarters %s", ", ".join(quarters))
    with dbt.environment(where, quarters):
        target = dbt.target(where)
        arguments = ["--exclude-resource-type", "unit_test", "--vars", dbt.variables(where)]
        if build_state.is_of_other_models(where):
            arguments.append("--full-refresh")  # all quarters are built anyway
        log = target / "build.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        # dbt's lines go to a file of their own; people read progress, assets and checks.
        with log.open("w", encoding="utf-8") as stream, contextlib.redirect_stdout(stream):
            yield from build(context, arguments, dbt.manifest(), target, build_state.build_path(where))
    build_state.swap_in(where)
    dbt.write_documentation(where)
    build_state.remember(where, quarters, made_of)
