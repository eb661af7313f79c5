"""The mails of a donor's calendar: what is missing and waits before and after a quarter is due, and that it is out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ingest.contracts.loading import REFERENCE, load_region
from ingest.errors import SangamError
from orchestration.mail.mail_settings import engineers, ui_url
from orchestration.mail.message import Message, items
from orchestration.releases.due import days_left
from orchestration.releases.waiting import Lack
from orchestration.warehouse.logframe_words import Donor

_TOLD = 4  # quarters that a mail says all of, the latest
_NAMED = 3  # quarters that a subject names, the latest of them


@dataclass(frozen=True)
class Awaited:
    """A donor's quarter that is not out: what it waits for.

    `why` in a few words; `values`: how many are reported of how many; `lacks`: sources of which something is missing;
    `held`: what somebody has to decide or mend first; `is_signed`: it only has to go.
    """

    quarter: str
    due: date
    why: str
    values: tuple[int, int] | None = None
    lacks: Sequence[Lack] = ()
    held: Sequence[str] = ()
    is_signed: bool = False


def officers(donor: Donor) -> tuple[str, ...]:
    """Who is told of a donor's calendar: its officers; the engineers where nobody is named."""
    return tuple(donor.officers) or engineers()


def reminder(donor: Donor, today: date, awaited: Sequence[Awaited]) -> Message:
    """The mail of a day, of all quarters that are not out."""
    body = [
        f"{donor.name}: what is to go to the donor, as of {said(today)}.",
        *_earlier(awaited[:-_TOLD]),
        *(line for one in awaited[-_TOLD:] for line in _quarter(donor.code, one, today)),
        "",
        "What was released, and what waits:",
        _asset(donor.code),
    ]
    key = f"calendar/{donor.code}/{today}"
    tells = tuple(one.quarter for one in awaited)
    return Message(key, officers(donor), _subject(donor.code, today, awaited), tuple(body), tells)


def _earlier(awaited: Sequence[Awaited]) -> list[str]:
    """Quarters that are told of by their names alone."""
    if not awaited:
        return []
    quarters = ", ".join(one.quarter for one in awaited)
    return ["", f"Not out either: {quarters}. What each waits for is said by:", "  sangam release due"]


def _subject(donor: str, today: date, awaited: Sequence[Awaited]) -> str:
    when = [f"{one.quarter} {_left(one.due, today)}" for one in awaited]
    if len(awaited) > 1:
        more = f" and {len(when) - _NAMED:,} more" if len(when) > _NAMED else ""
        return f"{donor}: {', '.join(when[-_NAMED:])}{more}"
    lacks = len({(lack.region, lack.source) for lack in awaited[0].lacks})
    parts = [f"{lacks:,} {'source is' if lacks == 1 else 'sources are'} missing"] if lacks else []
    parts.append("signed off, and held" if awaited[0].is_signed else awaited[0].why)
    return f"{donor} {when[0]}: {', '.join(parts)}"


def _left(due: date, today: date) -> str:
    left = days_left(due, today)
    return f"due {left}" if due == today else f"due in {left.removesuffix(' left')}" if due > today else left


def _quarter(donor: str, one: Awaited, today: date) -> list[str]:
    heading = f"{one.quarter}: due {said(one.due)}, {days_left(one.due, today)}"
    values = f" {one.values[0]:,} of {one.values[1]:,} values are reported." if one.values else ""
    lines = ["", heading, "-" * len(heading), f"{one.why[:1].upper()}{one.why[1:]}.{values}"]
    for region in dict.fromkeys(lack.region for lack in one.lacks):
        whats = [
            f"{_source(region, lack.source)}: {lack.what}" for lack in one.lacks if lack.region == region
        ]
        lines += ["", f"Missing from {_from_whom(region)}:", *items(whats)]
    if one.held:
        lines += ["", "Held until somebody decides:", *items(one.held)]
    return [*lines, "", *_to_do(donor, one)]


def _to_do(donor: str, one: Awaited) -> list[str]:
    """What to do, step by step; commands stand in lines of their own, to be copied."""
    if one.is_signed:
        return ["To do: decide on what holds it. It goes out by itself on the next morning after that."]
    lines = ["To do:"]
    if one.lacks:
        lines += ["- see to what is missing. When it is here:", f"  sangam run --quarter {one.quarter}"]
    elif one.values is None:
        lines += ["- have the values made:", f"  sangam run --quarter {one.quarter}"]
    lines += ["- look at the numbers, and sign them off:"]
    lines += [f'  sangam approve {donor} {one.quarter} --by "First Last"']
    if one.lacks and one.values and one.values[0]:
        lines += ["- or, where something will not come in time, the same command with --provisional."]
    return lines


def _from_whom(region: str) -> str:
    """A region as people know it, and the addresses there."""
    if region == REFERENCE:
        return "our own reference tables"
    try:
        contract = load_region(region)
    except SangamError:  # it has a fault of its own, which is told
        return region
    return f"{contract.title} ({', '.join(contract.contacts) or 'no contacts are named in its contract'})"


def _source(region: str, source: str) -> str:
    """A source as people know it, with its name in commands."""
    try:
        title = load_region(region).sources[source].title
    except (SangamError, KeyError):  # of a region or source that is not there, the name is all there is
        return f"{region}/{source}" if source else region
    return f"{title} ({region}/{source})"


def out(donor: Donor, manifest: Mapping[str, Any], where: str) -> Message:
    """The mail that a release went out. `manifest`: what it says of itself; `where`: its address."""
    quarter, release = manifest["quarter"], manifest["release"]
    lacks = [one["why"] for one in manifest.get("missing") or ()]
    kind = ", as provisional" if lacks else ""
    more = []
    if replaced := manifest.get("predecessor"):
        more += [f"It replaces {replaced}; what changed, and why, stands in its README."]
    if lacks:
        more += [
            "",
            "It went out without:",
            *items(lacks),
            "",
            "The complete release follows under the next number.",
        ]
    body = [
        f"{quarter} of {donor.name} is with the donor as {release}{kind}.",
        f"{manifest['approved_by']} signed it off on {manifest['approved_at'][:10]}; the calendar released it.",
        *more,
        "",
        "Where the files are:",
        where,
        "",
        "To do: nothing. Every file is checked, with the donor's own key, by:",
        f"  sangam release verify {donor.code} {quarter}",
        "",
        "The donor's releases:",
        _asset(donor.code),
    ]
    key = f"released/{donor.code}/{quarter}-{release}"
    return Message(
        key, officers(donor), f"{donor.code} {quarter} is out as {release}{kind}", tuple(body), (quarter,)
    )


def _asset(donor: str) -> str:
    return ui_url(f"assets/release/{donor}")


def said(day: date) -> str:
    """A day as people write it: 30 July 2021."""
    return f"{day.day} {day:%B %Y}"
