"""`sangam release pending`: the donors' quarters that wait for a sign-off, when they are due, and what they lack.

What a quarter waits for is said in `releases.waiting`, what a sign-off needs is `releases.approvals`' business.
"""

from __future__ import annotations

from datetime import date

from orchestration.cli.console import Style, TableColumn, plain, say, show_table, styled
from orchestration.releases.approvals import pending
from orchestration.releases.due import days_left, due_on
from orchestration.releases.waiting import first_delivered, is_awaited, lacks, why
from orchestration.settings import Settings
from orchestration.warehouse import logframes

_COLUMNS = (
    TableColumn("donor"),
    TableColumn("quarter"),
    TableColumn("due"),
    TableColumn("time", right=True),
    TableColumn("values", right=True),
    TableColumn("waits because", wraps=True),
    TableColumn("missing", wraps=True),
)


def show_pending(
    settings: Settings, today: date, donor: str | None = None, quarter: str | None = None
) -> None:
    """Print what waits: of all donors what is due, of a quarter that was asked for whatever there is of it."""
    due_days = {frame.donor.code: frame.donor.due_days for frame in logframes.sound()}
    of = [one for one in pending(settings.home) if donor in (None, one.donor)]
    first = {code: first_delivered(settings, code) for code in {one.donor for one in of}}
    rows = []
    for one in of:
        if one.quarter != quarter if quarter else not is_awaited(one, first[one.donor]):
            continue
        due = due_on(one.quarter, due_days[one.donor]) if one.donor in due_days else None
        left = days_left(due, today) if due else ""
        colour: Style = "red" if "overdue" in left else "yellow"
        values = f"{one.reported:,} of {one.expected:,}"
        missing = "; ".join(dict.fromkeys(lack.words for lack in lacks(settings, one)))
        rows.append(
            (
                one.donor,
                one.quarter,
                str(due or ""),
                styled(colour, left),
                values,
                plain(why(one)),
                plain(missing),
            )
        )
    if rows:
        show_table(_COLUMNS, rows)
    else:
        say("Nothing waits for a sign-off.")
