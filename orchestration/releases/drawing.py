"""Where the marks of a drawing lie, in percent of its width: it then fits a telephone, a screen and a sheet of paper.

Geometry only; how the marks look is in the template of the report.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from orchestration.releases.rows import Row

EDGE = 18  # percent of the width: nearer to an end a text would stick out


@dataclass(frozen=True)
class Scale:
    """The numbers at the left and the right end of a drawing."""

    low: float
    high: float

    def at(self, number: float) -> float:
        """Where a number lies, in percent of the width."""
        return round(100 * (min(max(number, self.low), self.high) - self.low) / (self.high - self.low), 2)


@dataclass(frozen=True)
class Bar:
    """A bar from zero to a value, and the ends of its interval; percent of the width."""

    start: float
    width: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Mark:
    """A line across the bar with a text; `anchor` keeps the text within the drawing."""

    at: float
    anchor: str


def scale_of(rows: Iterable[Row], names: Iterable[str] = ("value",)) -> Scale:
    """The scale on which all these numbers can be shown: 0 to 100 for percent, else from zero to the largest."""
    own = list(rows)
    numbers = [row[name] for row in own for name in names if row.get(name) is not None]
    if own and own[0]["unit"] == "percent":
        return Scale(min(0.0, *numbers, 0.0), max(100.0, *numbers, 100.0))
    low, high = min([0.0, *numbers]), max([0.0, *numbers])
    return Scale(low, high if high > low else low + 1)


def bar(row: Row, scale: Scale) -> Bar | None:
    """The bar of a row's value; none without a value."""
    if row["value"] is None:
        return None
    ends = sorted((scale.at(0), scale.at(row["value"])))
    interval = [None if row[name] is None else scale.at(row[name]) for name in ("ci_low", "ci_high")]
    return Bar(ends[0], round(ends[1] - ends[0], 2), *interval)


def mark(number: float | None, scale: Scale) -> Mark | None:
    """The mark of a target or a baseline; none without one."""
    if number is None:
        return None
    at = scale.at(number)
    return Mark(at, "start" if at < EDGE else "end" if at > 100 - EDGE else "middle")
