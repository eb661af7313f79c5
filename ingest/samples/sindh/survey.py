"""Sindh's household survey (IMI): who is asked in a round and what they answer, all of it sound.

The answers are set so that the weighted results, rounded, are those of the programme's printed table. The
workbook, its mess and its faulty records are made in `sindh_survey_file`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ingest.samples.arrays import Flags, Ints, day
from ingest.samples.sindh.people import cnics, hh_codes, member_names
from ingest.samples.sindh.places import DISTRICTS
from ingest.samples.sindh.tables import DISABILITIES, SEXES
from ingest.samples.sindh.world import World

RIGHTS = ("vote", "education", "health", "information", "property", "work", "speech")
Weights = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Round:
    """A round: households asked, groups a district, first day in the field, and the printed results."""

    year: int
    quarter: str
    households: int
    groups: int
    started: int
    printed: dict[str, int]


ROUNDS = (
    Round(
        2019,
        "2019Q2",
        317,
        6,
        day("2019-04-10"),
        dict(
            zip(
                ("EU-01", "EU-02", "EU-03", "EU-04", "EU-06", "EU-07", "EU-08", "EU-09"),
                (88, 92, 52, 93, 76, 56, 21, 42),
                strict=True,
            )
        ),
    ),
    Round(
        2021,
        "2021Q2",
        628,
        10,
        day("2021-04-12"),
        dict(
            zip(
                ("EU-01", "EU-02", "EU-03", "EU-04", "EU-06", "EU-07", "EU-08", "EU-09"),
                (81, 91, 64, 75, 69, 58, 19, 58),
                strict=True,
            )
        ),
    ),
)


@dataclass(frozen=True)
class Answers:
    """A round's sound answers. `households` has psu, district, weight and the answers; the others refer to it
    by `parent`.

    `psu_district` is the stratum of each sampling unit, `psu_code` its CO.
    """

    households: pd.DataFrame
    children: pd.DataFrame
    adults: pd.DataFrame
    deliveries: pd.DataFrame
    psu_district: Ints
    psu_code: list[str]


def choose(weight: Weights, leaning: Weights, stratum: Ints, share: float) -> Flags:
    """Yes for those who lean to it most, so that the weighted share comes as near to `share` as it can.

    In each stratum of two or more at least one says yes and one no.
    """
    leaning = leaning.copy()
    for s in np.unique(stratum):
        mine = np.flatnonzero(stratum == s)
        if len(mine) > 1:
            leaning[mine[np.argmax(leaning[mine])]] += 100
            leaning[mine[np.argmin(leaning[mine])]] -= 100
    order = np.argsort(-leaning, kind="stable")
    wanted = share * weight.sum()
    yes = np.zeros(len(weight), dtype=bool)
    yes[order[: int(np.argmin(np.abs(np.cumsum(weight[order]) - wanted))) + 1]] = True
    off = np.where(yes, -weight, weight) + weight[yes].sum() - wanted
    free = np.abs(leaning) < 50
    best = int(np.argmin(np.where(free, np.abs(off), np.inf)))
    if abs(off[best]) < abs(weight[yes].sum() - wanted):
        yes[best] = ~yes[best]
    return yes


def ask(w: World, survey: Round) -> Answers:
    """One round's households and their answers."""
    rng = w.dice.rng(f"survey/{survey.year}")
    psu_co, psu_code, psu_district = _sample_groups(w, survey, rng)
    households = _sample_households(w, survey, rng, psu_co)
    psu = households["psu"].to_numpy()
    weight = np.round(0.7 + 0.8 * rng.random(len(psu_co)), 2)[psu]
    households["weight"], households["district"] = weight, psu_district[psu]
    likes = {code: rng.normal(0, 0.55, len(psu_co)) for code in survey.printed}

    def answer(code: str, parent: Ints) -> Flags:
        mine = psu[parent]
        leaning = likes[code][mine] + rng.logistic(0, 1, len(parent))
        share = (survey.printed[code] + rng.uniform(-0.25, 0.25)) / 100
        return choose(weight[parent], leaning, psu_district[mine], share)

    everyone = np.arange(len(psu))
    households["latrine"] = answer("EU-03", everyone)
    households = pd.concat([households, _rights(rng, answer("EU-07", everyone))], axis=1)
    trees = round((survey.printed["EU-09"] + rng.uniform(-0.3, 0.3)) * len(psu_co))
    keen = rng.exponential(1, len(psu)) * (rng.random(len(psu)) > 0.39)
    households["trees"] = rng.multinomial(trees, keen / keen.sum())

    children = _children(rng, len(psu))
    parent, age = children["parent"].to_numpy(), children["age"].to_numpy()
    infants = np.unique(parent[age < 24])
    children["card"] = _cards(rng, parent, age, infants[answer("EU-02", infants)])
    registered = answer("EU-08", parent)
    unsure = np.where(rng.random(len(parent)) < 0.06, "dont_know", "no")
    children["registered"] = np.where(registered, "yes", unsure)
    school = (age >= 60) & (age <= 155)
    enrolled = np.full(len(parent), None, dtype=object)
    enrolled[school] = np.where(answer("EU-06", parent[school]), "yes", "no")
    children["enrolled"] = enrolled
    adults = _adults(rng, len(psu))
    adults["cnic"] = np.where(answer("EU-04", adults["parent"].to_numpy()), "yes", "no")
    deliveries = _deliveries(rng, len(psu), answer)
    return Answers(households, children, adults, deliveries, psu_district, psu_code)


