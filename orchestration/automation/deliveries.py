"""What starts by itself when deliveries arrive, as Dagster sensors.

`arrivals` starts a run of the job `deliveries` once for each source with new or replaced files; `numbers` starts the
job `numbers` for each quarter whose deliveries differ from what the warehouse was built of, once no delivery is being
read. What is new is decided in `orchestration.arrivals`, what has to be built in `warehouse.build_state`.
"""

from __future__ import annotations

import dagster as dg

from ingest.contracts.loading import load_region
from orchestration import tags
from orchestration.arrivals import Arrival, Looked, everything, look, marks
from orchestration.assets.linkage import linkage_key
from orchestration.assets.sources import asset_key, slips_key
from orchestration.jobs import DELIVERIES, NUMBERS, QUARTER, asset_jobs
from orchestration.partitions import partition_key
from orchestration.quarters import all_quarters
from orchestration.settings import landing_address, look_seconds, of_home
from orchestration.soundness import sound_regions
from orchestration.warehouse import build_state

_EVERY = look_seconds()  # a file is taken once it was the same in two looks
_GOES_ON = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


@dg.sensor(
    name="arrivals",
    jobs=[asset_jobs()[DELIVERIES], asset_jobs()[QUARTER]],
    minimum_interval_seconds=_EVERY,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts a source's run once for its new or replaced files, when they are no longer written to.",
)
def arrivals(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Look at the landing. Raises SangamError where it cannot be reached."""
    there = marks(landing_address())
    before = Looked.of(context.cursor) or Looked({}, {})
    found, now = look(there, before, sound_regions(), all_quarters())
    if not before.taken and there != before.there:
        # Nothing was read yet: all that is there is read in one run, once none of it is written to.
        context.update_cursor(str(Looked(there, {})))
        return dg.SkipReason("Files are still being written, or are looked at for the first time.")
    if not found:
        context.update_cursor(str(now))
        return dg.SkipReason("Nothing has arrived since the last look that is no longer written to.")
    requests = [_request(one) for one in found] if before.taken else [_everything(everything(found))]
    return dg.SensorResult(run_requests=requests, cursor=str(now))


def _everything(arrival: Arrival) -> dg.RunRequest:
    return dg.RunRequest(
        run_key=f"everything/{arrival.quarter}/{arrival.key}",
        job_name=QUARTER,
        partition_key=partition_key(arrival.quarter),
        tags=tags.of_run(arrival.quarter),
    )


def _request(arrival: Arrival) -> dg.RunRequest:
    """A run of one source, with what follows from it within its region."""
    region = load_region(arrival.region)
    source = region.sources[arrival.source]
    chosen = [asset_key(arrival.region, arrival.source, table) for table in source.tables]
    if not arrival.region.startswith("_"):
        chosen.append(slips_key(arrival.region))
    if region.linkage and source.identities:
        chosen.append(linkage_key(arrival.region))
    return dg.RunRequest(
        run_key=f"{arrival.region}/{arrival.source}/{arrival.quarter}/{arrival.key}",
        job_name=DELIVERIES,
        partition_key=partition_key(arrival.quarter),
        asset_selection=chosen,
        tags={
            **tags.of_run(arrival.quarter, [arrival.region]),
            tags.SOURCE: arrival.source,
            tags.DROP: arrival.files[0] if len(arrival.files) == 1 else f"{len(arrival.files)} files",
        },
    )


@dg.sensor(
    name="numbers",
    job=asset_jobs()[NUMBERS],
    minimum_interval_seconds=_EVERY,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Builds the quarters whose deliveries differ from what the warehouse was built of.",
)
def numbers(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Ask what has to be built, once nothing is being read."""
    goes_on = dg.RunsFilter(statuses=_GOES_ON)
    records = context.instance.get_run_records(goes_on)
    busy = [record for record in records if record.dagster_run.job_name in asset_jobs()]
    if busy:
        return dg.SkipReason(f"{len(busy)} runs are still reading or building.")
    where = of_home()
    quarters = [one for one in build_state.quarters_changed(where) if one in all_quarters()]
    if not quarters:
        return dg.SkipReason("The warehouse was built of what has been read.")
    state = build_state.feeds_version(where)
    return dg.SensorResult(
        run_requests=[
            dg.RunRequest(
                run_key=f"{quarter}/{state}", partition_key=partition_key(quarter), tags=tags.of_run(quarter)
            )
            for quarter in quarters
        ]
    )


def delivery_sensors() -> list[dg.SensorDefinition]:
    """The sensors of this module."""
    return [arrivals, numbers]
