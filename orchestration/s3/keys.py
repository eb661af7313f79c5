"""Keys for donors and partners: made, handed over in a file, rotated; and what they may, as a policy for other S3s.

The embedded server's keys are ours to make. Those of another S3 are made by whoever runs it, after the same policies.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import SangamError
from orchestration.s3 import access, keyring, object_store, seaweed
from orchestration.s3.keyring import DONORS, PARTNERS, Keys

REGION = "us-east-1"  # what the embedded server, and most that are not AWS, go by
_SENDING = (
    "# Send a file with boto3, which refuses to overwrite one that is there:\n"
    "# boto3.Session(profile_name={name!r}).client('s3', endpoint_url={url!r}).put_object(\n"
    "#     Bucket={bucket!r}, Key='{prefix}SOURCE/QUARTER/FILE', Body=open('FILE', 'rb'), IfNoneMatch='*')\n"
)
_ABOUT = {
    DONORS: "reads and lists s3://{bucket}, nothing else",
    PARTNERS: "puts files under s3://{bucket}/{prefix}, nothing else: it cannot read, list or delete",
}


@dataclass(frozen=True)
class Holder:
    """Whose keys: a donor's, which read its bucket, or a partner region's, which put under `prefix` of the landing."""

    kind: str
    name: str
    bucket: str
    prefix: str = ""

    @property
    def about(self) -> str:
        """What the keys open, for people."""
        return _ABOUT[self.kind].format(bucket=self.bucket, prefix=self.prefix)


def donor(name: str) -> Holder:
    """The holder of a donor's keys."""
    return Holder(DONORS, name, seaweed.bucket_name(name))


def partner(region: str) -> Holder:
    """The holder of a partner region's keys: its folder of the landing.

    SANGAM_LANDING says which, where it is in S3; else it is the bucket `landing` with SANGAM_BUCKET_PREFIX in front.
    """
    landing = os.environ.get("SANGAM_LANDING", "")
    if not landing.startswith("s3://"):
        landing = f"{os.environ.get('SANGAM_BUCKET_PREFIX', '')}landing"
    bucket, _, prefix = landing.removeprefix("s3://").strip("/").partition("/")
    return Holder(PARTNERS, region, bucket, f"{prefix}/{region}/".lstrip("/"))


def holder(name: str, *, is_donor: bool) -> Holder:
    """The holder of a donor's keys or a partner region's."""
    return donor(name) if is_donor else partner(name)


def policy(holder: Holder) -> access.Policy:
    """What the keys may, as an IAM policy for AWS and those that know its conditions."""
    return (
        access.reads(holder.bucket) if holder.kind == DONORS else access.drops(holder.bucket, holder.prefix)
    )


def give(home: Path, holder: Holder, to: Path, *, anew: bool = False) -> Keys:
    """Write a holder's keys into a new file for handing over (mode 0600); they are made if there are none.

    `anew`: another pair takes the place of the one there is, which opens nothing from then on. A partner's bucket is
    made, with versions. Raises SangamError where the file is there, there is nothing to rotate, or this S3's keys are
    not ours to make.
    """
    if not object_store.is_embedded():
        raise SangamError(
            "Keys of this S3 are made and rotated by whoever runs it; sangam makes those of the embedded server only. "
            f"`sangam keys policy {holder.name}` prints what they may."
        )
    if to.exists():
        raise SangamError(f"{to} exists already; name a file that does not.")
    folder = seaweed.folder_of(home)
    with keyring.locked(folder):
        if anew:
            keyring.rotated(folder, holder.kind, holder.name)
        if holder.kind == DONORS:
            keyring.with_donors(folder, [holder.name], seaweed.bucket_name)
        else:
            keyring.with_partner(folder, holder.name, holder.bucket, holder.prefix)
    with seaweed.serve(home) as endpoint:  # one that runs is told the new keys
        if holder.kind == PARTNERS:
            object_store.ensure_bucket(object_store.connect(endpoint), holder.bucket)
        keys = {DONORS: endpoint.donors, PARTNERS: endpoint.partners}[holder.kind][holder.name]
        _write_profile(to, _profile(holder, keys, endpoint.url))
    return keys


def _profile(holder: Holder, keys: Keys, url: str) -> str:
    """A profile as boto3 and the AWS command line read it from `~/.aws/credentials`."""
    words = {"name": holder.name, "url": url, "bucket": holder.bucket, "prefix": holder.prefix}
    sending = _SENDING.format(**words) if holder.kind == PARTNERS else ""
    return (
        f"# S3 keys of {holder.name}, made {keys.made_at}: {holder.about}.\n"
        f"# The server is {url}. Put these lines into ~/.aws/credentials and delete this file.\n"
        f"{sending}"
        f"[{holder.name}]\n"
        f"aws_access_key_id = {keys.access_key}\n"
        f"aws_secret_access_key = {keys.secret_key}\n"
        f"region = {REGION}\n"
    )


def _write_profile(to: Path, text: str) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(text)
