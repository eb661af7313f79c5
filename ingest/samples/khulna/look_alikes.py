"""People of Khulna who are easily taken for one: sisters, brothers, twins, and namesakes whose birth date is a guess.

All without an identity number. They are drawn from a stream of their own and keep what indicators count: area, sex,
target groups, whether somebody is old.
"""

import numpy as np

from ingest.samples.arrays import Ints, day
from ingest.samples.khulna import names

_OLD = day("1958-01-01")  # before it, as `world` says
_EACH = 150  # persons for a pair of each kind


def look_alikes(
    rng: np.random.Generator, people: dict[str, np.ndarray], registered: int, taken: Ints
) -> None:
    """Make pairs of registered persons alike, in place; those `taken` are left out."""
    pairs = max(2, registered // _EACH)
    free = np.setdiff1d(np.arange(2, registered), taken)
    drawn = rng.permutation(free)
    kind = (people["area"] * 3 + people["sex"]) * 2 + (people["birth"] < _OLD)
    drawn = drawn[np.argsort(kind[drawn], kind="stable")]
    first = np.arange(0, len(drawn) - 1, 2)
    first = rng.permutation(first[kind[drawn[first]] == kind[drawn[first + 1]]])[: 2 * pairs]
    one, other = drawn[first], drawn[first + 1]
    people["nid_kind"][np.concatenate([one, other])] = 0
    _sisters(people, one[:pairs], other[:pairs])
    _namesakes(people, one[pairs:], other[pairs:])


def _sisters(people: dict[str, np.ndarray], one: Ints, other: Ints) -> None:
    """One father, one birth date, one mobile of the household; another given name."""
    for column in ("birth", "family", "father_given", "father_family", "line"):
        people[column][other] = people[column][one]
    woman = people["sex"][one] == 0
    muslims = np.where(woman, len(names.MUSLIM_WOMEN), len(names.MUSLIM_MEN))
    hindus = np.where(woman, len(names.HINDU_WOMEN), len(names.HINDU_MEN))
    given = people["given"][one]
    is_muslim = given < muslims
    next_one = np.where(is_muslim, (given + 1) % muslims, muslims + (given - muslims + 1) % hindus)
    people["given"][other] = next_one


def _namesakes(people: dict[str, np.ndarray], one: Ints, other: Ints) -> None:
    """One name, and a birth date of which only the year was known; another father."""
    for column in ("given", "family"):
        people[column][other] = people[column][one]
    years = people["birth"][one].astype("datetime64[D]").astype("datetime64[Y]")
    heaped = years.astype("datetime64[D]").astype(np.int64)
    people["birth"][one], people["birth"][other] = heaped, heaped
    alike = people["father_given"][one] == people["father_given"][other]
    people["father_given"][other] = np.where(
        alike, (people["father_given"][other] + 1) % 14, people["father_given"][other]
    )