def _sample_groups(w: World, survey: Round, rng: np.random.Generator) -> tuple[Ints, list[str], Ints]:
    """Groups drawn in each district; where the MIS has too few, groups it does not know (-1)."""
    size = np.bincount(w.in_co[w.in_joined < survey.started - 30], minlength=len(w.co_uc))
    co, district = [], []
    for d in range(len(DISTRICTS)):
        able = np.flatnonzero((w.uc_district[w.co_uc] == d) & (size >= 12))
        drawn = np.sort(rng.permutation(able)[: survey.groups])
        co += [*drawn, *([-1] * (survey.groups - len(drawn)))]
        district += [d] * survey.groups
    codes = [
        f"SND-CO-{c + 1:06d}" if c >= 0 else f"SND-CO-9{survey.year % 100}{i:03d}" for i, c in enumerate(co)
    ]
    return np.array(co), codes, np.array(district)


def _sample_households(w: World, survey: Round, rng: np.random.Generator, psu_co: Ints) -> pd.DataFrame:
    """Households drawn in each group; `hh` is the MIS household, -1 for a few that it does not know."""
    each = np.full(len(psu_co), survey.households // len(psu_co))
    each[rng.choice(len(psu_co), survey.households - each.sum(), replace=False)] += 1
    frames = []
    for psu, (co, n) in enumerate(zip(psu_co, each, strict=True)):
        able = np.unique(w.in_hh[(w.in_co == co) & (w.in_joined < survey.started - 30)])
        drawn = np.sort(rng.permutation(able)[:n])
        hh = np.concatenate([drawn, np.full(n - len(drawn), -1)]).astype(np.int64)
        frames.append(pd.DataFrame({"psu": psu, "hh": hh}))
    households = pd.concat(frames, ignore_index=True)
    stranger = households["hh"].to_numpy() < 0
    stranger[rng.choice(len(households), max(2, len(households) // 110), replace=False)] = True
    # Strangers get a name and a card of some household of a number never given out.
    head = np.where(stranger, 0, w.hh_first_member[np.maximum(households["hh"], 0)])
    households["name"] = _misspelled(rng, member_names(w, head).to_pandas().astype(object))
    households["cnic"] = cnics(w, head).to_pandas().astype(object)
    households["code"] = _typed_codes(rng, hh_codes(households["hh"].to_numpy()).to_pandas().astype(object))
    households.loc[rng.random(len(households)) < 0.22, "cnic"] = None
    strangers = np.flatnonzero(stranger)
    households.loc[strangers, "name"] = [f"Guest {name}" for name in households["name"][strangers]]
    households.loc[strangers, ["cnic", "code"]] = None
    households.loc[strangers, "hh"] = -1
    return households


def _misspelled(rng: np.random.Generator, names: pd.Series) -> pd.Series:
    """A few names as another enumerator would spell them."""
    other = names.str.replace("ll", "l").str.replace("ee", "i").str.replace("Muhammad", "Mohammad")
    other = other.str.replace("oo", "u").str.replace("q", "k")
    return names.where(rng.random(len(names)) > 0.08, other)


def _typed_codes(rng: np.random.Generator, codes: pd.Series) -> pd.Series:
    """Household codes as typed in the field: some empty, some with two digits swapped or one missing."""
    swapped = codes.str.replace(r"(\d)(\d)$", r"\2\1", regex=True)
    short = codes.str.replace(r"HH-0", "HH-", regex=False)
    u = rng.random(len(codes))
    return codes.mask(u < 0.025, None).mask((u > 0.955) & (u < 0.975), short).mask(u >= 0.975, swapped)


def _rights(rng: np.random.Generator, aware: Flags) -> pd.DataFrame:
    n = len(aware)
    known = np.where(aware, rng.integers(4, 8, n), rng.integers(0, 4, n))
    rank = rng.random((n, len(RIGHTS))).argsort(axis=1).argsort(axis=1)
    return pd.DataFrame((rank < known[:, None]).astype(np.int64), columns=list(RIGHTS)).assign(aware=aware)


def _children(rng: np.random.Generator, households: int) -> pd.DataFrame:
    infants = rng.choice(3, households, p=[0.42, 0.54, 0.04])
    infants[: max(1, households // 3)] = np.maximum(infants[: max(1, households // 3)], 1)
    others = rng.choice(6, households, p=[0.1, 0.2, 0.25, 0.2, 0.15, 0.1])
    parent = np.repeat(np.arange(households), infants + others)
    first = np.cumsum(infants + others) - (infants + others)
    is_infant = np.arange(len(parent)) - first[parent] < infants[parent]
    age = np.where(is_infant, rng.integers(0, 24, len(parent)), rng.integers(24, 216, len(parent)))
    return pd.DataFrame(
        {"parent": parent, "sex": np.array(SEXES)[rng.integers(0, 2, len(parent))], "age": age}
    )


def _cards(rng: np.random.Generator, parent: Ints, age: Ints, all_have: Ints) -> np.ndarray:
    """Vaccination cards, seen or not, where all the household's infants have one; else one is without."""
    card = np.full(len(parent), None, dtype=object)
    infant = np.flatnonzero(age < 24)
    seen = np.where(rng.random(len(infant)) < 0.7, "yes_seen", "yes_not_seen")
    _, first = np.unique(parent[infant], return_index=True)
    is_first = np.zeros(len(infant), dtype=bool)
    is_first[first] = True
    card[infant] = np.where(np.isin(parent[infant], all_have) | ~is_first, seen, "no")
    return card


def _adults(rng: np.random.Generator, households: int) -> pd.DataFrame:
    parent = np.repeat(np.arange(households), rng.integers(1, 5, households))
    n = len(parent)
    age = np.where(rng.random(n) < 0.1, 18, rng.integers(18, 80, n))
    disability = np.array(DISABILITIES)[rng.choice(4, n, p=[0.78, 0.12, 0.06, 0.04])]
    sex = np.array(SEXES)[(rng.random(n) < 0.39).astype(int)]
    return pd.DataFrame({"parent": parent, "sex": sex, "age": age, "disability": disability})


def _deliveries(
    rng: np.random.Generator, households: int, answer: Callable[[str, Ints], Flags]
) -> pd.DataFrame:
    """Deliveries of five years; those of the last year skilled or in a facility as printed."""
    parent = np.repeat(np.arange(households), rng.choice(3, households, p=[0.2, 0.7, 0.1]))
    n = len(parent)
    months = np.where(rng.random(n) < 0.55, rng.integers(0, 12, n), rng.integers(12, 61, n))
    skilled = rng.random(n) < 0.8
    last = np.flatnonzero(months < 12)
    skilled[last] = answer("EU-01", parent[last])
    facility = skilled & (rng.random(n) < 0.75)
    public = rng.random(n) < 0.6
    place = np.where(facility, np.where(public, "public_facility", "private_facility"), "home")
    place = np.where(~facility & (rng.random(n) < 0.03), "other", place)
    trained = np.array(["doctor", "nurse", "lady_health_visitor", "trained_midwife"])[rng.integers(0, 4, n)]
    lay = np.array(["traditional_attendant", "relative", "none"])[rng.choice(3, n, p=[0.75, 0.2, 0.05])]
    return pd.DataFrame(
        {
            "parent": parent,
            "months": months,
            "place": place,
            "attendant": np.where(skilled, trained, lay),
            "skilled": skilled,
        }
    )
