"""Which cells of a release rest on fewer people or households than the donor's threshold.

Found and named only, so that who signs off knows. To withhold them, and what would give them away, is the work of
`content.suppress_small_cells`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

import pyarrow as pa
import pyarrow.compute as pc

from orchestration.warehouse.logframe_words import Indicator

_COUNTED = frozenset({"person", "household", "birth"})  # units of counts of people or households
_SHARED = frozenset(
    {"person", "household", "adult", "child", "delivery", "case"}
)  # what shares of people are of


@dataclass(frozen=True)
class SmallCell:
    """A disaggregated value that rests on few."""

    indicator: str
    region: str
    over_time: str
    dimension: str
    category: str


def small_cells(values: pa.Table, indicators: Iterable[Indicator], threshold: int) -> list[SmallCell]:
    """The disaggregated counts, and the shares whose numerator or rest, lie above 0 and below the threshold.

    `values` has the columns of `content.COLUMNS`. Totals of an indicator are never among them.
    """
    definitions = list(indicators)
    counts = [one.code for one in definitions if one.unit in _COUNTED]
    shares = [one.code for one in definitions if one.unit == "percent" and _is_of_people(one)]
    few = pc.or_(
        pc.and_(_is_one_of(values, counts), _is_few(values["value"], threshold)),
        pc.and_(
            _is_one_of(values, shares),
            pc.or_(
                _is_few(values["numerator"], threshold),
                _is_few(pc.subtract(values["denominator"], values["numerator"]), threshold),
            ),
        ),
    )
    shown = pc.and_(pc.not_equal(values["dimension"], "all"), pc.equal(values["state"], "reported"))
    names = list(SmallCell.__dataclass_fields__)
    found = values.filter(pc.and_(few, pc.fill_null(shown, False))).select(names)
    return [SmallCell(**row) for row in found.sort_by([(name, "ascending") for name in names]).to_pylist()]


def warning(cells: list[SmallCell], threshold: int) -> str:
    """What a person is told of them before a release goes out; empty where there are none."""
    if not cells:
        return ""
    several = len({cell.region for cell in cells}) > 1
    groups = groupby(cells, lambda cell: (cell.indicator, cell.region, cell.over_time, cell.dimension))
    told = [
        f"{code}{f' {region}' if several else ''} {over_time.replace('_', ' ')}, {dimension}: "
        + ", ".join(cell.category for cell in group)
        for (code, region, over_time, dimension), group in groups
    ]
    hold, are = ("cell holds", "is") if len(cells) == 1 else ("cells hold", "are")
    return (
        f"{len(cells):,} disaggregated {hold} fewer than {threshold} people or households and {are} not withheld yet: "
        f"{'; '.join(told)}."
    )


def _is_of_people(indicator: Indicator) -> bool:
    """Of units that are people, or of sums over places: those attending, those eligible."""
    return indicator.unit_type in _SHARED or (
        indicator.kind == "ratio" and indicator.denominator not in (None, "units")
    )


def _is_one_of(values: pa.Table, codes: list[str]) -> pa.ChunkedArray:
    return pc.is_in(values["indicator"], value_set=pa.array(codes, pa.string()))


def _is_few(numbers: pa.ChunkedArray, threshold: int) -> pa.ChunkedArray:
    return pc.fill_null(pc.and_(pc.greater(numbers, 0), pc.less(numbers, threshold)), False)
