"""The commands around S3 keys of donors and partners: the sub-app `keys_app`.

Only words; what is done is in `orchestration.s3.keys`. Secrets go into files, never to the terminal.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from ingest.nearest import unknown
from orchestration.cli.console import TableColumn, plain, say, show_table, styled
from orchestration.settings import settings

keys_app = typer.Typer(
    help="S3 keys of donors and partners: list, hand-over, rotate, policy.", no_args_is_help=True
)
Who = Annotated[str, typer.Argument(help="Donor or region, such as eu_success or sindh.")]
To = Annotated[Path, typer.Option(help="A file that does not exist yet; only you can read it.")]


@keys_app.command("list")
def list_command() -> None:
    """List who has keys to the embedded S3, what they open and since when."""
    # For start-up: a command loads what it needs and no other's.
    from orchestration.s3 import keyring, keys, seaweed

    held = keyring.ring(seaweed.folder_of(settings().home))
    rows = [
        (holder.name, pair.access_key, pair.made_at[:10], plain(holder.about))
        for holder, pair in [
            *((keys.donor(name), pair) for name, pair in held.donors.items()),
            *((keys.partner(name), pair) for name, pair in held.partners.items()),
        ]
    ]
    columns = (
        TableColumn("holder"), TableColumn("key id"), TableColumn("made on"), TableColumn("opens", wraps=True),
    )  # fmt: skip
    if rows:
        show_table(columns, rows)
    else:
        say("Nobody has keys yet. `sangam keys hand-over DONOR --to FILE` makes them.")


@keys_app.command("hand-over")
def hand_over_command(who: Who, to: To) -> None:
    """Write a holder's keys into a file for handing over; they are made if there are none."""
    _give(who, to, anew=False)


@keys_app.command("rotate")
def rotate_command(who: Who, to: To) -> None:
    """Make another pair of keys in the place of a holder's: the present one opens nothing from then on."""
    _give(who, to, anew=True)


@keys_app.command("policy")
def policy_command(who: Who) -> None:
    """Print what a holder's keys may, as an IAM policy for AWS and others that know its conditions."""
    is_donor = _is_donor(who)
    # For start-up: a command loads what it needs and no other's.
    from orchestration.s3 import keys

    typer.echo(json.dumps(keys.policy(keys.holder(who, is_donor=is_donor)), indent=2))


def _give(who: str, to: Path, *, anew: bool) -> None:
    is_donor = _is_donor(who)
    # For start-up: a command loads what it needs and no other's.
    from orchestration.s3 import keys

    holder = keys.holder(who, is_donor=is_donor)
    pair = keys.give(settings().home, holder, to, anew=anew)
    if anew:
        say(f"The keys of {styled('bold', holder.name)} are new: those of before open nothing any more.")
    say(f"Key {pair.access_key} of {holder.name} {plain(holder.about)}.")
    say("Hand this file over by a way that nobody else reads, then delete it:")
    say(plain(to), indent=2, as_one=True)


def _is_donor(word: str) -> bool:
    """Whether a word names a donor; else it names a region. Raises SangamError where it names neither."""
    # For start-up: contracts and logframes take longer than all the rest of `--help`.
    from ingest.contracts.loading import region_files
    from orchestration.warehouse import logframes

    released = (path.name for path in (settings().home / "releases").glob("[a-z]*/"))
    donors = sorted({*logframes.donor_codes(), *released})
    regions = [name for name in region_files() if name[0] != "_"]
    if word not in [*donors, *regions]:
        raise unknown("donor or region", word, [*donors, *regions])
    return word in donors
