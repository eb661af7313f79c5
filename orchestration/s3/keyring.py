"""The embedded S3's keys: made here, kept in the home alone (mode 0600), and what each of them may.

`s3/credentials.json` holds them; `s3/identities.json` is made of it for the server. Starts and stops nothing.
"""

import contextlib
import datetime as dt
import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.errors import SangamError
from orchestration.s3 import access

ADMIN_ACTIONS = ["Admin", "Read", "Write", "List", "Tagging"]
CREDENTIALS = "credentials.json"
IDENTITIES = "identities.json"
DONORS, PARTNERS = "donors", "partners"


@dataclass(frozen=True)
class Keys:
    """A pair of S3 keys; `made_at` is UTC, ISO 8601, and empty where nobody noted it."""

    access_key: str
    secret_key: str
    made_at: str = ""


@dataclass(frozen=True)
class Ring:
    """All keys of a home: the administrator's, each donor's to its bucket, each partner's to its place."""

    admin: Keys
    donors: dict[str, Keys]
    partners: dict[str, Keys]


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep two commands from changing the keys, or starting and stopping the server, at the same time."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def with_donors(folder: Path, donors: Iterable[str], bucket_of: Callable[[str], str]) -> Ring:
    """The keys, made on first use for the administrator and for the donors named; each opens its donor's bucket."""
    stored = _stored(folder)
    stored.setdefault("admin", _new())
    for donor in sorted({*donors, *stored[DONORS]}):
        stored[DONORS].setdefault(donor, _new())["bucket"] = bucket_of(donor)
    return _written(folder, stored)


def with_partner(folder: Path, region: str, bucket: str, prefix: str) -> Ring:
    """The keys, made on first use for a partner, that opens only this place, for putting."""
    stored = _stored(folder)
    stored.setdefault("admin", _new())
    stored[PARTNERS].setdefault(region, _new()).update(bucket=bucket, prefix=prefix)
    return _written(folder, stored)


def rotated(folder: Path, kind: str, name: str) -> Ring:
    """The keys, with a new pair for one holder (`kind`: `donors` or `partners`). Raises SangamError if it has none."""
    stored = _stored(folder)
    if name not in stored[kind]:
        raise SangamError(f"'{name}' has no keys yet. `sangam keys hand-over {name} --to FILE` makes them.")
    stored[kind][name].update(_new())
    return _written(folder, stored)


def ring(folder: Path) -> Ring:
    """The keys there are. Raises SangamError where there are none."""
    stored = _stored(folder)
    if "admin" not in stored:
        raise SangamError(
            f"There are no keys in {folder} yet. They are made with a donor's first release, or by "
            "`sangam keys hand-over`."
        )
    return _ring(stored)


def digest(folder: Path) -> str:
    """SHA-256 of what the server is told of its keys: one that was started with another has to start anew."""
    return hashlib.sha256((folder / IDENTITIES).read_bytes()).hexdigest()


def _stored(folder: Path) -> dict[str, Any]:
    path = folder / CREDENTIALS
    stored: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return {DONORS: {}, PARTNERS: {}} | stored


def _written(folder: Path, stored: dict[str, Any]) -> Ring:
    _write_private(folder / CREDENTIALS, stored)
    _write_private(folder / IDENTITIES, _identities(stored))
    return _ring(stored)


def _ring(stored: dict[str, Any]) -> Ring:
    def keys(words: dict[str, str]) -> Keys:
        return Keys(words["access_key"], words["secret_key"], words.get("made_at", ""))

    donors, partners = (
        {name: keys(words) for name, words in sorted(stored[kind].items())} for kind in (DONORS, PARTNERS)
    )
    return Ring(keys(stored["admin"]), donors, partners)


def _new() -> dict[str, str]:
    return {
        "access_key": secrets.token_hex(10).upper(),
        "secret_key": secrets.token_urlsafe(30),
        "made_at": dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _identities(stored: dict[str, Any]) -> dict[str, Any]:
    """What the server is told: the administrator by actions, everybody else by a policy of their own."""
    policies = {f"donor-{name}": access.reads(words["bucket"]) for name, words in stored[DONORS].items()}
    policies |= {
        # The server does not know the conditions that keep from overwriting; versions keep what was.
        f"partner-{name}": access.drops(words["bucket"], words["prefix"], once=False)
        for name, words in stored[PARTNERS].items()
    }
    holders = {f"donor-{name}": words for name, words in stored[DONORS].items()}
    holders |= {f"partner-{name}": words for name, words in stored[PARTNERS].items()}
    return {
        "identities": [
            {"name": "admin", **_pair(stored["admin"]), "actions": ADMIN_ACTIONS},
            *(
                {"name": name, **_pair(words), "policyNames": [name]}
                for name, words in sorted(holders.items())
            ),
        ],
        "policies": [
            {"name": name, "content": json.dumps(policy)} for name, policy in sorted(policies.items())
        ],
    }


def _pair(words: dict[str, str]) -> dict[str, Any]:
    return {"credentials": [{"accessKey": words["access_key"], "secretKey": words["secret_key"]}]}


def _write_private(path: Path, content: Any) -> None:
    """Write a file of secrets that nobody else can read, not even for a moment; leave one that says the same."""
    text = json.dumps(content, indent=2)
    if path.exists() and path.read_text() == text:
        return
    half = path.with_suffix(".part")
    half.unlink(missing_ok=True)
    with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
