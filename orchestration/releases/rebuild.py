"""Builds a release again and compares it byte for byte with what was published.

From its recipe, where the manifest names one: the deliveries, contracts and code of its day, taken from the archive,
in a process and a folder of their own. Else from the warehouse as it is.
"""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest.errors import SangamError
from orchestration.disclosure.protection import SUPPRESSED
from orchestration.rebuilding.recipe import Recipe, packages
from orchestration.rebuilding.world import world
from orchestration.releases import shelf
from orchestration.releases.build import build, read_parquet
from orchestration.releases.content import Content, read_content
from orchestration.releases.header import MANIFEST, header_of
from orchestration.releases.made_of import recipe_of_release
from orchestration.releases.proof import Checked, Proof
from orchestration.releases.shelf import Manifest
from orchestration.warehouse import source_tree
from orchestration.warehouse.source_tree import code_version

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def rebuild(
    home: Path,
    client: S3Client,
    donor: str,
    quarter: str,
    release: str | None = None,
    out: Path | None = None,
) -> Proof:
    """Build a release (the latest if none is named) again and compare byte for byte with what was published.

    The sign-off, the release's number, the reasons of changes, comments and which lines are withheld are data and come
    from the release. With `out`, a folder that does not exist yet, the files built are left there. Raises SangamError
    where the archive lacks something of its recipe, or the code of its day does not run here.
    """
    release = shelf.named_or_latest(client, donor, quarter, release)
    manifest = shelf.manifest(client, donor, quarter, release)
    names = [*(file["name"] for file in manifest["files"]), MANIFEST]
    bodies = {name: shelf.fetch(client, donor, quarter, release, name) for name in names}
    if recipe := recipe_of_release(home, manifest):
        files, notes = _from_recipe(home, recipe, manifest, bodies)
    else:
        files, notes = _from_warehouse(home, manifest, bodies)
    if out is not None:
        _write(out, files)
    checked = [Checked(name, _difference(files.get(name), bodies[name])) for name in names]
    checked += [Checked(name, "made now, not in the release") for name in sorted(set(files) - set(names))]
    return Proof(donor, quarter, release, tuple(checked), tuple(notes))


def _from_recipe(
    home: Path, recipe: Recipe, manifest: Manifest, bodies: dict[str, bytes]
) -> tuple[dict[str, bytes], list[str]]:
    tree = source_tree.kept(home, recipe.tree)
    with world(home) as made:
        made.lay_out(recipe, tree)
        asked = made.folder / "manifest.json"
        asked.write_text(json.dumps(manifest), encoding="utf-8")
        withheld = made.folder / "withheld.parquet"
        pq.write_table(_withheld(bodies), withheld)
        answer = made.make(recipe, manifest=str(asked), withheld=str(withheld))
        files = {path.name: path.read_bytes() for path in sorted((answer / "files").iterdir())}
    count = sum(1 for one in recipe.arrived if not one.version)
    notes = [f"Built from {count:,} stored deliveries by code {code_version(tree)}, that of its day."]
    now = packages()
    notes += [
        f"Released with {name} {version}, built again with {now.get(name, 'none')}."
        for name, version in recipe.packages.items()
        if now.get(name) != version
    ]
    return files, notes


def _from_warehouse(
    home: Path, manifest: Manifest, bodies: dict[str, bytes]
) -> tuple[dict[str, bytes], list[str]]:
    comments = manifest.get("comments", {})
    content = read_content(home, manifest["donor"], manifest["quarter"], _withheld(bodies), comments)
    return build(content, header_of(manifest)), _differs(content, manifest)


def _differs(content: Content, manifest: Manifest) -> list[str]:
    """What the warehouse holds that was not released, or not any more."""
    notes = ["It names no recipe, so it is built from the warehouse as it is today."]
    if content.sha256 != manifest["content_sha256"]:
        notes.append("The warehouse's values or definitions are not those that were released.")
    then = {(drop["file"], drop["sha256"]) for drop in manifest["drops"]}
    now = {(drop["file"], drop["sha256"]) for drop in content.drops.to_pylist()}
    notes += [f"Delivered since, or replaced: {file} ({digest[:12]})" for file, digest in sorted(now - then)]
    notes += [f"No longer current: {file} ({digest[:12]})" for file, digest in sorted(then - now)]
    if code_version() != manifest["code_version"]:
        notes.append(f"Released by code {manifest['code_version']}, built again by code {code_version()}.")
    return notes


def _withheld(bodies: dict[str, bytes]) -> pa.Table:
    """The lines that the release withholds."""
    published = read_parquet(bodies["indicators.parquet"])
    return published.filter(pc.equal(published["state"], SUPPRESSED))


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
