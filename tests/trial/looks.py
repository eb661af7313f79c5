"""What there has to be after an attempt: one more complete release, as the donor sees it, and nothing left over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb

from orchestration.releases import donor_page, shelf, verify
from orchestration.releases.donor_store import store
from orchestration.s3 import object_store, seaweed
from tests.small_home import QUARTER


def faults(home: Path, donor: str, count: int) -> list[str]:
    """What is wrong, in words, where `count` releases should be out."""
    return [*_in_s3(home, donor, count), *_in_the_home(home, donor, count)]


def _in_s3(home: Path, donor: str, count: int) -> Iterator[str]:
    """With the donor's own key, but for the versions, which only the administrator sees."""
    names = [f"r{number:03d}" for number in range(1, count + 1)]
    bucket = seaweed.bucket_name(donor)
    with store(donor) as client:
        finished = [release for _, release in shelf.finished(client, donor)]
        if finished != names:
            yield f"finished are {finished}, expected {names}"
            return
        proof = verify.verify(client, donor, QUARTER, names[-1], home)
        yield from (f"{file.name}: {file.problem}" for file in proof.files if file.problem)
        expected = {donor_page.NAME}
        for name in names:
            manifest = shelf.manifest(client, donor, QUARTER, name)
            expected |= {
                shelf.key(donor, QUARTER, name, file)
                for file in [*(one["name"] for one in manifest["files"]), "manifest.json"]
            }
        there = set(object_store.list_keys(client, bucket))
        yield from (
            f"in S3: {key} is {'too much' if key in there else 'missing'}" for key in there ^ expected
        )
        page = object_store.get(client, bucket, donor_page.NAME) or b""
        if shelf.key(donor, QUARTER, names[-1]).encode() not in page:
            yield f"the page does not name {names[-1]}"
    with store() as client:
        pages = client.get_paginator("list_object_versions").paginate(Bucket=bucket)
        versions = Counter(one["Key"] for page in pages for one in page.get("Versions", []))
        gone = [one["Key"] for page in pages for one in page.get("DeleteMarkers", [])]
    yield from (f"{key} was put {n} times" for key, n in versions.items() if n > 1 and key != donor_page.NAME)
    yield from (f"{key} was deleted" for key in gone)


def _in_the_home(home: Path, donor: str, count: int) -> Iterator[str]:
    own = [path for path in home.rglob("*") if (home / "s3" / "data") not in path.parents]
    left = [
        path for path in own if path.suffix in (".part", ".noted", ".wal") or "_staging" in path.parts[:-1]
    ]
    yield from (f"left over: {path.relative_to(home)}" for path in left)
    here = sorted(path.name for path in (home / "releases" / donor / QUARTER).iterdir())
    if here != [f"r{number:03d}" for number in range(1, count + 1)]:
        yield f"local copies are {here}"
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as db:
        known = db.execute(
            "select distinct release from marts.indicator_values where category = 'F' and donor = ?", [donor]
        ).fetchall()
    if known != [(f"r{count:03d}",)]:
        yield f"the marts say {known}"
