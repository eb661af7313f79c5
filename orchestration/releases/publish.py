"""Publishes a signed-off quarter as the next numbered release: in S3 first, its manifest last, then locally.

A crash at any moment leaves the old release or the new one. A folder that a crash left without a manifest
is finished under its number if the same bytes are to be published, else its number is passed over.
"""

import contextlib
import fcntl
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from ingest.errors import SangamError
from orchestration.checks.holds import require_none
from orchestration.rebuilding import recipe
from orchestration.rebuilding.recipe import Recipe
from orchestration.releases import shelf
from orchestration.releases.approvals import Approval, require_approval
from orchestration.releases.build import build, read_values, sha256
from orchestration.releases.causes import causes_of
from orchestration.releases.certificate import certificate
from orchestration.releases.changes import Change, compare
from orchestration.releases.content import Content, donor_quarters, read_content
from orchestration.releases.donor_page import put_page
from orchestration.releases.header import MANIFEST, Header
from orchestration.releases.last_release import last_release
from orchestration.releases.made_of import made_of, recipe_of_release
from orchestration.releases.missing import missing_of
from orchestration.releases.puts import open_bucket, put_files, space_asked_for, tidy
from orchestration.releases.versions import require_versions
from orchestration.s3 import object_store
from orchestration.s3.seaweed import bucket_name
from orchestration.warehouse.logframes import activity_of, exchange_of
from orchestration.warehouse.released import note_release
from orchestration.warehouse.source_tree import code_version

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

RECOMPUTED = "recomputed"


@dataclass(frozen=True)
class Published:
    """Where a release is. `is_new` is False if the last release had the same content, so nothing was done."""

    donor: str
    quarter: str
    release: str
    is_new: bool
    bucket: str
    prefix: str
    folder: Path
    files: tuple[str, ...]
    predecessor: str | None
    changes: int

    @property
    def state(self) -> str:
        """What became of it, in words."""
        return f"{self.release} {'published' if self.is_new else 'is up to date'}"


def publish(
    home: Path,
    client: "S3Client",
    donor: str,
    quarter: str,
    reason: str | None = None,
    donor_names: Mapping[str, str] | None = None,
) -> Published:
    """Publish the values as they stand and return where they are.

    `reason` says why numbers changed since the last release (`recomputed` if left out); `donor_names` gives
    names where the warehouse has none. Raises SangamError if nobody has signed off exactly these
    values (as provisional, where something is missing), or a delivery behind them waits for somebody to let it through.
    """
    with _alone(home), space_asked_for(home):
        tidy(home)
        _fetch_others(home, client)
        content = read_content(home, donor, quarter)
        approval = require_approval(home, content)
        require_versions(home, content)
        require_none(home, donor, quarter)
        open_bucket(client, donor)
        last = shelf.latest(client, donor, quarter)
        if last and shelf.manifest(client, donor, quarter, last)["content_sha256"] == content.sha256:
            return _unchanged(home, client, donor, quarter, last)
        name = (donor_names or {}).get(donor, content.donor_name)
        files, header = _next(home, client, content, approval, last, name, reason)
        bucket, prefix = bucket_name(donor), shelf.key(donor, quarter, header.release)
        put_files(client, donor, prefix, files)
        folder = _keep(home, donor, quarter, header.release, files)
        note_release(Path(home) / "warehouse.duckdb", Path(home) / "releases")
        put_page(client, donor, Path(home) / "releases")
    return Published(
        donor, quarter, header.release, True, bucket, prefix, folder, tuple(files), last, len(header.changes)
    )


def local_folder(home: Path, donor: str, quarter: str, release: str) -> Path:
    """Return where the local copy of a release is, or would be."""
    return Path(home) / "releases" / donor / quarter / release


def _next(
    home: Path,
    client: "S3Client",
    content: Content,
    approval: Approval,
    last: str | None,
    donor_name: str,
    reason: str | None,
) -> tuple[dict[str, bytes], Header]:
    """Return the files and header of the next release, at the first number that is free for them."""
    old = _values_of(client, content, last) if last else None
    activity, exchange = activity_of(content.donor), tuple(exchange_of(content.donor))
    made = made_of(home, content)
    kept = recipe.keep(home, made) if made else None
    changes: list[Change] = []
    if last and old is not None:
        reason, changes = _why(
            home, content, made, shelf.manifest(client, content.donor, content.quarter, last), old, reason
        )
    chain = sha256(shelf.fetch(client, content.donor, content.quarter, last, MANIFEST)) if last else None
    for number in itertools.count(int(last[1:]) + 1 if last else 1):
        header = Header(
            number=number,
            donor_name=donor_name,
            approved_by=approval.approved_by,
            approved_at=approval.approved_at,
            code_version=code_version(),
            predecessor=last,
            predecessor_manifest_sha256=chain,
            reason=reason if last else None,
            changes=changes,
            iati=activity,
            exchange=exchange,
            missing=tuple(missing_of(content.values)),
            recipe=kept,
        )
        header = replace(header, certificate=certificate(home, content, header))
        files = build(content, header)
        if _is_free(client, content, header.release, files):
            return files, header
    raise AssertionError("unreachable")


