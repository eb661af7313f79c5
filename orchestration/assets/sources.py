"""A Dagster asset per source and table: the accepted records of a quarter's drop, with what was found in them.

One step a region reads its sources side by side; any of them can be run alone. Thin: reading and judging are in
`ingest.run`, the records' schema in `expectations.schemas`.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from ingest.contracts.loading import fingerprint, load_corrections, load_region
from ingest.contracts.source import Source
from ingest.deliveries.receipt import Receipt
from ingest.errors import SangamError
from orchestration.assets import table_metadata
from orchestration.assets.described import contract_metadata
from orchestration.assets.grouping import layer_tags, region_group, region_pool
from orchestration.assets.retries import retried
from orchestration.checks import counted, table_checks
from orchestration.partitions import QUARTERS, partition_key, quarter_of
from orchestration.resources import Home
from orchestration.soundness import sound_regions


def asset_key(region: str, source: str, table: str) -> dg.AssetKey:
    """Key of a table's accepted records."""
    return dg.AssetKey([region.lstrip("_"), source, table])


def slips_key(region: str) -> dg.AssetKey:
    """Key of a partner's return slips."""
    return dg.AssetKey([region.lstrip("_"), "return_slips"])


def corrected_tables(region: str, name: str) -> set[str]:
    """The contract's tables of which some record is corrected."""
    source = load_region(region).sources[name]
    return {source.template(correction.table) for correction in load_corrections(region, name)}


def _specs(region: str, name: str, source: Source) -> list[dg.AssetSpec]:
    # Sources that its rules look up are read first.
    before = [
        asset_key(region, other, table)
        for other in sorted(source.looked_up_sources() - {name})
        for table in load_region(region).sources[other].tables
    ]
    return [
        dg.AssetSpec(
            asset_key(region, name, table),
            deps=before,
            group_name=region_group(region),
            description=f"{source.title}, table `{table}`: accepted records. Key: {', '.join(spec.key)}.",
            kinds={"parquet", "duckdb"},
            tags={**layer_tags("ingest", region), "source": name},
            code_version=fingerprint(region, name),
            metadata=contract_metadata(region, name, table),
            partitions_def=QUARTERS,
            skippable=True,
        )
        for table, spec in source.tables.items()
    ]


def _slips_spec(region: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        slips_key(region),
        deps=[
            asset_key(region, name, table)
            for name, source in load_region(region).sources.items()
            for table in source.tables
        ],
        group_name=region_group(region),
        description="What the partner has to mend, as workbooks in the partner's bucket (`return/`).",
        kinds={"s3", "excel"},
        tags=layer_tags("ingest", region),
        partitions_def=QUARTERS,
        skippable=True,
    )


def region_assets(region: str) -> dg.AssetsDefinition:
    """The assets of one region: one step that reads what is new and yields every table with its checks."""
    contract = load_region(region)
    is_partner = not region.startswith("_")
    specs = [spec for name, source in contract.sources.items() for spec in _specs(region, name, source)]

    @dg.multi_asset(
        name=region.lstrip("_"),
        specs=[*specs, *([_slips_spec(region)] if is_partner else [])],
        check_specs=[check for spec in specs for check in table_checks.specs(spec.key)],
        can_subset=True,
        pool=region_pool(region),
    )
    def read_and_judge(context: dg.AssetExecutionContext, home: Home) -> Iterator[Any]:
        with retried(context):
            yield from _read(context, home, region)

    return read_and_judge


def _read(context: dg.AssetExecutionContext, home: Home, region: str) -> Iterator[Any]:
    """Read the sources of a region that are asked for, then send its return slips. Raises what kept any from it."""
    quarter = quarter_of(context.partition_key)
    sources = load_region(region).sources
    chosen = {key.path[1] for key in context.selected_asset_keys - {slips_key(region)}}
    failed: list[tuple[str, Exception]] = []
    for name, done in home.ingest(region, [one for one in sources if one in chosen], quarter):
        if isinstance(done, Exception):
            failed.append((name, done))
            continue
        for earlier in counted.other_quarters_read(done, quarter):
            _log_earlier(context, region, name, done, earlier)
        yield from _results(context, home, region, name, done, quarter)
    if slips_key(region) in context.selected_asset_keys:
        sent = home.send_slips(region)
        yield dg.MaterializeResult(
            asset_key=slips_key(region),
            metadata={
                "new slips": len(sent),
                "sent": dg.MetadataValue.md("\n".join(f"- {s}" for s in sent)),
            },
        )
    _raise(region, failed)


def _results(
    context: dg.AssetExecutionContext,
    home: Home,
    region: str,
    name: str,
    done: Sequence[Receipt],
    quarter: str,
) -> Iterator[Any]:
    """A source's tables, each with its checks, of those that are asked for."""
    source = load_region(region).sources[name]
    corrected = corrected_tables(region, name)
    own = counted.of_quarter(done, quarter, source.cadence)
    for table, spec in source.tables.items():
        key = asset_key(region, name, table)
        if key not in context.selected_asset_keys:
            continue
        yield dg.MaterializeResult(
            asset_key=key,
            metadata={
                **table_metadata.metadata(own, table, quarter),
                **table_metadata.stored(home.settings.home, own, table, spec),
            },
            data_version=table_metadata.data_version(own),
        )
        stale = table_checks.stale_corrections(home.settings.home, own, table) if table in corrected else []
        for check in (
            table_checks.contract_result(done, own, table, key, quarter),
            table_checks.findings_result(own, spec, f"{region}/{name}", table, key, stale, quarter),
        ):
            if dg.AssetCheckKey(key, str(check.check_name)) in context.selected_asset_check_keys:
                yield check


def _log_earlier(
    context: dg.AssetExecutionContext, region: str, name: str, done: Sequence[Receipt], quarter: str
) -> None:
    """What was read of an earlier quarter belongs to that quarter's partition."""
    source = load_region(region).sources[name]
    served = counted.of_quarter(done, quarter, source.cadence)
    for table in source.tables:
        context.log_event(
            dg.AssetMaterialization(
                asset_key(region, name, table),
                partition=partition_key(quarter),
                metadata=table_metadata.metadata(served, table, quarter),
                tags={"dagster/data_version": table_metadata.data_version(served).value},
            )
        )


def _raise(region: str, failed: list[tuple[str, Exception]]) -> None:
    """Raise what kept sources from being read; all of it, when several were."""
    if len(failed) == 1:
        raise failed[0][1]
    if failed:
        lines = "\n".join(f"{region.lstrip('_')}/{name}: {error}" for name, error in failed)
        raise SangamError(f"{len(failed)} sources could not be read:\n{lines}") from failed[0][1]


def all_source_assets() -> list[dg.AssetsDefinition]:
    """The assets of every region that can be run."""
    return [region_assets(region) for region in sound_regions()]
