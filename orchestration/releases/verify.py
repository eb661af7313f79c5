"""Proves releases: which there are, whether each is whole, whether it comes out the same again, what changed.

Reads only. `client` may hold a donor's own keys: what is verified is then what that donor gets.
"""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from ingest.errors import SangamError
from orchestration.disclosure.protection import SUPPRESSED
from orchestration.releases import shelf
from orchestration.releases.build import build, read_parquet, read_values, sha256
from orchestration.releases.changes import Change, compare
from orchestration.releases.code_version import code_version
from orchestration.releases.content import read_content
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


def rebuild(
    home: Path,
    client: "S3Client",
    donor: str,
    quarter: str,
    release: str | None = None,
    out: Path | None = None,
) -> Proof:
    """Build a release again from the warehouse and compare byte for byte with what was published.

    The sign-off, the release's number, the reasons of changes and comments are data and come from its manifest. With
    `out`, a folder that does not exist yet, the files built are left there.
    """
    release = shelf.named_or_latest(client, donor, quarter, release)
    found = shelf.manifest(client, donor, quarter, release)
    published = read_parquet(shelf.fetch(client, donor, quarter, release, "indicators.parquet"))
    withheld = published.filter(pc.equal(published["state"], SUPPRESSED))
    content = read_content(home, donor, quarter, withheld, found.get("comments", {}))
    files = build(content, header_of(found))
    if out is not None:
        _write(out, files)
    names = [*(file["name"] for file in found["files"]), MANIFEST]
    bodies = {name: shelf.fetch(client, donor, quarter, release, name) for name in names}
    checked = [Checked(name, _difference(files.get(name), bodies[name])) for name in names]
    checked += [Checked(name, "made now, not in the release") for name in sorted(set(files) - set(names))]
    notes = []
    if content.sha256 != found["content_sha256"]:
        notes.append("The warehouse's values or definitions are not those that were released.")
    then = {(drop["file"], drop["sha256"]) for drop in found["drops"]}
    now = {(drop["file"], drop["sha256"]) for drop in content.drops.to_pylist()}
    notes += [f"Delivered since, or replaced: {file} ({digest[:12]})" for file, digest in sorted(now - then)]
    notes += [f"No longer current: {file} ({digest[:12]})" for file, digest in sorted(then - now)]
    if code_version() != found["code_version"]:
        notes.append(f"Released by code {found['code_version']}, built again by code {code_version()}.")
    return Proof(donor, quarter, release, tuple(checked), tuple(notes))


def diff(client: "S3Client", donor: str, quarter: str, old: str, new: str) -> list[Change]:
    """Return what changed between two releases of a quarter, with the reasons that `new` gives."""
    tables = []
    for release in (old, new):
        shelf.named_or_latest(client, donor, quarter, release)
        body = shelf.fetch(client, donor, quarter, release, "indicators.parquet")
        tables.append(read_values(body))
    reason = shelf.manifest(client, donor, quarter, new)["reason"] or ""
    return compare(tables[0], tables[1], reason)


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


def _difference(built: bytes | None, published: bytes) -> str | None:
    if built is None:
        return "no longer made"
    if built == published:
        return None
    if len(built) != len(published):
        return f"differs: {len(published)} bytes released, {len(built)} now"
    first = next(place for place, (a, b) in enumerate(zip(built, published, strict=True)) if a != b)
    return f"differs from byte {first + 1} on"


def _write(out: Path, files: dict[str, bytes]) -> None:
    try:
        out.mkdir(parents=True)
    except FileExistsError:
        raise SangamError(f"{out} exists already; name a folder that does not.") from None
    for name, body in files.items():
        (out / PurePosixPath(name).name).write_bytes(body)
