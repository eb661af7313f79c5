"""`sangam release due --on DATE`: what should have gone to the donors by then, and what of it has."""

from __future__ import annotations

from datetime import date

from orchestration.cli.console import TableColumn, plain, say, show_table, styled
from orchestration.releases.due import days_left
from orchestration.releases.waiting import due_quarters
from orchestration.settings import Settings
from orchestration.warehouse import logframes
from orchestration.warehouse.released import latest_manifests

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
    out = latest_manifests(settings.home / "releases")
    rows, all_out = [], True
    due_by_donor = [
        (frame.donor.code, *one)
        for frame in logframes.sound()
        for one in due_quarters(settings, frame.donor, on)
    ]
    for donor, quarter, due in due_by_donor:
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
