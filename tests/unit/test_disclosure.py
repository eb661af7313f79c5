"""Small cells: what is withheld, and that an attacker who holds everything published finds nothing out."""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from random import Random

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from orchestration.disclosure.attack import certify
from orchestration.disclosure.cells import Cells, cells
from orchestration.disclosure.choose import Pattern, choose
from orchestration.disclosure.shapes import shape_of, shapes
from orchestration.warehouse import logframes
from tests.disclosure import NO_PLACES, QUARTERS, THRESHOLD, World, world

# Of one region and more, counts and shares to date and in quarters, amounts, records of persons, places in places, two
# donors of the same people.
_WORLDS = (4, 34, 43, 52, 66, 79, 121)


@lru_cache
def _chosen(seed: int) -> tuple[World, Cells, Pattern]:
    made = world(Random(seed))
    system = made.system()
    return made, system, choose(system)


@pytest.mark.parametrize("seed", _WORLDS)
def test_nobody_finds_out_what_is_withheld(seed: int) -> None:
    made, system, pattern = _chosen(seed)
    found = certify(made.files(pattern.is_withheld, system), 9)
    assert found.broken == ()
    assert found.withheld == pattern.is_withheld.sum()
    assert pattern.is_withheld[pattern.is_small].all()
    assert pattern.cost == pytest.approx(pattern.bound, abs=1)  # nothing safe is cheaper


def test_the_attacker_finds_out_what_small_cells_alone_do_not_hide() -> None:
    """Else the test before would say nothing."""
    found = []
    for made, system, pattern in map(_chosen, _WORLDS):
        if (pattern.is_withheld != pattern.is_small).any():
            found.append(certify(made.files(pattern.is_small, system), 9).broken)
    assert len(found) > 2 and all(found)


def _counts(*quarters: dict[str, int], donor: str = "one", over_time: str = "cumulative") -> pd.DataFrame:
    """Counts by sex over some quarters, with their totals."""
    rows = []
    for quarter, counts in zip(QUARTERS, quarters, strict=False):
        for category, value in {"all": sum(counts.values()), **counts}.items():
            rows.append(
                {
                    "donor": donor, "indicator": "ON-01", "quarter": quarter, "region": "north",
                    "over_time": over_time, "dimension": "all" if category == "all" else "sex", "category": category,
                    "currency": "", "value": float(value), "numerator": float(value), "denominator": None,
                    "n": float(value), "period": None, "target": None,
                }
            )  # fmt: skip
    return pd.DataFrame(rows).astype({"denominator": float})


def _withheld(values: pd.DataFrame) -> set[tuple[str, str]]:
    shapes_ = world(Random(0)).shapes
    system = World(values, shapes_).system()
    pattern = choose(system)
    assert certify(World(values, shapes_).files(pattern.is_withheld, system), 9).broken == ()
    rows = system.rows[pattern.is_withheld]
    return set(zip(rows["quarter"], rows["category"], strict=True))


@pytest.mark.parametrize(
    ("quarters", "withheld"),
    [
        # Nothing is small: nothing goes. Zero is published.
        ([{"F": 50, "M": 40, "T": 0}], set()),
        # A small cell takes the cheapest other with it, else the total would give it away.
        ([{"F": 50, "M": 40, "T": 3}], {("2021Q1", "T"), ("2021Q1", "M")}),
        # Two small ones hide each other only where they are as wide together as the threshold.
        ([{"F": 50, "M": 6, "T": 6}], {("2021Q1", "M"), ("2021Q1", "T")}),
        ([{"F": 50, "M": 3, "T": 3}], {("2021Q1", "F"), ("2021Q1", "M"), ("2021Q1", "T")}),
    ],
)
def test_what_goes_with_a_small_cell(quarters: list[dict[str, int]], withheld: set[tuple[str, str]]) -> None:
    found = _withheld(_counts(*quarters))
    assert len(found) == len(withheld)
    assert {key for key in withheld if key[1] == "T"} <= found


def test_a_difference_of_two_quarters_is_a_small_cell() -> None:
    """50 and 53 women are no secret, the three who are new are; and so are those of another category beside them."""
    found = _withheld(_counts({"F": 50, "M": 40}, {"F": 53, "M": 80}))
    assert len({category for _, category in found}) == 2
    assert not _withheld(_counts({"F": 50, "M": 40}, {"F": 53, "M": 80}, over_time="in_quarter"))


def test_what_is_counted_in_a_quarter_tells_of_what_is_new() -> None:
    """Three women came in the second quarter: neither the quarter's count nor the difference may say so."""
    so_far = _counts({"F": 50, "M": 40}, {"F": 53, "M": 80})
    in_quarter = _counts({"F": 50, "M": 40}, {"F": 3, "M": 40}, over_time="in_quarter")
    both = pd.concat([so_far, in_quarter], ignore_index=True)
    made = World(both, world(Random(0)).shapes)
    system = made.system()
    pattern = choose(system)
    assert certify(made.files(pattern.is_withheld, system), 9).broken == ()
    told = system.rows[pattern.is_withheld & (system.rows["over_time"] == "cumulative").to_numpy()]
    assert len(told)  # the counts to date alone would say it
    alone = (system.rows["over_time"] == "in_quarter").to_numpy() & pattern.is_withheld
    assert any("between 3 and 3" in line for line in certify(made.files(alone, system), 9).broken)


