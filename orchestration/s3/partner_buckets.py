"""Return slips into the partners' buckets: `partner-<region>`, under `return/<source>/<quarter>/`.

What a slip says and where it lies in the home is decided in `ingest.feedback.slip`. A slip's name bears the hash of its
bytes, so that a later one never overwrites one that the partner may be working with.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.deliveries.receipt import Receipt
from ingest.deliveries.receipts import receipts
from ingest.errors import SangamError
from ingest.files import write_json
from orchestration.s3 import object_store

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def partner_bucket(region: str) -> str:
    """The bucket of a partner region; SANGAM_BUCKET_PREFIX goes in front, as with the donors'."""
    return f"{os.environ.get('SANGAM_BUCKET_PREFIX', '')}partner-{region.replace('_', '-')}"


def slips(home: Path, region: str) -> dict[str, Path]:
    """The slips of a region's deliveries: key in the bucket → file in the home."""
    return {key: path for key, path, _ in _slips(home, region)}


def slip_receipts(home: Path, region: str) -> dict[str, Receipt]:
    """The receipts that a region's slips are about: bucket and key, as `send_new` gives them → receipt."""
    return {f"{partner_bucket(region)}/{key}": receipt for key, _, receipt in _slips(home, region)}


def _slips(home: Path, region: str) -> Iterator[tuple[str, Path, Receipt]]:
    for receipt in receipts(home, region):
        path = receipt.slip_file(home)
        if path and path.exists():
            yield _key(path), path, receipt


def _key(path: Path) -> str:
    """`return/<source>/<quarter>/<stem>_<hash>_return.xlsx` for `…/<source>/<quarter>/<stem>_return.xlsx`."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
    name = f"{path.stem.removesuffix('_return')}_{digest}_return{path.suffix}"
    return f"return/{path.parent.parent.name}/{path.parent.name}/{name}"


def publish_slips(home: Path, region: str, client: S3Client | None = None) -> list[str]:
    """Put a region's slips that are not there yet into its partner's bucket; the keys that were put now.

    Without `client`: the embedded server of the home, or by the usual AWS variables. A region without slips gets no
    bucket. Raises SangamError where the region is none of a partner or S3 cannot be reached.
    """
    if region.startswith("_"):
        raise SangamError(f"'{region}' is no partner region: there is nobody to send slips to.")
    found = slips(home, region)
    if not found:
        return []
    with _store(home, client) as store:
        bucket = partner_bucket(region)
        object_store.ensure_bucket(store, bucket)
        there = set(object_store.list_keys(store, bucket, "return/"))
        new = [key for key in found if key not in there]
        return [key for key in new if object_store.put_once(store, bucket, key, found[key].read_bytes())]


def send_new(home: Path, regions: Iterable[str]) -> list[str]:
    """Put the slips of several regions that were not sent yet into their buckets; the keys put now, with the bucket.

    What was sent is noted in `return/_sent.json`, so that S3 is not asked where nothing is new.
    """
    note = home / "return" / "_sent.json"
    sent = set(json.loads(note.read_text(encoding="utf-8"))) if note.exists() else set()
    waiting = {
        region: new
        for region in regions
        if not region.startswith("_") and (new := {f"{region}/{key}" for key in slips(home, region)} - sent)
    }
    if not waiting:
        return []
    with _store(home, None) as client:
        put = [
            f"{partner_bucket(region)}/{key}"
            for region in waiting
            for key in publish_slips(home, region, client)
        ]
    write_json(note, sorted(sent.union(*waiting.values())))
    return put


@contextlib.contextmanager
def _store(home: Path, client: S3Client | None) -> Iterator[S3Client]:
    if client is not None:
        yield client
    elif not object_store.is_embedded():
        yield object_store.connect()
    else:
        # For start-up: another S3 needs no server of ours.
        from orchestration.s3 import seaweed

        with seaweed.serve(home) as endpoint:
            yield object_store.connect(endpoint)
