"""A Dagster asset per source and table: the accepted records of a quarter's drop, with checks from the contract.

Thin: reading and judging are in `ingest.run`, the records' schema in `expectations.schemas`.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from ingest.contracts.loading import load_corrections, load_region
from ingest.contracts.source import Source
from orchestration.assets import table_metadata
from orchestration.checks import counted, table_checks
from orchestration.quarters import all_quarters
from orchestration.resources import Home
from orchestration.soundness import sound_regions

QUARTERS = dg.StaticPartitionsDefinition(all_quarters())


def asset_key(region: str, source: str, table: str) -> dg.AssetKey:
    """Key of a table's accepted records."""
    return dg.AssetKey([region.lstrip("_"), source, table])


def corrected_tables(region: str, name: str) -> set[str]:
    """The contract's tables of which some record is corrected."""
    source = load_region(region).sources[name]
    return {source.template(correction.table) for correction in load_corrections(region, name)}


def _checks(region: str, name: str, source: Source) -> list[dg.AssetCheckSpec]:
    specs = []
    corrected = corrected_tables(region, name)
    for table, spec in source.tables.items():
        key = asset_key(region, name, table)
        specs += [
            dg.AssetCheckSpec(
                "nothing_lost", asset=key, blocking=True, description="Records read = accepted + quarantined."
            ),
            dg.AssetCheckSpec(
                "contract_holds",
                asset=key,
                blocking=True,
                description="Accepted records meet the contract's schema (pandera).",
            ),
            dg.AssetCheckSpec("readable", asset=key, description="No file of the drop was refused."),
            dg.AssetCheckSpec(
                "drift", asset=key, description="No delivery waits because it shrank or grew too far."
            ),
            dg.AssetCheckSpec(
                "quarantine", asset=key, description="Records held back, by reason; the partner mends them."
            ),
        ]
        if spec.layout.totals:
            specs.append(
                dg.AssetCheckSpec("totals", asset=key, description="Total rows equal the sum of their rows.")
            )
        if table in corrected:
            specs.append(
                dg.AssetCheckSpec(
                    "corrections", asset=key, description="Our own corrections find what they expect."
                )
            )
        specs += [
            dg.AssetCheckSpec(rule, asset=key, description=words.message)
            for rule, words in spec.rules.items()
        ]
    return specs


def source_assets(region: str, name: str) -> dg.AssetsDefinition:
    """The assets of one source: one step that reads what is new and yields every table with its checks."""
    contract = load_region(region)
    source = contract.sources[name]
    programme = contract.programme.lstrip("_")
    corrected = corrected_tables(region, name)
    # Sources that its rules look up are read first.
    before = [
        asset_key(region, other, table)
        for other in sorted(source.looked_up_sources() - {name})
        for table in contract.sources[other].tables
    ]

    @dg.multi_asset(
        name=f"{region.lstrip('_')}__{name}",
        specs=[
            dg.AssetSpec(
                asset_key(region, name, table),
                deps=before,
                group_name=f"ingest_{programme}",
                description=f"{source.title}, table `{table}`: accepted records. Key: {', '.join(spec.key)}.",
                kinds={"parquet", "duckdb"},
                tags={"layer": "ingest", "programme": programme, "region": region.lstrip("_")},
                partitions_def=QUARTERS,
            )
            for table, spec in source.tables.items()
        ],
        check_specs=_checks(region, name, source),
    )
    def read_and_judge(context: dg.AssetExecutionContext, home: Home) -> Iterator[Any]:
        quarter = context.partition_key
        done = home.ingest(region, name, quarter)
        own = counted.of_quarter(done, quarter, source.cadence)
        for earlier in counted.other_quarters_read(done, quarter):
            served = counted.of_quarter(done, earlier, source.cadence)
            for table in source.tables:
                context.log_event(
                    dg.AssetMaterialization(
                        asset_key(region, name, table),
                        partition=earlier,
                        metadata=table_metadata.metadata(served, table, earlier),
                    )
                )
        for table, spec in source.tables.items():
            key = asset_key(region, name, table)
            yield dg.MaterializeResult(asset_key=key, metadata=table_metadata.metadata(own, table, quarter))
            yield from table_checks.check_results(done, own, source, region, name, table, spec, key)
            if table in corrected:
                yield table_checks.corrections_result(home.settings.home, own, table, key)

    return read_and_judge


def all_source_assets() -> list[dg.AssetsDefinition]:
    """The assets of every source of every region that can be run."""
    return [source_assets(region, name) for region in sound_regions() for name in load_region(region).sources]
