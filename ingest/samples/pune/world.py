"""Pune's invented people and the cases the helpdesk opens for them, as plain arrays until the end of 2023.

Any quarter's extract is a cut of the same world. No text, no faults here.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ingest.samples.arrays import NO_DAY, Dice, Flags, Ints, day
from ingest.samples.pune.words import AMOUNTS, CENTRES, MEN, MUNICIPAL, RELATIONS, SCHEME_NAMES, WOMEN

START, REFERENCE_DAY, HORIZON = day("2018-07-01"), day("2021-06-30"), day("2023-12-31")
_POPULAR = (0.13, 0.08, 0.07, 0.08, 0.1, 0.05, 0.1, 0.11, 0.04, 0.05, 0.03, 0.08, 0.02, 0.03, 0.03)


@dataclass(frozen=True)
class World:
    """Persons and cases, numbered from 0; cases in order of opening. `NO_DAY` stands for a step never taken."""

    dice: Dice
    size: int
    household: Ints
    sex: Ints  # 0 F, 1 M, 2 T
    birth_year: Ints
    relation: Ints
    given: Ints
    middle: Ints
    latin: Flags  # how the name is written, the same in all cases
    card: Flags
    aadhaar: Ints  # 0 none, 1 masked, 2 full
    case_person: Ints
    case_centre: Ints
    case_number: Ints  # running number of the centre and year
    case_scheme: Ints
    case_named: Flags  # the person's own number is given
    case_card: Flags  # the card is written down, where there is one
    opened: Ints
    complete: Ints
    applied: Ints
    decided: Ints
    approved: Flags
    benefit: Ints
    amount: Ints


def make_world(seed: int, scale: float) -> World:
    """A world of `scale` × 9,000 persons with about 60,000 cases by the reference day (never below 320 persons)."""
    dice = Dice(seed)
    size = max(320, round(9_000 * scale))
    rng = dice.rng("pune/cases")
    pool = round(size * (HORIZON - START) / (REFERENCE_DAY - START))
    people = _people(dice.rng("pune/people"), pool)
    person, opened, first = _openings(rng, pool)
    steps = _steps(rng, opened)
    once = np.bincount(person, minlength=pool) == 1
    # Without a number of their own: later cases, and half of those who came but once.
    unnamed = np.where(first, once[person] & (rng.random(len(person)) < 0.5), rng.random(len(person)) < 0.03)
    centre = _centres(rng, people["home"], person)
    year = opened.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    number = pd.Series(np.ones(len(person))).groupby([centre, year]).cumsum().to_numpy().astype(np.int64)
    scheme = rng.choice(len(SCHEME_NAMES), len(person), p=_POPULAR)
    del people["home"]
    return World(
        dice=dice,
        size=size,
        **people,
        case_person=person,
        case_centre=centre,
        case_number=number,
        case_scheme=scheme,
        case_named=~unnamed,
        case_card=first | (rng.random(len(person)) < 0.96),
        opened=opened,
        amount=_amounts(rng, scheme),
        **steps,
    )


def _people(rng: np.random.Generator, n: int) -> dict[str, np.ndarray]:
    sex = rng.choice(3, n, p=[0.7, 0.295, 0.005])
    sex[0] = 2
    people = {
        "household": rng.integers(0, max(1, n // 2), n),
        "sex": sex,
        "birth_year": rng.integers(1946, 2013, n),
        "relation": rng.choice(len(RELATIONS), n, p=[0.46, 0.4, 0.14]),
        "given": np.where(sex == 0, rng.integers(0, len(WOMEN[0]), n), rng.integers(0, len(MEN[0]), n)),
        "middle": rng.integers(0, len(MEN[0]), n),
        "latin": rng.random(n) < 0.45,
        "aadhaar": rng.choice(3, n, p=[0.2, 0.4, 0.4]),
        "home": rng.integers(1, len(CENTRES), n),
    }
    people["card"] = (people["relation"] == 0) & (rng.random(n) < 0.75)
    # Nobody else of a household has the same name and year of birth.
    same = pd.DataFrame({k: people[k] for k in ("household", "given", "middle")} | {"woman": sex == 0})
    while (again := same.assign(born=people["birth_year"]).duplicated().to_numpy()).any():
        people["birth_year"][again] += 1
    return people


def _openings(rng: np.random.Generator, pool: int) -> tuple[Ints, Ints, Flags]:
    """Who comes when: everyone once, most again and again, at all times alike."""
    begin = rng.integers(START, HORIZON + 1, pool)
    begin[:12] = START + np.arange(12) * 9  # some of whom every extract tells
    regular = rng.random(pool) < 0.93
    more = np.repeat(np.arange(pool), rng.poisson(np.where(regular, (HORIZON - begin) * 6.15 / 547, 0)))
    later = begin[more] + 1 + (rng.random(len(more)) * (HORIZON - begin[more])).astype(np.int64)
    person = np.concatenate([np.arange(pool), more])
    opened = np.concatenate([begin, np.minimum(later, HORIZON)])
    first = np.arange(len(person)) < pool
    order = np.lexsort((~first, opened))
    return person[order], opened[order], first[order]


def _steps(rng: np.random.Generator, opened: Ints) -> dict[str, np.ndarray]:
    """The days of a case's later steps, as far as it gets."""
    n = len(opened)
    goes_on = rng.random((4, n)) < np.array([[0.93], [0.9], [0.86], [0.83]])
    reached = np.logical_and.accumulate(goes_on, axis=0)
    complete = opened + rng.integers(0, 25, n)
    applied = complete + rng.integers(0, 15, n)
    decided = applied + rng.integers(3, 75, n)
    benefit = decided + rng.integers(0, 45, n)
    approved = rng.random(n) < 0.82
    # Now and then a step is not written down, though a later one is.
    complete = np.where(reached[0] & (rng.random(n) > 0.02), complete, NO_DAY)
    return {
        "complete": complete,
        "applied": np.where(reached[1], applied, NO_DAY),
        "decided": np.where(reached[2], decided, NO_DAY),
        "approved": approved,
        "benefit": np.where(reached[3] & approved, benefit, NO_DAY),
    }


def _centres(rng: np.random.Generator, home: Ints, person: Ints) -> Ints:
    """Mostly the centre next door, at times the hub or another one."""
    where = home[person]
    u = rng.random(len(person))
    return np.where(u < 0.08, 0, np.where(u < 0.14, rng.integers(1, len(CENTRES), len(person)), where))


def _amounts(rng: np.random.Generator, scheme: Ints) -> Ints:
    """Rupees paid with the benefit; 0 where the scheme pays none or none is written down."""
    choice = rng.integers(0, 6, len(scheme))
    out = np.zeros(len(scheme), dtype=np.int64)
    for name, amounts in AMOUNTS.items():
        mine = scheme == SCHEME_NAMES.index(name)
        out[mine] = np.array(amounts)[choice[mine] % len(amounts)]
    return np.where(rng.random(len(scheme)) < 0.1, 0, out)


def municipal(scheme: Ints) -> Flags:
    """Whether a scheme's applications go to the Municipal Corporation."""
    return np.isin(scheme, [SCHEME_NAMES.index(name) for name in MUNICIPAL])
