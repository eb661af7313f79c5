"""A landing in S3, mirrored into the home: objects are downloaded once and keep their time of arrival.

The mirror may be deleted: what was taken in lies in the archive, and is not downloaded again.

What the files hold, and which delivery is current, is the business of `ingest.deliveries`.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ingest.deliveries.delivery import sha256_of
from ingest.errors import SangamError
from ingest.files import atomic, write_json
from ingest.store import archive
from orchestration.s3.patience import patiently

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

T = TypeVar("T")


def mirrored(landing: str, home: Path, key: bytes | None = None) -> Path:
    """`mirror` with the S3 that the environment names, or with the home's embedded one."""
    # For start-up: a landing on disk needs no S3.
    from orchestration.s3 import object_store, seaweed

    with contextlib.ExitStack() as stack:
        endpoint = stack.enter_context(seaweed.serve(home)) if object_store.is_embedded() else None
        return mirror(object_store.connect(endpoint), landing, home, key)


def mirror(client: S3Client, landing: str, home: Path, key: bytes | None = None) -> Path:
    """Bring `s3://bucket/prefix` into `home/mirror/bucket/prefix`; the folder.

    An object is downloaded when it is new or its ETag changed; one that was taken in before and is no longer in the
    mirror comes from the archive, where `key`, the secret, opens it. `LastModified` becomes the file's modification
    time, which is when the delivery arrived unless `_received.csv` says otherwise. Raises SangamError for an address
    without a bucket, where nothing lies there, and where S3 stays away or refuses.
    """
    bucket, _, prefix = landing.removeprefix("s3://").strip("/").partition("/")
    if not bucket:
        raise SangamError(f"'{landing}' names no bucket; write s3://bucket/prefix.")
    folder = home / "mirror" / bucket / prefix
    # Beside the archive, whose bytes it names: the mirror may be deleted.
    seen_path = home / "archive" / "mirrored" / f"{bucket}-{prefix.replace('/', '-') or 'all'}.json"
    seen: dict[str, Any] = json.loads(seen_path.read_text(encoding="utf-8")) if seen_path.exists() else {}
    start = f"{prefix}/" if prefix else ""
    found = _listed(client, bucket, start)
    if not found:
        raise SangamError(f"Nothing lies under {landing}; check bucket, prefix and credentials.")
    for item in found:
        relative = item["Key"].removeprefix(start)
        if relative.endswith("/") or ".." in Path(relative).parts:
            continue
        path, words = folder / relative, seen.get(relative, {})
        is_known = words.get("etag") == item["ETag"]
        if is_known and path.exists():
            continue
        with atomic(path) as temporary:
            if not (is_known and key and _from_archive(home, words["sha256"], key, temporary)):
                _download(client, bucket, item["Key"], temporary)
            arrived = item["LastModified"].timestamp()
            os.utime(temporary, (arrived, arrived))
            digest = sha256_of(temporary)
        seen[relative] = {"etag": item["ETag"], "sha256": digest}
        write_json(seen_path, seen)
    return folder


def _listed(client: S3Client, bucket: str, start: str) -> list[Any]:
    def listed() -> list[Any]:
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=start)
        return list(itertools.chain.from_iterable(page.get("Contents", []) for page in pages))

    return _answered(client, bucket, start, listed)


def _download(client: S3Client, bucket: str, key: str, to: Path) -> None:
    _answered(client, bucket, key, lambda: client.download_file(bucket, key, str(to)))


def _answered(client: S3Client, bucket: str, key: str, ask: Callable[[], T]) -> T:
    # For start-up: a landing on disk needs no botocore.
    from botocore.exceptions import ClientError

    try:
        return patiently(client, f"s3://{bucket}/{key}", ask)
    except ClientError as error:
        raise SangamError(f"S3 could not give s3://{bucket}/{key}: {error}. Is it there?") from error


def _from_archive(home: Path, sha256: str, key: bytes, to: Path) -> bool:
    """Have the archive's bytes, where it has them, and they are what they were."""
    try:
        archive.lay_delivery(home, sha256, key, to)
    except SangamError:
        return False  # not kept, damaged, or under another secret: it is downloaded again
    return True
