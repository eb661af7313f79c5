"""What a run in Dagster did, as a person has to know it, from its events. How it is said is in `alert`.

What our own messages say is passed on whole: they are written to be read. What a library raised may quote cells, and a
mail leaves the house: of such words the quoted ones and long numbers are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import dagster as dg

from orchestration.checks.table_checks import FINDINGS
from orchestration.mail.message import one_line, shortened
from orchestration.partitions import quarter_of
from orchestration.tags import DONOR, QUARTER

Ended = Literal["went through", "failed", "was stopped"]
_ENDED: dict[dg.DagsterRunStatus, Ended] = {
    dg.DagsterRunStatus.SUCCESS: "went through",
    dg.DagsterRunStatus.FAILURE: "failed",
    dg.DagsterRunStatus.CANCELED: "was stopped",
}
_FOR_PEOPLE = (
    "SangamError",
    "Refused",
    "NotSent",
    "DagsterDbtCliRuntimeError",
)  # errors whose words are ours
_STOPPED_BY_CHECK = "DagsterAssetCheckFailedError"
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|\d{5,}")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_DBT_HEADING = "Errors parsed from dbt logs:"  # before it stands dbt's command line, with all definitions
_LONGEST = 500  # letters of one message


@dataclass
class RunTold:
    """What is told of a run; lines for people, without personal values.

    `checks`: that failed and stop what follows; `waiting`: deliveries that hold releases; `warnings`: by check, what
    each is about.
    """

    run_id: str
    job: str  # and whose, where it is a donor's
    of: str  # the quarter, or quarters; empty where the job is of none
    ended: Ended
    steps: dict[str, str] = field(default_factory=dict)  # failed ones, each with its reason
    checks: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    releases: dict[str, str] = field(default_factory=dict)  # by donor: what became of it
    warnings: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_news(self) -> bool:
        """Whether anybody has to know."""
        troubles = (self.steps, self.checks, self.waiting, self.refused, self.warnings)
        return self.ended != "went through" or any(troubles)


def run_told(instance: dg.DagsterInstance, run: dg.DagsterRun) -> RunTold:
    """What is told of a run that ended, read from its events."""
    job = " of ".join(filter(None, (run.job_name, run.tags.get(DONOR))))
    told = RunTold(run.run_id, job, quarters_of(run.tags), _ENDED.get(run.status, "failed"))
    kinds = dg.DagsterEventType
    wanted = {
        kinds.STEP_FAILURE, kinds.ASSET_CHECK_EVALUATION, kinds.ASSET_MATERIALIZATION_PLANNED,
        kinds.ASSET_MATERIALIZATION, kinds.RUN_FAILURE,
    }  # fmt: skip
    for entry in instance.all_logs(run.run_id, of_type=wanted):
        event = entry.dagster_event
        if event is None:
            continue
        if event.event_type == kinds.STEP_FAILURE:
            told.steps[event.step_key or "a step"] = _reason(event)
        elif event.event_type == kinds.ASSET_CHECK_EVALUATION:
            _note_check(told, event.asset_check_evaluation_data)
        elif event.event_type == kinds.RUN_FAILURE:
            if not told.steps:
                told.steps["the run"] = _reason(event)
        else:
            _note_release(told, event)
    return told


def quarters_of(tags: Mapping[str, str]) -> str:
    """The quarter that a run's tags name, or the first and last of several."""
    if QUARTER in tags:
        return tags[QUARTER]
    if "dagster/partition" in tags:
        return quarter_of(tags["dagster/partition"])
    ends = [tags.get(f"dagster/asset_partition_range_{end}") for end in ("start", "end")]
    return " to ".join(dict.fromkeys(quarter_of(end) for end in ends if end))


def _note_check(told: RunTold, found: dg.AssetCheckEvaluation) -> None:
    if found.passed:
        return
    source, description = "/".join(found.asset_key.path[:2]), found.description or "it did not pass"
    apart = found.metadata.get("found") if found.check_name == FINDINGS else None
    if isinstance(apart, dg.JsonMetadataValue) and isinstance(apart.data, Mapping):
        for name, words in apart.data.items():
            _note_finding(told, source, name, str(words))
    elif found.severity == dg.AssetCheckSeverity.WARN:
        told.warnings.setdefault(found.check_name, []).append(source)
    elif found.asset_key.path[-1] == "delivery":
        told.waiting.append(f"{source}: {shortened(one_line(description), _LONGEST)}")
    else:
        where = "/".join(found.asset_key.path)
        told.checks.append(f"{where}, {found.check_name}: {shortened(one_line(description), _LONGEST)}")


def _note_finding(told: RunTold, source: str, name: str, words: str) -> None:
    """One of the findings of a table; those of a file are the same for each of its tables, and told once."""
    lines = [f"{source}: {line}" for line in map(one_line, words.splitlines()) if line]
    if name == "readable":
        told.refused += lines
    elif name == "drift":
        told.waiting.append(f"{source}: {shortened(one_line(words), _LONGEST)}")
    else:
        told.warnings.setdefault(name, []).append(source)


def _note_release(told: RunTold, event: dg.DagsterEvent) -> None:
    key = event.asset_key
    if key is None or key.path[0] != "release":
        return
    donor = key.path[-1]
    if event.event_type == dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED:
        told.releases.setdefault(donor, "not made: something it is made of failed or waits")
        return
    metadata = event.step_materialization_data.materialization.metadata
    words = {name: str(metadata[name].value) for name in ("state", "why") if name in metadata}
    told.releases[donor] = ": ".join(filter(None, (words.get("state"), words.get("why"))))


def _reason(event: dg.DagsterEvent) -> str:
    """Why a step or run failed: the innermost error, in one line."""
    of_step = event.event_type == dg.DagsterEventType.STEP_FAILURE
    data = event.step_failure_data if of_step else event.event_specific_data
    error = getattr(data, "error", None)
    if error is None:
        return shortened(one_line(event.message or "no reason is given"), _LONGEST)
    *_, error = _inward(error)
    name = str(error.cls_name or "")
    words = re.sub(rf"^[\w.]*{re.escape(name)}: ", "", error.message.strip())
    if name == _STOPPED_BY_CHECK:
        return "a check that stops what follows failed, see below"
    if name in _FOR_PEOPLE:
        return shortened(one_line(_COLOUR.sub("", words.rpartition(_DBT_HEADING)[2])), _LONGEST)
    first = next(iter(words.splitlines()), "")
    return shortened(f"{name}: {_QUOTED.sub('…', one_line(first))}", _LONGEST)


def _inward(error: Any) -> Iterator[Any]:
    while error is not None:
        yield error
        error = error.cause
