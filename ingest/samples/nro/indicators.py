"""The expected indicators NR-01 to NR-09, by state and for the four states together, from the worlds made.

Worked out with NumPy from what is accepted, apart from the pipeline's own SQL. Medians and shares of all states are
taken from all their records, never from the states' results.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ingest.samples.arrays import NO_DAY, Ints, last_day
from ingest.samples.nro.pae import Assessment, first_of
from ingest.samples.nro.places import ENTITLEMENTS, STATES
from ingest.samples.nro.portal import Status
from ingest.samples.nro.pts import Extract
from ingest.samples.nro.world import CATEGORIES, SECTORS, World, month_number
from ingest.samples.truth.estimates import Row, tidy

DONOR = "mord_nrlm"
_SOURCES = {"entitlements": ("NR-04", "NR-05", "NR-06"), "shg_portal": ("NR-07", "NR-08")}
_WORKING = 3  # meetings in the quarter that make a GPCC a working one


@dataclass(frozen=True)
class Measured:
    """One indicator of one state: summands of numerator and denominator a unit, and each unit's categories.

    `values` stands for a median of its own units. `units` are those that count as observed.
    """

    numerator: np.ndarray
    denominator: np.ndarray
    by: Mapping[str, np.ndarray]
    values: bool = False


Facts = dict[str, Measured]


def _ones(n: int) -> np.ndarray:
    return np.ones(n, dtype=np.int64)


def pts_facts(w: World, held: Extract, quarter: str) -> Facts:
    """NR-01, NR-02, NR-03 and NR-09 of a state's quarter."""
    start, end = first_of(quarter), held.end
    sector, category = np.array(SECTORS)[w.sector], np.array(CATEGORIES)[w.category]
    rows = held.rows["enterprise_month"]
    rows = rows[w.month[rows] >= month_number(np.array([start]))[0]]
    sold = np.bincount(w.month_of[rows][w.sales[rows] > 0], minlength=len(w.start))
    open_now = (w.start <= end) & ~held.closed
    active = open_now & (sold == 3)
    live = np.flatnonzero(open_now)
    year_before = f"{int(quarter[:4]) - 1}{quarter[4:]}"
    cohort = np.flatnonzero((w.start >= first_of(year_before)) & (w.start <= last_day(year_before)))
    survived = (w.closed[cohort] == NO_DAY) | (w.closed[cohort] >= w.start[cohort] + 366)
    mine = rows[active[w.month_of[rows]]]
    net = w.sales[mine] - sum(values[mine] for values in w.costs.values())
    seen = held.rows["mec_visit"]
    visits = np.bincount(w.visit_to[seen[w.visit_day[seen] >= start]], minlength=len(w.start))
    at_work = np.flatnonzero(active)
    return {
        "NR-01": Measured(
            active[live].astype(np.int64),
            _ones(len(live)),
            {"sector": sector[live], "social_category": category[live]},
        ),
        "NR-02": Measured(survived.astype(np.int64), _ones(len(cohort)), {"sector": sector[cohort]}),
        "NR-03": Measured(net, _ones(len(net)), {"sector": sector[w.month_of[mine]]}, values=True),
        "NR-09": Measured(visits[at_work], _ones(len(at_work)), {}),
    }


def pae_facts(found: Assessment, quarter: str) -> Facts:
    """NR-04 to NR-06 of a state's quarter."""
    held = (found.held >= first_of(quarter)) & (found.held <= last_day(quarter))
    fifth = np.where(found.fifth, "yes", "no")
    return {
        "NR-04": Measured(
            found.women[held],
            found.total[held],
            {"district": found.district[held], "fifth_schedule": fifth[held]},
        ),
        "NR-05": Measured(
            found.received, found.eligible, {"entitlement": np.array(ENTITLEMENTS)[found.entitlement]}
        ),
        "NR-06": Measured(
            (found.gpcc >= _WORKING).astype(np.int64), _ones(len(found.gpcc)), {"district": found.district}
        ),
    }


def portal_facts(found: Status) -> Facts:
    """NR-07 and NR-08 of a state's quarter."""
    by = {"district": np.array(found.district)}
    n = _ones(len(found.district))
    return {
        "NR-07": Measured(np.array(found.groups), n, by),
        "NR-08": Measured(np.array(found.credit), n, by),
    }


