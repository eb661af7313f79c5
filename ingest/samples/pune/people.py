"""Names and official numbers of Pune's invented people, as text columns."""

import numpy as np
import pyarrow as pa

from ingest.samples.arrays import Ints, codes, digits, join, words
from ingest.samples.files.check_digits import verhoeff
from ingest.samples.files.scripts import choose
from ingest.samples.pune.words import DEVANAGARI, FAMILIES, LATIN, MEN, WOMEN
from ingest.samples.pune.world import World


def full_names(w: World, person: Ints) -> pa.Array:
    """Given name, father's or husband's name and family name, in the person's script."""
    return choose(w.latin[person], _names(w, person, LATIN), _names(w, person, DEVANAGARI))


def _names(w: World, person: Ints, script: int) -> pa.Array:
    woman = w.sex[person] == 0
    given = words([*WOMEN[script], *MEN[script]], w.given[person] + np.where(woman, 0, len(WOMEN[0])))
    family = w.dice.pick("pune/family", w.household[person], len(FAMILIES[0]))
    return join(given, words(MEN[script], w.middle[person]), words(FAMILIES[script], family), sep=" ")


def aadhaars(w: World, person: Ints) -> pa.Array:
    """Twelve digits with a sound check digit, or the last four of them behind a mask, or none."""
    first = w.dice.pick("pune/aadhaar", person, 8) + 2
    number = first * 10**10 + (person * 73_687_871 + 1_234_567_891) % 10**10
    check = digits(verhoeff(number, 11))
    full, last = join(digits(number, 11), check), join(digits(number % 1000, 3), check)
    texts = choose(w.aadhaar[person] == 1, join("XXXXXXXX", last), full)
    return choose(w.aadhaar[person] == 0, pa.array([None] * len(person), pa.string()), texts)


def cards(w: World, person: Ints) -> pa.Array:
    """The union's card numbers, one to one with the persons; null for those without."""
    # 7,919 has no divisor in common with 100,000: different persons, different cards up to that many.
    number = np.where(len(w.card) <= 100_000, (person * 7_919 + 31_337) % 100_000, person)
    return codes("KKP-", np.where(w.card[person], number, -1), 5)


def mobiles(w: World, person: Ints) -> pa.Array:
    """Mobile numbers, one a person."""
    return join(digits(w.dice.pick("pune/operator", person, 4) + 6), digits((person * 7_368_787) % 10**9, 9))
