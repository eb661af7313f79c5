"""The embedded S3 of the demo and the tests: one SeaweedFS server for each SANGAM_HOME, on 127.0.0.1 only.

Holds when the server is started, found again and stopped. Its process is in `weed.py`, its keys in `keyring.py`; what
is stored in it, and how, belongs to `object_store.py`. In production there is none: see `object_store.connect`.
The server's inner ports (master, volume, filer) ask for no key, so this is no place for data that other
users of the same machine must not see.
"""

import contextlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from orchestration.s3 import keyring, weed
from orchestration.s3.keyring import Keys

STOP_DEADLINE = weed.STOP_DEADLINE


@dataclass(frozen=True)
class S3Endpoint:
    """A running embedded server: where it listens, and the keys of the administrator, donors and partners."""

    url: str
    pid: int
    admin: Keys
    donors: dict[str, Keys]
    partners: dict[str, Keys]


def folder_of(home: Path) -> Path:
    """Return where the embedded server of a home has its data and keys."""
    return Path(home).resolve() / "s3"


def bucket_name(donor: str) -> str:
    """Return the bucket of a donor: `eu_success` has `donor-eu-success`.

    Bucket names of a public S3 are shared by all its customers: SANGAM_BUCKET_PREFIX goes in front there.
    """
    return f"{os.environ.get('SANGAM_BUCKET_PREFIX', '')}donor-{donor.replace('_', '-')}"


def start(home: Path, donors: Iterable[str] = ()) -> S3Endpoint:
    """Start the server of `home`, or find the one that is running already, and wait until it answers.

    `donors` are the donors that need keys; those known from before keep theirs. A running server that was told
    other keys is restarted. Raises SangamError if the server does not come up in time.
    """
    folder = folder_of(home)
    with keyring.locked(folder):
        held = keyring.with_donors(folder, donors, bucket_name)
        told = keyring.digest(folder)
        state = weed.running(folder)
        if not state or state.get("identities") != told or not weed.answers(state["ports"]):
            weed.stop(folder)
            state = weed.launch(folder, told)
    url = f"http://127.0.0.1:{state['ports']['s3.port']}"
    return S3Endpoint(url, int(state["pid"]), held.admin, held.donors, held.partners)


def stop(home: Path, deadline: float = STOP_DEADLINE) -> bool:
    """Stop the server of `home`; return whether there was one. Nothing that was acknowledged is lost.

    SeaweedFS can go on spinning after SIGTERM once its volume server has gone: after `deadline` seconds
    its process group, which is ours alone, gets SIGKILL.
    """
    folder = folder_of(home)
    if not folder.is_dir():
        return False
    with keyring.locked(folder):
        return weed.stop(folder, deadline)


def is_running(home: Path) -> bool:
    """Tell whether the server of `home` runs and answers."""
    state = weed.running(folder_of(home))
    return bool(state) and weed.answers(state["ports"])


@contextlib.contextmanager
def serve(home: Path, donors: Iterable[str] = ()) -> Iterator[S3Endpoint]:
    """Give the server of `home` for a while; stop it afterwards unless it ran before."""
    ran_before = is_running(home)
    endpoint = start(home, donors)
    try:
        yield endpoint
    finally:
        if not ran_before:
            stop(home)
