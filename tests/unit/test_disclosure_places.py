"""Small cells that places within places, or n, would give away."""

from __future__ import annotations

import dataclasses
from random import Random

import pandas as pd
import pyarrow as pa
import pytest

from orchestration.disclosure.attack import certify
from orchestration.disclosure.choose import choose
from tests.disclosure import World, world

_DISTRICTS, _COUNCILS = (
    {"Dadu": 60, "Larkana": 45, "Matiari": 40},
    {"Johi": 52, "Mehar": 8, "Bakrani": 45, "Hala": 40},
)
_LIES_IN = {"Johi": "Dadu", "Mehar": "Dadu", "Bakrani": "Larkana", "Hala": "Matiari"}


def _by_place(
    by: dict[str, dict[str, int]], donor: str = "one", n: dict[str, int] | None = None
) -> pd.DataFrame:
    """Counts of a quarter by dimension and category; n is the count, or what is told."""
    total = sum(next(iter(by.values())).values())
    lines = {("all", "all"): total}
    lines |= {(dimension, category): value for dimension, of in by.items() for category, value in of.items()}
    rows = [
        {
            "donor": donor, "indicator": {"one": "ON-01", "two": "TW-01"}[donor], "quarter": "2021Q1",
            "region": "north", "over_time": "cumulative", "dimension": dimension, "category": category, "currency": "",
            "value": float(value), "numerator": float(value), "n": float((n or {}).get(category, value)),
            "period": None, "target": None,
        }
        for (dimension, category), value in lines.items()
    ]  # fmt: skip
    return pd.DataFrame(rows).assign(denominator=float("nan"))


def _places(lies_in: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame([("north", *pair) for pair in lies_in.items()], columns=["region", "place", "within"])


@pytest.mark.parametrize("donors", [("one", "one"), ("one", "two")])
def test_a_district_gives_away_what_is_withheld_of_its_union_councils(donors: tuple[str, str]) -> None:
    """Mehar has eight people and Dadu 60, of whom 52 are Johi's: whatever donor is told of districts."""
    if donors[0] == donors[1]:
        values = _by_place({"area": _DISTRICTS, "village": _COUNCILS})
    else:
        parts = [_by_place({"area": _DISTRICTS}, donors[0]), _by_place({"village": _COUNCILS}, donors[1])]
        values = pd.concat(parts, ignore_index=True)
    made = World(values, world(Random(0)).shapes, _places(_LIES_IN))
    system = made.system()
    is_withheld = choose(system).is_withheld
    assert certify(made.files(is_withheld, system), 9).broken == ()
    # With a council of another district, which is enough where nobody knows a map, Dadu tells.
    naive = system.rows["category"].isin(["Mehar", "Hala"]).to_numpy()
    assert any("Mehar: between 8 and 8" in line for line in certify(made.files(naive, system), 9).broken)
    without = World(values, made.shapes)
    assert certify(without.files(naive, without.system()), 9).broken == ()


@pytest.mark.parametrize(
    ("councils", "lies_in"),
    [
        # Some people's union council is not known: Dadu is at least as much as those in it.
        ({"Johi": 44, "Mehar": 8, "Bakrani": 45, "Hala": 40, "unknown": 8}, _LIES_IN),
        # Two councils have one name: it is part of neither district.
        (_COUNCILS, {**_LIES_IN, "Hala": "Matiari"}),
    ],
)
def test_places_that_do_not_add_up_are_safe_too(councils: dict[str, int], lies_in: dict[str, str]) -> None:
    places = pd.concat([_places(lies_in), _places({"Hala": "Larkana"})])
    made = World(_by_place({"area": _DISTRICTS, "village": councils}), world(Random(0)).shapes, places)
    system = made.system()
    pattern = choose(system)
    assert pattern.is_withheld.any()
    assert certify(made.files(pattern.is_withheld, system), 9).broken == ()


def test_n_gives_away_how_many_persons_there_are_at_most() -> None:
    """Persons of several schemes, so that these do not add up; their cases, which are n, do."""
    schemes, cases = {"s": 50, "t": 40, "u": 4}, {"all": 110, "s": 60, "t": 45, "u": 5}
    values = _by_place({"groups": schemes}, n=cases)
    all_ = values["category"] == "all"
    values.loc[all_, ["value", "numerator"]] = 80.0
    made = World(values, world(Random(0)).shapes)
    system = made.system()
    naive = system.rows["category"].eq("u").to_numpy()
    assert any("u: between 0 and 5" in line for line in certify(made.files(naive, system), 9).broken)
    is_withheld = choose(system).is_withheld
    assert is_withheld.sum() == 2
    assert certify(made.files(is_withheld, system), 9).broken == ()


def test_the_n_of_an_unreliable_share_is_its_whole_where_nothing_is_weighted() -> None:
    """Its denominator is gone, its n is not: of b 20 were asked, so that c's eight are known."""
    numbers = {"all": (128, 64), "a": (100, 50), "b": (20, 10), "c": (8, 4)}
    values = _by_place({"sex": {category: numbers[category][0] for category in "abc"}}).assign(
        indicator="ON-02"
    )
    values["n"] = values["denominator"] = values["category"].map(lambda one: float(numbers[one][0]))
    values["numerator"] = values["category"].map(lambda one: float(numbers[one][1]))
    values["value"] = 100 * values["numerator"] / values["denominator"]
    made = World(values.assign(over_time="as_at"), world(Random(0)).shapes)
    system = made.system()
    [file] = made.files(system.rows["category"].eq("c").to_numpy(), system)
    frame = file.values.to_pandas()
    frame.loc[frame["category"] == "b", ["value", "numerator", "denominator"]] = None
    frame.loc[frame["category"] == "b", "state"] = "unreliable"
    shown = dataclasses.replace(
        file, values=pa.Table.from_pandas(frame, file.values.schema, preserve_index=False)
    )
    assert any("c: between 0 and 8" in line for line in certify([shown], 9).broken)
