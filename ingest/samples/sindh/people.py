"""Names, identity cards and villages of Sindh's invented people, as text columns with harmless differences
of spelling.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.samples.arrays import Ints, blank, codes, digits, join, words
from ingest.samples.files import mess, names
from ingest.samples.sindh.world import World


def hh_codes(hh: Ints) -> pa.Array:
    """Household identifiers."""
    return codes("SND-HH-", hh + 1, 7)


def member_names(w: World, member: Ints) -> pa.Array:
    """Given and family name; wives often keep their father's family name."""
    hh = w.member_hh[member]
    d = w.dice
    own = (w.member_place[member] == 1) & (d.pick("own name", member, 4) == 0)
    family = np.where(
        own, d.pick("maiden name", member, len(names.FAMILIES)), d.pick("family", hh, len(names.FAMILIES))
    )
    return join(_given(w, member), words(names.FAMILIES, family), sep=" ")


def _given(w: World, member: Ints) -> pa.Array:
    woman = w.member_sex[member] == 0
    pick = np.where(
        woman,
        w.dice.pick("given", member, len(names.WOMEN)),
        len(names.WOMEN) + w.dice.pick("given", member, len(names.MEN)),
    )
    return words([*names.WOMEN, *names.MEN], pick)


def fathers(w: World, member: Ints) -> pa.Array:
    """Father's or husband's given name: the head's for the household's others."""
    head = w.hh_first_member[w.member_hh[member]]
    pick = np.where(
        (w.member_place[member] == 0) | (w.member_sex[head] == 0),
        w.dice.pick("father", head, len(names.MEN)),
        w.dice.pick("given", head, len(names.MEN)),
    )
    return words(names.MEN, pick)


def cnics(w: World, member: Ints) -> pa.Array:
    """Identity card numbers, unique, the last digit by sex; spelled with dashes, blanks or neither."""
    d = w.dice
    number = (member * 7_368_787 + 1_234_567_891) % 10**10  # one to one, as the factor has no divisor 2 or 5
    odd = (w.member_sex[member] == 1) ^ w.member_wrong_digit[member]
    last = d.pick("cnic last", member, 5) * 2 + odd
    area = join("4", digits(d.pick("cnic area", member, 5) + 1), digits(number // 10**7, 3))
    sep = words(
        ("-", "-", "", " "), np.searchsorted([0.4, 0.65, 0.96], d.unit("cnic style", member), "right")
    )
    return blank(join(area, digits(number % 10**7, 7), digits(last), sep=sep), ~w.member_has_cnic[member])


def villages(w: World, hh: Ints) -> pa.Array:
    """A household's village: the same for a whole group, but for some strings that are hard to read."""
    group = np.where(w.hh_co[hh] >= 0, w.hh_co[hh], 10**7 + hh)
    plain = w.dice.pick("village", group, len(names.VILLAGES))
    awkward = len(names.VILLAGES) + w.dice.pick("awkward village", hh, len(names.AWKWARD_VILLAGES))
    decomposed = len(names.VILLAGES) + len(names.AWKWARD_VILLAGES) + plain
    u = w.dice.unit("village form", hh)
    pick = np.where(u < 0.02, awkward, np.where(u < 0.03, decomposed, plain))
    return words([*names.VILLAGES, *names.AWKWARD_VILLAGES, *names.decomposed(names.VILLAGES)], pick)


def head_names(w: World, hh: Ints) -> pa.Array:
    """The head's name as in `member`, for some in Sindhi script."""
    head = w.hh_first_member[hh]
    latin = member_names(w, head)
    family = words(names.FAMILIES_SINDHI, w.dice.pick("sindhi family", hh, len(names.FAMILIES_SINDHI)))
    both = [*names.MEN_SINDHI, *names.decomposed(names.MEN_SINDHI)]
    men = words(both, w.dice.pick("sindhi given", hh, len(both)))
    women = words(names.WOMEN_SINDHI, w.dice.pick("sindhi given", hh, len(names.WOMEN_SINDHI)))
    given = pc.if_else(pa.array(w.member_sex[head] == 0), women, men)
    sindhi = pa.array(w.dice.unit("sindhi", hh) < 0.03)
    texts = pc.if_else(sindhi, join(given, family, sep=" "), latin)
    return mess.around(mess.inside(texts, hh, w.dice, "head", 0.002), hh, w.dice, "head", 0.002)
