"""Values as a system of cells and equations: what an outsider could set up who holds everything that is published.

A *row* is a line of a donor's file; it is published or withheld as a whole. A *cell* is a number in it: what is
counted, the rest, the whole, the units an amount rests on. Where two rows state the same number for the same units,
they share one cell. A cell of no row is never published: what is new since the quarter before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from orchestration.quarters import quarter_after

KEY = ("donor", "indicator", "quarter", "region", "over_time", "dimension", "category", "currency")
# Rows of one table have these in common.
_TABLE = ["edition", "donor", "indicator", "quarter", "region", "over_time", "currency", "measure"]
# Cells are the same where these are.
_SAME = ["of", "measure", "region", "over_time", "time", "cut", "category", "currency", "value"]
_FAR = 1e6  # how far beyond its value a cell may lie that nothing bounds
_EQUAL = 1e-6


@dataclass(frozen=True)
class Cells:
    """`rows`: those that may be withheld, by KEY, with is_withheld (in an earlier release) and weight.

    Of each cell: `value`; `most` that it can be; `protected`, the threshold where it must not be found out while it is
    withheld (0 elsewhere); `sensitive`, the same where it is small, so that it must not be found out at all; `is_out`,
    whether a total or a release states it. `member`: rows x cells. `equal`: equations x cells, each 0. `at_least`:
    inequalities x cells, none negative.
    """

    rows: pd.DataFrame
    value: np.ndarray
    most: np.ndarray
    sensitive: np.ndarray
    protected: np.ndarray
    is_out: np.ndarray
    member: sparse.csr_matrix
    equal: sparse.csr_matrix
    at_least: sparse.csr_matrix


def cells(values: pd.DataFrame, shapes: pd.DataFrame) -> Cells:
    """The system of all values.

    `values`: KEY and edition ("" for what is about to be published, else the release), is_published and is_withheld
    (of an edition; what is neither was unreliable), value, numerator, denominator, n, period; reported ones alone.
    `shapes`: as `shapes.shapes` gives it.
    """
    known = values.merge(shapes, on=["donor", "indicator", "dimension"])
    known = known.reset_index(drop=True)
    parts = _parts(known)
    parts["cell"] = parts.groupby(_SAME, sort=True, dropna=False).ngroup()
    is_total = parts["dimension"] == "all"
    count = int(parts["cell"].max()) + 1 if len(parts) else 0
    first = parts.drop_duplicates("cell").sort_values("cell")
    value = first["value"].to_numpy(float)
    out = is_total | ((parts["edition"] != "") & parts["is_published"])
    is_out = np.zeros(count, bool)
    is_out[parts.loc[out, "cell"]] = True
    secret = parts[~is_total & parts["is_secret"]].groupby("cell")["threshold"].max()
    protected = np.zeros(count)
    protected[secret.index] = secret
    most = np.full(count, np.inf)
    system = _System(most)
    _categories(parts, system)
    _regions(parts, system)
    _shares(parts, system)
    _running(parts, system)
    news, of_news = _new(parts[parts["over_time"] == "cumulative"], count, system)
    rows, member = _rows(known, parts, count + len(news))
    value = np.concatenate([value, news])
    protected = np.concatenate([protected, of_news])
    is_out = np.concatenate([is_out, np.zeros(len(news), bool)])
    most = np.concatenate([most, np.full(len(news), np.inf)])
    is_few = (value > 0) & (value < protected)
    equal, at_least = system.matrices(len(value))
    return Cells(
        rows, value, np.minimum(most, value + _FAR), np.where(is_few, protected, 0.0), protected, is_out, member,
        equal, at_least,
    )  # fmt: skip


def _parts(known: pd.DataFrame) -> pd.DataFrame:
    """The cells of each row: measure, value, what they are of, and whether they must not be found out."""
    known = known.assign(row=known.index)
    known["time"] = known["quarter"].where(known["over_time"] != "round", known["period"])
    amount, share = known["shape"] == "amount", known["shape"] == "share"
    above = known["value"].where(~share, known["numerator"])
    below = known["denominator"]
    pieces = [
        known[~amount].assign(measure="count", value=above, of=known["population"], is_secret=True),
        known[~amount].assign(measure="whole", value=below, of=known["whole"], is_secret=False),
        known[~amount].assign(measure="rest", value=below - above, of=known["population"], is_secret=share),
        known[amount].assign(measure="units", value=known["n"], of=known["population"], is_secret=True),
        known[amount].assign(measure="amount", value=known["numerator"], of=known["population"], is_secret=False),
    ]  # fmt: skip
    parts = pd.concat(pieces, ignore_index=True)
    parts = parts.astype({"apart": bool, "is_secret": bool, "is_published": bool})
    return parts[parts["value"].notna() & (parts["value"] >= 0)].reset_index(drop=True)


class _System:
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


def _add_up(found: pd.DataFrame, system: _System, *, or_less: bool) -> None:
    """Equations where the parts add up to the total; where they are more, they overlap, and each is at most the total.

    What adds up by chance is taken for an equation too: an outsider would take it for one.
    """
    off = found["added"] - found["value_total"]
    equal = found[(off.abs() < _EQUAL * found["value_total"].clip(lower=1)) & ~found["apart"]]
    if len(equal):
        _signed(equal, system.equal)
    more = found[(off > 0) & ~found.index.isin(equal.index) & ~found["apart"]]
    if or_less and len(more):
        _signed(more, system.at_least)
    if or_less:
        inside = found[~found["apart"]]
        system.bound(inside["cell"].to_numpy(), inside["value_total"].to_numpy(float))


def _signed(found: pd.DataFrame, say: Callable[[np.ndarray, np.ndarray, np.ndarray], None]) -> None:
    total = found.drop_duplicates("number")
    say(
        np.concatenate([found["number"], total["number"]]),
        np.concatenate([found["cell"], total["cell_total"]]),
        np.concatenate([np.ones(len(found)), -np.ones(len(total))]),
    )


def _categories(parts: pd.DataFrame, system: _System) -> None:
    """The categories of a dimension and the total."""
    is_total = parts["dimension"] == "all"
    _add_up(_sums(parts[~is_total], parts[is_total], _TABLE), system, or_less=True)


def _regions(parts: pd.DataFrame, system: _System) -> None:
    """The regions and all of them together."""
    is_total = (parts["region"] == parts["together"]) & (parts["together"] != "")
    by = [name for name in [*_TABLE, "dimension", "category"] if name != "region"]
    found = parts[~is_total].merge(parts[is_total][[*by, "cell", "value"]], on=by, suffixes=("", "_total"))
    group = found.groupby([*by, "cell_total"], sort=True, dropna=False)
    _add_up(found.assign(number=group.ngroup(), added=group["value"].transform("sum")), system, or_less=False)


def _shares(parts: pd.DataFrame, system: _System) -> None:
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


def _new(parts: pd.DataFrame, count: int, system: _System) -> tuple[np.ndarray, np.ndarray]:
    """Cells for what is new since the quarter before: their values and thresholds (0 where anybody may know)."""
    by = [name for name in _SAME if name not in ("time", "value")]
    parts = parts[parts["measure"].isin(["count", "rest", "whole"])]
    cells_ = parts.drop_duplicates("cell")[
        [*by, "time", "cell", "value", "threshold", "is_secret", "dimension"]
    ]
    times = cells_[[*by, "time"]].drop_duplicates().sort_values([*by, "time"])
    times["before"] = times.groupby(by, sort=False, dropna=False)["time"].shift()
    later = cells_.merge(times.dropna(subset=["before"]), on=[*by, "time"])
    earlier = cells_.rename(columns={"time": "before"})[[*by, "before", "cell", "value"]]
    pairs = later.merge(earlier, on=[*by, "before"], suffixes=("", "_before"))
    pairs = pairs[pairs["value"] >= pairs["value_before"]].sort_values(["cell", "cell_before"])
    size = len(pairs)
    system.equal(
        np.tile(np.arange(size), 3),
        np.concatenate([pairs["cell"], pairs["cell_before"], count + np.arange(size)]).astype(int),
        np.repeat([1.0, -1.0, -1.0], size),
    )
    secret = pairs["is_secret"].to_numpy(bool) & (pairs["dimension"] != "all").to_numpy(bool)
    new = (pairs["value"] - pairs["value_before"]).to_numpy(float)
    return new, np.where(secret, pairs["threshold"].to_numpy(float), 0.0)


def _running(parts: pd.DataFrame, system: _System) -> None:
    """What is counted in a quarter is at most what was counted so far, and at least what is new of it.

    Where the totals differ by just what is counted in the quarter, each category does: nobody is counted twice.
    """
    line = ["donor", "indicator", "region", "dimension", "category", "currency", "measure"]
    counts = parts[parts["measure"] == "count"]
    now = counts[counts["over_time"] == "in_quarter"][["edition", "quarter", *line, "cell", "value"]]
    so_far = counts[counts["over_time"] == "cumulative"][["edition", "quarter", *line, "cell", "value"]]
    pairs = now.merge(so_far, on=["edition", "quarter", *line], suffixes=("", "_so_far"))
    pairs = pairs[pairs["value"] <= pairs["value_so_far"]]
    _say(pairs, {"cell_so_far": 1.0, "cell": -1.0}, system.at_least)
    before = (
        so_far.assign(quarter=so_far["quarter"].map(quarter_after)).drop(columns="edition").drop_duplicates()
    )
    steps = pairs.merge(
        before.rename(columns={"cell": "cell_before", "value": "value_before"}), on=["quarter", *line]
    )
    steps["repeated"] = steps["value"] - steps["value_so_far"] + steps["value_before"]
    totals = steps[steps["dimension"] == "all"][
        ["edition", "quarter", "donor", "indicator", "region", "currency", "repeated"]
    ]
    on = ["edition", "quarter", "donor", "indicator", "region", "currency"]
    steps = steps.merge(totals.drop_duplicates(on), on=on, suffixes=("", "_in_all"))
    once = (steps["repeated_in_all"].abs() < _EQUAL) & (steps["repeated"].abs() < _EQUAL)
    sign = {"cell": 1.0, "cell_so_far": -1.0, "cell_before": 1.0}
    _say(steps[once], sign, system.equal)
    _say(steps[~once & (steps["repeated"] >= 0)], sign, system.at_least)


def _say(
    rows: pd.DataFrame, sign: dict[str, float], say: Callable[[np.ndarray, np.ndarray, np.ndarray], None]
) -> None:
    """A sum of a few cells for each row."""
    if len(rows):
        say(
            np.tile(np.arange(len(rows)), len(sign)),
            np.concatenate([rows[name].to_numpy(int) for name in sign]),
            np.repeat([*sign.values()], len(rows)),
        )


def _rows(known: pd.DataFrame, parts: pd.DataFrame, count: int) -> tuple[pd.DataFrame, sparse.csr_matrix]:
    """The rows that may be withheld, in the order of their keys, and which cells they hold."""
    free = known[(known["edition"] == "") & (known["dimension"] != "all")].sort_values(list(KEY))
    gone = known[known["is_withheld"].astype(bool)]
    place = pd.Series(np.arange(len(free)), index=free.index)
    rows = free[list(KEY)].reset_index(drop=True)
    before = gone[list(KEY)].drop_duplicates().assign(is_withheld=True)
    rows = rows.merge(before, on=list(KEY), how="left")
    rows["is_withheld"] = rows["is_withheld"].eq(True)
    rows["weight"] = _weights(free)
    mine = parts[parts["row"].isin(free.index)]
    at = (place.loc[mine["row"]].to_numpy(int), mine["cell"].to_numpy(int))
    member = sparse.csr_matrix((np.ones(len(mine)), at), shape=(len(rows), count))
    return rows, member


def _weights(rows: pd.DataFrame) -> np.ndarray:
    """What is lost with a row: more where it has a target, less where the category is not known.

    The place in the order of keys decides between equals, so that the same data give the same pattern.
    """
    has_target = rows["target"].notna().to_numpy(bool)
    weight = np.where(has_target, 3000.0, np.where(rows["category"].eq("unknown"), 600.0, 1000.0))
    return weight + np.arange(len(rows)) / max(len(rows), 1)