def test_restated_numbers_prove_nothing_that_contradicts_them() -> None:
    """The first quarter came out with more people than there are to date now."""
    now = _counts({"F": 50, "M": 40, "T": 3}, {"F": 45, "M": 41, "T": 4})
    made = World(now, world(Random(0)).shapes)
    system = made.system()
    pattern = choose(system)
    assert pattern.is_withheld.any()
    assert certify(made.files(pattern.is_withheld, system), 9).broken == ()


def test_what_is_out_cannot_be_taken_back() -> None:
    """The quarter before is published: the newest value goes."""
    values = _counts({"F": 50, "M": 40}, {"F": 53, "M": 80})
    before = values[values["quarter"] == "2021Q1"]
    both = pd.concat(
        [
            values.assign(edition="", is_published=True, is_withheld=False),
            before.assign(edition="r001", is_published=True, is_withheld=False),
        ]
    )
    system = cells(both.reset_index(drop=True), world(Random(0)).shapes, NO_PLACES)
    rows = system.rows[choose(system).is_withheld]
    assert set(zip(rows["quarter"], rows["category"], strict=True)) == {("2021Q2", "F"), ("2021Q2", "M")}


@pytest.mark.parametrize("total", [False, True])
def test_what_is_unreliable_is_no_secret_and_gives_none_away(total: bool) -> None:
    """Lines of shares without their numbers, categories or totals as well: nobody knows more than before."""
    count = 0
    for made, system, pattern in map(_chosen, (43, 66, 121)):
        files = made.files(pattern.is_withheld, system)
        changed = [dataclasses.replace(file, values=_unreliable(file.values, total)) for file in files]
        found = certify(changed, 9)
        assert (found.broken, found.withheld) == ((), certify(files, 9).withheld)
        count += sum(pc.sum(pc.equal(file.values["state"], "unreliable")).as_py() for file in changed)
    assert count > 10


def _unreliable(values: pa.Table, total: bool) -> pa.Table:
    frame = values.to_pandas()
    few = frame["indicator"].isin(["ON-02", "ON-04"]) & (frame["state"] == "reported") & (frame["n"] < 400)
    few &= (frame["dimension"] != "all") | total
    frame.loc[few, ["value", "numerator", "denominator"]] = None
    frame.loc[few, "state"] = "unreliable"
    return pa.Table.from_pandas(frame, values.schema, preserve_index=False)


@pytest.mark.parametrize("state", ["unreliable", "suppressed"])
def test_a_line_that_was_withheld_stays_so_and_one_that_was_unreliable_need_not(state: str) -> None:
    values = _counts({"F": 50, "M": 40})
    before = values.assign(edition="r001", is_published=values["category"] == "all", is_withheld=False)
    before["is_withheld"] = (before["category"] == "M") & (state == "suppressed")
    now = values.assign(edition="", is_published=True, is_withheld=False)
    system = cells(pd.concat([now, before], ignore_index=True), world(Random(0)).shapes, NO_PLACES)
    withheld = set(system.rows[system.rows["is_withheld"]]["category"])
    assert withheld == ({"M"} if state == "suppressed" else set())


def test_the_same_numbers_to_another_donor_have_one_fate() -> None:
    values = _counts({"F": 50, "M": 40, "T": 3})
    other = values.assign(donor="two", indicator="TW-01")
    system = World(pd.concat([values, other], ignore_index=True), world(Random(0)).shapes).system()
    rows = system.rows[choose(system).is_withheld]
    by_donor = rows.groupby("donor")["category"].agg(set)
    assert by_donor["one"] == by_donor["two"]


def test_what_is_withheld_does_not_hang_on_the_order_of_rows() -> None:
    made, first, pattern = _chosen(66)
    shuffled = made.values.sample(frac=1, random_state=1).reset_index(drop=True)
    second = World(shuffled, made.shapes, made.places.sample(frac=1, random_state=1)).system()
    assert first.rows.equals(second.rows)
    assert (pattern.is_withheld == choose(second).is_withheld).all()


def test_shapes_of_the_shipped_indicators() -> None:
    shape = {one.code: shape_of(one) for frame in logframes.load() for one in frame.indicators}
    assert {shape[code] for code in ("EU-10", "EU-18", "FC-01", "TD-01", "NR-01", "FC-05")} == {"count"}
    assert {shape[code] for code in ("EU-03", "NR-02", "NR-04", "NR-05", "TD-05")} == {"share"}
    assert {shape[code] for code in ("EU-15", "TD-04", "TD-07", "NR-03")} == {"amount"}
    assert {shape[code] for code in ("EU-11", "FC-02", "TD-06", "NR-06", "NR-07", "NR-08")} == {None}
    table = shapes(logframes.load())
    assert set(table.loc[table["donor"] == "eu_success", "threshold"]) == {THRESHOLD}
