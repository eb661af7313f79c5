"""Publishing what is signed off, and nothing else: what the release asset and the donor's calendar do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ingest.errors import SangamError
from orchestration.checks import holds
from orchestration.events import ReleaseDone, tell
from orchestration.releases.approvals import approval_of, approvals
from orchestration.releases.content import read_content
from orchestration.releases.donor_store import donor_names, store
from orchestration.releases.missing import missing_of, told
from orchestration.releases.publish import Published, already_out, publish
from orchestration.warehouse.released import latest_manifests


@dataclass(frozen=True)
class Became:
    """What became of a donor's quarter: published (now or before), or why not.

    `state` is for people; `unread`: why not everything of it can be read; `missing`: what a sign-off would go without.
    """

    state: str
    published: Published | None = None
    approved_by: str = ""
    unread: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def publish_if_approved(home: Path, donor: str, quarter: str) -> Became:
    """Publish a donor's quarter if its values are signed off as they stand; what became of it.

    Raises SangamError where there are no values, a delivery behind them waits, or S3 cannot be reached.
    """
    became = _became(home, donor, quarter)
    tell(
        ReleaseDone(
            donor, quarter, became.state if not became.unread else "held: not everything of it can be read"
        )
    )
    return became


def _became(home: Path, donor: str, quarter: str) -> Became:
    if unread := holds.unread(donor):
        return Became("held", unread=tuple(unread))
    content = read_content(home, donor, quarter)
    approval = approval_of(home, content)
    if approval is None:
        return Became("waiting for sign-off", missing=tuple(told(missing_of(content.values))))
    done = already_out(home, content)
    if done is None:
        with store(publishing_for=donor) as client:
            done = publish(home, client, donor, quarter, None, donor_names)
    return Became(done.state, done, approval.approved_by)


def is_to_go(home: Path, donor: str, quarter: str) -> bool:
    """Whether a donor's quarter is signed off as it stands and not out.

    Where no sign-off was given since the last release, neither warehouse nor S3 are looked at.
    """
    signed = approvals(home, donor, quarter)
    out = latest_manifests(home / "releases").get((donor, quarter), {})
    if not signed or signed[-1].content_sha256 == out.get("content_sha256"):
        return False
    try:
        content = read_content(home, donor, quarter)
    except SangamError:  # no warehouse, or no values of the quarter: nothing can go
        return False
    return approval_of(home, content) is not None and already_out(home, content) is None
