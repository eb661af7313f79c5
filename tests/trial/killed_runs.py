"""`make kill-trial`: daemon, run worker or code server killed at random while files arrive; status 1 for faults.

    python -m tests.trial.killed_runs [TIMES [SEED]]

Each time another version of a file is delivered and one process gets SIGKILL; daemon and code server are started again
at once, as a service manager does. In the end all has to be as in a home in which nothing was killed.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from orchestration.s3 import seaweed
from tests import mail_server
from tests.mail_server import Post
from tests.platform import DONOR, OTHER_DONOR, QUARTER, Platform, delivery, made, waited

LONGEST = 40  # seconds from a delivery to the blow: a run begins after some ten
AT_REST = 600  # seconds for what is left to be done in the end
_STARTED = re.compile(r"Started process for run \(pid: (\d+)\)")
_MARTS = ("indicator_values", "indicator_evidence")


def workers(platform: Platform) -> list[int]:
    """Processes of the runs that go on."""
    with platform.instance() as instance:
        records = instance.get_run_records(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
        lines = [
            entry.message + str(entry.dagster_event and entry.dagster_event.message)
            for record in records
            for entry in instance.all_logs(
                record.dagster_run.run_id, of_type=dg.DagsterEventType.ENGINE_EVENT
            )
        ]
    return [int(found[1]) for line in lines if (found := _STARTED.search(line))]


def strike(platform: Platform, whom: str) -> str:
    """Kill one; a worker only where there is one, else the daemon. What was killed."""
    if whom == "worker" and (there := workers(platform)):
        with suppress(ProcessLookupError):
            os.kill(there[0], signal.SIGKILL)
        return "worker"
    name = "code" if whom == "code" else "daemon"
    busy = " while a run goes on" if workers(platform) else ""
    platform.end(name, signal.SIGKILL)  # type: ignore[arg-type]
    platform.start(name)  # type: ignore[arg-type]
    return name + busy


def is_at_rest(platform: Platform) -> bool:
    """Whether no run goes on or will be tried again, and the warehouse has the file as it is."""
    runs = platform.runs()
    retried = {run.parent_run_id for run in runs}
    waits = [
        run for run in runs if run.tags.get("dagster/will_retry") == "true" and run.run_id not in retried
    ]
    if waits or not all(run.is_finished for run in runs) or not (platform.home / "warehouse.duckdb").exists():
        return False
    return lamp(platform.home) == platform_worth(platform)


def platform_worth(platform: Platform) -> float:
    return float((platform.folder / "worth").read_text())


def lamp(home: Path) -> float | None:
    """What the marts say the one lamp was worth."""
    of = "donor = ? and indicator = 'HL-02' and currency = 'NPR'"
    sql = f"select value::double from marts.indicator_values where {of}"
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as db:
        row = db.execute(sql, [DONOR]).fetchone()
    return row[0] if row else None


def deliver(platform: Platform, worth: int) -> None:
    delivery(platform.drop, worth)
    (platform.folder / "worth").write_text(str(worth))


def marts(home: Path) -> dict[str, list[Any]]:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as db:
        return {name: db.execute(f"select * from marts.{name} order by all").fetchall() for name in _MARTS}


def faults(platform: Platform, post: Post, undisturbed: Path) -> Iterator[str]:
    """What is not as it has to be."""
    home = platform.home
    done = Counter(
        run.tags["dagster/run_key"]
        for run in platform.runs()
        if run.status == dg.DagsterRunStatus.SUCCESS and "dagster/run_key" in run.tags
    )
    yield from (f"{key} went through {n} times" for key, n in done.items() if n > 1)
    mails = Counter((taken.mail["Message-ID"], *taken.to) for taken in post.taken)
    yield from (f"mail {key} came {n} times" for key, n in mails.items() if n > 1)
    own = [path for path in home.rglob("*") if (home / "s3") not in path.parents]
    left = [
        path
        for path in own
        if (path.name.startswith(".") and path.suffix == ".part")
        or path.name == "_staging"
        or path.parent in (home / "dagster" / "at_work",)
        or (path.parent == home / "build" / "dbt_target" and path.name.startswith("tmp"))
    ]
    yield from (f"left over: {path.relative_to(home)}" for path in left)
    if marts(home) != marts(undisturbed):
        yield "the marts are not those of a home in which nothing was killed"
    said = platform.sangam("release", "pending")
    yield from (f"{donor} does not wait" for donor in (DONOR, OTHER_DONOR) if donor not in said)


def main(times: int = 20, seed: int = 1) -> int:
    numbers = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="sangam-kill-") as made_in, mail_server.running() as post:
        for name in ("trial", "undisturbed"):
            (Path(made_in) / name).mkdir()
        platform = made(Path(made_in) / "trial", 3, post.port)
        config = platform.home / "dagster" / "dagster.yaml"
        config.write_text(config.read_text().replace("poll_interval_seconds: 30", "poll_interval_seconds: 5"))
        with seaweed.serve(platform.home, [DONOR, OTHER_DONOR]):
            try:
                wrong = _tried(platform, post, numbers, times, Path(made_in) / "undisturbed")
            finally:
                platform.end_all()
    print(f"  {len(wrong)} faults", flush=True)
    for fault in wrong:
        print(f"  {fault}", flush=True)
    return 1 if wrong else 0


def _tried(platform: Platform, post: Post, numbers: random.Random, times: int, folder: Path) -> list[str]:
    platform.start("code", "daemon")
    deliver(platform, 1000)
    killed: Counter[str] = Counter()
    for number in range(1, times + 1):
        time.sleep(numbers.random() * LONGEST)
        deliver(platform, 1000 + number)
        time.sleep(numbers.random() * LONGEST)
        what = strike(platform, numbers.choice(["worker", "worker", "code", "daemon"]))
        killed[what] += 1
        print(f"  {number}: {what}", flush=True)
    waited("all to be done", lambda: is_at_rest(platform), AT_REST)
    print(f"  killed: {', '.join(f'{n} {what}' for what, n in killed.most_common())}", flush=True)
    states = Counter((run.job_name, run.status.value) for run in platform.runs())
    print(f"  runs: {', '.join(f'{n} {job} {state}' for (job, state), n in states.items())}", flush=True)
    other = made(folder, 3, post.port)
    shutil.copyfile(platform.drop, other.drop)  # a zip tells when it was made
    other.sangam("run", "--quarter", QUARTER)
    return list(faults(platform, post, other.home))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
