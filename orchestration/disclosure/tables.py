"""Published files as tables: the lines of an indicator beside each other, and the numbers that each states."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

Row = dict[str, Any]
# What every file calls a cell: what is counted, measure, region, over time, cut, category, currency, total, time.
Name = tuple[str, ...]
# Lines that have numbers, shown or not. What is unreliable is not shown, and is no secret.
_WITH_NUMBERS = ("reported", "unreliable", "suppressed")


@dataclass(frozen=True)
class File:
    """A release: its path, values (`indicators.parquet`), their SHA-256, and `disclosure` of its manifest: `threshold`,
    and of each indicator `shape`, `population`, `whole`, `together`, what `n` is, and by dimension the `cut` and, by
    region, way over time and measure, whether its categories `sum` up to "equal", "more" or "less" than the total; and
    by region its `places`, each with those it lies in."""

    path: str
    values: pa.Table
    sha256: str
    disclosure: Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    """Lines of one indicator, quarter, region, way over time and currency in one file, by dimension and category."""

    of: Mapping[str, Any]
    threshold: int
    path: str
    time: str
    places: Mapping[str, Mapping[str, list[str]]]
    rows: Mapping[tuple[str, str], Row]

    @property
    def key(self) -> tuple[str, str, str]:
        """What tables of all regions together have in common."""
        row = self.rows["all", "all"]
        return row["indicator"], row["over_time"], row["currency"] or ""


def tables_of(file: File) -> Iterator[Table]:
    """The tables of a file that have a total."""
    grouped: dict[tuple[str, ...], dict[tuple[str, str], Row]] = defaultdict(dict)
    for row in file.values.to_pylist():
        if row["indicator"] in file.disclosure["indicators"] and row["state"] in _WITH_NUMBERS:
            key: tuple[str, ...] = (row["indicator"], row["region"], row["over_time"], row["currency"] or "")
            grouped[key][row["dimension"], row["category"]] = row
    for key, rows in grouped.items():
        if ("all", "all") in rows:
            total = rows["all", "all"]
            time = total["period"] if total["over_time"] == "round" else total["quarter"]
            of = file.disclosure["indicators"][key[0]]
            yield Table(
                of,
                file.disclosure["threshold"],
                file.path,
                str(time),
                file.disclosure.get("places", {}),
                rows,
            )


def numbers_of(of: Mapping[str, Any], row: Row) -> dict[str, float]:
    """The cells that a line states: of one that is unreliable, what n says."""
    if row["state"] not in ("reported", "unreliable"):
        return {}
    if of["shape"] == "amount":
        made = {"units": row["n"], "amount": row["numerator"]}
    else:
        above = row["numerator"] if of["shape"] == "share" else row["value"]
        below = row["denominator"]
        if row["state"] == "unreliable" and of.get("n") == "whole":
            below = row["n"]
        rest = None if below is None or above is None else below - above
        made = {"count": above, "whole": below, "rest": rest}
        made["cases"] = row["n"] if of.get("n") in ("more", "own") else None
    return {measure: float(number) for measure, number in made.items() if number is not None}


def measures_of(table: Table) -> Iterable[str]:
    """The cells of a table's total: those it shows, or those it would."""
    total = table.rows["all", "all"]
    if total["state"] == "unreliable":
        of = ("units", "amount") if table.of["shape"] == "amount" else ("count", "whole", "rest")
        return dict.fromkeys([*of, *numbers_of(table.of, total)])
    return numbers_of(table.of, total)
