"""Khulna's invented people: who is registered, once or twice, what they received and which allowance they draw.

Plain arrays until the end of 2023, so that any quarter's files are a cut of the same world. No text, no faults.
"""

from dataclasses import dataclass

import numpy as np

from ingest.samples.arrays import NO_DAY, Dice, Flags, Ints, day
from ingest.samples.khulna import names
from ingest.samples.khulna.look_alikes import look_alikes
from ingest.samples.khulna.places import AREAS, LGI, PHC, SERVICES

START, REFERENCE_DAY, HORIZON = day("2018-11-05"), day("2021-06-30"), day("2023-12-31")
_FIRST_YEAR, _LAST_YEAR = 1938, 2004


@dataclass(frozen=True)
class World:
    """Arrays by table, numbered from 0. Persons from `registered` on are on allowance lists only."""

    dice: Dice
    registered: int
    true_number: Ints
    area: Ints
    sex: Ints  # 0 F, 1 M, 2 T
    birth: Ints
    given: Ints  # place in the women's or the men's list
    family: Ints
    father_given: Ints
    father_family: Ints
    line: Ints  # whose mobile number the person gives
    nid_kind: Ints  # 0 none, 1 ten digits, 2 thirteen (or seventeen) digits
    groups: Flags  # persons × target groups
    rec_person: Ints
    rec_day: Ints
    rec_second: Flags
    rec_without_nid: Flags
    sv_record: Ints
    sv_kind: Ints
    sv_institution: Ints
    sv_day: Ints
    al_person: Ints
    al_scheme: Ints
    al_from: Ints
    al_to: Ints


def make_world(seed: int, scale: float) -> World:
    """A world of `scale` × 13,045 persons registered by the reference day (never less than 600)."""
    dice = Dice(seed)
    size = max(600, round(13_045 * scale))
    growth = max(10, round(size * 0.02)) * 10
    registered = size + growth
    people = _people(dice, registered, max(60, round(registered * 0.14)))
    first = _first_days(dice.rng("khulna/registered"), size, growth)
    records = _records(dice.rng("khulna/records"), people["nid_kind"], first)
    services = _services(dice.rng("khulna/services"), people, records)
    allowances = _allowances(dice.rng("khulna/allowances"), people, registered)
    # On the lists a number of two persons is a finding, which is planted elsewhere.
    alone = np.isin(people["line"], allowances["al_person"]) | np.isin(
        np.arange(len(people["line"])), allowances["al_person"]
    )
    people["line"] = np.where(alone, np.arange(len(alone)), people["line"])
    parts: dict[str, np.ndarray] = {**people, **records, **services, **allowances}
    return World(dice=dice, registered=registered, **parts)


def true_ids(w: World, person: Ints) -> list[str]:
    """Names of the true persons; their numbers tell nothing of the order of registration."""
    return [f"KP-{number:06d}" for number in (w.true_number[person] + 1).tolist()]


def _people(dice: Dice, registered: int, others: int) -> dict[str, np.ndarray]:
    rng = dice.rng("khulna/people")
    n = registered + others
    sex = rng.choice(3, n, p=[0.62, 0.375, 0.005])
    sex[:2] = 2
    hindu = rng.random(n) < 0.35
    women = np.where(
        hindu,
        len(names.MUSLIM_WOMEN) + rng.integers(0, len(names.HINDU_WOMEN), n),
        rng.integers(0, len(names.MUSLIM_WOMEN), n),
    )
    birth = _births(rng, n)
    old = birth < day("1958-01-01")
    groups = rng.random((n, 6)) < np.array([0.28, 0.0, 0.09, 0.68, 0.02, 0.12])
    groups[:, 0] &= sex == 0
    groups[:, 1] = old & (rng.random(n) < 0.9)
    groups[:, 4] |= hindu & (rng.random(n) < 0.25)
    people = {
        "true_number": rng.permutation(n),
        "area": rng.integers(0, len(AREAS), n),
        "sex": sex,
        "given": np.where(sex == 0, women, _men(rng, hindu)),
        "family": _families(rng, hindu),
        "father_given": _men(rng, hindu),
        "father_family": _families(rng, hindu),
        "birth": birth,
        "line": np.arange(n),
        "nid_kind": rng.choice(3, n, p=[0.13, 0.14, 0.73]),
        "groups": groups,
    }
    twins = _siblings(rng, people, registered)
    look_alikes(dice.rng("khulna/look-alikes"), people, registered, twins)
    people["birth"] = _told_apart(people)
    return people


def _men(rng: np.random.Generator, hindu: Flags) -> Ints:
    n = len(hindu)
    theirs = len(names.MUSLIM_MEN) + rng.integers(0, len(names.HINDU_MEN), n)
    return np.where(hindu, theirs, rng.integers(0, len(names.MUSLIM_MEN), n))


def _families(rng: np.random.Generator, hindu: Flags) -> Ints:
    n = len(hindu)
    theirs = len(names.MUSLIM_FAMILIES) + rng.integers(0, len(names.HINDU_FAMILIES), n)
    return np.where(hindu, theirs, rng.integers(0, len(names.MUSLIM_FAMILIES), n))


def _births(rng: np.random.Generator, n: int) -> Ints:
    years = rng.integers(_FIRST_YEAR, _LAST_YEAR, n).astype(str)
    first = years.astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
    # Many know their year of birth only and are written down under the first of January.
    return first + np.where(rng.random(n) < 0.07, 0, rng.integers(0, 365, n))


