"""Equations and inequalities between cells: what an outsider knows to add up within one quarter."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import sparse

# Rows of one table have these in common.
TABLE = ["edition", "donor", "indicator", "quarter", "region", "over_time", "currency", "measure"]
EQUAL = 1e-6
# Takes numbers of equations, their cells and the signs of these.
Say = Callable[[np.ndarray, np.ndarray, np.ndarray], None]


class System:
    """Equations and inequalities while they are found."""

    def __init__(self, most: np.ndarray) -> None:
        self._most = most
        self._equal: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self._least: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []

    def equal(self, number: np.ndarray, cell: np.ndarray, sign: np.ndarray) -> None:
        """Sums of signed cells, one a number, that are 0."""
        self._equal.append((number, cell, sign))

    def at_least(self, number: np.ndarray, cell: np.ndarray, sign: np.ndarray) -> None:
        """Sums of signed cells that are not negative."""
        self._least.append((number, cell, sign))

    def bound(self, cell: np.ndarray, most: np.ndarray) -> None:
        """No cell is more than that."""
        np.minimum.at(self._most, cell, most)

    def matrices(self, count: int) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
        """Equations x cells, and inequalities x cells."""
        return _matrix(self._equal, count), _matrix(self._least, count)


def _matrix(entries: list[tuple[np.ndarray, np.ndarray, np.ndarray]], count: int) -> sparse.csr_matrix:
    numbers, start = [np.empty(0, int)], 0
    for number, _, _ in entries:
        _, compact = np.unique(number, return_inverse=True)
        numbers.append(compact + start)
        start += int(compact.max()) + 1 if len(compact) else 0
    cell = np.concatenate([np.empty(0, int), *(cell for _, cell, _ in entries)])
    sign = np.concatenate([np.empty(0), *(sign for _, _, sign in entries)])
    made = sparse.csr_matrix((sign, (np.concatenate(numbers), cell)), shape=(start, count))
    made.sum_duplicates()
    return made


def _sums(parts: pd.DataFrame, totals: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """The parts of each total, with the total's cell and value, and what the parts add up to."""
    found = parts.merge(totals[[*by, "cell", "value"]], on=by, suffixes=("", "_total"))
    group = found.groupby([*by, "cell_total", "dimension"], sort=True, dropna=False)
    return found.assign(number=group.ngroup(), added=group["value"].transform("sum"))


def _add_up(found: pd.DataFrame, system: System, *, or_less: bool) -> None:
    """Equations where the parts add up to the total; where they are more, they overlap, and each is at most the total.

    What adds up by chance is taken for an equation too: an outsider would take it for one.
    """
    off = found["added"] - found["value_total"]
    equal = found[(off.abs() < EQUAL * found["value_total"].clip(lower=1)) & ~found["apart"]]
    if len(equal):
        _signed(equal, system.equal)
    more = found[(off > 0) & ~found.index.isin(equal.index) & ~found["apart"]]
    if or_less and len(more):
        _signed(more, system.at_least)
    if or_less:
        inside = found[~found["apart"]]
        system.bound(inside["cell"].to_numpy(), inside["value_total"].to_numpy(float))


def _signed(found: pd.DataFrame, say: Say) -> None:
    total = found.drop_duplicates("number")
    say(
        np.concatenate([found["number"], total["number"]]),
        np.concatenate([found["cell"], total["cell_total"]]),
        np.concatenate([np.ones(len(found)), -np.ones(len(total))]),
    )


def categories(parts: pd.DataFrame, system: System) -> None:
    """The categories of a dimension and the total."""
    is_total = parts["dimension"] == "all"
    _add_up(_sums(parts[~is_total], parts[is_total], TABLE), system, or_less=True)


def regions(parts: pd.DataFrame, system: System) -> None:
    """The regions and all of them together."""
    is_total = (parts["region"] == parts["together"]) & (parts["together"] != "")
    by = [name for name in [*TABLE, "dimension", "category"] if name != "region"]
    found = parts[~is_total].merge(parts[is_total][[*by, "cell", "value"]], on=by, suffixes=("", "_total"))
    group = found.groupby([*by, "cell_total"], sort=True, dropna=False)
    _add_up(found.assign(number=group.ngroup(), added=group["value"].transform("sum")), system, or_less=False)


def shares(parts: pd.DataFrame, system: System) -> None:
    """Numerator and rest are the denominator."""
    by = parts.pivot_table(index="row", columns="measure", values="cell", aggfunc="first")
    if "rest" not in by:
        return
    whole = by.dropna(subset=["rest"])
    number = np.arange(len(whole))
    system.equal(
        np.tile(number, 3),
        np.concatenate([whole[name].to_numpy(int) for name in ("count", "rest", "whole")]),
        np.repeat([1.0, 1.0, -1.0], len(whole)),
    )


def at_most_cases(parts: pd.DataFrame, system: System) -> None:
    """A count is at most the cases it rests on, where n is such a number."""
    more = parts[parts["cases"] == "more"]
    by = more.pivot_table(index="row", columns="measure", values="cell", aggfunc="first")
    if "cases" in by:
        say_each(by.dropna(subset=["count", "cases"]), {"cases": 1.0, "count": -1.0}, system.at_least)


def say_each(rows: pd.DataFrame, sign: dict[str, float], say: Say) -> None:
    """A sum of a few cells for each row."""
    if len(rows):
        say(
            np.tile(np.arange(len(rows)), len(sign)),
            np.concatenate([rows[name].to_numpy(int) for name in sign]),
            np.repeat([*sign.values()], len(rows)),
        )
