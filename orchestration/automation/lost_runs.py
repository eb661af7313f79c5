"""Ends runs whose process is gone, so that they are started again and nothing waits for them, as a Dagster sensor.

A code server notices that a run it started has ended; where it was killed as well, or a command was, nobody does. What
is started again, and how often, says `run_retries` in dagster.yaml.
"""

from __future__ import annotations

import time

import dagster as dg

from orchestration.at_work import is_at_work
from orchestration.settings import look_seconds, of_home

_STARTING = 30  # seconds that a run may need from its start until it holds its lock


@dg.sensor(
    name="lost_runs",
    minimum_interval_seconds=look_seconds(),
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Ends runs whose process is gone, so that they are started again.",
)
def lost_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Mark each such run as failed."""
    statuses = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
    folder = of_home().runs_at_work
    lost = []
    for record in context.instance.get_run_records(dg.RunsFilter(statuses=statuses)):
        run, began = record.dagster_run, record.start_time
        if began and time.time() - began > _STARTING and not is_at_work(folder, run.run_id):
            context.instance.report_run_failed(run, "Its process ended and could not say so: it was killed.")
            lost.append(run.run_id)
    return dg.SkipReason(f"Ended, since their process is gone: {', '.join(lost) or 'none'}.")
