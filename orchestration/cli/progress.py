"""`sangam run` as a person sees it: a line a source as it goes on, a closing table, what to do next."""

from __future__ import annotations

import time
from typing import Any

from rich.markup import escape
from rich.table import Table

from orchestration.cli.console import console
from orchestration.cli.receipts_table import per_source
from orchestration.quarter_run import Outcome, home_of, run_quarter
from orchestration.resources import listen
from orchestration.settings import Settings


def _line(event: str, facts: dict[str, Any]) -> str | None:
    if event == "source_done":
        fresh = [r for r in facts["receipts"] if r.read_now]
        name = f"{facts['region'].lstrip('_')}/{facts['source']}"
        if not facts["receipts"]:
            return f"  [dim]{name}: nothing has arrived[/]"
        refused = [r for r in fresh if r.refused]
        seconds = sum(r.seconds for r in fresh)
        text = (
            f"  {name}: {len(fresh)} file(s) read in {seconds:.1f} s"
            if fresh
            else f"  [dim]{name}: unchanged[/]"
        )
        return text + "".join(f"\n    [red]refused[/] {r.message}" for r in refused)
    if event == "slips_sent":
        return f"  {len(facts['keys'])} return slips put into the partners' buckets"
    if event == "linkage_done":
        review = sum(one.review for one in facts["summaries"])
        told = f"  {facts['region']}: persons and households linked, {review:,} to review"
        return told if any(one.linked_now for one in facts["summaries"]) else None
    if event == "batches_checked":
        fresh = [result for result in facts["results"] if result.checked_now]
        found = sum(result.count("error") + result.count("warning") for result in fresh)
        return f"  {len(fresh)} deliveries checked as a whole, {found} findings" if fresh else None
    if event == "warehouse_started":
        return f"  warehouse: building {', '.join(facts['quarters'])} …"
    if event == "release_done":
        return f"  release {facts['donor']} {facts['quarter']}: {facts['state']}"
    return None


def run_with_progress(settings: Settings, quarter: str, regions: list[str]) -> int:
    """Run a quarter, print how it goes and what came of it; the exit status."""
    started = time.perf_counter()
    console.print(f"[bold]sangam[/] {quarter} from {home_of(settings.landing)}")
    console.print("  [dim]reading what is new or changed …[/]")

    def show(event: str, facts: dict[str, Any]) -> None:
        if line := _line(event, facts):
            console.print(line)

    stop = listen(show)
    try:
        outcome = run_quarter(settings, quarter, regions)
    finally:
        stop()
    console.print(closing_table(outcome))
    for line in stray_lines(outcome):
        console.print(line)
    for failure in outcome.failed:
        console.print(f"[red]failed[/] {escape(failure)}")
    for line in outcome.waiting:
        console.print(f"[yellow]waits[/] {escape(line)}")
    for receipt in outcome.refused:
        console.print(f"[red]refused[/] {receipt.path} ({receipt.refused}): {receipt.message}")
    console.print(f"{time.perf_counter() - started:.1f} s in all. Home: {home_of(settings.home)}")
    return outcome.exit_status


def stray_lines(outcome: Outcome) -> list[str]:
    """Files no contract expects, in a line for each reason."""
    by_message: dict[str, list[str]] = {}
    for stray in outcome.strays:
        by_message.setdefault(stray.message, []).append(stray.relative)
    return [
        f"[yellow]not read[/] {files[0]}{f' and {len(files) - 1} more' if len(files) > 1 else ''}: {escape(message)}"
        for message, files in by_message.items()
    ]


def closing_table(outcome: Outcome) -> Table:
    """What was read, accepted, quarantined, refused, flagged, and how long it took, per source."""
    table = Table(title=f"Deliveries up to {outcome.quarter}", title_justify="left")
    table.add_column("source", no_wrap=True)
    for name in ("files", "read", "accepted", "quarantined", "refused", "warnings", "seconds"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in per_source(outcome.receipts):
        refused = f"[red]{row.refused}[/]" if row.refused else "0"
        table.add_row(
            row.name, str(row.files), f"{row.read:,}", f"{row.accepted:,}", f"{row.quarantined:,}",
            refused, f"{row.warnings:,}", f"{row.seconds:.1f}",
        )  # fmt: skip
    return table
