"""One state's invented enterprises with their months and visits, and its Gram Panchayats, as plain arrays.

The same seed and scale give the same world whatever quarters are asked for. How it is written is in `nro_tables`
and `nro_pae`.
"""

import zlib
from dataclasses import dataclass

import numpy as np

from ingest.samples.arrays import NO_DAY, Dice, Flags, Ints, day
from ingest.samples.nro.places import State
from ingest.samples.truth.defects import are_planted

SECTORS = ("manufacturing", "service", "trade")
CATEGORIES = ("OBC", "Other", "SC", "ST")
FIRST, HORIZON = day("2018-07-01"), day("2023-12-31")
_ENTERPRISES = 40_000  # a state, over all years: about 20,000 have started by 2021
_PANCHAYATS = 3_000
_MOST = 98_000  # enterprise codes have five digits, some of which the faulty records need


@dataclass(frozen=True)
class World:
    """A state's records; days are counted from 1970-01-01, months from 1970-01, amounts are whole rupees."""

    state: State
    dice: Dice
    firms: int
    panchayats: int
    start: Ints
    closed: Ints
    firm: Ints
    woman: Flags
    category: Ints
    sector: Ints
    month_of: Ints  # enterprise of each monthly record
    month: Ints
    sales: Ints
    costs: dict[str, Ints]
    employees: Ints
    visit_to: Ints
    visit_day: Ints


def month_number(days: Ints) -> Ints:
    """Months since 1970-01 of days since 1970-01-01."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def first_day(months: Ints) -> Ints:
    """First day of months since 1970-01, in days since 1970-01-01."""
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def state_dice(seed: int, state: State) -> Dice:
    """The state's own random numbers."""
    return Dice(zlib.crc32(f"{state.region}/{seed}".encode()))


def make_world(seed: int, scale: float, state: State) -> World:
    """A state's world; `scale` 1 is full size, and no world is too small to hold every kind of record."""
    dice = state_dice(seed, state)
    rng = dice.rng("world")
    n = min(_MOST, max(480, round(_ENTERPRISES * scale)))
    start = np.sort(rng.integers(FIRST, HORIZON + 1, n))
    u = rng.random(n)
    # Nobody closes close to the first anniversary: whether that day is within twelve months is nobody's rule.
    life = np.where(u < 0.1, rng.integers(60, 345, n), rng.integers(390, 1500, n))
    closed = np.where(u < 0.24, start + life, NO_DAY)
    firms = max(12, n // 80)
    month_of, ordinal, month = _months(start, closed, dice)
    visit_to, visit_day = _visits(dice, start, closed, month_of, month)
    base = np.clip(np.exp(rng.normal(np.log(9_000), 0.7, n)), 1_500, 60_000)[month_of]
    rows = np.arange(len(month_of))
    return World(
        state=state,
        dice=dice,
        firms=firms,
        panchayats=max(60, round(_PANCHAYATS * scale)),
        start=start,
        closed=closed,
        firm=rng.integers(0, firms, n),
        woman=rng.random(n) < 0.87,
        category=rng.choice(4, n, p=[0.29, 0.11, 0.25, 0.35]),
        sector=rng.choice(3, n, p=[0.3, 0.28, 0.42]),
        month_of=month_of,
        month=month,
        sales=_sales(dice, base, rows, ordinal),
        costs={
            "raw_material_inr": (base * (0.2 + 0.25 * dice.unit("raw", rows))).astype(np.int64),
            "wages_inr": np.array([0, 0, 500, 1_200])[dice.pick("wages", rows, 4)],
            "other_cost_inr": 50 + dice.pick("other", rows, 900),
            "loan_instalment_inr": np.array([0, 0, 0, 700, 1_100])[dice.pick("loan", month_of, 5)],
        },
        employees=1 + dice.pick("employees", rows, 12) // 7 * dice.pick("more", month_of, 5),
        visit_to=visit_to,
        visit_day=visit_day,
    )


def _months(start: Ints, closed: Ints, dice: Dice) -> tuple[Ints, Ints, Ints]:
    """Enterprise, place in the enterprise's life and month of every monthly record; some are missing."""
    first = month_number(start)
    last = month_number(np.where(closed == NO_DAY, HORIZON, np.minimum(closed, HORIZON)))
    each = last - first + 1
    month_of = np.repeat(np.arange(len(start)), each)
    ordinal = np.arange(len(month_of)) - np.repeat(np.cumsum(each) - each, each)
    kept = (ordinal % 3 != 1) | (dice.unit("missing", month_of * 100 + ordinal) > 0.03)
    month_of, ordinal = month_of[kept], ordinal[kept]
    return month_of, ordinal, first[month_of] + ordinal


def _sales(dice: Dice, base: np.ndarray, rows: Ints, ordinal: Ints) -> Ints:
    """Monthly sales: at most every third month is without any, so that an enterprise's median is above zero;
    a few are a hundred times too high.
    """
    sales = (base * (0.6 + 0.9 * dice.unit("sales", rows))).astype(np.int64)
    sales[(ordinal % 3 == 2) & (dice.unit("idle", rows) < 0.12)] = 0
    return np.where(are_planted() & (ordinal > 4) & (dice.unit("paise", rows) < 0.003), sales * 100, sales)


def _visits(dice: Dice, start: Ints, closed: Ints, month_of: Ints, month: Ints) -> tuple[Ints, Ints]:
    rows = np.arange(len(month_of))
    on = first_day(month) + dice.pick("visit day", rows, 28)
    alive = (on >= start[month_of]) & ((closed[month_of] == NO_DAY) | (on <= closed[month_of]))
    happened = np.flatnonzero(alive & (dice.unit("visit", rows) < 0.44))
    order = happened[np.argsort(on[happened], kind="stable")]
    return month_of[order], on[order]
