"""The commands around releases: `approve_command`, and the sub-app `release_app`.

Only words and tables; what is done is in the other modules. SANGAM_HOME (default `.sangam`) is the home.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from ingest.errors import SangamError
from orchestration.releases.donor_store import donor_names, home, store
from orchestration.releases.proof import Proof

P = ParamSpec("P")
R = TypeVar("R")
release_app = typer.Typer(help="Releases: list, verify, rebuild, compare, fetch.", no_args_is_help=True)
console = Console()
Donor = Annotated[str, typer.Argument(help="Donor code, such as eu_success.")]
Quarter = Annotated[str, typer.Argument(help="Calendar quarter, such as 2021Q2.")]
Release = Annotated[str | None, typer.Option("--release", "-r", help="Such as r001; the latest if left out.")]


def told(command: Callable[P, R]) -> Callable[P, R]:
    """Show a SangamError as its message and end with status 1."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except SangamError as error:
            console.print(str(error), style="red", markup=False, highlight=False)
            raise typer.Exit(1) from error

    return run


@told
def approve_command(
    donor: Donor,
    quarter: Quarter,
    by: Annotated[str, typer.Option(help="Name of the M&E officer who signs off.")],
    publish: Annotated[bool, typer.Option("--publish/--no-publish", help="Release at once.")] = True,
    reason: Annotated[str | None, typer.Option(help="Why numbers changed since the last release.")] = None,
) -> None:
    """Sign off a donor's quarter as it stands, and release it."""
    from orchestration.releases import approvals
    from orchestration.releases.publish import publish as publish_release

    approval = approvals.approve(home(), donor, quarter, by)
    console.print(f"{donor} {quarter} is signed off by {approval.approved_by} ({approval.approved_at}).")
    if not publish:
        console.print("Not released (--no-publish). The same command without it releases.")
        return
    with store(publishing_for=donor) as client:
        done = publish_release(home(), client, donor, quarter, reason, donor_names)
    if done.is_new:
        after = f", after {done.predecessor} with {done.changes} changes" if done.predecessor else ""
        console.print(f"Released as [bold]{done.release}[/bold]{after}.")
    else:
        console.print(
            f"[bold]{done.release}[/bold] has this very content already; nothing was released anew."
        )
    console.print(f"  S3     s3://{done.bucket}/{done.prefix}", soft_wrap=True)
    console.print(f"  here   {done.folder}", soft_wrap=True)
    console.print(f"  fetch  sangam release fetch {donor} {quarter} --release {done.release} --to FOLDER")


@release_app.command("pending")
@told
def pending_command() -> None:
    """List what waits for a sign-off."""
    from orchestration.releases.approvals import pending

    table = Table("Donor", "Quarter", "Waiting because")
    for one in pending(home()):
        void = one.void
        why = f"numbers changed after {void.approved_by}, {void.approved_at}" if void else "not signed off"
        table.add_row(one.donor, one.quarter, why)
    console.print(table if table.row_count else "Everything is signed off.")


@release_app.command("list")
@told
def list_command(
    donor: Annotated[str | None, typer.Argument(help="One donor; all if left out.")] = None,
    quarter: Annotated[str | None, typer.Argument(help="One quarter; all if left out.")] = None,
) -> None:
    """List the releases in S3."""
    from orchestration.releases.verify import list_releases

    table = Table("Donor", "Quarter", "Release", "Replaces", "Changes", "Signed off by", "on")
    with store() as client:
        for one in [donor] if donor else _released_donors():
            for found in list_releases(client, one, quarter):
                before = found.predecessor or ""
                day = found.approved_at[:10]
                table.add_row(
                    one, found.quarter, found.release, before, str(found.changes), found.approved_by, day
                )
    console.print(table if table.row_count else "There are no releases.")


@release_app.command("verify")
@told
def verify_command(donor: Donor, quarter: Quarter, release: Release = None) -> None:
    """Fetch a release with the donor's own keys and check every file against its manifest."""
    from orchestration.releases.verify import verify

    with store(donor) as client:
        proof = verify(client, donor, quarter, release, home())
    _show(proof, "as the manifest says", "is whole", "is damaged")


@release_app.command("rebuild")
@told
def rebuild_command(
    donor: Donor,
    quarter: Quarter,
    release: Release = None,
    out: Annotated[Path | None, typer.Option(help="Leave the files built in this new folder.")] = None,
) -> None:
    """Build a release again from the warehouse and compare it byte for byte."""
    from orchestration.releases.verify import rebuild

    with store(donor) as client:
        proof = rebuild(home(), client, donor, quarter, release, out)
    _show(proof, "the same, byte for byte", "comes out the same", "comes out different")


@release_app.command("diff")
@told
def diff_command(
    donor: Donor,
    quarter: Quarter,
    old: Annotated[str, typer.Argument(help="Such as r001.")],
    new: Annotated[str, typer.Argument(help="Such as r002.")],
) -> None:
    """Show what changed between two releases of a quarter."""
    from orchestration.releases.verify import diff

    with store(donor) as client:
        changes = diff(client, donor, quarter, old, new)
    table = Table("Indicator", "Region", "By", "Category", old, new, "What differs", "Reason")
    for change in changes:
        table.add_row(
            " ".join(part for part in (change.indicator, change.currency) if part), change.region,
            change.dimension, change.category, _shown(change.old_value, change.old_state),
            _shown(change.new_value, change.new_state), ", ".join(change.columns), change.reason,
        )  # fmt: skip
    console.print(table if changes else f"{old} and {new} have the same values.")


@release_app.command("fetch")
@told
def fetch_command(
    donor: Donor,
    quarter: Quarter,
    to: Annotated[Path, typer.Option(help="A folder that does not exist yet.")],
    release: Release = None,
) -> None:
    """Fetch a release with the donor's own keys."""
    from orchestration.releases import shelf
    from orchestration.releases.header import MANIFEST

    if to.exists():
        raise SangamError(f"{to} exists already; name a folder that does not.")
    with store(donor) as client:
        name = shelf.named_or_latest(client, donor, quarter, release)
        files = [file["name"] for file in shelf.manifest(client, donor, quarter, name)["files"]]
        bodies = {file: shelf.fetch(client, donor, quarter, name, file) for file in [*files, MANIFEST]}
    to.mkdir(parents=True)
    for file, body in bodies.items():
        (to / Path(file).name).write_bytes(body)
    console.print(f"{name} of {donor} {quarter}: {len(bodies)} files in {to}", soft_wrap=True)


def _released_donors() -> list[str]:
    folder = home() / "releases"
    return sorted(path.name for path in folder.glob("[a-z]*") if path.is_dir())


def _shown(value: float | None, state: str | None) -> str:
    return (
        f"{value:,.4g}"
        if value is not None and abs(value) < 1000
        else (f"{value:,.2f}" if value is not None else (state or "absent").replace("_", " "))
    )


def _show(proof: Proof, fine: str, whole: str, broken: str) -> None:
    """Print what was found file by file; end with status 1 if anything is wrong."""
    table = Table("File", "Finding")
    for file in proof.files:
        table.add_row(file.name, file.problem or fine, style="red" if file.problem else None)
    console.print(table)
    for note in proof.notes:
        console.print(f"  {note}", markup=False, soft_wrap=True)
    verdict = whole if proof.is_whole else broken
    console.print(f"{proof.donor} {proof.quarter} {proof.release} {verdict}.")
    if not proof.is_whole:
        raise typer.Exit(1)
