"""What a check has found, as a message to a person: what, where, what was expected, what to do."""

from __future__ import annotations

from expectations.batch import Batch
from expectations.results import CheckResult, Outside
from expectations.suite import Check

_SUBJECTS_SHOWN = 6


def told(check: Check, batch: Batch, looked_at: int, outside: tuple[Outside, ...]) -> CheckResult:
    """A check's result for one batch: how much was looked at, what was found, what to do.

    `outside`: measures outside the bounds, worst first.
    """
    if outside:
        listed = "; ".join(
            f"{one.subject} {check.shown(one.value)} ({one.seen})" for one in outside[:_SUBJECTS_SHOWN]
        )
        more = f"; and {len(outside) - _SUBJECTS_SHOWN:,} more" if len(outside) > _SUBJECTS_SHOWN else ""
        message = f"{check.title}: {listed}{more}. Expected {check.expected}. {check.means} {check.do}"
    elif looked_at:
        message = f"{looked_at:,} looked at; all {check.expected}."
    elif batch.previous is None:
        message = "Nothing to look at: no earlier delivery, or nothing of the kind in this one."
    else:
        message = "Nothing to look at: nothing of the kind in this delivery, or too few records."
    return CheckResult(
        title=check.title,
        severity=check.severity,
        looked_at=looked_at,
        outside=outside,
        expected=check.expected,
        message=message,
    )