def _joined(parts: Sequence[Measured]) -> Measured:
    first = parts[0]
    return Measured(
        np.concatenate([p.numerator for p in parts]),
        np.concatenate([p.denominator for p in parts]),
        {name: np.concatenate([p.by[name] for p in parts]) for name in first.by},
        first.values,
    )


def _percent(y: Ints, of: Ints) -> Row:
    total = int(of.sum())
    return {"value": 100 * int(y.sum()) / total, "numerator": int(y.sum()), "denominator": total, "n": total}


def _count(y: Ints, of: Ints) -> Row:
    return {**_sum(y, of), "denominator": int(of.sum()), "n": int(of.sum())}


def _median(y: Ints, of: Ints) -> Row:
    return {"value": float(np.median(y)), "n": len(y)}


def _sum(y: Ints, of: Ints) -> Row:
    return {"value": int(y.sum()), "numerator": int(y.sum()), "n": len(y)}


def _per_unit(y: Ints, of: Ints) -> Row:
    return {**_percent(y, of), "value": int(y.sum()) / int(of.sum())}


# Over time, unit, currency and the way to a value.
_KINDS: dict[str, tuple[str, str, str, Callable[[Ints, Ints], Row]]] = {
    "NR-01": ("as_at", "enterprise", "", _count),
    "NR-02": ("cohort", "percent", "", _percent),
    "NR-03": ("in_quarter", "money", "INR", _median),
    "NR-04": ("in_quarter", "percent", "", _percent),
    "NR-05": ("in_quarter", "percent", "", _percent),
    "NR-06": ("in_quarter", "gram_panchayat", "", _count),
    "NR-07": ("as_at", "shg", "", _sum),
    "NR-08": ("as_at", "money", "INR", _sum),
    "NR-09": ("in_quarter", "visit per enterprise", "", _per_unit),
}


def _districts(region: str) -> list[str]:
    return sorted(d for state in STATES if region in (state.region, "all") for d in state.districts)


def _categories(dimension: str, region: str) -> Sequence[str]:
    if dimension == "district":
        return _districts(region)
    return {
        "sector": SECTORS,
        "social_category": CATEGORIES,
        "fifth_schedule": ("no", "yes"),
        "entitlement": sorted(ENTITLEMENTS),
    }[dimension]


def rows_of(quarter: str, facts: Mapping[str, Facts]) -> list[Row]:
    """All rows of a quarter; `facts` by region hold the indicators whose drop of the quarter there is."""
    rows: list[Row] = []
    for code, (over_time, unit, currency, value) in _KINDS.items():
        found = {region: part[code] for region, part in facts.items() if code in part}
        if len(found) == len(STATES):
            found["all"] = _joined([found[state.region] for state in STATES])
        for region in ("all", *sorted(state.region for state in STATES)):
            base: Row = {"donor": DONOR, "indicator": code, "quarter": quarter, "region": region}
            base["tolerance"] = 0
            if region not in found:
                rows.append({**base, "state": "not_reported", "note": f"no accepted {_source(code)} drop"})
                continue
            base |= {"over_time": over_time, "unit": unit, "currency": currency}
            rows += _of_region(base, found[region], value, region)
    return rows


def _source(code: str) -> str:
    return next((source for source, codes in _SOURCES.items() if code in codes), "pts")


def _of_region(base: Row, part: Measured, value: Callable[[Ints, Ints], Row], region: str) -> list[Row]:
    rows = [_row(base, part.numerator, part.denominator, value)]
    for dimension, category_of in part.by.items():
        for category in _categories(dimension, region):
            mine = category_of == category
            named = {**base, "dimension": dimension, "category": category}
            rows.append(_row(named, part.numerator[mine], part.denominator[mine], value))
    return rows


def _row(base: Row, y: Ints, of: Ints, value: Callable[[Ints, Ints], Row]) -> Row:
    if value in (_count, _sum) or int(of.sum()):
        return tidy({**base, "state": "reported", **value(y, of)})
    empty: dict[str, Any] = {"state": "not_applicable", "n": 0, "note": "empty population"}
    return {**base, **empty} | ({} if value is _median else {"numerator": 0, "denominator": 0})
