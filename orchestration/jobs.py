"""The jobs: what is started by hand, by a sensor or by a schedule. All are of the same assets.

`quarter` is everything; `deliveries` reads what partners sent and tells them what to mend; `numbers` makes of it the
marts and the releases that wait for their sign-off.
"""

from __future__ import annotations

from functools import cache

import dagster as dg

from orchestration.tags import LAYER

QUARTER, DELIVERIES, NUMBERS = "quarter", "deliveries", "numbers"
MOST_SECONDS = "dagster/max_runtime"
_HOURS = 3600


@cache
def asset_jobs() -> dict[str, dg.UnresolvedAssetJobDefinition]:
    """The jobs by name, partitioned by quarters as their assets are."""
    everything = dg.AssetSelection.all()
    deliveries = dg.AssetSelection.tag(LAYER, "ingest") - dg.AssetSelection.kind("great_expectations")
    words = {
        QUARTER: "Everything of a quarter: read, judge, map, build the marts, prepare releases for sign-off.",
        DELIVERIES: "Read what partners sent for a quarter, and tell them what to mend.",
        NUMBERS: "Marts of a quarter, and releases that wait for their sign-off.",
    }
    selections = {QUARTER: everything, DELIVERIES: deliveries, NUMBERS: everything - deliveries}
    return {name: _job(name, selections[name], words[name]) for name in words}


def _job(name: str, selection: dg.AssetSelection, description: str) -> dg.UnresolvedAssetJobDefinition:
    return dg.define_asset_job(
        name,
        selection=selection,
        description=description,
        executor_def=dg.in_process_executor,
        tags={MOST_SECONDS: str(6 * _HOURS)},
    )