def _why(
    home: Path,
    content: Content,
    made: Recipe | None,
    before: shelf.Manifest,
    old: pa.Table,
    reason: str | None,
) -> tuple[str, list[Change]]:
    """Why there is another release, in an officer's words or in those of its causes; and its changes with theirs."""
    was = recipe_of_release(home, before)
    if not made or not was:
        return reason or RECOMPUTED, compare(old, content.values, reason or RECOMPUTED)
    causes = causes_of(home, content, made, was, old)
    said = reason or causes.summary() or RECOMPUTED
    return said, causes.explain(compare(old, content.values, said), in_house=False)


def _values_of(client: "S3Client", content: Content, release: str) -> pa.Table:
    return read_values(shelf.fetch(client, content.donor, content.quarter, release, "indicators.parquet"))


def _is_free(client: "S3Client", content: Content, release: str, files: dict[str, bytes]) -> bool:
    """Tell whether a number's folder is empty or holds, unfinished, nothing but these very bytes."""
    bucket, prefix = bucket_name(content.donor), shelf.key(content.donor, content.quarter, release)
    for key in object_store.list_keys(client, bucket, prefix):
        if object_store.get(client, bucket, key) == files.get(key.removeprefix(prefix)):
            continue
        if key == prefix + MANIFEST:
            raise SangamError(
                f"{content.donor} {content.quarter} {release} was published by somebody else at this moment. "
                "Run the command again: it will start from that release."
            )
        return False
    return True


def _fetch_others(home: Path, client: "S3Client") -> None:
    """Have local copies of all releases of all donors: what is out restricts what may follow."""
    for donor in sorted({donor for donor, _ in donor_quarters(home)}):
        for quarter, release in shelf.finished(client, donor):
            if not local_folder(home, donor, quarter, release).exists():
                names = [file["name"] for file in shelf.manifest(client, donor, quarter, release)["files"]]
                bodies = {
                    name: shelf.fetch(client, donor, quarter, release, name) for name in (*names, MANIFEST)
                }
                _keep(home, donor, quarter, release, bodies)


def _unchanged(home: Path, client: "S3Client", donor: str, quarter: str, release: str) -> Published:
    """Answer that the content is out already; mend the local copy that a crash may have left out."""
    manifest = shelf.manifest(client, donor, quarter, release)
    names = [*(file["name"] for file in manifest["files"]), MANIFEST]
    folder = local_folder(home, donor, quarter, release)
    if not folder.exists():
        bodies = {name: shelf.fetch(client, donor, quarter, release, name) for name in names}
        _keep(home, donor, quarter, release, bodies)
    _note_if_missed(home, folder)
    put_page(client, donor, Path(home) / "releases")
    return _out(home, manifest)


def already_out(home: Path, content: Content) -> Published | None:
    """The quarter's last release where it has this very content, told by its local copy: S3 is not asked.

    There is a local copy of what is whole in S3 only.
    """
    last = last_release(home, content.donor, content.quarter)
    if not last or last.quarter != content.quarter or last.manifest["content_sha256"] != content.sha256:
        return None
    return _out(home, last.manifest)


def _out(home: Path, manifest: shelf.Manifest) -> Published:
    of = manifest["donor"], manifest["quarter"], manifest["release"]
    names = (*(file["name"] for file in manifest["files"]), MANIFEST)
    where = bucket_name(of[0]), shelf.key(*of), local_folder(home, *of)
    return Published(*of, False, *where, names, manifest["predecessor"], len(manifest["changes"]))


def _note_if_missed(home: Path, folder: Path) -> None:
    """Let the marts know of a release whose local copy is younger than they are: a crash came between the two."""
    warehouse = Path(home) / "warehouse.duckdb"
    if folder.stat().st_mtime >= warehouse.stat().st_mtime:
        note_release(warehouse, Path(home) / "releases")


def _keep(home: Path, donor: str, quarter: str, release: str, files: dict[str, bytes]) -> Path:
    """Write the local copy: into a folder aside, then renamed, so that it is there whole or not at all."""
    folder = local_folder(home, donor, quarter, release)
    if folder.exists():
        return folder
    staging = Path(home) / "releases" / "_staging"
    shutil.rmtree(staging, ignore_errors=True)  # what a crash left; only one command publishes at a time
    staging.mkdir(parents=True)
    half = Path(tempfile.mkdtemp(dir=staging))
    for name, body in files.items():
        with (half / name).open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        (half / name).chmod(0o444)
    half.chmod(0o755)
    folder.parent.mkdir(parents=True, exist_ok=True)
    half.rename(folder)
    return folder


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Let one command of a home publish at a time: two would both take the next number."""
    folder = Path(home) / "releases"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
