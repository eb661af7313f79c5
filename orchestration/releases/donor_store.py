"""The S3 releases lie in, opened for publishing or with a donor's own keys."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import SangamError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Donor code → name and programme, for a warehouse that has none; filled by whoever starts the commands.
donor_names: dict[str, str] = {}


def home() -> Path:
    """Return SANGAM_HOME."""
    return Path(os.environ.get("SANGAM_HOME", ".sangam"))


@contextlib.contextmanager
def store(donor: str | None = None, publishing_for: str | None = None) -> Iterator[S3Client]:
    """Give an S3 client, with the embedded server up as long as needed unless another S3 is named.

    `donor` takes that donor's own keys; `publishing_for` makes keys for a donor that has none yet.
    """
    # For start-up: the commands' help needs no S3.
    from orchestration.s3 import object_store, seaweed

    if not object_store.is_embedded():
        yield object_store.connect()
        return
    if not publishing_for and not (home() / "s3" / "credentials.json").exists():
        raise SangamError(
            f"Nothing has been released from {home()} yet. `sangam approve` signs off and releases."
        )
    with seaweed.serve(home(), [publishing_for] if publishing_for else []) as endpoint:
        yield object_store.connect(endpoint, donor)
