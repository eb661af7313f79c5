"""The few things done with S3: open it, put an object once and for all, get, list.

Holds nothing about releases. The same code talks to the embedded server of the demo (`seaweed.py`) and to
any other S3.
"""

import base64
import hashlib
import os
from typing import TYPE_CHECKING, Any

from ingest.errors import SangamError
from orchestration.s3.seaweed import S3Endpoint

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PUT_ATTEMPTS = 5
NO_LOCATION = (None, "us-east-1", "aws-global")


def is_embedded() -> bool:
    """Tell whether releases go to the embedded server: unless SANGAM_S3=aws or an AWS endpoint is named."""
    named = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    return os.environ.get("SANGAM_S3", "aws" if named else "embedded") != "aws"


def connect(endpoint: S3Endpoint | None = None, donor: str | None = None) -> "S3Client":
    """Return an S3 client: of the embedded server, or by the usual AWS variables if there is no `endpoint`.

    With `donor`, the embedded server is spoken to with that donor's own keys, which may only read and list
    its own bucket. Raises SangamError if the donor has no keys.
    """
    # For start-up: boto3 takes half a second, which commands that do not reach S3 need not pay.
    import boto3
    from botocore.config import Config

    config = Config(
        retries={"mode": "standard", "max_attempts": PUT_ATTEMPTS},
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


def ensure_bucket(client: "S3Client", bucket: str) -> None:
    """Make the bucket if there is none yet, and keep all versions of its objects.

    Raises SangamError if the name belongs to somebody else.
    """
    # For start-up, as in `connect`.
    from botocore.exceptions import ClientError

    try:
        client.head_bucket(Bucket=bucket)
    except ClientError as error:
        if _status(error) != 404:
            raise SangamError(
                f"Bucket '{bucket}' cannot be opened ({_code(error)}): either it is somebody else's, or "
                "these keys have no right to it. Set SANGAM_BUCKET_PREFIX to a prefix of your own, or mend "
                "the keys."
            ) from error
        region: Any = client.meta.region_name
        where: Any = {"CreateBucketConfiguration": {"LocationConstraint": region}}
        try:
            # S3 takes no location for its oldest region, and no region set means that one.
            client.create_bucket(Bucket=bucket, **({} if region in NO_LOCATION else where))
        except ClientError as made:
            if _code(made) != "BucketAlreadyOwnedByYou":
                raise SangamError(f"Bucket '{bucket}' cannot be made: {made}.") from made
    if client.get_bucket_versioning(Bucket=bucket).get("Status") != "Enabled":
        client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})


def put_once(client: "S3Client", bucket: str, key: str, body: bytes) -> bool:
    """Store `body` under a key that nothing is stored under yet; the server checks its SHA-256.

    Returns True if it was stored now and False if the same bytes were there already (an earlier attempt, or
    one whose answer was lost). Raises SangamError if other bytes are there: nothing is ever overwritten.
    """
    # For start-up, as in `connect`.
    from botocore.exceptions import ClientError

    checksum = base64.b64encode(hashlib.sha256(body).digest()).decode()
    for attempt in range(PUT_ATTEMPTS):
        try:
            client.put_object(Bucket=bucket, Key=key, Body=body, IfNoneMatch="*", ChecksumSHA256=checksum)
            return True
        except ClientError as error:
            # 409: someone else is writing this very key at this moment; S3 asks to try again.
            if _status(error) == 409 and attempt + 1 < PUT_ATTEMPTS:
                continue
            if _status(error) != 412:
                raise
            if get(client, bucket, key) == body:
                return False
            raise SangamError(
                f"s3://{bucket}/{key} holds other content already and is never overwritten. "
                "If another command is publishing at the moment, wait for it and try again."
            ) from error
    raise AssertionError("unreachable")


def get(client: "S3Client", bucket: str, key: str) -> bytes | None:
    """Return the object's bytes, or None if there is none. Raises SangamError if the keys may not read it."""
    # For start-up, as in `connect`.
    from botocore.exceptions import ClientError

    try:
        return client.get_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")["Body"].read()
    except ClientError as error:
        if _code(error) in ("NoSuchKey", "NoSuchBucket", "404"):
            return None
        raise _denied(error, bucket, key) from error


def list_keys(client: "S3Client", bucket: str, prefix: str = "") -> list[str]:
    """Return the keys under a prefix, in order; none if there is no such bucket."""
    # For start-up, as in `connect`.
    from botocore.exceptions import ClientError

    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    try:
        return sorted(item["Key"] for page in pages for item in page.get("Contents", []))
    except ClientError as error:
        if _code(error) == "NoSuchBucket":
            return []
        raise _denied(error, bucket, prefix) from error


def _denied(error: Any, bucket: str, key: str) -> Exception:
    if _status(error) != 403:
        return SangamError(f"S3 could not give s3://{bucket}/{key}: {error}.")
    return SangamError(
        f"These keys may not read s3://{bucket}/{key}. A donor's keys open its own bucket only."
    )


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _status(error: Any) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
