"""How long released objects are locked in S3, where that is asked for: nobody can delete or replace them until then.

Object lock is S3's own, kept by the server; buckets need versions for it, which all of ours have.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest.errors import SangamError
from orchestration.s3.patience import code, patiently

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

DAYS, MODE = "SANGAM_LOCK_DAYS", "SANGAM_LOCK_MODE"
MODES = ("governance", "compliance")


@dataclass(frozen=True)
class Lock:
    """How long an object stays locked. `mode`: governance (special rights lift it) or compliance (nobody does)."""

    mode: str
    days: int

    def words(self, now: dt.datetime | None = None) -> dict[str, Any]:
        """What `put_object` is told of it."""
        until = (now or dt.datetime.now(dt.UTC)) + dt.timedelta(days=self.days)
        return {"ObjectLockMode": self.mode.upper(), "ObjectLockRetainUntilDate": until}


def lock_asked_for() -> Lock | None:
    """The lock that SANGAM_LOCK_DAYS and SANGAM_LOCK_MODE ask for; None without days. Raises SangamError."""
    days, mode = os.environ.get(DAYS, "").strip(), os.environ.get(MODE, MODES[0]).strip().lower()
    if not days:
        return None
    if not days.isdecimal() or not int(days):
        raise SangamError(f"{DAYS} is '{days}': it has to be a number of days, such as 3650.")
    if mode not in MODES:
        raise SangamError(f"{MODE} is '{mode}': it has to be {' or '.join(MODES)}.")
    return Lock(mode, int(days))


def require_lock(client: S3Client, bucket: str) -> None:
    """Have a bucket that can lock its objects, switching it on where the server lets us. Raises SangamError."""
    # For start-up: commands that do not reach S3 need no botocore.
    from botocore.exceptions import ClientError

    def is_on() -> bool:
        found = client.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
        return found.get("ObjectLockEnabled") == "Enabled"

    try:
        if patiently(client, f"bucket '{bucket}'", is_on):
            return
    except ClientError as error:
        if code(error) != "ObjectLockConfigurationNotFoundError":
            raise
    try:
        client.put_object_lock_configuration(
            Bucket=bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"}
        )
    except ClientError as error:
        raise SangamError(
            f"{DAYS} asks for locked releases, and bucket '{bucket}' cannot lock objects ({code(error)}). Some servers "
            f"can only for buckets that were made so: have it made with object lock, or unset {DAYS}."
        ) from error
