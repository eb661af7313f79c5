"""Names, identity numbers and mobile numbers of Khulna's invented people, as text columns.

Spellings differ harmlessly. What is wrong with a record is in `khulna_defects`.
"""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ingest.samples.arrays import Flags, Ints, blank, dates, digits, join, words
from ingest.samples.files.scripts import BENGALI, choose, in_digits, put
from ingest.samples.khulna import names
from ingest.samples.khulna.world import World

# Vowel signs that field workers confuse, short and long.
_VOWELS = str.maketrans("িীুূ", "ীিূু")


def full_names(w: World, person: Ints, script: int) -> pa.Array:
    """Given and family name in Bengali or Latin script."""
    woman = w.sex[person] == 0
    all_given = [*names.script(names.WOMEN, script), *names.script(names.MEN, script)]
    given = words(all_given, np.where(woman, w.given[person], len(names.WOMEN) + w.given[person]))
    return join(given, words(names.script(names.FAMILIES, script), w.family[person]), sep=" ")


def fathers(w: World, person: Ints) -> pa.Array:
    """Father's or husband's name in Bengali script."""
    given = words(names.script(names.MEN, names.BENGALI), w.father_given[person])
    family = words(names.script(names.FAMILIES, names.BENGALI), w.father_family[person])
    return join(given, family, sep=" ")


def misspelt(texts: pa.Array, where: Flags) -> pa.Array:
    """The first word with its short and long vowel signs exchanged, where `where` holds."""
    hit = np.flatnonzero(where)
    if not len(hit):
        return texts
    values = texts.take(pa.array(hit)).to_pandas().astype(object)
    parts: pd.DataFrame = values.str.split(" ", n=1, expand=True)
    return put(texts, hit, parts[0].str.translate(_VOWELS) + " " + parts[1])


def nids(w: World, person: Ints, long: Flags, without: Flags) -> pa.Array:
    """Identity numbers: ten digits, or thirteen that become seventeen with the year of birth where `long`."""
    ten = (person * 7_368_787 + 214_748_363) % 10**9  # one to one, as the factor has no divisor 2 or 5
    thirteen = (person * 73_687_871 + 5_123_456_789) % 10**9
    city = w.area[person] < 8
    office = words(("4711", "4795"), city.astype(np.int64))
    number = join(office, digits(thirteen, 9))
    year = w.birth[person].astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    texts = choose(long, join(digits(year, 4), number), number)
    short = join(digits(w.dice.pick("khulna/nid first", person, 9) + 1), digits(ten, 9))
    kind = w.nid_kind[person]
    return blank(choose(kind == 1, short, texts), without | (kind == 0))


def mobiles(w: World, number: Ints) -> pa.Array:
    """A mobile number of its own for each number."""
    line = (number * 7_368_787 + 31_415_927) % 10**8
    return join("01", digits(w.dice.pick("khulna/operator", number, 7) + 3), digits(line, 8))


def birth_dates(w: World, person: Ints, bengali: Flags) -> pa.Array:
    """Dates of birth as DD/MM/YYYY, in Bengali digits where `bengali` holds."""
    return in_digits(dates(w.birth[person], 1), BENGALI, bengali)


def with_country(texts: pa.Array, where: Flags) -> pa.Array:
    """Mobile numbers with the country's prefix where `where` holds."""
    return choose(where, join("+88", texts), texts) if where.any() else texts


def amounts(texts: pa.Array, style: Ints) -> pa.Array:
    """Amounts of money in five spellings: plain, with the currency in three ways, in Bengali digits."""
    taka = pc.binary_join_element_wise("৳", in_digits(texts, BENGALI, style >= 0), "/-", "")
    spelled = choose(style == 1, taka, texts)
    spelled = choose(style == 2, join("Tk ", texts), spelled)
    spelled = choose(style == 3, join("৳", texts), spelled)
    return in_digits(spelled, BENGALI, style == 4)
