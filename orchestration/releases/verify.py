"""Proves releases: which there are, whether each is whole, what changed between two.

Reads only. `client` may hold a donor's own keys: what is verified is then what that donor gets.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.releases import shelf
from orchestration.releases.build import read_values, sha256
from orchestration.releases.changes import Cause, Change, change_of, compare, with_causes
from orchestration.releases.content import KEY
from orchestration.releases.header import MANIFEST, header_of
from orchestration.releases.proof import Checked, Proof
from orchestration.releases.publish import local_folder
from orchestration.s3 import object_store
from orchestration.s3.seaweed import bucket_name

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Listed:
    """A finished release, as its manifest describes it. `size` is in bytes, without the manifest; `status` is
    provisional or final."""

    donor: str
    quarter: str
    release: str
    approved_by: str
    approved_at: str
    predecessor: str | None
    changes: int
    files: int
    size: int
    status: str


def list_releases(client: "S3Client", donor: str, quarter: str | None = None) -> list[Listed]:
    """Return a donor's finished releases, the oldest first."""
    listed = []
    for of_quarter, release in shelf.finished(client, donor, quarter):
        found = shelf.manifest(client, donor, of_quarter, release)
        size = sum(file["size"] for file in found["files"])
        approved = found["approved_by"], found["approved_at"]
        counts = len(found["changes"]), len(found["files"])
        status = header_of(found).status
        listed.append(
            Listed(donor, of_quarter, release, *approved, found["predecessor"], *counts, size, status)
        )
    return listed


def verify(
    client: "S3Client", donor: str, quarter: str, release: str | None = None, home: Path | None = None
) -> Proof:
    """Fetch a release (the latest if none is named) and hold every file against its manifest.

    Also finds objects that the manifest does not name, a predecessor that is not the one it was, and, with
    `home`, a local copy that differs.
    """
    release = shelf.named_or_latest(client, donor, quarter, release)
    found = shelf.manifest(client, donor, quarter, release)
    bucket, prefix = bucket_name(donor), shelf.key(donor, quarter, release)
    bodies = {
        key.removeprefix(prefix): object_store.get(client, bucket, key) or b""
        for key in object_store.list_keys(client, bucket, prefix)
    }
    checked = [Checked(file["name"], _problem(file, bodies.get(file["name"]))) for file in found["files"]]
    checked.append(Checked(MANIFEST, _manifest_problem(client, found, donor, quarter, release)))
    named = {file.name for file in checked}
    checked += [Checked(name, "not named in the manifest") for name in sorted(set(bodies) - named)]
    if home is not None:
        checked += _local_problems(local_folder(home, donor, quarter, release), bodies, named)
    return Proof(donor, quarter, release, tuple(checked))


def diff(client: "S3Client", donor: str, quarter: str, old: str, new: str) -> list[Change]:
    """Return what changed between two releases of a quarter, with the causes that those from one to the other give."""
    tables = []
    for release in (old, new):
        shelf.named_or_latest(client, donor, quarter, release)
        body = shelf.fetch(client, donor, quarter, release, "indicators.parquet")
        tables.append(read_values(body))
    steps = _from_to(client, donor, quarter, old, new)
    changes = compare(tables[0], tables[1], "; ".join(filter(None, (one["reason"] for one in steps))))
    causes: dict[tuple[object, ...], list[Cause]] = {}
    for manifest in steps:
        for change in map(change_of, manifest["changes"]):
            causes.setdefault(_key(change), []).extend(change.causes)
    return [with_causes(change, causes.get(_key(change), [])) for change in changes]


def _from_to(client: "S3Client", donor: str, quarter: str, old: str, new: str) -> list[shelf.Manifest]:
    """The manifests of the releases from the one after `old` to `new`; that of `new` alone where it is none of them."""
    steps = [shelf.manifest(client, donor, quarter, new)]
    while (before := steps[0]["predecessor"]) not in (old, None):
        steps.insert(0, shelf.manifest(client, donor, quarter, before))
    return steps if before == old else steps[-1:]


def _key(change: Change) -> tuple[object, ...]:
    return tuple(getattr(change, name) for name in KEY)


def _problem(file: dict[str, object], body: bytes | None) -> str | None:
    if body is None:
        return "missing"
    if len(body) != file["size"]:
        return f"{len(body)} bytes, the manifest says {file['size']}"
    if sha256(body) != file["sha256"]:
        return f"SHA-256 {sha256(body)}, the manifest says {file['sha256']}"
    return None


def _manifest_problem(
    client: "S3Client", found: shelf.Manifest, donor: str, quarter: str, release: str
) -> str | None:
    if (found["donor"], found["quarter"], found["release"]) != (donor, quarter, release):
        return f"is that of {found['donor']} {found['quarter']} {found['release']}"
    before = found["predecessor"]
    if (
        before
        and sha256(shelf.fetch(client, donor, quarter, before, MANIFEST))
        != (found["predecessor_manifest_sha256"])
    ):
        return f"its predecessor {before} is not the one it was made after"
    return None


def _local_problems(folder: Path, bodies: dict[str, bytes], names: set[str]) -> list[Checked]:
    if not folder.is_dir():
        return [Checked(f"{folder.name}/", "no local copy; publishing again restores it")]
    here = {path.name: path.read_bytes() for path in folder.iterdir()}
    return [
        Checked(f"{folder.name}/{name}", "the local copy differs from S3")
        for name in sorted(names | set(here))
        if here.get(name) != bodies.get(name)
    ]
