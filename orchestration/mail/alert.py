"""The mail after a run that failed, or in which a check failed: one a run, to the engineers."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import dagster as dg

from orchestration.mail.mail_settings import engineers, ui_url
from orchestration.mail.message import Message, items
from orchestration.mail.outbox import Note, post
from orchestration.mail.run_told import RunTold, run_told

# What people call a check; others are called by their names.
_CALLED = {
    "quarantine": "records held back",
    "totals": "totals that do not add up",
    "suite": "deliveries as a whole",
}
_WARNINGS_SHOWN = 12  # checks
_PLACES_SHOWN = 4  # sources of each


def mail_run(home: Path, instance: dg.DagsterInstance, run: dg.DagsterRun) -> Note | None:
    """Mail what has to be known of a run that ended; what is noted of the mail, None where there is nothing to say.

    However often it is called for a run, one mail goes. Raises SangamError where it is not taken (see `outbox.post`).
    """
    told = run_told(instance, run)
    return post(home, alert(told)) if told.is_news else None


def alert(told: RunTold) -> Message:
    """The mail of a run."""
    what = f"The run of {told.of}" if told.of else f"The job {told.job}"
    body = [
        f"{what} {told.ended}. {_in_short(told)}",
        *_section(
            "WHAT FAILED",
            [f"{step}: {why}" for step, why in told.steps.items()],
            "To do: mend what is named, then run it again; what was read stays read.",
            _again(told),
        ),
        *_section(
            "CHECKS THAT STOP WHAT FOLLOWS",
            told.checks,
            "To do: mend the cause, then run it again. What they are about goes into no release.",
            "" if told.steps else _again(told),
        ),
        *_section(
            "FILES THAT WERE REFUSED",
            told.refused,
            "To do: ask the partner for them again. Nothing of them counts; their return slips say the same.",
        ),
        *_section(
            "DELIVERIES THAT WAIT",
            told.waiting,
            "To do: find out whether it can be so. If not, have it delivered again; if so, let it through:",
            "sangam let-through REGION/SOURCE QUARTER --by NAME --reason WHY",
        ),
        *_section(
            "RELEASES",
            [f"{donor}: {state}" for donor, state in sorted(told.releases.items())],
            "What each still lacks is said by:",
            "sangam release pending",
        ),
        *_warnings(told),
        "",
        "The run, with all its messages:",
        ui_url(f"runs/{told.run_id}"),
    ]
    return Message(f"alert/{told.run_id}", engineers(), _subject(told), tuple(body))


def _again(told: RunTold) -> str:
    return f"sangam run --quarter {told.of}" if told.of and " " not in told.of else ""


def _section(heading: str, lines: Iterable[str], to_do: str, command: str = "") -> list[str]:
    """A heading, its lines, and what to do; nothing where there are no lines."""
    found = items(lines)
    if not found:
        return []
    return ["", heading, *found, to_do, *([f"  {command}"] if command else [])]


def _warnings(told: RunTold) -> list[str]:
    if not told.warnings:
        return []
    most = sorted(told.warnings.items(), key=lambda one: (-len(one[1]), one[0]))
    lines = [f"- {_spoken(name)}: {_where(about)}" for name, about in most[:_WARNINGS_SHOWN]]
    more = len(most) - _WARNINGS_SHOWN
    lines += [f"- and {more:,} other checks"] if more > 0 else []
    note = "To do: nothing at once. What partners have to mend stands in their return slips."
    return ["", f"WARNINGS: {_count(told)}", *lines, note]


def _spoken(check: str) -> str:
    return _CALLED.get(check) or check.replace("_", " ")


def _where(about: list[str]) -> str:
    """How often a check warned, and of what."""
    places = sorted(set(about))
    shown = ", ".join(places[:_PLACES_SHOWN]) + (", …" if len(places) > _PLACES_SHOWN else "")
    return f"{len(about):,} ({shown})"


def _count(told: RunTold) -> int:
    return sum(len(about) for about in told.warnings.values())


def _counted(number: int, one: str, more: str) -> str:
    return f"{number:,} {one if number == 1 else more}"


def _troubles(told: RunTold) -> list[str]:
    found = (
        (len(told.steps), "step failed", "steps failed"),
        (len(set(told.checks)), "check stops what follows", "checks stop what follows"),
        (len(set(told.refused)), "file was refused", "files were refused"),
        (len(set(told.waiting)), "delivery waits", "deliveries wait"),
    )
    return [_counted(*one) for one in found if one[0]]


def _in_short(told: RunTold) -> str:
    warnings = _count(told)
    parts = _troubles(told) + ([_counted(warnings, "warning", "warnings")] if warnings else [])
    text = ", ".join(parts)
    return f"{text[:1].upper()}{text[1:]}." if text else "Nothing was found before that."


def _subject(told: RunTold) -> str:
    what = told.of or f"job {told.job}"
    if told.ended == "failed":
        first, *more = told.steps or ["the run"]
        return f"sangam: {what} failed at {first}" + (f" and {len(more)} more" if more else "")
    if told.ended == "was stopped":
        return f"sangam: {what} was stopped"
    if troubles := _troubles(told):
        return f"sangam: {what} went through, but {', '.join(troubles)}"
    return f"sangam: {what} went through with {_counted(_count(told), 'warning', 'warnings')}"
