"""One attempt of the trial: sign off new numbers, publish, break it off in some way, run it again, look.

Each attempt makes the next release of one donor. What there has to be afterwards is in `looks.py`.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ingest.errors import SangamError
from orchestration.releases import approvals, publish, shelf
from orchestration.releases.donor_store import store
from orchestration.s3 import object_store, seaweed
from tests.small_home import QUARTER, made, set_value
from tests.trial.looks import faults

DONOR = "a_donor"
LONGEST = 300  # seconds for one publishing, however busy the machine


@dataclass
class Trial:
    """A home in which releases are published and broken off; `seconds` is what the last whole one took."""

    home: Path
    numbers: random.Random
    released: int = 0
    seconds: float = 0.0
    moments: list[str] = field(default_factory=list)

    def kill_publisher(self) -> list[str]:
        """SIGKILL at a random moment."""
        return self._attempt(lambda child: self._later(lambda: os.kill(child.pid, signal.SIGKILL)))

    def kill_server(self) -> list[str]:
        """SIGKILL to S3 at a random moment."""
        server = seaweed.start(self.home, [DONOR])
        return self._attempt(lambda _: self._later(lambda: os.killpg(server.pid, signal.SIGKILL)))

    def no_space_for_files(self) -> list[str]:
        """No file can grow beyond a random size, as on a disk that is full: the local copy, the marts."""
        sizes = [path.stat().st_size for path in self.home.glob("releases/*/*/*/*")]
        largest = max([*sizes, (self.home / "warehouse.duckdb").stat().st_size])
        return self._attempt(lambda _: None, limit=int(largest ** self.numbers.random()))

    def full_disk(self) -> list[str]:
        """The home's own disk has a random number of bytes left, for S3's data as well."""
        filler = self.home / "filler"

        def fill() -> None:
            disk = os.statvfs(self.home)
            with filler.open("wb") as file:
                os.posix_fallocate(
                    file.fileno(), 0, disk.f_bavail * disk.f_frsize - int(3e6 ** self.numbers.random())
                )

        def empty() -> None:
            filler.unlink()
            seaweed.stop(self.home)  # it lets nothing be written for a while after its disk was full

        return self._attempt(lambda _: None, before=fill, after=empty)

    def undisturbed(self) -> list[str]:
        """Nothing goes wrong; measures how long it takes."""
        return self._attempt(lambda _: None)

    def _attempt(
        self,
        disturb: Callable[[subprocess.Popen[str]], None],
        limit: int = 0,
        before: Callable[[], None] = lambda: None,
        after: Callable[[], None] = lambda: None,
    ) -> list[str]:
        """What is wrong after an attempt that was disturbed and one that was not."""
        set_value(self.home, DONOR, 10 + self.numbers.random() * 80)
        approvals.approve(self.home, DONOR, QUARTER, "Amina Soomro")
        name = f"r{self.released + 1:03d}"
        with _publisher(self.home) as child:
            before()
            started = time.monotonic()
            self._go(child, limit)
            disturb(child)
            said = child.communicate(timeout=LONGEST)[0].strip()
            if child.returncode == 0:  # whatever it was meant to be: as busy as the machine is now
                self.seconds = time.monotonic() - started
        after()
        seaweed.start(self.home, [DONOR])
        self.moments.append(self._moment(name, child.returncode))
        wrong = (
            [] if child.returncode in (0, 2, -signal.SIGKILL) else [f"ended with {child.returncode}: {said}"]
        )
        if child.returncode == 2 and "same command" not in said:
            wrong.append(f"does not say what to do: {said}")
        self.released += 1
        try:
            with store(publishing_for=DONOR) as client:
                done = publish.publish(self.home, client, DONOR, QUARTER)
        except SangamError as error:
            return [*wrong, f"the next run fails: {error}"]
        if done.release != name:
            wrong.append(f"{name} became {done.release}")
        return [*wrong, *faults(self.home, DONOR, self.released)]

    @staticmethod
    def _go(child: subprocess.Popen[str], limit: int) -> None:
        assert child.stdin
        child.stdin.write(f"{limit}\n")
        child.stdin.flush()

    def _later(self, strike: Callable[[], None]) -> None:
        # Rather late than early: at first the numbers are read, and nothing is written yet.
        time.sleep(self.numbers.random() ** 0.5 * self.seconds * 1.1)
        with contextlib.suppress(ProcessLookupError):
            strike()

    def _moment(self, name: str, status: int) -> str:
        """How far the attempt had come, by what it left in S3 and here."""
        prefix = shelf.key(DONOR, QUARTER, name)
        with store(publishing_for=DONOR) as client:
            there = object_store.list_keys(client, seaweed.bucket_name(DONOR), prefix)
        if status == 0:
            return "was done"
        if not there:
            return "before the first file"
        if prefix + "manifest.json" not in there:
            return "between two files"
        copy = self.home / "releases" / prefix.rstrip("/")
        return "before what comes last" if copy.exists() else "between manifest and local copy"


@contextlib.contextmanager
def _publisher(home: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.trial.publisher", str(home), DONOR]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True) as child:
        try:
            assert child.stdout
            assert child.stdout.readline() == "ready\n"
            yield child
        finally:
            child.kill()


@contextlib.contextmanager
def trial(folder: Path, seed: int) -> Iterator[Trial]:
    """A trial in an empty folder, with S3 running and one release made."""
    with made(folder, [DONOR]) as home, environment(home):
        try:
            seaweed.start(home, [DONOR])
            tried = Trial(home, random.Random(seed))
            assert tried.undisturbed() == []
            yield tried
        finally:
            seaweed.stop(home)


@contextlib.contextmanager
def environment(home: Path) -> Iterator[None]:
    """SANGAM_HOME for the processes, and the embedded S3."""
    before = dict(os.environ)
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "SANGAM_S3"):
        os.environ.pop(name, None)
    os.environ |= {"SANGAM_HOME": str(home), "SANGAM_S3_PATIENCE": "1"}
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
