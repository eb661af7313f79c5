"""When a donor's quarter is due, and how that is said. The days come from the donor's logframe."""

from __future__ import annotations

from datetime import date, timedelta

from ingest.deliveries.delivery import quarter_end


def due_on(quarter: str, due_days: int) -> date:
    """The day on which a quarter's release is due: so many days after the quarter's last."""
    return quarter_end(quarter).date() + timedelta(days=due_days)


def days_left(due: date, today: date) -> str:
    """How long there is still, or how long it is overdue, in words."""
    days = (due - today).days
    if not days:
        return "today"
    count = f"{abs(days):,} day{'' if abs(days) == 1 else 's'}"
    return f"{count} left" if days > 0 else f"{count} overdue"
