"""Everything Dagster knows of sangam. Thin: assets are in `assets`, what they do in plain functions elsewhere."""

from __future__ import annotations

import dagster as dg

from orchestration.assets.batch_checks import batch_checks
from orchestration.assets.described import described
from orchestration.assets.landing import landing
from orchestration.assets.linkage import linkage_assets
from orchestration.assets.releases import release_assets
from orchestration.assets.sources import all_source_assets
from orchestration.assets.unsound import unsound_assets
from orchestration.assets.warehouse import feeds, warehouse_assets
from orchestration.resources import Home

QUARTER_JOB = "quarter"

quarter_job = dg.define_asset_job(
    QUARTER_JOB,
    selection=dg.AssetSelection.all(),
    description="Everything of a quarter: read, judge, map, build the marts, prepare releases for sign-off.",
    executor_def=dg.in_process_executor,
)

defs = dg.Definitions(
    assets=dg.map_asset_specs(
        described,
        [
            landing,
            *all_source_assets(),
            *linkage_assets(),
            batch_checks,
            feeds,
            warehouse_assets(),
            *release_assets(),
            *unsound_assets(),
        ],
    ),
    jobs=[quarter_job],
    resources={"home": Home()},
    executor=dg.in_process_executor,
)
