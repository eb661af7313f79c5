"""What a manifest says of how its indicators can be told from each other: shape, populations, and what adds up to what.

All of it follows from definitions and totals; a reader needs it to know which categories overlap, and so does an
attacker.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa

_NEAR = 1e-6
_TABLE = ["indicator", "region", "over_time", "dimension", "currency", "measure"]


def statement(values: pa.Table, shapes: pd.DataFrame, places: pd.DataFrame, donor: str) -> dict[str, Any]:
    """`threshold`; of each indicator `shape`, `together`, `population`, `whole`, what `n` is ("count", "whole", "more"
    than the count, its "own") and by dimension `cut` and `sum`; `places` by region, each with those it lies in.

    `values`: all values before anything is withheld; `shapes`: as `shapes.shapes` gives it; `places`: region, place,
    within.
    """
    mine = shapes[shapes["donor"] == donor]
    made: dict[str, Any] = {"threshold": int(mine["threshold"].max()) if len(mine) else 0, "indicators": {}}
    parts, cases = _parts(values.to_pandas(), mine)
    sums = _sums(parts)
    rows: list[dict[str, Any]] = mine.sort_values(["indicator", "dimension"]).to_dict("records")  # type: ignore[assignment]
    for row in rows:
        code, dimension = row["indicator"], row["dimension"]
        words = {word: row[word] for word in ("shape", "together", "population", "whole")}
        of = made["indicators"].setdefault(code, {**words, "n": cases.get(code, "own"), "dimensions": {}})
        if dimension != "all":
            of["dimensions"][dimension] = {"cut": row["cut"], "sum": sums.get((code, dimension), {})}
    names = set(parts["category"])
    made["places"] = {}
    for region, place, within in sorted(places[["region", "place", "within"]].itertuples(index=False)):
        if place in names:
            made["places"].setdefault(region, {}).setdefault(place, []).append(within)
    return made


def _parts(values: pd.DataFrame, shapes: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
    """The numbers of each line, by measure; and what n is of each indicator."""
    known = values[values["state"] == "reported"].merge(shapes, on=["donor", "indicator", "dimension"])
    known["currency"] = known["currency"].fillna("")
    share, amount = known["shape"] == "share", known["shape"] == "amount"
    above, n = known["value"].where(~share, known["numerator"]), known["n"]
    pieces = [
        known[~amount].assign(measure="count", number=above),
        known[~amount].assign(measure="whole", number=known["denominator"]),
        known[~amount].assign(measure="rest", number=known["denominator"] - above),
        known[~amount].assign(measure="cases", number=n),
        known[amount].assign(measure="units", number=n),
        known[amount].assign(measure="amount", number=known["numerator"]),
    ]
    cases: dict[str, str] = {}
    for word, off in (("more", n - above), ("whole", n - known["denominator"]), ("count", n - above)):
        fits = (off >= -_NEAR) & (known["shape"] == "count") if word == "more" else off.abs() < _NEAR
        always = (fits | n.isna()).groupby(known["indicator"]).all()
        cases |= dict.fromkeys(always.index[always], word)
    parts = pd.concat(pieces)[[*_TABLE, "category", "number", "apart"]]
    return parts.dropna(subset=["number"]), cases


def _sums(parts: pd.DataFrame) -> dict[tuple[str, str], dict[str, str]]:
    """Whether the categories are as much as the total, more or less, by indicator and dimension."""
    total = parts[parts["dimension"] == "all"].drop(columns=["dimension", "apart", "category"])
    added = (
        parts[parts["dimension"] != "all"]
        .groupby(_TABLE, as_index=False)
        .agg({"number": "sum", "apart": "any"})
    )
    both = added.merge(total, on=[name for name in _TABLE if name != "dimension"], suffixes=("", "_total"))
    made: dict[tuple[str, str], dict[str, str]] = {}
    rows: list[dict[str, Any]] = both[~both["apart"].astype(bool)].sort_values(_TABLE).to_dict("records")  # type: ignore[assignment]
    for row in rows:
        off = row["number"] - row["number_total"]
        how = "equal" if abs(off) < _NEAR * max(row["number_total"], 1.0) else "more" if off > 0 else "less"
        of = made.setdefault((row["indicator"], row["dimension"]), {})
        of[f"{row['region']} {row['over_time']} {row['measure']}"] = how
    return made
