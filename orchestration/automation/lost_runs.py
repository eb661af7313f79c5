"""Ends runs whose process is gone, so that they are started again and nothing waits for them, as a Dagster sensor.

A code server notices that a run it started has ended; where it was killed as well, or a command was, nobody does. What
is started again, and how often, says `run_retries` in dagster.yaml.
"""

from __future__ import annotations

import json
import time

import dagster as dg

from orchestration.at_work import is_at_work, remove_left
from orchestration.settings import look_seconds, of_home

# Seconds for which a run may hold no lock: it takes it after its start is noted, and gives it back before its end is.
_PATIENCE = 30


@dg.sensor(
    name="lost_runs",
    minimum_interval_seconds=look_seconds(),
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Ends runs whose process is gone, so that they are started again.",
)
def lost_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Mark each such run as failed, once it was without a process for a while."""
    statuses = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
    folder, before = of_home().runs_at_work, json.loads(context.cursor or "{}")
    going_on = [one.dagster_run for one in context.instance.get_run_records(dg.RunsFilter(statuses=statuses))]
    now = time.time()
    since = {
        run.run_id: before.get(run.run_id, now) for run in going_on if not is_at_work(folder, run.run_id)
    }
    lost = [run for run in going_on if run.run_id in since and now - since[run.run_id] >= _PATIENCE]
    for run in lost:
        context.instance.report_run_failed(run, "Its process ended and could not say so: it was killed.")
    remove_left(folder)
    context.update_cursor(json.dumps(since))
    return dg.SkipReason(f"{len(lost)} runs were ended, since their process is gone.")
