"""What a reader of published files knows: numbers, unknowns, and the sums that bind them.

No part of the choice of what is withheld, and shares no code with it: published tables and what manifests say of them
are all there is.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from orchestration.disclosure.linear import Linear, System
from orchestration.disclosure.places import nested
from orchestration.disclosure.tables import Name, Row, Table, measures_of, numbers_of
from orchestration.quarters import quarter_before

_NEAR = 1e-6


@dataclass(frozen=True)
class Cell:
    """A number of a line."""

    table: Table
    row: Row
    measure: str


@dataclass(frozen=True)
class Change:
    """What is new in a cell since an earlier one."""

    later: Cell
    earlier: Cell


class Knowledge:
    """Everything that is known, as a linear system. `hide`: files of which only totals are seen."""

    def __init__(self, tables: Sequence[Table], hide: frozenset[str] = frozenset()) -> None:
        self._tables, self._hide = tables, hide
        self._system = System()
        self._published: dict[Name, int] = {}  # the first file that states it
        for place, table in enumerate(tables):
            for row in table.rows.values():
                for measure in self._shown(table, row):
                    self._published.setdefault(self._name(table, row, measure), place)
        for table in tables:
            self._categories(table)
            self._parts(table)
        for fact in nested(tables, self._name, self._cell):
            self._system.at_least(fact, 0.0, is_sure=False)
        self._regions()
        self._running()
        for _, change, _ in self._steps():
            self._system.at_least(self._sum(change), 0.0, is_sure=False)

    def intervals(self, of: Sequence[Cell | Change]) -> list[tuple[int, int]]:
        """The least and the greatest whole number that each cell, or change of one, can be."""
        found = self._system.intervals([self._sum(one) for one in of])
        return [(math.ceil(low - _NEAR), math.floor(high + _NEAR)) for low, high in found]

    def widths(self, of: Sequence[Cell | Change]) -> list[int]:
        """How many whole numbers lie between the ends."""
        return [high - low for low, high in self.intervals(of)]

    def secrets(self) -> Iterator[tuple[str, Cell | None, int]]:
        """Withheld lines, with a cell nobody may find out and the threshold; None for one that a later file states.

        What an earlier file states is out: it is no secret any more.
        """
        for place, table in enumerate(self._tables):
            for row in table.rows.values():
                if row["state"] != "suppressed":
                    continue
                for measure in _secret(table.of):
                    name = self._name(table, row, measure)
                    stated = self._published.get(name)
                    if stated is None:
                        yield _line(row), Cell(table, row, measure), table.threshold
                    elif self._tables[stated].path != table.path and stated > place:
                        yield _line(row), None, table.threshold

    def news(self) -> Iterator[tuple[str, Change, int]]:
        """Of cells nobody may find out, what is new since the quarter before, a secret too: line, change, threshold."""
        for line, change, threshold in self._steps():
            if line:
                yield line, change, threshold

    def _sum(self, of: Cell | Change) -> Linear:
        if isinstance(of, Change):
            return self._sum(of.later) - self._sum(of.earlier)
        return self._cell(of.table, of.row, of.measure) or Linear({}, 0.0)

    def _shown(self, table: Table, row: Row) -> dict[str, float]:
        is_hidden = table.path in self._hide and row["dimension"] != "all"
        return {} if is_hidden else numbers_of(table.of, row)

    def _name(self, table: Table, row: Row, measure: str) -> Name:
        of = table.of["whole" if measure == "whole" else "population"]
        cut = table.of["dimensions"].get(row["dimension"], {}).get("cut", "")
        where = (row["region"], row["over_time"], cut, row["category"], row["currency"] or "")
        # Where the totals differ, one of them was restated: the cells are others.
        total = numbers_of(table.of, table.rows["all", "all"]).get(measure)
        return (of, measure, *where, str(total), table.time)

    def _cell(self, table: Table, row: Row, measure: str) -> Linear | None:
        """The number, where it is shown; else an unknown; None where the line has no such cell."""
        shown = self._shown(table, row).get(measure)
        if shown is not None:
            return Linear({}, shown)
        if row["state"] == "reported" and measure not in numbers_of(table.of, row):
            return None
        if measure == "amount" and measure not in measures_of(table):
            return None
        if measure in ("whole", "rest") and "whole" not in measures_of(table):
            return None
        return self._system.unknown(self._name(table, row, measure))

    def _categories(self, table: Table) -> None:
        """The categories of a dimension and the total."""
        total = table.rows["all", "all"]
        by_dimension: dict[str, list[Row]] = defaultdict(list)
        for row in table.rows.values():
            by_dimension[row["dimension"]].append(row)
        for dimension, rows in by_dimension.items():
            for measure in measures_of(table) if dimension != "all" else ():
                sums = table.of["dimensions"].get(dimension, {}).get("sum", {})
                how = sums.get(f"{total['region']} {total['over_time']} {measure}", "")
                whole = self._cell(table, total, measure)
                found = [self._cell(table, row, measure) for row in rows]
                cells = [cell for cell in found if cell is not None]
                if whole is None or len(cells) < len(found):
                    continue
                added = sum(cells, Linear({}, 0.0))
                if how == "equal":
                    self._system.equal(added - whole)
                elif how == "more":
                    self._system.at_least(added - whole, 0.0)
                if how:
                    for cell in cells:
                        self._system.at_least(whole - cell, 0.0)

    def _parts(self, table: Table) -> None:
        """Numerator and rest are the denominator; a count is at most the cases it rests on."""
        for row in table.rows.values():
            count, rest, whole = (self._cell(table, row, measure) for measure in ("count", "rest", "whole"))
            if count is not None and rest is not None and whole is not None:
                self._system.equal(count + rest - whole)
            cases = self._cell(table, row, "cases") if table.of.get("n") == "more" else None
            if count is not None and cases is not None:
                self._system.at_least(cases - count, 0.0)

    def _regions(self) -> None:
        """The regions and all of them together, in one file."""
        grouped: dict[tuple[str, ...], list[Table]] = defaultdict(list)
        for table in self._tables:
            grouped[table.path, *table.key].append(table)
        for tables in grouped.values():
            together = tables[0].of.get("together") or ""
            all_ = [table for table in tables if table.rows["all", "all"]["region"] == together]
            parts = [table for table in tables if table.rows["all", "all"]["region"] != together]
            if all_ and parts:
                self._add_regions(all_[0], parts)

    def _add_regions(self, all_: Table, parts: Sequence[Table]) -> None:
        total = all_.rows["all", "all"]
        for measure, number in numbers_of(all_.of, total).items():
            each = [numbers_of(table.of, table.rows["all", "all"]).get(measure) for table in parts]
            if None in each or abs(sum(n for n in each if n is not None) - number) > _NEAR * max(number, 1.0):
                continue
            for key, row in all_.rows.items():
                cells = [self._cell(table, table.rows[key], measure) for table in parts if key in table.rows]
                whole = self._cell(all_, row, measure)
                if whole is not None and None not in cells:
                    added = sum((cell for cell in cells if cell is not None), Linear({}, 0.0))
                    if added.terms or whole.terms:
                        self._system.equal(added - whole)

    def _running(self) -> None:
        """What is counted in a quarter is at most what was counted so far, and at least what is new of it."""
        found: dict[tuple[str, ...], Table] = {}
        for table in self._tables:
            row = table.rows["all", "all"]
            found[
                row["donor"],
                row["indicator"],
                row["region"],
                row["currency"] or "",
                table.time,
                row["over_time"],
            ] = table
        for (*of, time, over_time), so_far in found.items():
            now = found.get((*of, time, "in_quarter")) if over_time == "cumulative" else None
            if now is not None:
                before = found.get((*of, quarter_before(time), "cumulative"))
                for key in now.rows.keys() & so_far.rows.keys():
                    self._run(now, so_far, before, key)

    def _run(self, now: Table, so_far: Table, before: Table | None, key: tuple[str, str]) -> None:
        count, whole = (self._cell(table, table.rows[key], "count") for table in (now, so_far))
        if count is None or whole is None:
            return
        self._system.at_least(whole - count, 0.0, is_sure=False)
        earlier = before and key in before.rows and self._cell(before, before.rows[key], "count")
        if before is None or not isinstance(earlier, Linear):
            return
        totals = [self._cell(table, table.rows["all", "all"], "count") for table in (now, before, so_far)]
        again = count + earlier - whole
        repeated = totals[0] + totals[1] - totals[2] if totals[0] and totals[1] and totals[2] else None
        if repeated is not None and not repeated.terms and abs(repeated.number) < _NEAR and again.terms:
            self._system.equal(again, is_sure=False)
        else:
            self._system.at_least(again, 0.0, is_sure=False)

    def _steps(self) -> Iterator[tuple[str, Change, int]]:
        """A cumulative cell and the same a quarter before, the line where it is a secret, and the threshold."""
        series: dict[Name, dict[str, list[tuple[Table, Row]]]] = defaultdict(lambda: defaultdict(list))
        for table in self._tables:
            for row in table.rows.values() if table.rows["all", "all"]["over_time"] == "cumulative" else ():
                for measure in ("count", "rest", "whole"):
                    series[self._name(table, row, measure)[:-2]][table.time].append((table, row))
        for name, times in series.items():
            order = sorted(times)
            for before, now in pairwise(order):
                for table, row in times[now]:
                    for old_table, old in times[before]:
                        later, earlier = Cell(table, row, name[1]), Cell(old_table, old, name[1])
                        if all(self._cell(one.table, one.row, one.measure) for one in (later, earlier)):
                            is_secret = row["dimension"] != "all" and name[1] in _secret(table.of)
                            yield _line(row) if is_secret else "", Change(later, earlier), table.threshold


def _secret(of: Mapping[str, Any]) -> Iterable[str]:
    return {"amount": ("units",), "share": ("count", "rest")}.get(of["shape"], ("count",))


def _line(row: Row) -> str:
    words = ("donor", "quarter", "indicator", "region", "over_time", "dimension", "category")
    return " ".join(str(row[word]) for word in words)
