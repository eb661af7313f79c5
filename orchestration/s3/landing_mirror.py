"""A landing in S3, mirrored into the home: objects are downloaded once and keep their time of arrival.

What was taken in lies in the archive alone and is not downloaded again, also where the mirror was deleted.

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

from ingest.contracts.loading import REFERENCE
from ingest.deliveries import elsewhere
from ingest.deliveries.delivery import sha256_of
from ingest.deliveries.elsewhere import Bytes
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

    An object is downloaded when it is new or its ETag changed. What was taken in the archive alone has, where `key`,
    the secret, opens it; an empty file stands in its place here (`ingest.deliveries.elsewhere`). `LastModified` becomes
    the file's modification time, which is when the delivery arrived unless `_received.csv` says otherwise. Raises
    SangamError for an address without a bucket, where nothing lies there, and where S3 stays away or refuses.
    """
    bucket, start = _address(landing)
    prefix = start.rstrip("/")
    folder = home / "mirror" / bucket / prefix
    # Beside the archive, whose bytes it names: the mirror may be deleted.
    seen_path = home / "archive" / "mirrored" / f"{bucket}-{prefix.replace('/', '-') or 'all'}.json"
    seen: dict[str, Any] = json.loads(seen_path.read_text(encoding="utf-8")) if seen_path.exists() else {}
    found = _listed(client, bucket, start)
    if not found:
        raise SangamError(f"Nothing lies under {landing}; check bucket, prefix and credentials.")
    away: dict[str, Bytes] = {}
    for item in found:
        relative = item["Key"].removeprefix(start)
        if relative.endswith("/") or ".." in Path(relative).parts:
            continue
        path, words, arrived = folder / relative, seen.get(relative, {}), item["LastModified"].timestamp()
        is_known = words.get("etag") == item["ETag"]
        if is_known and key and _is_taken_in(home, relative, words):
            away[relative] = Bytes(words["sha256"], words["size"])
            elsewhere.put_in_place(path, arrived)
            continue
        if is_known and path.exists() and (path.stat().st_size or not words.get("size", 1)):
            continue
        with atomic(path) as temporary:
            if not (is_known and key and _from_archive(home, words["sha256"], key, temporary)):
                _download(client, bucket, item["Key"], temporary)
            os.utime(temporary, (arrived, arrived))
            digest, size = sha256_of(temporary), temporary.stat().st_size
        seen[relative] = {"etag": item["ETag"], "sha256": digest, "size": size}
        write_json(seen_path, seen)
    elsewhere.write(folder, away)
    return folder


def etags(landing: str, home: Path) -> dict[str, str]:
    """The objects under `s3://bucket/prefix` with their ETags; nothing is downloaded.

    Raises SangamError as `mirror` does, but for a prefix under which nothing lies.
    """
    # For start-up: a landing on disk needs no S3.
    from orchestration.s3 import object_store, seaweed

    bucket, start = _address(landing)
    with contextlib.ExitStack() as stack:
        endpoint = stack.enter_context(seaweed.serve(home)) if object_store.is_embedded() else None
        found = _listed(object_store.connect(endpoint), bucket, start)
    return {item["Key"].removeprefix(start): item["ETag"] for item in found if item["Key"] != start}


def _address(landing: str) -> tuple[str, str]:
    """Bucket and the start of keys. Raises SangamError for an address without a bucket."""
    bucket, _, prefix = landing.removeprefix("s3://").strip("/").partition("/")
    if not bucket:
        raise SangamError(f"'{landing}' names no bucket; write s3://bucket/prefix.")
    return bucket, f"{prefix}/" if prefix else ""


def _is_taken_in(home: Path, relative: str, words: dict[str, Any]) -> bool:
    """Whether the archive has the delivery, so that its bytes need not lie here, too.

    Reference tables are small and are copied from here as they are accepted.
    """
    is_reference = relative.startswith(f"{REFERENCE}/")
    return bool(words.get("size")) and not is_reference and archive.has_delivery(home, words["sha256"])


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
