"""Made-up programmes of few people, counted as releases count them: linked, in regions, cumulative, with shares.

From single people, so that every table fits every other one. What is published of them is attacked in tests.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from orchestration.disclosure.cells import KEY, Cells, cells
from orchestration.disclosure.choose import Pattern
from orchestration.disclosure.protection import withhold
from orchestration.disclosure.shapes import COLUMNS
from orchestration.disclosure.statement import statement
from orchestration.disclosure.tables import File

QUARTERS = ("2021Q1", "2021Q2", "2021Q3")
THRESHOLD = 10
_NUMBERS = ("value", "numerator", "denominator", "n", "target")
# Donor, ways over time and shape: the second donor is told of the same people as the first.
_INDICATORS = {
    "ON-01": ("one", ("cumulative",), "count"), "ON-02": ("one", ("as_at",), "share"),
    "ON-03": ("one", ("in_quarter",), "amount"), "TW-01": ("two", ("cumulative",), "count"),
    "ON-04": ("one", ("cumulative", "in_quarter"), "share"), "ON-05": ("one", ("in_quarter",), "records"),
}  # fmt: skip
_CUTS = ("sex", "band", "area", "village", "groups", "scheme")
_COUNTS = ("count", "records")
NO_PLACES = pd.DataFrame({name: pd.Series(dtype=str) for name in ("region", "place", "within")})


@dataclass(frozen=True)
class World:
    """Values of two donors' releases, and what is to be protected of their indicators."""

    values: pd.DataFrame
    shapes: pd.DataFrame
    places: pd.DataFrame = field(default_factory=lambda: NO_PLACES)

    def system(self) -> Cells:
        """The cells and equations, nothing being out yet."""
        values = self.values.assign(edition="", is_published=True, is_withheld=False)
        return cells(values, self.shapes, self.places)

    def files(self, is_withheld: np.ndarray, system: Cells) -> list[File]:
        """The releases, in the order of their quarters."""
        rows = pa.Table.from_pandas(system.rows.loc[is_withheld, list(KEY)], preserve_index=False)
        found = []
        for (quarter, donor), part in self.values.groupby(["quarter", "donor"], sort=True):
            table = _table(part)
            said = statement(table, self.shapes, self.places, str(donor))
            found.append(File(f"{donor}/{quarter}/r001", withhold(table, rows), f"{donor}{quarter}", said))
        return found


def _table(part: pd.DataFrame) -> pa.Table:
    part = part.assign(state="reported", reason=None, currency=part["currency"].replace("", None))
    columns = {name: pa.array(part[name], pa.float64() if name in _NUMBERS else pa.string(), from_pandas=True)
               for name in part.columns}  # fmt: skip
    return pa.table(columns)


def simple(system: Cells) -> np.ndarray:
    """The way of doing it by hand: where a cell of a table is small, or new since the quarter before, the whole table
    of every quarter is withheld."""
    few = (system.sensitive > 0) & ~system.is_out
    touched = system.equal[:, few].T @ system.equal
    near = (np.asarray(np.abs(touched).sum(axis=0)).ravel() > 0) | few
    by = ["donor", "indicator", "region", "over_time", "dimension", "currency"]
    rows = np.asarray(system.member[:, near & ~system.is_out].sum(axis=1)).ravel() > 0
    return system.rows.assign(hit=rows).groupby(by)["hit"].transform("any").to_numpy(bool)


def lost(pattern: Pattern, system: Cells) -> tuple[int, int]:
    """Withheld lines, and all that could be."""
    return int(pattern.is_withheld.sum()), len(system.rows)


