"""A process that publishes: says when it is ready, waits for a line, publishes, and ends with 2 where that failed.

The line is a number: the size in bytes beyond which it can write no file, 0 for none.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from ingest.errors import SangamError
from orchestration.checks.holds import require_none
from orchestration.releases import publish
from orchestration.releases.donor_store import store
from tests.small_home import QUARTER


def main(home: Path, donor: str) -> int:
    with store(publishing_for=donor) as client:
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
