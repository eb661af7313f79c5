"""The sign-off: an M&E officer says that exactly these values may go to the donor.

A sign-off is a file that is never changed. It names the hash of the content, so it is void as soon as a
number, state, definition or note differs. Publishing is elsewhere.
"""

import datetime as dt
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ingest.errors import SangamError
from orchestration.disclosure.protection import require_protected
from orchestration.releases.content import Content, check_names, donor_quarters, read_content
from orchestration.releases.made_of import made_of
from orchestration.releases.missing import (
    Missing,
    missing_of,
    reported_of_expected,
    require_reported,
    require_stated,
)
from orchestration.releases.numbered import record, records
from orchestration.releases.versions import require_versions
from orchestration.warehouse.logframes import signatures_of


@dataclass(frozen=True)
class Approval:
    """Who signed off what, and when (UTC, ISO 8601); `provisional`: knowing that something is missing."""

    donor: str
    quarter: str
    approved_by: str
    approved_at: str
    content_sha256: str
    provisional: bool = False


@dataclass(frozen=True)
class Pending:
    """A donor's quarter that waits for a sign-off. `void` is an earlier one whose numbers have changed.

    `signed` names who has signed off these numbers already, where more names are asked for; `reported` and `expected`
    count values, `missing` are the sources that those not reported need.
    """

    donor: str
    quarter: str
    content_sha256: str
    void: Approval | None
    signed: str = ""
    reported: int = 0
    expected: int = 0
    missing: tuple[Missing, ...] = ()


def approve(
    home: Path,
    donor: str,
    quarter: str,
    by: str,
    at: dt.datetime | None = None,
    provisional: bool = False,
    seen: str | None = None,
) -> Approval:
    """Record that `by` signs off the values as they stand now; return the sign-off that holds.

    `at` is the time of signing (with a time zone; now if left out). The same values signed off before keep
    their first sign-off. `provisional`: although sources are missing; `seen`: the hash of the content that was shown.
    Raises SangamError if `by` is empty, there is nothing to sign off, nobody can say which values are small,
    `provisional` is not what is true, or the content is no longer what was shown.
    """
    by = officer(by)
    at = at or dt.datetime.now(dt.UTC)
    if at.tzinfo is None:
        raise SangamError(f"The time of a sign-off needs a time zone; {at.isoformat()} has none.")
    content = read_content(home, donor, quarter)
    require_ready(home, content, provisional)
    if seen and seen != content.sha256:
        raise SangamError(
            f"Not signed off: values of {donor} {quarter} changed while you looked at them. Run the command again."
        )
    if held := approval_of(home, content):
        return held
    when = at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    approval = Approval(donor, quarter, by, when, content.sha256, provisional)
    if by.casefold() not in {one.approved_by.casefold() for one in signatures(home, content)}:
        record(_folder(home, donor, quarter), asdict(approval))
    return approval_of(home, content) or approval


def officer(by: str) -> str:
    """The name in one line. Raises SangamError if it is empty."""
    by = " ".join(by.split())
    if not by:
        raise SangamError('A sign-off needs the name of the M&E officer who gives it: --by "First Last".')
    return by


def require_ready(home: Path, content: Content, provisional: bool) -> None:
    """Raises SangamError unless this content can be signed off, as provisional or as final."""
    require_protected(content.donor, content.values)
    require_versions(home, content)
    made_of(home, content)
    require_reported(content)
    require_stated(content, provisional)


def approval_of(home: Path, content: Content) -> Approval | None:
    """Return the sign-off that lets exactly this content out, None until enough different people have given theirs.

    It names them all, and is of the time of the last that was needed.
    """
    given = signatures(home, content)[: signatures_of(content.donor)]
    if len(given) < signatures_of(content.donor):
        return None
    return replace(given[-1], approved_by=_names(given))


def signatures(home: Path, content: Content) -> list[Approval]:
    """Return the sign-offs of exactly this content, the first of each person, in the order they were given.

    Those before another content's do not count: values that were replaced and come back are to be looked at again. Nor
    do those of content that is not complete, unless they were given as provisional.
    """
    is_incomplete = bool(missing_of(content.values))
    given: dict[str, Approval] = {}
    for one in approvals(home, content.donor, content.quarter):
        if one.content_sha256 != content.sha256:
            given = {}
        elif one.provisional == is_incomplete:
            given.setdefault(one.approved_by.casefold(), one)
    return list(given.values())


def require_approval(home: Path, content: Content) -> Approval:
    """Return the sign-off for this content.

    Raises SangamError if there is none, its numbers changed, nothing is reported or, unless it was given as
    provisional, something is missing.
    """
    require_reported(content)
    if held := approval_of(home, content):
        return held
    what = f"{content.donor} {content.quarter}"
    remedy = f'`sangam approve {content.donor} {content.quarter} --by "First Last"`'
    if given := signatures(home, content):
        raise SangamError(
            f"{what} cannot be released yet: {signatures_of(content.donor)} different people sign off for this donor, "
            f"and only {_names(given)} did. Another one does so with {remedy}."
        )
    earlier = approvals(home, content.donor, content.quarter)
    if earlier:
        last = earlier[-1]
        if last.content_sha256 == content.sha256:
            require_stated(content, last.provisional)
        raise SangamError(
            f"{what} cannot be released: {last.approved_by} signed it off on {last.approved_at}, but values "
            f"or definitions have changed since. Look at them again, then {remedy}."
        )
    raise SangamError(
        f"{what} cannot be released: nobody has signed it off. An M&E officer does so with {remedy}."
    )


def approvals(home: Path, donor: str, quarter: str) -> list[Approval]:
    """Return all sign-offs of a donor's quarter, in the order they were given."""
    return [Approval(**words) for words in records(_folder(home, donor, quarter))]


def pending(home: Path) -> list[Pending]:
    """Return the donor-quarters of the warehouse that no valid sign-off exists for."""
    contents = (read_content(home, donor, quarter) for donor, quarter in donor_quarters(home))
    return [one for content in contents if (one := pending_of(home, content))]


def pending_of(home: Path, content: Content) -> Pending | None:
    """What a donor's quarter waits for; None where a valid sign-off exists."""
    if approval_of(home, content):
        return None
    earlier = approvals(home, content.donor, content.quarter)
    last = earlier[-1] if earlier else None
    void = last if last and last.content_sha256 != content.sha256 else None
    counts = reported_of_expected(content.values)
    missing = tuple(missing_of(content.values))
    signed = _names(signatures(home, content))
    return Pending(content.donor, content.quarter, content.sha256, void, signed, *counts, missing)


def _names(given: list[Approval]) -> str:
    return ", ".join(one.approved_by for one in given)


def _folder(home: Path, donor: str, quarter: str) -> Path:
    check_names(donor, quarter)
    return Path(home) / "releases" / "_approvals" / donor / quarter
