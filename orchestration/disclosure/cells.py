"""Values as a system of cells and equations: what an outsider could set up who holds everything that is published.

A *row* is a line of a donor's file; it is published or withheld as a whole. A *cell* is a number in it: what is
counted, the rest, the whole, the units an amount rests on. Where two rows state the same number for the same units,
they share one cell. A cell of no row is never published: what is new since the quarter before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from orchestration.disclosure.equations import EQUAL, System, at_most_cases, categories, regions, shares
from orchestration.disclosure.nested import nested
from orchestration.disclosure.over_time import SAME, new_cells, running

KEY = ("donor", "indicator", "quarter", "region", "over_time", "dimension", "category", "currency")
_FAR = 1e6  # how far beyond its value a cell may lie that nothing bounds


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


def cells(values: pd.DataFrame, shapes: pd.DataFrame, places: pd.DataFrame) -> Cells:
    """The system of all values.

    `values`: KEY and edition ("" for what is about to be published, else the release), is_published and is_withheld
    (of an edition; what is neither was unreliable), value, numerator, denominator, n, period; reported ones alone.
    `shapes`: as `shapes.shapes` gives it; `places`: region, place and what it lies `within`, by their names.
    """
    known = values.merge(shapes, on=["donor", "indicator", "dimension"])
    known = known.reset_index(drop=True)
    parts = _parts(known)
    parts["cell"] = parts.groupby(SAME, sort=True, dropna=False).ngroup()
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
    system = System(most)
    categories(parts, system)
    regions(parts, system)
    shares(parts, system)
    at_most_cases(parts, system)
    nested(parts, places, system)
    running(parts, system)
    news, of_news = new_cells(parts[parts["over_time"] == "cumulative"], count, system)
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
    known["cases"] = _cases(known, above, below)
    # An unreliable line states n, and with it the whole where n is it.
    states_n = known["is_published"].astype(bool) | ~known["is_withheld"].astype(bool)
    whole_out = known["is_published"].astype(bool) | (states_n & (known["cases"] == "whole"))
    own = ~amount & known["cases"].isin(["more", "own"])
    pieces = [
        known[~amount].assign(measure="count", value=above, of=known["population"], is_secret=True),
        known[~amount].assign(
            measure="whole", value=below, of=known["whole"], is_secret=False, is_published=whole_out
        ),
        known[own].assign(
            measure="cases", value=known["n"], of=known["population"], is_secret=False, is_published=states_n
        ),
        known[~amount].assign(measure="rest", value=below - above, of=known["population"], is_secret=share),
        known[amount].assign(measure="units", value=known["n"], of=known["population"], is_secret=True),
        known[amount].assign(measure="amount", value=known["numerator"], of=known["population"], is_secret=False),
    ]  # fmt: skip
    parts = pd.concat(pieces, ignore_index=True)
    parts = parts.astype({"apart": bool, "is_secret": bool, "is_published": bool})
    return parts[parts["value"].notna() & (parts["value"] >= 0)].reset_index(drop=True)


def _cases(known: pd.DataFrame, above: pd.Series, below: pd.Series) -> pd.Series:
    """What n is, by file and indicator: "count" or "whole", where it is the same everywhere; "more" of a count
    that it is nowhere less than, such as records of persons; else its "own"."""
    n = known["n"]
    file = [known[name] for name in ("edition", "donor", "indicator", "quarter")]
    is_count, is_whole, is_more = (
        (fits | n.isna()).groupby(file).transform("all")
        for fits in ((n - above).abs() < EQUAL, (n - below).abs() < EQUAL, n >= above - EQUAL)
    )
    is_more &= known["shape"] == "count"
    words = np.select([is_count, is_whole, is_more], ["count", "whole", "more"], "own")
    return pd.Series(words, index=known.index)


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
