"""`sangam status`: what of a quarter has arrived, is missing, waits, was refused or came late.

What the status of a source is says `checks.source_status`; here it is printed.
"""

from __future__ import annotations

from ingest.deliveries.landing import strays
from orchestration.checks.source_status import quarter_status
from orchestration.cli.console import Style, TableColumn, plain, say, show_table, styled
from orchestration.settings import Settings
from orchestration.warehouse import logframes
from orchestration.warehouse.released import latest_manifests

_COLOURS: dict[str, Style] = {
    "broken": "red",
    "arrived": "green",
    "late": "yellow",
    "paused": "yellow",
    "refused": "red",
    "missing": "red",
}


def _show_releases(settings: Settings, quarter: str) -> None:
    """What of the quarter is out, by donor; nothing where nothing is."""
    rows = []
    for said in latest_manifests(settings.home / "releases").values():
        if said["quarter"] == quarter:
            rows.append(
                (said["donor"], said["release"], said["approved_at"][:10], plain(said["approved_by"]))
            )
    columns = (
        TableColumn("donor"),
        TableColumn("release"),
        TableColumn("signed on"),
        TableColumn("by", wraps=True),
    )
    if rows:
        show_table(columns, rows, f"Releases of {quarter}")


def show_status(settings: Settings, quarter: str) -> None:
    """Print the deliveries, what is released of the quarter, and what is not read or broken."""
    columns = (
        TableColumn("delivery"),
        TableColumn("state"),
        TableColumn("files", right=True),
        TableColumn("arrived"),
        TableColumn("due"),
        TableColumn("what", wraps=True),
    )
    rows = []
    for row in quarter_status(settings, quarter):
        colour: Style = _COLOURS.get(row.state, "dim")
        arrived = f"{row.arrived_at:%Y-%m-%d}" if row.arrived_at else ""
        state = styled(colour, row.state)
        name = f"{row.region}/{row.source}" if row.source else row.region
        rows.append((name, state, str(row.files or ""), arrived, str(row.due or ""), row.note))
    show_table(columns, rows, f"Deliveries for {quarter}")
    _show_releases(settings, quarter)
    for stray in strays(settings.landing):
        say(f"{styled('yellow', 'not read')} {stray.relative}: {stray.message}")
    for why in logframes.faults().values():
        say(f"{styled('red', 'broken')} {why}")
