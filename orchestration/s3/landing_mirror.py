"""A landing in S3, mirrored into the home: objects are downloaded once and keep their time of arrival.

What the files hold, and which delivery is current, is the business of `ingest.deliveries`.
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import SangamError
from ingest.files import atomic, write_json

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def mirrored(landing: str, home: Path) -> Path:
    """`mirror` with the S3 that the environment names, or with the home's embedded one."""
    # For start-up: a landing on disk needs no S3.
    from orchestration.s3 import object_store, seaweed

    with contextlib.ExitStack() as stack:
        endpoint = stack.enter_context(seaweed.serve(home)) if object_store.is_embedded() else None
        return mirror(object_store.connect(endpoint), landing, home)


def mirror(client: S3Client, landing: str, home: Path) -> Path:
    """Bring `s3://bucket/prefix` into `home/mirror/bucket/prefix`; the folder.

    An object is downloaded when it is new or its ETag changed; `LastModified` becomes the file's modification time,
    which is when the delivery arrived unless `_received.csv` says otherwise. Raises SangamError for an address
    without a bucket, and where nothing lies there.
    """
    bucket, _, prefix = landing.removeprefix("s3://").strip("/").partition("/")
    if not bucket:
        raise SangamError(f"'{landing}' names no bucket; write s3://bucket/prefix.")
    folder = home / "mirror" / bucket / prefix
    state_path = home / "mirror" / f"{bucket}-{prefix.replace('/', '-') or 'all'}.json"
    known: dict[str, str] = json.loads(state_path.read_text(encoding="utf-8")) if state_path.exists() else {}
    start = f"{prefix}/" if prefix else ""
    found = 0
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=start):
        for item in page.get("Contents", []):
            found += 1
            relative = item["Key"].removeprefix(start)
            if relative.endswith("/") or ".." in Path(relative).parts:
                continue
            path = folder / relative
            if known.get(relative) == item["ETag"] and path.exists():
                continue
            with atomic(path) as temporary:
                client.download_file(bucket, item["Key"], str(temporary))
                arrived = item["LastModified"].timestamp()
                os.utime(temporary, (arrived, arrived))
            known[relative] = item["ETag"]
            write_json(state_path, known)
    if not found:
        raise SangamError(f"Nothing lies under {landing}; check bucket, prefix and credentials.")
    return folder
