"""What a release does in S3: the bucket, its files one after the other, the manifest last.

Each file is put once and for all, so a command that was cut off is finished by the next one: what is there with the
same bytes stays, what is missing is put.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from ingest.errors import SangamError
from ingest.files import remove_left
from orchestration.s3 import object_store
from orchestration.s3.retention import lock_asked_for
from orchestration.s3.seaweed import bucket_name

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def open_bucket(client: S3Client, donor: str) -> None:
    """Have the donor's bucket, with versions and, where that is asked for, with locks. Raises SangamError."""
    object_store.ensure_bucket(client, bucket_name(donor), lock_asked_for())


def put_files(client: S3Client, donor: str, prefix: str, files: Mapping[str, bytes]) -> None:
    """Put files under a prefix of the donor's bucket, in their order: the manifest is the last and makes the release.

    Raises SangamError where other bytes lie there, or S3 stays away; the same command then goes on where it stopped.
    """
    lock = lock_asked_for()
    for name, body in files.items():
        object_store.put_once(client, bucket_name(donor), prefix + name, body, lock)


def tidy(home: Path) -> None:
    """Remove what commands that were killed long ago left half written: of releases and of the archive."""
    for folder in ("releases", "archive"):
        remove_left(Path(home) / folder)


@contextlib.contextmanager
def space_asked_for(home: Path) -> Iterator[None]:
    """Tell of a full disk as of something that people can mend. Raises SangamError in the place of its errors."""
    try:
        yield
    except (OSError, duckdb.Error) as error:
        said = [os.strerror(number) for number in FULL]  # all that is left of it in an error of DuckDB
        if getattr(error, "errno", None) not in FULL and not any(words in str(error) for words in said):
            raise
        raise SangamError(
            f"The disk of {Path(home).absolute()} is full ({error}). Nothing was published by halves: what is in S3 "
            "already stays. Free some space; the same command then finishes."
        ) from error
