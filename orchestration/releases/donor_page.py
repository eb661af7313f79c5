"""The page at the top of a donor's bucket: which releases there are, how to fetch them, how to check them.

The one object there that is replaced: it is made anew of what is in the bucket whenever a release is published.
"""

from __future__ import annotations

import hashlib
import json
import shlex
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from orchestration.releases import shelf
from orchestration.releases.header import MANIFEST
from orchestration.s3 import object_store
from orchestration.s3.seaweed import bucket_name

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NAME = "README.html"
START = "report.html"  # what people open first


@dataclass(frozen=True)
class OnShelf:
    """A finished release: its manifest, and the SHA-256 of the manifest itself."""

    manifest: shelf.Manifest
    manifest_sha256: str

    @property
    def size(self) -> int:
        """Bytes of its files, without the manifest."""
        return sum(file["size"] for file in self.manifest["files"])


@dataclass(frozen=True)
class Place:
    """Where a donor's releases are: endpoint, region, bucket and the donor's code, which is its profile as well."""

    endpoint: str
    region: str
    bucket: str
    donor: str


def put_page(client: S3Client, donor: str, copies: Path) -> None:
    """Put the page into the donor's bucket, unless it says all this already. Raises SangamError if S3 stays away.

    `copies`: the folder of the local copies of releases, whose manifests need not be fetched.
    """
    region = client.meta.region_name or "us-east-1"
    if region == "aws-global":
        region = "us-east-1"
    place = Place(client.meta.endpoint_url, region, bucket_name(donor), donor)
    found = [
        _on_shelf(client, copies, donor, quarter, release)
        for quarter, release in shelf.finished(client, donor)
    ]
    page = to_page(place, found)
    if object_store.get(client, place.bucket, NAME) != page:
        object_store.put_over(client, place.bucket, NAME, page, "text/html; charset=utf-8")


def _on_shelf(client: S3Client, copies: Path, donor: str, quarter: str, release: str) -> OnShelf:
    copy = copies / donor / quarter / release / MANIFEST
    body = copy.read_bytes() if copy.exists() else shelf.fetch(client, donor, quarter, release, MANIFEST)
    return OnShelf(json.loads(body), hashlib.sha256(body).hexdigest())


def to_page(place: Place, releases: list[OnShelf]) -> bytes:
    """Return the page for a donor's finished releases, the oldest first; there is at least one.

    Same releases, same bytes.
    """
    latest = {one.manifest["quarter"]: one for one in releases}
    newest = latest[max(latest)]
    page = _template().render(
        place=place,
        rows=[
            (one, [older for older in releases if _quarter(older) == quarter and older is not one][::-1])
            for quarter, one in sorted(latest.items(), reverse=True)
        ],
        newest=newest,
        prefix=_prefix(place, newest),
        python=to_python(place, newest),
        command_line=to_command_line(place, newest),
        sums=to_sums(newest),
        contact=newest.manifest.get("iati", {}).get("contact", ""),
    )
    return page.encode("utf-8")


def to_python(place: Place, one: OnShelf) -> str:
    """Return the lines of Python that fetch a release's report, as the page prints them."""
    key = f"{_prefix(place, one)}{START}"
    return (
        "import boto3\n"
        f"s3 = boto3.Session(profile_name={place.donor!r})"
        f".client('s3', {place.region!r}, endpoint_url={place.endpoint!r})\n"
        f"s3.download_file({place.bucket!r}, {key!r}, {START!r})\n"
    )


def to_command_line(place: Place, one: OnShelf) -> str:
    """Return the lines of the AWS command line that list what there is and fetch a whole release."""
    options = f"--profile {shlex.quote(place.donor)} --endpoint-url {shlex.quote(place.endpoint)}"
    where = f"s3://{place.bucket}/{_prefix(place, one)}"
    return (
        f"aws s3 ls --recursive s3://{place.bucket}/ {options}\n"
        f"aws s3 sync {where} {one.manifest['release']} {options}\n"
    )


def to_sums(one: OnShelf) -> str:
    """Return a release's SHA-256 sums as `sha256sum -c` reads them, the manifest's own last."""
    files = [(file["sha256"], file["name"]) for file in one.manifest["files"]]
    return "".join(f"{digest}  {name}\n" for digest, name in [*files, (one.manifest_sha256, MANIFEST)])


def _quarter(one: OnShelf) -> str:
    return str(one.manifest["quarter"])


def _prefix(place: Place, one: OnShelf) -> str:
    return shelf.key(place.donor, _quarter(one), one.manifest["release"])


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(size / 1e3, 1):.0f} kB"


@cache
def _template() -> Template:
    folder = Path(__file__).parent
    environment: Any = Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["size"] = _size
    return environment.get_template("donor_page.html.j2")
