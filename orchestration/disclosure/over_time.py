"""Equations over time: what is new since the quarter before, and what is counted in a quarter and so far."""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.disclosure.equations import EQUAL, System, say_each
from orchestration.quarters import quarter_after

# Cells are the same where these are.
SAME = ["of", "measure", "region", "over_time", "time", "cut", "category", "currency", "value"]


def new_cells(parts: pd.DataFrame, count: int, system: System) -> tuple[np.ndarray, np.ndarray]:
    """Cells for what is new since the quarter before: their values and thresholds (0 where anybody may know)."""
    by = [name for name in SAME if name not in ("time", "value")]
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


def running(parts: pd.DataFrame, system: System) -> None:
    """What is counted in a quarter is at most what was counted so far, and at least what is new of it.

    Where the totals differ by just what is counted in the quarter, each category does: nobody is counted twice.
    """
    line = ["donor", "indicator", "region", "dimension", "category", "currency", "measure"]
    counts = parts[parts["measure"] == "count"]
    now = counts[counts["over_time"] == "in_quarter"][["edition", "quarter", *line, "cell", "value"]]
    so_far = counts[counts["over_time"] == "cumulative"][["edition", "quarter", *line, "cell", "value"]]
    pairs = now.merge(so_far, on=["edition", "quarter", *line], suffixes=("", "_so_far"))
    pairs = pairs[pairs["value"] <= pairs["value_so_far"]]
    say_each(pairs, {"cell_so_far": 1.0, "cell": -1.0}, system.at_least)
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
    once = (steps["repeated_in_all"].abs() < EQUAL) & (steps["repeated"].abs() < EQUAL)
    sign = {"cell": 1.0, "cell_so_far": -1.0, "cell_before": 1.0}
    say_each(steps[once], sign, system.equal)
    say_each(steps[~once & (steps["repeated"] >= 0)], sign, system.at_least)
