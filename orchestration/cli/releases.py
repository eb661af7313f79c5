"""The commands around releases: the sub-app `release_app`.

Only words and tables; what is done is in the other modules. Imports within the functions are for start-up: Arrow and S3
take seconds, a wrong word is refused before.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ingest.errors import SangamError
from orchestration.cli.console import TableColumn, plain, say, show_table
from orchestration.cli.known_words import known_donor, known_release
from orchestration.cli.sign_off import Donor, Quarter
from orchestration.quarters import check_quarter
from orchestration.settings import settings

release_app = typer.Typer(
    help="Releases: pending, due, list, verify, rebuild, compare, fetch.", no_args_is_help=True
)
Release = Annotated[str | None, typer.Option("--release", "-r", help="Such as r001; the latest if left out.")]


@release_app.command("pending")
def pending_command(
    donor: Annotated[str | None, typer.Argument(help="One donor; all if left out.")] = None,
    quarter: Annotated[
        str | None, typer.Argument(help="One quarter; those that are due if left out.")
    ] = None,
) -> None:
    """List what waits for a sign-off, when it is due, how much of it there is and what is missing."""
    where = settings()
    if donor:
        known_donor(donor, where.home)
    if quarter:
        check_quarter(quarter)
    # For start-up: a command loads what it needs and no other's.
    from orchestration.cli.show_pending import show_pending

    show_pending(where, datetime.now(UTC).date(), donor, quarter)


@release_app.command("due")
def due_command(
    on: Annotated[
        datetime | None, typer.Option(help="Such as 2021-08-15; today.", formats=["%Y-%m-%d"])
    ] = None,
) -> None:
    """List what should have gone by a day, and what of it has. Exit status 1: something has not."""
    # For start-up: a command loads what it needs and no other's.
    from orchestration.cli.show_due import show_due

    if not show_due(settings(), (on or datetime.now(UTC)).date()):
        raise typer.Exit(1)


@release_app.command("list")
def list_command(
    donor: Annotated[str | None, typer.Argument(help="One donor; all if left out.")] = None,
    quarter: Annotated[str | None, typer.Argument(help="One quarter; all if left out.")] = None,
) -> None:
    """List the releases in S3."""
    home = settings().home
    if donor:
        known_donor(donor, home)
    if quarter:
        check_quarter(quarter)
    # For start-up: a command loads what it needs and no other's.
    from orchestration.releases.donor_store import store
    from orchestration.releases.verify import list_releases

    rows = []
    with store() as client:
        for one in [donor] if donor else _released_donors(home):
            rows += [
                (
                    one, found.quarter, found.release, found.status, found.predecessor or "", f"{found.changes:,}",
                    found.approved_at[:10], plain(found.approved_by),
                )
                for found in list_releases(client, one, quarter)
            ]  # fmt: skip
    columns = (
        TableColumn("donor"),
        TableColumn("quarter"),
        TableColumn("release"),
        TableColumn("status"),
        TableColumn("replaces"),
        TableColumn("changes", right=True),
        TableColumn("signed on"),
        TableColumn("by", wraps=True),
    )
    if rows:
        show_table(columns, rows)
    else:
        say("There are no releases.")


@release_app.command("verify")
def verify_command(donor: Donor, quarter: Quarter, release: Release = None) -> None:
    """Fetch a release with the donor's own keys and check every file against its manifest."""
    home = _require_released(donor, quarter, release)
    # For start-up: a command loads what it needs and no other's.
    from orchestration.cli.show_releases import show_proof
    from orchestration.releases.donor_store import store
    from orchestration.releases.verify import verify

    with store(donor) as client:
        proof = verify(client, donor, quarter, release, home)
    if not show_proof(proof, "as the manifest says", "is whole", "is damaged"):
        raise typer.Exit(1)


@release_app.command("rebuild")
def rebuild_command(
    donor: Donor,
    quarter: Quarter,
    release: Release = None,
    out: Annotated[Path | None, typer.Option(help="Leave the files built in this new folder.")] = None,
) -> None:
    """Build a release again from the deliveries and the code of its day; compare it byte for byte."""
    home = _require_released(donor, quarter, release)
    # For start-up: a command loads what it needs and no other's.
    from orchestration.cli.show_releases import show_proof
    from orchestration.releases.donor_store import store
    from orchestration.releases.rebuild import rebuild

    with store(donor) as client:
        proof = rebuild(home, client, donor, quarter, release, out)
    if not show_proof(proof, "the same, byte for byte", "comes out the same", "comes out different"):
        raise typer.Exit(1)


@release_app.command("diff")
def diff_command(
    donor: Donor,
    quarter: Quarter,
    old: Annotated[str, typer.Argument(help="Such as r001.")],
    new: Annotated[str, typer.Argument(help="Such as r002.")],
) -> None:
    """Show what changed between two releases of a quarter."""
    _require_released(donor, quarter, old, new)
    # For start-up: a command loads what it needs and no other's.
    from orchestration.cli.show_releases import show_changes
    from orchestration.releases.donor_store import store
    from orchestration.releases.verify import diff

    with store(donor) as client:
        changes = diff(client, donor, quarter, old, new)
    show_changes(changes, old, new)


@release_app.command("fetch")
def fetch_command(
    donor: Donor,
    quarter: Quarter,
    to: Annotated[Path, typer.Option(help="A folder that does not exist yet.")],
    release: Release = None,
) -> None:
    """Fetch a release with the donor's own keys."""
    _require_released(donor, quarter, release)
    if to.exists():
        raise SangamError(f"{to} exists already; name a folder that does not.")
    # For start-up: a command loads what it needs and no other's.
    from orchestration.releases import shelf
    from orchestration.releases.donor_store import store
    from orchestration.releases.header import MANIFEST

    with store(donor) as client:
        name = shelf.named_or_latest(client, donor, quarter, release)
        files = [file["name"] for file in shelf.manifest(client, donor, quarter, name)["files"]]
        bodies = {file: shelf.fetch(client, donor, quarter, name, file) for file in [*files, MANIFEST]}
    to.mkdir(parents=True)
    for file, body in bodies.items():
        (to / Path(file).name).write_bytes(body)
    say(f"{name} of {donor} {quarter}: {len(bodies)} files in {plain(to)}", as_one=True)


def _require_released(donor: str, quarter: str, *releases: str | None) -> Path:
    """The home, where the words can name releases of it. Raises SangamError otherwise, before S3 is started."""
    # For start-up: a command loads what it needs and no other's.
    from orchestration.s3.object_store import is_embedded

    home = settings().home
    known_donor(donor, home)
    check_quarter(quarter)
    for release in filter(None, releases):
        known_release(release)
    signed_off = home / "releases" / "_approvals" / donor
    quarters = sorted(path.name for path in signed_off.glob("*/"))
    if is_embedded() and quarter not in quarters:  # its S3 holds only what was signed off in this home
        raise SangamError(
            f"There is no release of {donor} {quarter} in {home}: nobody has signed it off. Signed off are: "
            f"{', '.join(quarters) or 'none'}."
        )
    return home


def _released_donors(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "releases").glob("[a-z]*") if path.is_dir())
