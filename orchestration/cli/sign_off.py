"""The command `sangam approve`: shows what is to be signed off, asks, and releases.

Only words; what is shown is in `show_sign_off`, what is done in `releases`. Imports within the functions are for
start-up: Arrow and S3 take seconds, a wrong word is refused before.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from ingest.errors import SangamError
from orchestration.cli.console import plain, say, styled
from orchestration.cli.known_words import known_donor
from orchestration.quarters import check_quarter
from orchestration.settings import settings

Donor = Annotated[str, typer.Argument(help="Donor code, such as eu_success.")]
Quarter = Annotated[str, typer.Argument(help="Calendar quarter, such as 2021Q2.")]


def approve_command(
    donor: Donor,
    quarter: Quarter,
    by: Annotated[str, typer.Option(help="Name of the M&E officer who signs off.")],
    publish: Annotated[bool, typer.Option("--publish/--no-publish", help="Release at once.")] = True,
    reason: Annotated[str | None, typer.Option(help="Why numbers changed since the last release.")] = None,
    provisional: Annotated[
        bool, typer.Option("--provisional", help="Although sources are missing: complete it later.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: for scripts.")] = False,
) -> None:
    """Show a donor's quarter as it stands, ask, sign it off, and release it."""
    where = settings()
    known_donor(donor, where.home)
    check_quarter(quarter)
    # For start-up: a command loads what it needs and no other's.
    from orchestration.cli.show_sign_off import show_sign_off
    from orchestration.releases import approvals
    from orchestration.releases.content import read_content

    approvals.officer(by)
    content = read_content(where.home, donor, quarter)
    show_sign_off(where, content)
    approvals.require_ready(where.home, content, provisional)
    if not yes:
        _ask()
    approval = approvals.approve(where.home, donor, quarter, by, provisional=provisional, seen=content.sha256)
    kind = "provisional" if approval.provisional else "final"
    say(
        f"{donor} {quarter} is signed off by {plain(approval.approved_by)} ({approval.approved_at}), as {kind}."
    )
    if not approvals.approval_of(where.home, content):
        say("Not released: this donor asks for another person's name. The same command with it releases.")
    elif publish:
        _release(donor, quarter, reason, approval.approved_by)
    else:
        say("Not released (--no-publish). The same command without it releases.")


def _ask() -> None:
    """Have a person say yes. Raises SangamError where nobody can be asked; ends the command where they do not."""
    if not sys.stdin.isatty():
        raise SangamError(
            "Not signed off: nobody can be asked here. Look at what is shown above, then run the same with --yes."
        )
    if not typer.confirm("Sign off?"):
        say("Not signed off.")
        raise typer.Exit(1)


def _release(donor: str, quarter: str, reason: str | None, by: str) -> None:
    # For start-up: a command loads what it needs and no other's.
    from orchestration.assets.released_event import report
    from orchestration.quarter_run import prepare_dagster_home
    from orchestration.releases.donor_store import donor_names, store
    from orchestration.releases.publish import publish

    with store(publishing_for=donor) as client:
        done = publish(settings().home, client, donor, quarter, reason, donor_names)
    if done.is_new:
        prepare_dagster_home(settings())
        report(done, by)
        after = f", after {done.predecessor} with {done.changes} changes" if done.predecessor else ""
        say(f"Released as {styled('bold', done.release)}{after}.")
    else:
        say(f"{styled('bold', done.release)} has this very content already; nothing was released anew.")
    say(f"S3     s3://{done.bucket}/{done.prefix}", indent=2, as_one=True)
    say(f"here   {plain(done.folder)}", indent=2, as_one=True)
    fetch = f"sangam release fetch {donor} {quarter} --release {done.release} --to FOLDER"
    say(f"fetch  {fetch}", indent=2, as_one=True)
