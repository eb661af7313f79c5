"""Where releases stand in S3, and what stands there: `<donor>/<quarter>/r001/…` in the donor's bucket.

A folder without a manifest is no release: it was never finished. Writes nothing.
"""

import json
import re
from typing import TYPE_CHECKING, Any

from ingest.errors import SangamError
from orchestration.releases.content import check_names
from orchestration.releases.header import MANIFEST, release_name
from orchestration.s3 import object_store
from orchestration.s3.seaweed import bucket_name

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Manifest = dict[str, Any]


def key(donor: str, quarter: str, release: str, name: str = "") -> str:
    """Return the key of a release's file: `eu_success/2021Q2/r001/manifest.json`."""
    return f"{donor}/{quarter}/{release}/{name}"


def finished(client: "S3Client", donor: str, quarter: str | None = None) -> list[tuple[str, str]]:
    """Return (quarter, release) of each finished release, the oldest first."""
    check_names(donor, quarter or "2000Q1")
    prefix = f"{donor}/{quarter}/" if quarter else f"{donor}/"
    pattern = re.compile(rf"{donor}/([0-9]{{4}}Q[1-4])/r([0-9]{{3,}})/{re.escape(MANIFEST)}")
    found = map(pattern.fullmatch, object_store.list_keys(client, bucket_name(donor), prefix))
    numbers = sorted((match[1], int(match[2])) for match in found if match)
    return [(quarter, release_name(number)) for quarter, number in numbers]


def latest(client: "S3Client", donor: str, quarter: str) -> str | None:
    """Return the name of the last finished release, None if there is none."""
    releases = finished(client, donor, quarter)
    return releases[-1][1] if releases else None


def named_or_latest(client: "S3Client", donor: str, quarter: str, release: str | None) -> str:
    """Return `release` if it is finished, or the latest for None. Raises SangamError if there is none."""
    names = [name for _, name in finished(client, donor, quarter)]
    if not names:
        raise SangamError(f"There is no release for {donor} {quarter} in bucket {bucket_name(donor)}.")
    if release and release not in names:
        raise SangamError(f"{donor} {quarter} has no release '{release}'; it has: {', '.join(names)}.")
    return release or names[-1]


def fetch(client: "S3Client", donor: str, quarter: str, release: str, name: str) -> bytes:
    """Return the bytes of a release's file. Raises SangamError if it is missing."""
    body = object_store.get(client, bucket_name(donor), key(donor, quarter, release, name))
    if body is None:
        where = key(donor, quarter, release, name)
        raise SangamError(
            f"s3://{bucket_name(donor)}/{where} is missing. Look for it in the bucket's versions."
        )
    return body


def manifest(client: "S3Client", donor: str, quarter: str, release: str) -> Manifest:
    """Return the manifest of a finished release."""
    found: Manifest = json.loads(fetch(client, donor, quarter, release, MANIFEST))
    return found