def world(pick: Random) -> World:
    """Some people in two or three regions."""
    regions = ["north", "south", "west"][: pick.choice([1, 1, 2, 3])]
    # Shares to date and in the quarter, in three regions, are one part of hundreds of cells: minutes say no more.
    can = [
        code
        for code, (_, ways, shape) in _INDICATORS.items()
        if len(regions) < 3 or len(ways) == 1 or shape != "share"
    ]
    asked = pick.sample(can, pick.randint(1, 2 if len(regions) < 3 else 1))
    people = pd.DataFrame(
        [
            {
                "region": region,
                "joined": pick.choice(QUARTERS if pick.random() < 0.5 else QUARTERS[:1]),
                "sex": pick.choices(["F", "M", "T"], [60, 38, 2])[0],
                "band": pick.choices(["a", "b", "c", "d"], [50, 30, 15, 5])[0],
                "village": pick.choice(
                    [f"{region[0]}{number}{part}" for number in range(3) for part in "xy"]
                ),
                "groups": [group for group in ("old", "ill", "poor") if pick.random() < 0.3],
                "scheme": pick.choices(["s", "t", "u"], [70, 20, 10], k=pick.choice([1, 1, 2])),
                "has": pick.random() < 0.8,
                "weight": pick.randint(100, 900),
            }
            for region in regions
            for _ in range(pick.choice([12, 60, 200, 400]))
        ]
    )
    people["area"] = people["village"].str[:-1]
    cuts = {code: _cuts_of(pick, _INDICATORS[code][2]) for code in asked}
    rows: list[dict[str, Any]] = []
    for quarter in QUARTERS:
        for code in asked:
            donor, over_times, shape = _INDICATORS[code]
            for over_time in over_times:
                is_here = (
                    people["joined"] == quarter if over_time == "in_quarter" else people["joined"] <= quarter
                )
                key = {"donor": donor, "indicator": code, "quarter": quarter, "over_time": over_time}
                rows += _stated(key, people[is_here], shape, cuts[code])
    values = pd.DataFrame(rows)
    shapes = pd.DataFrame(
        [
            (donor, code, cut, "count" if shape in _COUNTS else shape, float(THRESHOLD), "all",
             "people" if shape == "count" else shape, "everybody", cut.replace("all", ""), False)
            for code, (donor, _, shape) in _INDICATORS.items()
            for cut in ("all", *_CUTS)
        ],
        columns=COLUMNS,
    )  # fmt: skip
    places = people[["region", "village", "area"]].drop_duplicates()
    places = places.rename(columns={"village": "place", "area": "within"})
    return World(values[values["value"].notna()].reset_index(drop=True), shapes, places)


def _cuts_of(pick: Random, shape: str) -> list[str]:
    """By what an indicator is stated: places within places now and then, perhaps by another donor alone."""
    if shape == "records":
        return ["sex", "scheme"]
    if shape != "count":
        return ["sex", "band"]
    first = pick.choice(["sex", "band"])
    more = pick.choice([["band"], ["groups"], ["area"], ["village"], ["area", "village"]])
    return [*dict.fromkeys([first, *more])]


def _stated(key: dict[str, str], people: pd.DataFrame, shape: str, cuts: list[str]) -> list[dict[str, Any]]:
    """The lines of an indicator: regions and all together, by some of the dimensions."""
    made: list[dict[str, Any]] = []
    regions = [*people.groupby("region", sort=True)]
    for region, here in [("all", people), *regions] if len(regions) > 1 else regions:
        groups: list[tuple[str, str, pd.DataFrame]] = [("all", "all", here)]
        for cut in cuts:
            if cut in ("area", "village") and region == "all":
                continue
            long = here.explode(cut).dropna(subset=[cut]) if cut in ("groups", "scheme") else here
            groups += [(cut, str(category), part) for category, part in long.groupby(cut, sort=True)]
        for cut, category, part in groups:
            made.append(
                {
                    **key,
                    "region": region,
                    "dimension": cut,
                    "category": category,
                    "currency": "",
                    **_numbers(part, shape),
                }
            )
    return made


def _numbers(part: pd.DataFrame, shape: str) -> dict[str, Any]:
    if shape == "records":
        persons = part.index.nunique()  # n is records: of a person's schemes, those that are meant
        records = part["scheme"].map(lambda one: len(one) if isinstance(one, list) else 1).sum()
        return {
            "period": None, "target": None, "n": records, "value": persons, "numerator": persons, "denominator": None,
        }  # fmt: skip
    count, has, weight = len(part), int(part["has"].sum()), float(part["weight"].sum())
    same = {"period": None, "target": None, "n": count}
    if shape == "count":
        return {**same, "value": count, "numerator": count, "denominator": None}
    if shape == "share":
        return {**same, "value": 100 * has / count if count else None, "numerator": has, "denominator": count}
    return {**same, "value": weight, "numerator": weight, "denominator": None}
