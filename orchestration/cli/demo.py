"""`make demo`: sample drops made on the spot, the main job on them, a signed-off release fetched back from S3."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from ingest.errors import SangamError
from orchestration.cli.console import box_of, complain, plain, say, styled
from orchestration.s3 import object_store, seaweed
from orchestration.settings import settings

QUARTER = "2021Q2"
OFFICER = "Demo M&E officer"


def main() -> int:
    """Run the demo in SANGAM_HOME; the exit status. Running it again changes nothing."""
    os.environ["SANGAM_DEMO"] = "1"
    where = settings()
    os.environ["SANGAM_HOME"] = str(where.home)
    started = time.perf_counter()
    with contextlib.ExitStack() as stack:
        if object_store.is_embedded():  # one server for all of the demo; it starts while the samples are made
            stack.enter_context(_served(where.home))
        _samples(where.home)
        # For start-up: the first line shows before the heavy modules load.
        from orchestration.cli.progress import run_with_progress

        if status := run_with_progress(where, QUARTER, []):
            return status
        for donor in _donors():
            _release(where.home, donor)
    _where_to_look(where.home, time.perf_counter() - started)
    return 0


@contextlib.contextmanager
def _served(home: Path) -> Iterator[None]:
    """The home's S3 server, started in a thread; where that fails, the first who needs it is told."""
    ready = threading.Thread(target=lambda: seaweed.start(home, _donors()))
    runs_already = seaweed.is_running(home)
    ready.start()
    try:
        yield
    finally:
        ready.join()
        if not runs_already:
            seaweed.stop(home)


def _donors() -> list[str]:
    # For start-up: the first line shows before the heavy modules load.
    from orchestration.warehouse import logframes

    return [frame.donor.code for frame in logframes.sound()]


def _samples(home: Path) -> None:
    """Sample drops into the home's landing, unless they are there already."""
    if (home / "landing" / "_received.csv").exists():
        say("sample drops are there already")
        return
    # For start-up: the first line shows before the heavy modules load.
    from ingest import samples

    say("making sample drops of every programme …")
    making = home / "sample"
    shutil.rmtree(making, ignore_errors=True)
    samples.make(
        making,
        scale=0.01,
        seed=1,
        quarters=(QUARTER,),
        progress=lambda line: say(styled("dim", line), indent=2),
    )
    (home / "landing").parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(home / "landing", ignore_errors=True)
    (making / "landing").replace(home / "landing")


def _release(home: Path, donor: str) -> None:
    """Sign off, publish, and fetch the release back with the donor's own credentials."""
    # For start-up: the first line shows before the heavy modules load.
    from orchestration.releases import approvals, donor_store
    from orchestration.releases.publish import publish
    from orchestration.releases.verify import verify

    approvals.approve(home, donor, QUARTER, OFFICER)
    with donor_store.store(publishing_for=donor) as client:
        done = publish(home, client, donor, QUARTER, None, {})
    with donor_store.store(donor) as client:
        proof = verify(client, donor, QUARTER, done.release, home)
    if not proof.is_whole:
        raise SangamError(f"The release {donor} {QUARTER} {done.release} came back damaged from S3.")
    released = styled("bold", f"{donor} {QUARTER} {done.release}")
    say(f"released {released}, fetched back with {donor}'s own key: every file whole", indent=2)


def _where_to_look(home: Path, seconds: float) -> None:
    # For start-up: the first line shows before the heavy modules load.
    from orchestration.quarter_run import home_of

    at = plain(home_of(home))
    look = {
        "release": f"{at}/releases/<donor>/{QUARTER}/r001/  (README.txt says what the files are)",
        "marts": f"{at}/warehouse.duckdb, schema marts",
        "quarantine": f"{at}/lake/quarantine/",
        "explain": f"SANGAM_HOME={at} .venv/bin/sangam explain eu_success EU-03 {QUARTER} --rows 5",
        "Dagster": "make ui",
    }
    lines = [styled("bold", word) + " " * (12 - len(word)) + text for word, text in look.items()]
    box_of(f"done in {seconds:.0f} s", lines)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SangamError as error:
        complain(error)
        sys.exit(2)