def _siblings(rng: np.random.Generator, people: dict[str, np.ndarray], registered: int) -> Ints:
    """Some twins: all alike but for the given name, and so different persons. Gives who they are."""
    pairs = max(1, registered // 400)
    both = rng.choice(np.arange(2, registered), 2 * pairs, replace=False)
    one, other = both[:pairs], both[pairs:]
    for column in ("area", "sex", "birth", "family", "father_given", "father_family", "groups", "given"):
        people[column][other] = people[column][one]
    people["given"][other] = (people["given"][one] + 3) % 14
    people["nid_kind"][both] = 2
    return both.astype(np.int64)


def _told_apart(people: dict[str, np.ndarray]) -> Ints:
    """Birth dates moved by a day where two persons would share name, father, birth date and area."""
    birth = people["birth"].copy()
    sexes = np.minimum(people["sex"], 1)
    while True:
        key = np.stack(
            [
                *(people[part] for part in ("area", "given", "family", "father_given", "father_family")),
                sexes,
                birth,
            ]
        )
        _, first = np.unique(key, axis=1, return_index=True)
        if len(first) == len(birth):
            return birth
        again = np.ones(len(birth), dtype=bool)
        again[first] = False
        birth[again] += 1


def _first_days(rng: np.random.Generator, size: int, growth: int) -> Ints:
    early = np.sort(rng.integers(START, REFERENCE_DAY + 1, size))
    return np.concatenate([early, np.sort(rng.integers(REFERENCE_DAY + 1, HORIZON, growth))])


def _records(rng: np.random.Generator, nid_kind: Ints, first: Ints) -> dict[str, np.ndarray]:
    """Registrations in order of time: everyone once, some a second time by another field worker."""
    n = len(first)
    twice = np.sort(rng.choice(n, max(8, round(n * 0.02)), replace=False))
    again = np.minimum(first[twice] + rng.integers(20, 500, len(twice)), HORIZON)
    person = np.concatenate([np.arange(n), twice])
    days = np.concatenate([first, again])
    second = np.arange(len(person)) >= n
    order = np.argsort(days, kind="stable")
    # With a number of ten digits the second time has the same number or none: ten cannot become thirteen.
    without = second & ((rng.random(len(person)) < 0.4) | (nid_kind[person] == 0))
    return {
        "rec_person": person[order],
        "rec_day": days[order],
        "rec_second": second[order],
        "rec_without_nid": without[order],
    }


def _services(
    rng: np.random.Generator, people: dict[str, np.ndarray], records: dict[str, np.ndarray]
) -> dict[str, Ints]:
    """Services of each registration: most get a first one soon, some more later; none before registering."""
    days = records["rec_day"]
    years = (HORIZON - days) / 365.25
    soon = np.flatnonzero(rng.random(len(days)) < 0.85)
    later = np.repeat(np.arange(len(days)), rng.poisson(0.5 * years))
    record = np.concatenate([soon, later])
    span = HORIZON - days[later]
    when = np.concatenate(
        [
            days[soon] + rng.integers(0, 60, len(soon)),
            days[later] + (rng.random(len(later)) * span).astype(int),
        ]
    )
    when = np.minimum(when, HORIZON)
    kind = rng.choice(
        len(SERVICES), len(record), p=[0, 0, 0, 0.09, 0.09, 0.33, 0.04, 0.04, 0.08, 0.07, 0.1, 0.08, 0.08]
    )
    person = records["rec_person"][record]
    groups = people["groups"][person]
    allowance = rng.random(len(record)) < 0.15
    for service, group in ((2, 2), (1, 0), (0, 1)):  # disability, widow, old age
        kind[allowance & groups[:, group]] = service
    woman = people["sex"][person] == 0
    kind[(kind == 6) & ~woman] = 5
    health = (kind >= 5) & (kind <= 7)
    institution = np.where(health, rng.choice(PHC, len(kind)), rng.choice(LGI, len(kind)))
    order = np.argsort(when, kind="stable")
    return {
        "sv_record": record[order],
        "sv_kind": kind[order],
        "sv_institution": institution[order],
        "sv_day": when[order],
    }


def _allowances(rng: np.random.Generator, people: dict[str, np.ndarray], registered: int) -> dict[str, Ints]:
    """Who is on which scheme's list, from when to when: some of the registered, and others besides."""
    persons, schemes = [], []
    for scheme, group, share in ((0, 1, 0.30), (1, 0, 0.32), (2, 2, 0.40)):
        eligible = people["groups"][:, group]
        drawn = np.flatnonzero(eligible & (rng.random(len(eligible)) < share) & (people["sex"] != 2))
        others = np.flatnonzero(eligible)
        others = others[others >= registered]
        drawn = np.union1d(drawn, others)
        persons.append(drawn)
        schemes.append(np.full(len(drawn), scheme))
    person = np.concatenate(persons)
    n = len(person)
    early = rng.integers(day("2012-01-01"), day("2020-01-01"), n)
    begin = np.where(rng.random(n) < 0.7, early, rng.integers(day("2020-01-01"), day("2023-06-01"), n))
    end = np.where(rng.random(n) < 0.05, begin + rng.integers(200, 2500, n), NO_DAY)
    order = rng.permutation(n)
    return {
        "al_person": person[order],
        "al_scheme": np.concatenate(schemes)[order],
        "al_from": begin[order],
        "al_to": end[order],
    }


def listed(w: World, end: int) -> Ints:
    """Places in the allowance arrays of who is on a list at the day `end`."""
    return np.flatnonzero((w.al_from <= end) & ((w.al_to == NO_DAY) | (w.al_to > end))).astype(np.int64)
