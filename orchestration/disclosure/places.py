"""What a reader knows of places: that a district is as much as the union councils in it, whoever states these.

For the attack alone; files say which places lie in which, and anybody has a map.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from orchestration.disclosure.linear import Linear
from orchestration.disclosure.tables import Name, Row, Table

# Of one cut: its categories' cells, and how they add up to the total.
_Cut = tuple[dict[str, Linear], str]
_ZERO = Linear({}, 0.0)


def nested(
    tables: Sequence[Table],
    name: Callable[[Table, Row, str], Name],
    cell: Callable[[Table, Row, str], Linear | None],
) -> Iterator[Linear]:
    """Sums of cells that are not negative, since places lie in others; both ways where they are equal.

    `name` and `cell` give what a line's measure is called, and its number or unknown.
    """
    lies_in = _map(tables)
    for (region, together), cuts in _cuts(tables, name, cell):
        known = lies_in[""] if region == together else lies_in.get(region, {})
        for fine, (parts, how) in cuts.items():
            for coarse, (wholes, how_whole) in cuts.items():
                if fine != coarse and how in ("equal", "less") and how_whole == "equal":
                    yield from _between(parts, wholes, known, is_all=how == "equal")


def _map(tables: Sequence[Table]) -> dict[str, dict[str, set[str]]]:
    """What each place of a region lies in; under "" those of all regions."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for table in tables:
        for region, places in table.places.items():
            for place, within in places.items():
                found[region][place].update(within)
                found[""][place].update(within)
    return found


def _cuts(
    tables: Sequence[Table],
    name: Callable[[Table, Row, str], Name],
    cell: Callable[[Table, Row, str], Linear | None],
) -> Iterator[tuple[tuple[str, str], dict[str, _Cut]]]:
    """Of the same units, the ways in which they are cut; with the region and the word for all of them."""
    found: dict[tuple[str, ...], dict[str, _Cut]] = defaultdict(dict)
    for table in tables if any(table.places for table in tables) else ():  # one donor's, another's map
        total = table.rows["all", "all"]
        for row in table.rows.values():
            sums = table.of["dimensions"].get(row["dimension"], {}).get("sum", {})
            for where, how in sums.items():
                region, over_time, measure = where.rsplit(" ", 2)
                if (region, over_time) != (total["region"], total["over_time"]):
                    continue
                of, _, _, _, cut, category, *rest = name(table, row, measure)
                number = cell(table, row, measure)
                units = (of, measure, region, over_time, *rest, table.of.get("together") or "")
                if number is not None:
                    found[units].setdefault(cut, ({}, how))[0].setdefault(category, number)
    for units, cuts in found.items():
        if len(cuts) > 1:
            yield (units[2], units[-1]), cuts


def _between(
    parts: Mapping[str, Linear], wholes: Mapping[str, Linear], known: Mapping[str, set[str]], *, is_all: bool
) -> Iterator[Linear]:
    """Each whole less its parts; and the other way where all that is counted is in a place that is known."""
    inside: dict[str, list[Linear]] = defaultdict(list)
    for place, part in parts.items():
        within = known.get(place, set()) & wholes.keys()
        if len(within) == 1:
            inside[within.pop()].append(part)
        elif part.terms or part.number:
            is_all = False
    for place, of in inside.items():
        less = wholes[place] - sum(of, _ZERO)
        if less.terms:
            yield less
            if is_all:
                yield _ZERO - less
