"""The command `sangam note`: what an M&E officer says of an indicator in a quarter, for the donor to read.

Only words; notes are kept in `releases.notes`.
"""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.cli.console import plain, say
from orchestration.cli.known_words import known_donor, known_indicator
from orchestration.cli.sign_off import Donor, Quarter
from orchestration.quarters import check_quarter
from orchestration.settings import settings


def note_command(
    donor: Donor,
    indicator: Annotated[str, typer.Argument(help="Indicator code, such as EU-03.")],
    quarter: Quarter,
    text: Annotated[str | None, typer.Option(help="What to say of it; empty takes the note back.")] = None,
    by: Annotated[str, typer.Option(help="Name of the M&E officer who says so.")] = "",
) -> None:
    """Say something of an indicator in a quarter, for the donor to read; without --text: show what is said."""
    home = settings().home
    known_donor(donor)
    known_indicator(donor, indicator)
    check_quarter(quarter)
    # For start-up: a command loads what it needs and no other's.
    from orchestration.releases.notes import notes, write_note

    if text is not None:
        write_note(home, donor, indicator, quarter, text, by)
    held = notes(home, donor, quarter).get(indicator)
    if not held:
        say(f"There is no note on {indicator} of {donor} {quarter}.")
    else:
        who = f"{plain(held.by)}, " if held.by else ""
        say(f"{indicator} {quarter} ({who}{held.at}): {plain(held.text)}")
    if text is not None:
        say("It goes out with the next release. A sign-off given before it changed is void.")
