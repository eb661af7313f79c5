"""Places within places: a district beside the union councils in it, in one table, or in those of two donors."""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.disclosure.equations import EQUAL, TABLE, Say, System

# Cells that state the same units, by one dimension or another, have these in common.
_UNITS = ["edition", "of", "measure", "region", "over_time", "time", "currency", "total"]


def nested(parts: pd.DataFrame, places: pd.DataFrame, system: System) -> None:
    """A place is as much as the places in it, where numbers say so; else at least, or at most, as much.

    `places`: region, place, within. A name that lies in several categories of a dimension is two places: it is part of
    none.
    """
    pairs = _pairs(_lines(parts), _everywhere(parts, places))
    whole = [*_UNITS, "cut", "cut_whole", "category_whole"]
    group = pairs.groupby(whole, sort=True, dropna=False)
    pairs = pairs.assign(number=group.ngroup(), added=group["value"].transform("sum"))
    off = pairs["added"] - pairs["value_whole"]
    is_equal = off.abs() < EQUAL * pairs["value_whole"].clip(lower=1)
    _say(pairs[is_equal], 1.0, system.equal)
    _say(pairs[~is_equal & (off > 0)], 1.0, system.at_least)
    _say(pairs[~is_equal & (off < 0)], -1.0, system.at_least)


def _lines(parts: pd.DataFrame) -> pd.DataFrame:
    """A line of each category, with the total of its table: where totals differ, one of them was restated."""
    is_total = parts["dimension"] == "all"
    totals = parts.loc[is_total, [*TABLE, "value"]].rename(columns={"value": "total"})
    lines = parts[~is_total & ~parts["apart"]].merge(totals.drop_duplicates(TABLE), on=TABLE)
    lines = lines[[*_UNITS, "cut", "category", "cell", "value"]]
    return lines.drop_duplicates([*_UNITS, "cut", "category"])


def _everywhere(parts: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """The places of each region, and those of all regions under the word for all of them."""
    words = [word for word in parts["together"].unique() if word]
    every = [places, *(places.assign(region=word) for word in words)]
    return pd.concat(every, ignore_index=True).drop_duplicates()


def _pairs(lines: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Lines of places, each with that of a place it lies in."""
    inside = lines.merge(places, left_on=["region", "category"], right_on=["region", "place"])
    wholes = lines.rename(columns={name: f"{name}_whole" for name in ("cut", "category", "cell", "value")})
    pairs = inside.merge(
        wholes, left_on=[*_UNITS, "within"], right_on=[*_UNITS, "category_whole"], how="inner"
    )
    pairs = pairs[pairs["cut"] != pairs["cut_whole"]]
    several = pairs.groupby([*_UNITS, "cut", "category", "cut_whole"], dropna=False)["category_whole"]
    return pairs[several.transform("nunique") == 1]


def _say(pairs: pd.DataFrame, sign: float, say: Say) -> None:
    """The sum of the parts without the whole, or with the other sign."""
    if len(pairs):
        whole = pairs.drop_duplicates("number")
        say(
            np.concatenate([pairs["number"], whole["number"]]),
            np.concatenate([pairs["cell"], whole["cell_whole"]]),
            np.concatenate([np.full(len(pairs), sign), np.full(len(whole), -sign)]),
        )
