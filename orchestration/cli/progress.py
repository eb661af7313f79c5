"""`sangam run` as a person sees it: a line a source as it goes on, a closing table, what to do next."""

from __future__ import annotations

import time

from orchestration.cli.console import TableColumn, plain, say, show_table, styled
from orchestration.cli.receipts_table import per_source
from orchestration.events import (
    BatchesChecked,
    Event,
    LandingSeen,
    LinkageDone,
    ReleaseDone,
    SlipsSent,
    SourceDone,
    Unchanged,
    WarehouseStarted,
    listen,
)
from orchestration.quarter_run import Outcome, home_of, run_quarter
from orchestration.settings import Settings

_LITTER_SHOWN = 5  # names; the rest is counted


def _line(event: Event) -> str | None:
    """What a person reads of an event; None where there is nothing new to say."""
    match event:
        case SourceDone():
            return _source_line(event)
        case SlipsSent():
            count = f"{len(event.keys)} return slip{'' if len(event.keys) == 1 else 's'}"
            return styled("dim", f"{event.region}: {count} put into the partner's bucket")
        case LinkageDone():
            review = sum(one.review for one in event.summaries)
            told = f"{event.region}: persons and households linked, {review:,} to review"
            return told if any(one.linked_now for one in event.summaries) else None
        case BatchesChecked():
            fresh = [result for result in event.results if result.checked_now]
            found = sum(result.count("error") + result.count("warning") for result in fresh)
            return f"{len(fresh)} deliveries checked as a whole, {found} findings" if fresh else None
        case WarehouseStarted():
            return f"warehouse: building {', '.join(event.quarters)} …"
        case ReleaseDone():
            return f"release {event.donor} {event.quarter}: {event.state}"
        case LandingSeen():
            return None  # told at the end
        case Unchanged():
            return styled("dim", f"nothing new: {', '.join(one.lstrip('_') for one in event.regions)}")


def _source_line(event: SourceDone) -> str:
    fresh = [r for r in event.receipts if r.read_now]
    name = f"{event.region.lstrip('_')}/{event.source}"
    if not event.receipts:
        return styled("dim", f"{name}: nothing has arrived")
    if not fresh:
        return styled("dim", f"{name}: unchanged")
    refused = "".join(f"\n  {styled('red', 'refused')} {r.message}" for r in fresh if r.refused)
    return f"{name}: {len(fresh)} file(s) read in {sum(r.seconds for r in fresh):.1f} s{refused}"


def run_with_progress(settings: Settings, quarter: str, regions: list[str]) -> int:
    """Run a quarter, print how it goes and what came of it; the exit status."""
    started = time.perf_counter()
    say(f"{styled('bold', 'sangam')} {quarter} from {plain(home_of(settings.landing))}")
    say(styled("dim", "reading what is new or changed …"), indent=2)

    def show(event: Event) -> None:
        if line := _line(event):
            say(line, indent=2)

    stop = listen(show)
    try:
        outcome = run_quarter(settings, quarter, regions)
    finally:
        stop()
    show_closing_table(outcome)
    for line in (*stray_lines(outcome), *left_out_lines(outcome)):
        say(line)
    for failure in outcome.failed:
        say(f"{styled('red', 'failed')} {failure}")
    for line in outcome.waiting:
        say(f"{styled('yellow', 'waits')} {line}")
    for receipt in outcome.refused:
        say(f"{styled('red', 'refused')} {plain(receipt.path)} ({receipt.refused}): {receipt.message}")
    say(f"{time.perf_counter() - started:.1f} s in all. Home: {plain(home_of(settings.home))}")
    return outcome.exit_status


def stray_lines(outcome: Outcome) -> list[str]:
    """Files no contract expects, in a line for each reason."""
    by_message: dict[str, list[str]] = {}
    for stray in outcome.strays:
        by_message.setdefault(stray.message, []).append(stray.relative)
    more = {message: f" and {len(files) - 1} more" for message, files in by_message.items() if len(files) > 1}
    return [
        f"{styled('yellow', 'not read')} {plain(files[0])}{more.get(message, '')}: {message}"
        for message, files in by_message.items()
    ]


def left_out_lines(outcome: Outcome) -> list[str]:
    """Files of zips that are no table of the contract, in a line each; and what systems left, in one."""
    lines = [f"{styled('yellow', 'not read')} {line}" for line in outcome.left_out]
    if found := outcome.litter:
        more = f" and {len(found) - _LITTER_SHOWN} more" if len(found) > _LITTER_SHOWN else ""
        shown = plain(", ".join(found[:_LITTER_SHOWN]))
        lines.append(styled("dim", f"left by systems or not finished, and not read: {shown}{more}"))
    return lines


def show_closing_table(outcome: Outcome) -> None:
    """What was read, accepted, quarantined, refused, flagged, and how long it took, per source."""
    names = ("files", "read", "accepted", "quarantined", "refused", "warnings", "seconds")
    rows = [
        (
            plain(row.name), str(row.files), f"{row.read:,}", f"{row.accepted:,}", f"{row.quarantined:,}",
            styled("red", row.refused) if row.refused else "0", f"{row.warnings:,}", f"{row.seconds:.1f}",
        )
        for row in per_source(outcome.receipts)
    ]  # fmt: skip
    columns = (TableColumn("source"), *(TableColumn(name, right=True) for name in names))
    show_table(columns, rows, f"Deliveries up to {outcome.quarter}")
