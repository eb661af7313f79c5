"""The few things done with S3: open it, put an object once and for all, get, list.

Holds nothing about releases. The same code talks to the embedded server of the demo (`seaweed.py`) and to
any other S3. What can pass is waited out (`patience.py`).
"""

import base64
import hashlib
import itertools
from typing import TYPE_CHECKING, Any

from ingest.errors import SangamError
from orchestration.s3.patience import code, is_embedded, patiently, status
from orchestration.s3.retention import Lock, require_lock
from orchestration.s3.seaweed import S3Endpoint

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = ["connect", "ensure_bucket", "get", "is_embedded", "list_keys", "put_once", "put_over"]

ATTEMPTS = 5  # of one request, within seconds; `patience` says how long after that
CONFLICTS = 5
NO_LOCATION = (None, "us-east-1", "aws-global")


def connect(endpoint: S3Endpoint | None = None, donor: str | None = None) -> "S3Client":
    """Return an S3 client: of the embedded server, or by the usual AWS variables if there is no `endpoint`.

    With `donor`, the embedded server is spoken to with that donor's own keys, which may only read and list
    its own bucket. Raises SangamError if the donor has no keys.
    """
    # For start-up: boto3 takes half a second, which commands that do not reach S3 need not pay.
    import boto3
    from botocore.config import Config

    config = Config(
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        s3={"addressing_style": "path"} if endpoint else {},
        connect_timeout=10,
        read_timeout=60,
    )
    if endpoint is None:
        return boto3.client("s3", config=config)
    if donor is not None and donor not in endpoint.donors:
        raise SangamError(
            f"Donor '{donor}' has no keys for the embedded S3; known are: "
            f"{', '.join(sorted(endpoint.donors)) or 'none'}. "
            "Keys are made when a donor's first release is published."
        )
    keys = endpoint.donors[donor] if donor else endpoint.admin
    return boto3.client(
        "s3",
        endpoint_url=endpoint.url,
        aws_access_key_id=keys.access_key,
        aws_secret_access_key=keys.secret_key,
        region_name="us-east-1",
        config=config,
    )


def ensure_bucket(client: "S3Client", bucket: str, lock: Lock | None = None) -> None:
    """Make the bucket if there is none yet, and keep all versions of its objects; with `lock`, let it lock them.

    Raises SangamError if the name belongs to somebody else, or it cannot lock objects.
    """
    # For start-up, as in `connect`.
    from botocore.exceptions import ClientError

    where = f"bucket '{bucket}'"
    if not _is_there(client, bucket):
        region: Any = client.meta.region_name
        words: Any = {"CreateBucketConfiguration": {"LocationConstraint": region}}
        # S3 takes no location for its oldest region, and no region set means that one.
        words = {} if region in NO_LOCATION else words
        if lock:
            words["ObjectLockEnabledForBucket"] = True
        try:
            patiently(client, where, lambda: client.create_bucket(Bucket=bucket, **words))
        except ClientError as made:
            if code(made) != "BucketAlreadyOwnedByYou":
                raise SangamError(f"Bucket '{bucket}' cannot be made: {made}.") from made
    if (
        patiently(client, where, lambda: client.get_bucket_versioning(Bucket=bucket)).get("Status")
        != "Enabled"
    ):
        on: Any = {"Status": "Enabled"}
        patiently(
            client, where, lambda: client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=on)
        )
    if lock:
        require_lock(client, bucket)


def _is_there(client: "S3Client", bucket: str) -> bool:
    # For start-up, as in `connect`.
    from botocore.exceptions import ClientError

    def look() -> bool:
        try:
            client.head_bucket(Bucket=bucket)
        except ClientError as error:
            if status(error) in (301, 400, 403):  # nothing but the status is answered to HEAD
                raise SangamError(
                    f"Bucket '{bucket}' cannot be opened ({code(error)}): either it is somebody else's, or "
                    "these keys have no right to it. Set SANGAM_BUCKET_PREFIX to a prefix of your own, or mend "
                    "the keys."
                ) from error
            if status(error) != 404:
                raise
            return False
        return True

    return patiently(client, f"bucket '{bucket}'", look)


def put_once(client: "S3Client", bucket: str, key: str, body: bytes, lock: Lock | None = None) -> bool:
    """Store `body` under a key that nothing is stored under yet; the server checks its SHA-256. `lock`: for how long.

    Returns True if it was stored now and False if the same bytes were there already (an earlier attempt, or
    one whose answer was lost). Raises SangamError if other bytes are there: nothing is ever overwritten; or if S3
    stays away.
    """
    # For start-up, as in `connect`.
    from botocore.exceptions import ClientError

    where = f"s3://{bucket}/{key}"
    words = _checked(bucket, key, body) | (lock.words() if lock else {})
    for _ in range(CONFLICTS):
        try:
            # Where an answer was lost, botocore asks again, and is told 412: the bytes then say whose they are.
            patiently(client, where, lambda: client.put_object(IfNoneMatch="*", **words))
            return True
        except ClientError as error:
            if status(error) != 412:
                raise SangamError(f"S3 refuses {where}: {error}.") from error
            held = get(client, bucket, key)
            if held == body:
                return False
            if held is not None:
                raise SangamError(
                    f"{where} holds other content already and is never overwritten. "
                    "If another command is publishing at the moment, wait for it and try again."
                ) from error
    raise SangamError(
        f"{where} is there and is not, time and again: look who else writes there, then run again."
    )


def put_over(client: "S3Client", bucket: str, key: str, body: bytes, content_type: str) -> None:
    """Store what may be replaced: the earlier version stays in the bucket. Raises SangamError if S3 stays away."""
    words = _checked(bucket, key, body)
    patiently(client, f"s3://{bucket}/{key}", lambda: client.put_object(ContentType=content_type, **words))


def _checked(bucket: str, key: str, body: bytes) -> Any:
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return {"Bucket": bucket, "Key": key, "Body": body, "ChecksumSHA256": digest}


def get(client: "S3Client", bucket: str, key: str) -> bytes | None:
    """Return the object's bytes, or None if there is none. Raises SangamError if the keys may not read it."""
    # For start-up, as in `connect`.
    from botocore.exceptions import ClientError

    def whole() -> bytes:
        return client.get_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")["Body"].read()

    try:
        return patiently(client, f"s3://{bucket}/{key}", whole)
    except ClientError as error:
        if status(error) == 404:
            return None
        raise SangamError(f"S3 could not give s3://{bucket}/{key}: {error}.") from error


def list_keys(client: "S3Client", bucket: str, prefix: str = "") -> list[str]:
    """Return the keys under a prefix, in order; none if there is no such bucket."""
    # For start-up, as in `connect`.
    from botocore.exceptions import ClientError

    def found() -> list[str]:
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return sorted(
            itertools.chain(*([item["Key"] for item in page.get("Contents", [])] for page in pages))
        )

    try:
        return patiently(client, f"s3://{bucket}/{prefix}", found)
    except ClientError as error:
        if code(error) == "NoSuchBucket":
            return []
        raise SangamError(f"S3 could not list s3://{bucket}/{prefix}: {error}.") from error
