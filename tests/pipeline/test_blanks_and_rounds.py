"""The shipped definitions over small feeds: blanks are no zeros, rounds and what is left out are said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestration.warehouse import logframes
from tests.recount import marts
from tests.recount.world import World, write

QUARTERS = ("2021Q1", "2021Q2", "2021Q3")
CHOSEN = {
    "eu_success": {"EU-03", "EU-15", "EU-18"},
    "fcdo_slg_erlc": {"FC-01"},
    "mord_nrlm": {"NR-04", "NR-05"},
}


def _made() -> World:
    world = World()
    for quarter in QUARTERS:
        _attended(world, quarter)
        for record, (sex, births) in enumerate((("M", 20), ("F", 5), ("M", None), ("F", 7)), 1):
            world.add(
                "place_total", "sindh", "births", quarter, record, place_id=f"UC{record // 3}",
                measure="births_registered", value=births, attributes={"sex": sex, "district": "Dadu"},
            )  # fmt: skip
        for record, amount in enumerate((1000, None, 500), 1):
            world.add(
                "service", "sindh", "mis", quarter, record, service_id=f"L{record}", service_code="loan",
                household_id="H1", received_on="2021-05-01", amount=amount, currency="PKR", attributes={},
            )  # fmt: skip
    for record in range(1, 9):
        world.add(
            "outcome", "sindh", "imi", "2021Q1", record, unit_id=f"u{record}", unit_type="household",
            stratum=f"T{record % 2}", psu=f"P{record % 4}", weight=1,
            answers={"latrine_at_home": "yes"} if record < 5 else {"latrine_at_home": "no"} if record < 8 else {},
        )  # fmt: skip
    world.add(
        "exchange_rate", "_reference", "exchange_rates", "_", 1, for_quarter="2021Q2", from_currency="PKR",
        to_currency="EUR", rate=0.005, rate_source="ECB",
    )  # fmt: skip
    _listed(world)
    return world


def _attended(world: World, quarter: str) -> None:
    """Women of all who attended, received of eligible: one pair whole, one with a blank."""
    day = {"2021Q1": "2021-02-01", "2021Q2": "2021-05-01", "2021Q3": "2021-08-01"}[quarter]
    sheets = (
        (("gram_sabha_women", "gram_sabha_total"), ((40, 100), (None, 100)), {"held_on": day}),
        (("received", "eligible"), ((4, 10), (5, None)), {"entitlement": "housing"}),
    )
    for sheet, (measures, pairs, attributes) in enumerate(sheets):
        for record, pair in enumerate(pairs, 1):
            for measure, value in zip(measures, pair, strict=True):
                world.add(
                    "place_total", "jharkhand", "entitlements", quarter, 10 * sheet + record,
                    place_id=f"GP{record}", measure=measure, value=value,
                    attributes=attributes | {"district": "Ranchi"},
                )  # fmt: skip


def _listed(world: World) -> None:
    """Three on the first list: one registered, one who registers in the second quarter, one never."""
    for number, quarter in enumerate(QUARTERS):
        for person in ["B1", "B2"][: number + 1]:
            world.add(
                "person", "khulna", "mis", quarter, int(person[1]), person_id=person, sex="F", attributes={}
            )
    for record in (1, 2, 3):
        world.add(
            "service", "khulna", "allowances", "2021Q1", record, service_id=f"widow/{record}",
            service_code="widow_allowance", attributes={},
        )  # fmt: skip
    for later in QUARTERS:
        for record in (1, 2) if later > "2021Q1" else (1,):
            world.add(
                "crosswalk", "khulna", "allowances", later, record, entity="person", of_quarter="2021Q1",
                local_id=f"widow/{record}", canonical_id=f"B{record}", method="rule", status="linked",
            )  # fmt: skip
        if later > "2021Q1":  # later lists have nobody new
            world.add(
                "service", "khulna", "allowances", later, 1, service_id="widow/9",
                service_code="widow_allowance", attributes={},
            )  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with the marts of the three quarters."""
    folder = tmp_path_factory.mktemp("blanks")
    write(_made(), folder, refused=[("sindh", "imi", "2021Q2")])
    frames = [
        frame.model_copy(
            update={"indicators": [i for i in frame.indicators if i.code in CHOSEN[frame.donor.code]]}
        )
        for frame in logframes.load(logframes.FOLDER)
        if frame.donor.code in CHOSEN
    ]
    marts.build(folder, frames, QUARTERS)
    yield folder


def _value(home: Path, indicator: str, quarter: str, region: str, columns: str, currency: str = "") -> Any:
    (row,) = marts.rows(
        home,
        f"select {columns} from marts.indicator_values where indicator = '{indicator}' and quarter = '{quarter}' "
        f"and region = '{region}' and dimension = 'all' and coalesce(currency, '') in ('{currency}', '')",
    )
    return row


def test_ratios_take_complete_pairs(home: Path) -> None:
    columns = "value, numerator, denominator, left_out, note"
    said = "1 record is left out, since what is counted with it is empty."
    for quarter in QUARTERS:
        assert _value(home, "NR-04", quarter, "jharkhand", columns) == (40, 40, 100, 1, said)
        assert _value(home, "NR-05", quarter, "jharkhand", columns) == (40, 4, 10, 1, said)


def test_a_sum_says_what_it_leaves_out(home: Path) -> None:
    assert _value(home, "EU-18", "2021Q1", "sindh", "value, left_out") == (32, 1)
    columns = "value, left_out, state"
    assert _value(home, "EU-15", "2021Q2", "sindh", columns, "PKR") == (1500, 1, "reported")
    assert _value(home, "EU-15", "2021Q2", "sindh", columns, "EUR") == (7.5, 1, "reported")
    assert _value(home, "EU-15", "2021Q1", "sindh", columns, "PKR") == (
        0,
        0,
        "reported",
    )  # none in the quarter
    assert _value(home, "EU-15", "2021Q3", "sindh", columns, "EUR")[2] == "not_reported"  # no rate


def test_a_refused_round_is_said_and_each_value_names_round_and_drops(home: Path) -> None:
    columns = "round(value, 6), period, drops, left_out"
    for quarter in QUARTERS:
        found = _value(home, "EU-03", quarter, "sindh", columns)
        assert found == (57.142857, "2021Q1", "sindh/imi 2021Q1 (imi.csv)", 1)
    left_out = "1 record is left out, since what is counted with it is empty."
    assert _value(home, "EU-03", "2021Q1", "sindh", "note") == (left_out,)
    for quarter in QUARTERS[1:]:
        (note,) = _value(home, "EU-03", quarter, "sindh", "note")
        assert note == (
            "The round 2021Q2 of sindh/imi was not taken in: imi_2021Q2.xlsx (refused: missing_column). "
            f"The value is of the round 2021Q1. {left_out}"
        )


def test_who_registers_after_being_listed_is_counted_from_then_on(home: Path) -> None:
    counted = [_value(home, "FC-01", quarter, "khulna", "value")[0] for quarter in QUARTERS]
    assert counted == [1, 2, 2]
