"""No definition states a wrong number: many, drawn at random, against a plain recount; what cannot be meant is refused.

SANGAM_DEFINITIONS says how many are counted (`make definitions N=2000`).
"""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import pytest

from ingest.contracts.faults import Fault
from orchestration.warehouse.indicator_sense import faults_of
from orchestration.warehouse.logframe_words import Logframe
from tests.recount import definitions as families
from tests.recount import marts
from tests.recount import world as worlds
from tests.recount.recount import Cell, Counted, recount

COUNT = int(os.environ.get("SANGAM_DEFINITIONS", "80"))
AT_ONCE = 100  # evidence of more in one statement takes more memory than the warehouse may have
SINCE = {"khulna": "2021Q2"}
DONOR = {
    "code": "donor_a", "name": "A", "regions": ["sindh", "khulna"], "together": "all", "since": SINCE,
    "fiscal_year": {"starts": "04-01"}, "due_days": 15,
}  # fmt: skip


def _logframe(entries: list[dict[str, Any]]) -> Logframe:
    return Logframe.model_validate({"donor": DONOR, "indicators": entries})


def _drawn(chance: random.Random, count: int) -> tuple[list[families.Definition], int]:
    """So many that the words accept, and how many they refused on the way."""
    found: list[families.Definition] = []
    refused = 0
    while len(found) < count:
        number = len(found)
        code = f"{chr(65 + number // 2600 % 26)}{chr(65 + number // 100 % 26)}-{number % 100:02}"
        one = families.drawn(chance, code)
        try:
            frame = _logframe([one.words])
        except (ValueError, Fault):
            refused += 1
            continue
        if faults_of(frame.indicators[0], frame):
            refused += 1
        else:
            found.append(one)
    return found, refused


def _built(home: Path, definitions: list[families.Definition]) -> dict[str, dict[Cell, Counted]]:
    """What real dbt makes of them: by indicator and cell."""
    marts.build(home, [_logframe([one.words for one in definitions])], worlds.QUARTERS)
    rows = marts.rows(
        home,
        "select indicator, region, quarter, dimension, category, value, numerator, denominator, left_out "
        "from marts.indicator_values where state <> 'not_reported'",
    )
    scaled = marts.rows(
        home,
        "select count(*) from marts.indicator_values as v join conformed.dim_indicator "
        "using (donor, indicator, over_time) where kind = 'ratio' and v.state = 'reported' "
        "and abs(v.value - scale * v.numerator / v.denominator) > 1e-9",
    )
    assert scaled == [(0,)]
    found: dict[str, dict[Cell, Counted]] = {}
    for indicator, region, quarter, dimension, category, *numbers in rows:
        found.setdefault(indicator, {})[region, quarter, dimension, category] = Counted(*numbers)
    return found


def _differs(one: Counted, other: Counted | None) -> bool:
    if other is None:
        return True
    pairs = (
        (one.value, other.value),
        (one.numerator or 0, other.numerator or 0),
        (one.denominator or 0, other.denominator or 0),
        (one.left_out, other.left_out),
    )
    return any(
        (a is None) != (b is None) or (a is not None and b is not None and abs(a - b) > 1e-6 * max(1, abs(b)))
        for a, b in pairs
    )


@pytest.mark.parametrize("batch", range(-(-COUNT // AT_ONCE)))
def test_definitions_state_what_a_plain_recount_finds(
    tmp_path: Path, batch: int, record_property: pytest.RecordProperty
) -> None:
    chance = random.Random(1000 + batch)
    world = worlds.made(seed=batch)
    worlds.write(world, tmp_path)
    definitions, refused = _drawn(chance, min(AT_ONCE, COUNT - batch * AT_ONCE))
    found = _built(tmp_path, definitions)
    wrong, cells = [], 0
    for one in definitions:
        expected = recount(world, one, SINCE)
        made = found.get(one.words["code"], {})
        nothing = Counted(None, None, None, 0)
        for cell in expected.keys() | made.keys():
            mine = expected.get(cell)
            if mine is None:  # no record at all: zero of a count, nothing of the rest
                zero = one.words["kind"] in ("distinct_count", "sum")
                mine = Counted(0.0, 0.0, 0.0, 0) if zero else nothing
            cells += 1
            if _differs(mine, made.get(cell)):
                wrong.append((one.words, cell, mine, made.get(cell)))
    record_property(
        "measured", f"definitions: {len(definitions)} counted, {cells:,} cells, {refused} refused"
    )
    assert wrong == [], f"{len(wrong)} cells of {cells}; the first: {wrong[0]}"
