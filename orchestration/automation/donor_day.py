"""What is done for a donor on a day of its calendar: publish what is signed off and due, mail what waits.

Which quarters are meant is in `releases.calendar`, the mails' words in `mail.reminders`; Dagster is not needed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ingest.errors import SangamError
from orchestration.alone import alone
from orchestration.mail.message import Message
from orchestration.mail.outbox import notes, post
from orchestration.mail.reminders import Awaited, out, reminder
from orchestration.releases.approvals import pending_of
from orchestration.releases.approved import publish_if_approved
from orchestration.releases.calendar import Day, Due, day_of, is_turn_of
from orchestration.releases.content import read_content
from orchestration.releases.publish import Published
from orchestration.releases.waiting import held, lacks, not_there, why
from orchestration.settings import Settings
from orchestration.warehouse.logframe_words import Donor
from orchestration.warehouse.released import latest_manifests

Released = Callable[[Published, str], None]


@dataclass
class Done:
    """What was done: lines for a log; `faults`: what kept a release or a mail from going."""

    lines: list[str] = field(default_factory=list)
    faults: list[SangamError] = field(default_factory=list)


def day_ahead(settings: Settings, donor: Donor, today: date) -> Day:
    """What a donor's calendar asks for on a day, what a killed process left included. Raises SangamError."""
    day = day_of(settings, donor, today, _told(settings.home, donor.code))
    known = {one.quarter for one in day.publish}
    left = (path.stem for path in sorted(_begun(settings.home, donor.code, "*")))
    return Day(
        (*day.publish, *(Due(quarter, today, True) for quarter in left if quarter not in known)), day.tell
    )


def keep_day(settings: Settings, donor: Donor, today: date, released: Released) -> Done:
    """Publish and mail what the day asks for; `released` is called for each release that went out, with who signed.

    Doing it again sends and publishes nothing more. Raises SangamError for a landing or archive that cannot be read.
    """
    done = Done()
    # Two processes would tell of the same quarter, on two days.
    with alone(settings.home / "mail" / "calendar" / donor.code):
        day = day_ahead(settings, donor, today)
        stuck = {
            due: lines for due in day.publish if (lines := _publish(settings, donor, due, released, done))
        }
        told = _told(settings.home, donor.code)
        has_turn = any(is_turn_of(due.on, donor.remind_days, today, told.get(due.quarter)) for due in stuck)
        if day.tell or has_turn:
            awaited = [
                _awaited(settings, donor, due, today, stuck.get(due, ())) for due in (*stuck, *day.tell)
            ]
            awaited.sort(key=lambda one: one.quarter)
            _mail(settings.home, reminder(donor, today, awaited), done)
    return done


def _publish(settings: Settings, donor: Donor, due: Due, released: Released, done: Done) -> list[str]:
    """Publish a quarter and mail that it is out; why it cannot go, nothing where it went."""
    home, quarter = settings.home, due.quarter
    if lines := held(home, donor.code, quarter):
        done.lines.append(f"{quarter} is signed off and held: {' '.join(lines)}")
        return lines
    # A process that is killed between publishing and mailing leaves this behind, for the next one to mail.
    mark = next(iter(_begun(home, donor.code, quarter)), None) or _begin(home, donor.code, quarter)
    try:
        became = publish_if_approved(home, donor.code, quarter)
    except SangamError as error:
        mark.unlink()
        done.faults.append(error)
        return str(error).splitlines()
    if became.published:
        released(became.published, became.approved_by)
        manifest = latest_manifests(home / "releases")[donor.code, quarter]
        where = f"s3://{became.published.bucket}/{became.published.prefix}"
        done.lines.append(f"{quarter}: {became.state}")
        _mail(home, out(donor, manifest, where), done)
    mark.unlink()
    return []


def _awaited(
    settings: Settings, donor: Donor, due: Due, today: date, stuck: list[str] | tuple[()]
) -> Awaited:
    """What a quarter waits for."""
    if due.is_signed:
        return Awaited(due.quarter, due.on, "signed off, and held", held=stuck, is_signed=True)
    holding = held(settings.home, donor.code, due.quarter)
    try:
        waits = pending_of(settings.home, read_content(settings.home, donor.code, due.quarter))
    except SangamError:  # no warehouse, or no values of the quarter
        lacking = not_there(settings, donor.code, due.quarter, today)
        return Awaited(due.quarter, due.on, "nothing of it is computed yet", None, lacking, holding)
    if waits is None:  # signed off while this was being looked at
        return Awaited(due.quarter, due.on, "signed off", is_signed=True)
    values = waits.reported, waits.expected
    return Awaited(due.quarter, due.on, why(waits), values, lacks(settings, waits, today), holding)


def _mail(home: Path, message: Message, done: Done) -> None:
    try:
        done.lines.append(post(home, message).said)
    except SangamError as error:  # it is noted and tried again
        done.faults.append(error)


def _told(home: Path, donor: str) -> dict[str, date]:
    """When each quarter was last told of."""
    told: dict[str, date] = {}
    for note in notes(home, f"calendar/{donor}"):
        told |= dict.fromkeys(note.tells, date.fromisoformat(note.key.rpartition("/")[2]))
    return told


def _begun(home: Path, donor: str, quarter: str) -> Iterator[Path]:
    """The marks of publications of a donor's that were begun, and not mailed of."""
    return (home / "mail" / "released" / donor).glob(f"{quarter}.begun")


def _begin(home: Path, donor: str, quarter: str) -> Path:
    mark = home / "mail" / "released" / donor / f"{quarter}.begun"
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()
    return mark
