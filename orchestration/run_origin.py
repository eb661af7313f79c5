"""Which code location a run of this process is of: Dagster's Timeline and re-execution leave out runs that do not say.

Runs that the webserver or the daemon start say it by themselves. `execute_in_process` has no word for it (Dagster's
issue 17707), the instance that creates its run has; what it is told is written as Dagster keeps it with a run.
"""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import dagster as dg

from orchestration.tags import LOCATION, REPOSITORY


def of_location(instance: dg.DagsterInstance, job: str) -> dg.DagsterInstance:
    """The same instance; from now on the runs it creates here are of this job of our code location."""
    location = {"__class__": "RegisteredRepositoryLocationOrigin", "location_name": LOCATION}
    repository = {
        "__class__": "ExternalRepositoryOrigin",
        "repository_location_origin": location,
        "repository_name": REPOSITORY,
    }
    words = {
        "__class__": "ExternalPipelineOrigin",
        "external_repository_origin": repository,
        "pipeline_name": job,
    }
    origin: Any = dg.deserialize_value(json.dumps(words))
    vars(instance)["create_run_for_job"] = partial(instance.create_run_for_job, remote_job_origin=origin)
    return instance
