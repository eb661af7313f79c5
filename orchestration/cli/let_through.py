"""`sangam let-through`: what a waiting delivery would change, and a person's decision that it may."""

from __future__ import annotations

from pathlib import Path

from ingest.deliveries.drift_preview import preview
from ingest.deliveries.let_through import let_through as record
from ingest.deliveries.let_through import paused
from orchestration.checks import holds
from orchestration.checks.waits import waits_lines
from orchestration.cli.console import TableColumn, plain, say, show_table, styled

_FIGURES = ("rows before", "rows now", "added", "gone", "changed")
_COLUMNS = (TableColumn("table"), *(TableColumn(name, right=True) for name in _FIGURES))
_NOTHING = "Nothing was let through (--dry-run)."


def let_through(
    home: Path, region: str, source: str, quarter: str, by: str, reason: str, *, dry_run: bool
) -> None:
    """Show what the waiting deliveries would change and, unless only asked to show, let them through.

    Raises SangamError where none waits, or without a name and a reason.
    """
    if held := holds.waiting(home, region, source, quarter):
        say(plain(holds.line(held[1])))
        if dry_run:
            say(_NOTHING)
            return
        for path in holds.let_through(home, *held, by, reason):
            say(f"Recorded in {plain(path)}.", as_one=True)
        return
    for receipt in paused(home, region, source, quarter):
        say(f"{styled('bold', plain(receipt.path))} waits:")
        for why in waits_lines(receipt):
            say(plain(why), indent=2)
        rows = [
            (plain(one.table), *(f"{n:,}" for n in (one.before, one.now, one.added, one.gone, one.changed)))
            for one in preview(home, receipt)
        ]
        show_table(_COLUMNS, rows)
        if dry_run:
            say(_NOTHING)
            continue
        path = record(home, receipt, waits_lines(receipt), by, reason)
        say(f"Let through by {plain(by)}: {plain(reason)}. The next `sangam run` takes it. Recorded in")
        say(plain(path), indent=2, as_one=True)
