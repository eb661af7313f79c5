"""Steps that failed: taken again where it can pass and nobody stands by, else not."""

import dagster as dg
import pytest

from ingest.errors import SangamError
from orchestration import tags
from orchestration.assets import retries
from orchestration.assets.retries import retried
from orchestration.s3.patience import UnreachableError


def attempts(fault: SangamError, run_tags: dict[str, str]) -> tuple[int, list[float | None]]:
    """How often a step with that fault was begun, and the seconds waited before each further time."""
    begun = []

    @dg.op
    def step(context: dg.OpExecutionContext) -> None:
        with retried(context):
            begun.append(context.retry_number)
            raise fault

    @dg.job
    def job() -> None:
        step()

    with dg.DagsterInstance.ephemeral() as instance:
        done = job.execute_in_process(instance=instance, tags=run_tags, raise_on_error=False)
        assert not done.success
        again = done.filter_events(lambda event: event.event_type == dg.DagsterEventType.STEP_UP_FOR_RETRY)
        waits = [event.step_retry_data.seconds_to_wait for event in again]
    return len(begun), waits


def test_what_can_pass_is_tried_three_times_more_with_longer_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "FIRST_WAIT", 0.01)
    assert attempts(UnreachableError("S3 is away."), {}) == (4, [0.01, 0.02, 0.04])


def test_bad_data_is_not_tried_again() -> None:
    assert attempts(SangamError("The file is cut."), {}) == (1, [])


def test_who_runs_the_command_line_is_told_at_once() -> None:
    assert attempts(UnreachableError("S3 is away."), {tags.BY: "someone"}) == (1, [])
