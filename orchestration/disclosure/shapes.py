"""What of an indicator could tell of single people, households or enterprises, as its logframe defines it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Literal

import pandas as pd

from orchestration.warehouse.logframe_words import Indicator, Logframe

# count: the value is a number of people or the like; share: numerator and rest are; amount: it rests on `n` of them.
Shape = Literal["count", "share", "amount"]

# What is counted there is no person, household or enterprise. Whatever is not here is protected.
BODIES = frozenset(
    [
        "block", "centre", "community_organisation", "gram_panchayat", "institution", "organisation", "place", "score",
        "shg", "tree", "village",
    ]
)  # fmt: skip
COLUMNS = [
    "donor", "indicator", "dimension", "shape", "threshold", "together", "population", "whole", "cut", "apart",
]  # fmt: skip


def shape_of(indicator: Indicator) -> Shape | None:
    """What has to be protected of an indicator; None where it tells of bodies and places alone."""
    of_people = indicator.unit_type not in BODIES
    sums_over_places = indicator.kind == "ratio" and indicator.denominator not in (None, "units")
    if indicator.unit == "percent":
        return "share" if of_people or sums_over_places else None
    if indicator.kind == "distinct_count" or (indicator.kind == "sum" and not indicator.currency):
        return "count" if indicator.unit not in BODIES else None
    return "amount" if of_people else None


def shapes(frames: Iterable[Logframe]) -> pd.DataFrame:
    """A row per donor, indicator and dimension ("all" among them).

    Columns: donor, indicator, dimension, shape, threshold, together, population and whole (what is counted above and
    below, as fingerprints: the same in two logframes where they count the same), cut (how the dimension divides it),
    apart (whether the dimension shows what is not in the total).
    """
    rows = []
    for frame in frames:
        for one in frame.indicators:
            shape = shape_of(one)
            if shape is None or not frame.donor.suppression_threshold:
                continue
            population, whole = _fingerprint(one, above=True), _fingerprint(one, above=False)
            cuts = [("all", "", False)]
            cuts += [(by.dimension, _digest(by.category), bool(by.apart)) for by in one.disaggregations]
            rows += [
                (
                    frame.donor.code, one.code, dimension, shape, frame.donor.suppression_threshold,
                    frame.donor.together or "", population, whole, cut, apart,
                )
                for dimension, cut, apart in cuts
            ]  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS).astype({"threshold": float, "apart": bool})


def _fingerprint(one: Indicator, *, above: bool) -> str:
    """Of the units that are counted: two definitions with the same one state the same numbers."""
    joins = sorted((join.dimension, join.source or "") for join in one.joined)
    of = [
        one.fact,
        joins,
        one.unit_id,
        one.population,
        one.dated_by,
        sorted(one.sources),
        sorted(one.drops_to_date),
    ]
    if above:
        of += [one.kind, one.numerator, one.value, one.roll_up, one.currency]
    elif one.denominator != "units":
        of += [one.denominator]
    return _digest(of)


def _digest(of: object) -> str:
    return hashlib.sha256(json.dumps(of, sort_keys=True, default=str).encode()).hexdigest()[:16]
