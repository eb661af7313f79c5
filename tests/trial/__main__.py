"""`make publish-trial`: publishing killed, S3 killed, the disk full, so many times each; status 1 where a look fails.

    python -m tests.trial [TIMES [SEED [WAY…]]]

Where it may, it runs in a mount namespace of its own with the home on a small disk in memory, which is then really
full; else files only cannot grow.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.trial.attempts import Trial, trial

OWN = "SANGAM_TRIAL_OWN_DISK"
DISK = "mount -t tmpfs -o size=400m none "


def main(times: int = 30, seed: int = 1, *ways: str) -> int:
    with tempfile.TemporaryDirectory(prefix="sangam-trial-") as folder:
        if OWN not in os.environ and _may_mount(folder):
            again = [sys.executable, "-m", "tests.trial", str(times), str(seed), *ways]
            return subprocess.run(
                ["unshare", "-m", *again], env={**os.environ, OWN: "1"}, check=False
            ).returncode
        if OWN in os.environ:
            subprocess.run([*DISK.split(), folder], check=True)
        try:
            return _tried(Path(folder), times, seed, ways)
        finally:
            if OWN in os.environ:
                subprocess.run(["umount", "-l", folder], check=True)


def _may_mount(folder: str) -> bool:
    try:
        done = subprocess.run(["unshare", "-m", "sh", "-c", DISK + folder], capture_output=True, check=False)
    except FileNotFoundError:
        return False
    return done.returncode == 0


def _tried(folder: Path, times: int, seed: int, named: Sequence[str]) -> int:
    bad = 0
    ways = [Trial.kill_publisher, Trial.kill_server, Trial.no_space_for_files]
    ways += [Trial.full_disk] if OWN in os.environ else []
    for way in [way for way in ways if way.__name__ in named] if named else ways:
        home = folder / way.__name__
        home.mkdir()
        with trial(home, seed) as tried:
            print(f"{way.__name__}: a release takes {tried.seconds:.1f} s undisturbed", flush=True)
            tried.moments.clear()
            wrong = [(number, fault) for number in range(times) for fault in way(tried)]
            moments = ", ".join(f"{count} {moment}" for moment, count in Counter(tried.moments).most_common())
            print(f"  broken off {times} times: {moments}", flush=True)
            print(f"  {tried.released} releases out, {len(wrong)} faults", flush=True)
        for number, fault in wrong:
            print(f"  {number + 1}: {fault}", flush=True)
        bad += len(wrong)
        shutil.rmtree(home)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3]), *sys.argv[3:]))
