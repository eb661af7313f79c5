"""A donor's calendar: which quarters are to go out on a day, and which are to be told of, by the day they are due.

Days are the donor's own, in the `time_zone` of its logframe. Nothing is published and nobody told here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from orchestration.releases.approved import is_to_go
from orchestration.releases.waiting import due_quarters
from orchestration.settings import Settings
from orchestration.warehouse.logframe_words import Donor
from orchestration.warehouse.released import latest_manifests

OVERDUE_EVERY = 7  # days between two reminders of what is overdue


@dataclass(frozen=True)
class Due:
    """A donor's quarter and the day it is due; `is_signed`: it is signed off, and only has to go."""

    quarter: str
    on: date
    is_signed: bool = False


@dataclass(frozen=True)
class Day:
    """What a day asks for: quarters to publish, and those to tell of."""

    publish: tuple[Due, ...] = ()
    tell: tuple[Due, ...] = ()

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to do."""
        return not self.publish and not self.tell


def day_of(settings: Settings, donor: Donor, today: date, told: Mapping[str, date]) -> Day:
    """What a donor's calendar asks for on a day. `told`: when each quarter was last told of.

    What was missed, because nothing ran on its day, is asked for on the next. Raises SangamError for a landing or an
    archive that cannot be read.
    """
    out = latest_manifests(settings.home / "releases")
    ahead = timedelta(days=max(donor.remind_days, default=0))
    found = [
        Due(quarter, on, is_to_go(settings.home, donor.code, quarter))
        for quarter, on in due_quarters(settings, donor, today + ahead)
    ]
    publish = tuple(one for one in found if one.is_signed and one.on <= today)
    open_ones = tuple(one for one in found if not one.is_signed and (donor.code, one.quarter) not in out)
    # One mail says all: what is told of today takes along what would have its turn in the days after.
    is_turn = any(is_turn_of(one.on, donor.remind_days, today, told.get(one.quarter)) for one in open_ones)
    return Day(publish, open_ones if is_turn else ())


def is_turn_of(due: date, remind_days: Sequence[int], today: date, last: date | None) -> bool:
    """Whether a quarter that is not out is to be told of: once from each reminder day on, on the day, then weekly."""
    if today < due:
        begun = [day for before in remind_days if (day := due - timedelta(days=before)) <= today]
        return bool(begun) and (last is None or last < max(begun))
    return last is None or last < due or today - last >= timedelta(days=OVERDUE_EVERY)
