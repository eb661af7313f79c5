"""A process that publishes: says when it is ready, waits for a line, publishes, and ends with 2 where that failed.

The line is a number: the size in bytes beyond which it can write no file, 0 for none. Its S3 is as slow as a far one:
so most of the time goes by between files, where breaking off is of most interest.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

from ingest.errors import SangamError
from orchestration.checks.holds import require_none
from orchestration.releases import publish
from orchestration.releases.donor_store import store
from tests.small_home import QUARTER

SLOW = 0.1  # seconds there, and as many back


def main(home: Path, donor: str) -> int:
    with store(publishing_for=donor) as client:
        for moment in ("before-call", "after-call"):
            client.meta.events.register(f"{moment}.s3.PutObject", lambda **_: time.sleep(SLOW))
        require_none(home, donor, QUARTER)  # takes seconds once a process, before anything is done
        print("ready", flush=True)
        if limit := int(sys.stdin.readline()):
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        try:
            publish.publish(home, client, donor, QUARTER)
        except SangamError as error:
            print(error, flush=True)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
