"""What an M&E officer sees before signing off: values, what changed, what is open, missing, withheld, and the due date.

Shows and judges nothing: whether a sign-off is taken is `releases.approvals`' business.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.checks.source_status import SourceStatus
from orchestration.cli.console import TableColumn, plain, say, show_table, styled
from orchestration.cli.show_releases import shown
from orchestration.releases.approvals import signatures
from orchestration.releases.causes import causes_of
from orchestration.releases.changes import Change, compare
from orchestration.releases.content import KEY, Content
from orchestration.releases.due import days_left, due_on
from orchestration.releases.last_release import LastRelease, largest, last_release
from orchestration.releases.made_of import made_of, recipe_of_release
from orchestration.releases.missing import missing_of, reported_of_expected, told
from orchestration.releases.waiting import LATE, OPEN, deliveries, held
from orchestration.releases.withheld import told as withheld_told
from orchestration.settings import Settings
from orchestration.warehouse import logframes

_LARGEST = 10


def show_sign_off(settings: Settings, content: Content) -> None:
    """Print all that a sign-off of this content should rest on."""
    last = last_release(settings.home, content.donor, content.quarter)
    _values(content, last)
    _changes(settings, content, last)
    if words := withheld_told(content.values):
        say(styled("yellow", plain(words)))
    sources = deliveries(settings, content.donor, content.quarter)
    lines = [_line(row) for row in sources if row.state in OPEN]
    _list("Open findings", "none", [*lines, *map(plain, held(settings.home, content.donor, content.quarter))])
    missing = missing_of(content.values)
    said = {(one.region, one.source) for one in missing}
    late = [row for row in sources if row.state in LATE]
    others = [_line(row) for row in late if row.state != "missing" or (row.region, row.source) not in said]
    _list("Missing or late", "nothing", told(missing) + others)
    if not settings.landing.is_dir():
        say(f"What has arrived is not known: there is no landing {plain(settings.landing)}.", indent=2)
    for indicator, comment in content.comments.items():
        say(f"{styled('bold', 'Note')} on {plain(indicator)}: {plain(comment)}")
    if needed := _signatures(settings.home, content):
        say(needed)
    for donor in (one.donor for one in logframes.sound() if one.donor.code == content.donor):
        due = due_on(content.quarter, donor.due_days)
        say(f"Due {due}: {days_left(due, datetime.now(UTC).date())}.")


def _values(content: Content, last: LastRelease | None) -> None:
    """Totals against their targets and the last release."""
    before = {_key(row): row for row in last.values.to_pylist()} if last else {}
    totals = [row for row in content.values.to_pylist() if row["dimension"] == "all"]
    several = len({row["region"] for row in totals}) > 1
    rows = []
    for row in totals:
        of = [row["region"] if several else "", (row["over_time"] or "").replace("_", " ")]
        achieved = "" if row["achievement"] is None else f"{row['achievement']:.0%}"
        was = before.get(_key(row))
        rows.append(
            (
                plain(" ".join(filter(None, (row["indicator"], row["currency"])))),
                plain(" ".join(filter(None, of))),
                shown(row["value"], row["state"]),
                *([shown(was["value"], was["state"]) if was else ""] if last else []),
                _number(row["target"]),
                " ".join(filter(None, (achieved, plain(row["light"] or "")))),
            )
        )
    columns = (
        TableColumn("indicator"),
        TableColumn("of", wraps=True),
        TableColumn("value", right=True),
        *([TableColumn(last.name, right=True)] if last else []),
        TableColumn("target", right=True),
        TableColumn("achieved"),
    )
    there, expected = reported_of_expected(content.values)
    title = f"{content.donor} {content.quarter}: {there:,} of {expected:,} values are reported; totals"
    show_table(columns, rows, title)


def _with_causes(settings: Settings, content: Content, last: LastRelease) -> list[Change]:
    """What differs from the last release; with why, where that is of the same quarter."""
    found = compare(last.values, content.values, "")
    made = made_of(settings.home, content)
    was = recipe_of_release(settings.home, last.manifest)
    if not found or not made or not was or last.quarter != content.quarter:
        return found
    say(
        styled(
            "dim",
            f"Working out why values differ from {last.name}: making it again, one change at a time.",
        )
    )
    return causes_of(settings.home, content, made, was, last.values).explain(found)


def _changes(settings: Settings, content: Content, last: LastRelease | None) -> None:
    if not last:
        say("Nothing of this donor has been released before.")
        return
    found = _with_causes(settings, content, last)
    told = any(one.causes for one in found)
    rows = [
        (
            plain(" ".join(filter(None, (one.indicator, one.currency)))), plain(one.region or ""),
            plain(f"{one.dimension}={one.category}"), shown(one.old_value, one.old_state),
            shown(one.new_value, one.new_state),
            *([plain(one.reason)] if told else []),
        )
        for one in largest(found, _LARGEST)
    ]  # fmt: skip
    if not rows:
        say(f"No value differs from {last.name}.")
        return
    columns = (
        TableColumn("indicator"),
        TableColumn("region"),
        TableColumn("by", wraps=True),
        TableColumn(last.name, right=True),
        TableColumn("now", right=True),
        *([TableColumn("why", wraps=True)] if told else []),
    )
    count = len([one for one in found if one.is_restated])
    show_table(columns, rows, f"The largest of {count:,} changes since {last.name}")


def _signatures(home: Path, content: Content) -> str:
    """Who has signed off, and how many names the donor asks for; empty where it asks for one and has none."""
    needed = logframes.signatures_of(content.donor)
    given = ", ".join(plain(one.approved_by) for one in signatures(home, content))
    asked = f"{needed} different people sign off for this donor. " if needed > 1 else ""
    return f"{asked}{f'Signed off by {given} already.' if given else ''}".strip()


def _list(heading: str, none: str, lines: list[str]) -> None:
    say(f"{styled('bold', heading)}: {len(lines) or none}")
    for line in lines:
        say(plain(line), indent=2)


def _line(row: SourceStatus) -> str:
    name = f"{row.region}/{row.source}" if row.source else row.region
    return f"{name} {row.state}{f': {row.note}' if row.note else ''}"


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in KEY)


def _number(value: float | None) -> str:
    return "" if value is None else shown(value, None)
