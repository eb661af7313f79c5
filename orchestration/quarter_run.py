"""A quarter from the landing to releases waiting for sign-off, through Dagster, in this process."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.contracts.loading import REFERENCE, load_region, region_files
from ingest.deliveries import landing
from ingest.deliveries.landing import scan
from ingest.deliveries.receipt import Receipt
from ingest.deliveries.receipts import receipt_of
from ingest.errors import SangamError
from ingest.files import atomic
from orchestration import news, tags
from orchestration.checks import holds
from orchestration.events import Event, LandingSeen, SourceDone, Unchanged, listen, tell
from orchestration.quarters import check_quarter
from orchestration.settings import Settings
from orchestration.soundness import sound_regions
from orchestration.warehouse import build_state, logframes

DAGSTER_YAML = """# Dagster's storage of this home. Nothing is sent out and nobody is asked to sign up.
telemetry:
  enabled: false
nux:
  enabled: false
# A run whose process is killed is started again; one in which a step failed is not: it says what to mend.
run_monitoring:
  enabled: true
  poll_interval_seconds: 30
run_retries:
  enabled: true
  max_retries: 3
  retry_on_asset_or_op_failure: false
# Each is a process of its own that uses two threads.
concurrency:
  runs:
    max_concurrent_runs: 2
"""

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Outcome:
    """What a run did."""

    quarter: str
    receipts: list[Receipt] = field(default_factory=list)
    strays: list[landing.Stray] = field(default_factory=list)
    litter: list[str] = field(default_factory=list)  # files that systems left, in the landing and in zips
    failed: list[str] = field(default_factory=list)  # steps and blocking checks that failed, with why
    waiting: list[str] = field(default_factory=list)  # deliveries that hold releases, with why and what to do

    @property
    def refused(self) -> list[Receipt]:
        """Receipts of refused files."""
        return [r for r in self.receipts if r.refused]

    @property
    def left_out(self) -> list[str]:
        """Files of zips of which nothing was read, in a line each."""
        return [line for receipt in self.receipts for line in receipt.left_out]

    @property
    def exit_status(self) -> int:
        """0: all went through; 1: something failed; 3: some file was refused, waits, or is expected by no contract."""
        if self.failed:
            return 1
        return 3 if self.refused or self.strays or self.left_out or self.waiting else 0


@dataclass(frozen=True)
class Plan:
    """What of the job is run: the regions with something new, and whether anything follows from them."""

    wanted: list[str]  # the regions that somebody asked for; none: all
    regions: list[str]
    builds: bool

    def has(self, path: Sequence[str]) -> bool:
        """Whether the asset of this key is run. What does not load is told in every run."""
        whose = path[1] if path[0] == "linkage" else path[0]
        if path[-1] == "contract" or path[0] == "landing":
            return path[0] == "landing" or not self.wanted or whose in self.wanted
        if path[0] == "release" and path[1] in logframes.faults():
            return True
        region = next((one for one in region_files() if one.lstrip("_") == whose), None)
        return region in self.regions if region else self.builds

    def is_about(self, path: str) -> bool:
        """Whether a file of the landing is of what somebody runs."""
        return not self.wanted or path.split("/")[0] in self.wanted


def prepare_dagster_home(settings: Settings) -> None:
    """Dagster's storage within the home."""
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    config = settings.dagster_home / "dagster.yaml"
    former = config.exists() and "orchestration.event_log" in config.read_text(encoding="utf-8")
    if former or not config.exists():  # homes of before name a storage of ours; its tables are Dagster's own
        with atomic(config) as temporary:
            temporary.write_text(DAGSTER_YAML, encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(settings.dagster_home)


def run_quarter(settings: Settings, quarter: str, regions: Iterable[str] | None = None) -> Outcome:
    """Run the quarter's job for all regions, or for some.

    Raises SangamError for a quarter, region, secret or landing that cannot be used. A refused file or a failed step
    raises nothing; it is in the outcome.
    """
    from ingest.boundary import pseudonyms  # before anything is read: a missing secret stops the run

    check_quarter(quarter)
    pseudonyms.secret(demo=settings.demo)
    wanted = list(regions or ())
    if unknown := set(wanted) - set(region_files()):
        raise SangamError(
            f"No contract for region {', '.join(sorted(unknown))}; known: {', '.join(region_files())}."
        )
    landing.require(settings.landing)
    outcome = Outcome(quarter)
    prepare_dagster_home(settings)
    os.environ["SANGAM_HOME"] = str(settings.home)
    os.environ["SANGAM_LANDING"] = str(settings.landing)

    known = [one for one in sound_regions() if not wanted or one in (*wanted, REFERENCE)]
    same = news.unchanged(settings, quarter, known)
    plan = Plan(
        wanted=wanted,
        regions=[one for one in known if one not in same],
        builds=len(same) < len(known) or bool(build_state.quarters_to_build(settings, quarter)),
    )
    if same:
        tell(Unchanged(same))
    with _parsing_ahead(settings) if plan.builds else nullcontext():
        _run_job(settings, quarter, plan, outcome)
    if not outcome.failed:
        news.remember(settings, quarter, outcome.receipts, plan.regions)
    outcome.receipts += standing(settings, quarter, same)
    outcome.receipts.sort(key=lambda receipt: known.index(receipt.region))
    outcome.litter += [f"{r.path}: {name}" for r in outcome.receipts for name in r.litter]
    outcome.waiting += holds.waiting_lines(settings.home, quarter, known)
    outcome.waiting += _unread(quarter, wanted)
    return outcome


def standing(settings: Settings, quarter: str, regions: Sequence[str]) -> list[Receipt]:
    """The receipts of regions of which nothing is read in this run."""
    sources = [(region, name) for region in regions for name in load_region(region).sources]
    there = scan(settings.landing, up_to=quarter, sources=sources) if sources else []
    own = {pair: [one for one in there if (one.region, one.source) == pair] for pair in sources}
    return [found for of in own.values() for one in of if (found := receipt_of(settings.home, one))]


def _parsing_ahead(settings: Settings) -> AbstractContextManager[None]:
    # For start-up: a run that builds nothing needs no dbt.
    from orchestration.warehouse import dbt

    return dbt.parsing_ahead(settings)


def _unread(quarter: str, wanted: list[str]) -> list[str]:
    """The releases that wait for a region that cannot be read, of those this run is about."""
    return [
        f"{frame.donor.code} {quarter} is not released: {why}"
        for frame in logframes.sound()
        if not wanted or set(wanted) & set(frame.donor.regions)
        for why in holds.unread(frame.donor.code)
    ]


def _run_job(settings: Settings, quarter: str, plan: Plan, outcome: Outcome) -> None:
    """Run Dagster's job of the quarter and note what it did."""
    # For start-up: a wrong word is refused before Dagster loads.
    import dagster as dg

    # For start-up: a wrong word is refused before Dagster loads.
    from orchestration.definitions import defs
    from orchestration.jobs import QUARTER
    from orchestration.partitions import partition_key
    from orchestration.releases.approved import is_to_go
    from orchestration.run_origin import of_location

    def hear(event: Event) -> None:
        if isinstance(event, SourceDone):
            outcome.receipts.extend(event.receipts)
        if isinstance(event, LandingSeen):
            outcome.strays.extend(one for one in event.strays if plan.is_about(one.relative))
            outcome.litter.extend(path for path in event.litter if plan.is_about(path))

    stop = listen(hear)
    try:
        with dg.DagsterInstance.get() as instance:
            keys = defs.resolve_asset_graph().materializable_asset_keys
            done = defs.resolve_job_def(QUARTER).execute_in_process(
                instance=of_location(instance, QUARTER),
                partition_key=partition_key(quarter),
                raise_on_error=False,
                asset_selection=[
                    key
                    for key in keys
                    if plan.has(key.path)
                    or (key.path[0] == "release" and is_to_go(settings.home, key.path[1], quarter))
                ],
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
                tags={**tags.of_run(quarter, plan.wanted), tags.BY: "command line"},
            )
            outcome.failed = _failures(done)
    finally:
        stop()


def _failures(done: Any) -> list[str]:
    """Failed steps in a line each, with the innermost reason."""
    failures = []
    for event in done.all_events:
        if event.is_step_failure:
            error = event.step_failure_data.error
            while error is not None and error.cause is not None:
                error = error.cause
            words = error.message.strip() if error else "failed"
            # dbt's command line holds all definitions; what went wrong stands behind this heading, in colours.
            words = _COLOUR.sub("", words.rpartition("Errors parsed from dbt logs:")[2]).strip()
            failures.append(f"{event.step_key}: {words}")
    return failures


def home_of(path: Path) -> str:
    """A home as people type it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
