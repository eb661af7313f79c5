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


def statement(values: pa.Table, shapes: pd.DataFrame, donor: str) -> dict[str, Any]:
    """`threshold`, and of each indicator `shape`, `together`, `population`, `whole`, and by dimension `cut` and `sum`.

    `values`: all values before anything is withheld; `shapes`: as `shapes.shapes` gives it.
    """
    mine = shapes[shapes["donor"] == donor]
    made: dict[str, Any] = {"threshold": int(mine["threshold"].max()) if len(mine) else 0, "indicators": {}}
    sums = _sums(values.to_pandas(), mine)
    rows: list[dict[str, Any]] = mine.sort_values(["indicator", "dimension"]).to_dict("records")  # type: ignore[assignment]
    for row in rows:
        code, dimension = row["indicator"], row["dimension"]
        words = {word: row[word] for word in ("shape", "together", "population", "whole")}
        of = made["indicators"].setdefault(code, {**words, "dimensions": {}})
        if dimension != "all":
            of["dimensions"][dimension] = {"cut": row["cut"], "sum": sums.get((code, dimension), {})}
    return made


def _sums(values: pd.DataFrame, shapes: pd.DataFrame) -> dict[tuple[str, str], dict[str, str]]:
    """Whether the categories are as much as the total, more or less, by indicator and dimension."""
    known = values[values["state"] == "reported"].merge(shapes, on=["donor", "indicator", "dimension"])
    known["currency"] = known["currency"].fillna("")
    share, amount = known["shape"] == "share", known["shape"] == "amount"
    above = known["value"].where(~share, known["numerator"])
    pieces = [
        known[~amount].assign(measure="count", number=above),
        known[~amount].assign(measure="whole", number=known["denominator"]),
        known[~amount].assign(measure="rest", number=known["denominator"] - above),
        known[amount].assign(measure="units", number=known["n"]),
        known[amount].assign(measure="amount", number=known["numerator"]),
    ]
    parts = pd.concat(pieces)[[*_TABLE, "number", "apart"]].dropna(subset=["number"])
    total = parts[parts["dimension"] == "all"].drop(columns=["dimension", "apart"])
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
