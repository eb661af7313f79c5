"""`sangam release due --on DATE`: what should have gone to the donors by then, and what of it has."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

from orchestration.cli.console import TableColumn, plain, say, show_table, styled
from orchestration.cli.show_pending import first_delivered
from orchestration.quarters import quarter_after
from orchestration.releases.due import days_left, due_on
from orchestration.settings import Settings
from orchestration.warehouse import logframes
from orchestration.warehouse.released import latest_releases

_COLUMNS = (
    TableColumn("donor"),
    TableColumn("quarter"),
    TableColumn("due"),
    TableColumn("time", right=True),
    TableColumn("release"),
    TableColumn("signed off", wraps=True),
)


def show_due(settings: Settings, on: date) -> bool:
    """Print each donor's quarters whose day has come, from the first of which anything came; whether all are out."""
    out = {}
    for folder in latest_releases(settings.home / "releases"):
        said = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        out[said["donor"], said["quarter"]] = said
    rows, all_out = [], True
    for donor, quarter, due in _due(settings, on):
        said = out.get((donor, quarter))
        all_out &= said is not None
        release = said["release"] if said else styled("red", "not released")
        signed = plain(f"{said['approved_at'][:10]}, {said['approved_by']}") if said else ""
        left = "" if said else styled("red", days_left(due, on))
        rows.append((donor, quarter, str(due), left, release, signed))
    if rows:
        show_table(_COLUMNS, rows, f"Due by {on}")
    else:
        say(f"Nothing was due by {on}.")
    return all_out


def _due(settings: Settings, on: date) -> Iterator[tuple[str, str, date]]:
    for frame in logframes.sound():
        quarter = first_delivered(settings, frame.donor.code)
        while quarter and (due := due_on(quarter, frame.donor.due_days)) <= on:
            yield frame.donor.code, quarter, due
            quarter = quarter_after(quarter)
