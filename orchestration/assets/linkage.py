"""Who is the same person or household, as a Dagster asset per region; what links them is in `ingest.linkage`."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from ingest.contracts.loading import load_region
from orchestration.assets.grouping import layer_tags, region_group, region_pool
from orchestration.assets.sources import asset_key
from orchestration.partitions import QUARTERS, quarter_of
from orchestration.resources import Home
from orchestration.soundness import sound_regions


def linkage_key(region: str) -> dg.AssetKey:
    """Key of a region's crosswalk."""
    return dg.AssetKey(["linkage", region])


def linked_regions() -> list[str]:
    """Regions that can be run and whose contract says how records are linked."""
    return [region for region in sound_regions() if load_region(region).linkage]


def linkage_asset(region: str) -> dg.AssetsDefinition:
    """The crosswalk of one region: every record of a person or household with whom it is."""
    contract = load_region(region)

    @dg.asset(
        key=linkage_key(region),
        deps=[
            asset_key(region, name, table)
            for name, source in contract.sources.items()
            if source.identities
            for table in source.tables
        ],
        group_name=region_group(region),
        partitions_def=QUARTERS,
        pool=region_pool(region),
        kinds={"splink", "parquet"},
        description="Records of one person or household under one identifier: by identifiers first, then by names, "
        "birth and place; the doubtful are on a review list (`lake/review`).",
        tags=layer_tags("ingest", region),
        check_specs=[
            dg.AssetCheckSpec(
                "decisions",
                asset=linkage_key(region),
                description="Every decision about who is the same names records that are there.",
            )
        ],
    )
    def link(context: dg.AssetExecutionContext, home: Home) -> Iterator[Any]:
        # For start-up: only the step links.
        from ingest.linkage import unheard

        quarter = quarter_of(context.partition_key)
        summaries = home.link(region, quarter)
        own = [one for one in summaries if one.quarter == quarter]
        lines = [
            "| entity | source | records | linked | to review | on their own |",
            "| --- | --- | ---: | ---: | ---: | ---: |",
        ]
        lines += [
            f"| {one.entity} | {one.source} | {one.records:,} | {one.linked:,} | {one.review:,} | {one.own:,} |"
            for one in own
        ]
        yield dg.MaterializeResult(
            metadata={
                "linkage": dg.MetadataValue.md("\n".join(lines)),
                "to review": sum(one.review for one in own),
                "seconds": round(sum(one.seconds for one in summaries), 2),
            }
        )
        told = unheard(home.settings.home, region, quarter)
        yield dg.AssetCheckResult(
            check_name="decisions",
            passed=not told,
            severity=dg.AssetCheckSeverity.WARN,
            description="\n".join(told) or "Every decision names records that are there.",
        )

    return link


def linkage_assets() -> list[dg.AssetsDefinition]:
    """The linkage asset of every region that links."""
    return [linkage_asset(region) for region in linked_regions()]
