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
from orchestration.automation.alerts import alert_sensors
from orchestration.automation.calendars import calendar_job, calendar_schedules
from orchestration.automation.deliveries import delivery_sensors
from orchestration.automation.lost_runs import lost_runs
from orchestration.jobs import asset_jobs
from orchestration.resources import Home

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
    jobs=[*asset_jobs().values(), calendar_job],
    schedules=calendar_schedules(),
    sensors=[*delivery_sensors(), *alert_sensors(), lost_runs],
    resources={"home": Home()},
    executor=dg.in_process_executor,
)
