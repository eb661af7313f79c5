"""Sindh's invented programme: districts, organisations, households, members and what they received, as plain
arrays.

Everything until 2023 is made at once, so that any quarter's extract is a cut of the same world. No text, no
defects here.
"""

from dataclasses import dataclass

import numpy as np

from ingest.samples.arrays import NO_DAY, Dice, Flags, Ints, day
from ingest.samples.sindh.places import DISTRICTS, UNION_COUNCILS
from ingest.samples.sindh.services import plans_loans_grants, trainings
from ingest.samples.truth.defects import are_planted

REFERENCE_DAY = day("2021-06-30")  # the day the programme's size is stated for
HORIZON = day("2023-12-31")
_GROWTH_QUARTERS = 10
_QUARTER_ENDS = (
    np.arange("1970-01", "2031-01", 3, dtype="datetime64[M]").astype("datetime64[D]").astype(int) - 1
)
_OFF_A_CLOSED_GROUP = 12


@dataclass(frozen=True)
class World:
    """Arrays by table; a record's identifier is its place + 1. `-1` stands for none, `NO_DAY` for no date."""

    dice: Dice
    uc_district: Ints
    uc_name: list[str]
    lso_uc: Ints
    lso_formed: Ints
    vo_uc: Ints
    vo_lso: Ints
    vo_formed: Ints
    vo_status: Ints  # 0 active, 1 dormant, 2 closed
    co_vo: Ints
    co_uc: Ints
    co_men: Flags
    co_formed: Ints
    co_status: Ints
    hh_uc: Ints
    hh_co: Ints
    hh_seen: Ints  # day of the poverty score card: from then on in the extract
    hh_score: Ints  # hundredths
    hh_first_member: Ints
    member_hh: Ints
    member_place: Ints  # 0 head, 1 wife or other adult woman, 2… others
    member_sex: Ints  # 0 F, 1 M, 2 T
    member_birth: Ints
    member_has_cnic: Flags
    member_wrong_digit: Flags  # CNIC of the other sex
    in_co: Ints
    in_hh: Ints
    in_member: Ints
    in_joined: Ints
    in_left: Ints
    mip_hh: Ints
    mip_day: Ints
    loan_hh: Ints
    loan_lso: Ints
    loan_day: Ints
    loan_seen: Ints
    loan_amount: Ints
    loan_closed: Ints
    grant_hh: Ints
    grant_day: Ints
    grant_amount: Ints
    training_code: Ints
    training_start: Ints
    training_end: Ints
    training_uc: Ints
    at_training: Ints
    at_member: Ints
    at_days: Ints


def make_world(seed: int, scale: float) -> World:
    """A world of `scale` × 606,000 organised households (never less than a thousandth of that)."""
    scale = max(scale, 0.001)
    dice = Dice(seed)
    places = _places(scale)
    groups = _groups(dice.rng("groups"), scale, places)
    households = _households(dice.rng("households"), scale, places, groups)
    members = _members(dice.rng("members"), households)
    district = places["uc_district"]
    services = plans_loans_grants(
        dice.rng("services"),
        round(606_000 * scale),
        district[households["hh_uc"]],
        households["hh_score"],
        households["hh_joined"],
        district[groups["lso_uc"]],
        groups["lso_formed"],
    )
    attended = trainings(
        dice.rng("trainings"),
        scale,
        len(district),
        households["hh_seen"][members["member_hh"]],
        np.flatnonzero(members["member_place"] < 2),
        members["member_sex"] == 1,
    )
    memberships = _memberships(dice.rng("memberships"), groups, households, members)
    del households["hh_joined"]
    names = [council[0] for _, council in _councils(scale)]
    parts = {**places, **groups, **households, **members, **memberships, **services, **attended}
    return World(dice=dice, uc_name=names, **parts)


def _councils(scale: float) -> list[tuple[int, list[str]]]:
    each = 3 if scale < 0.05 else 14
    lists = [UNION_COUNCILS[district] for district in DISTRICTS]
    return [(d, councils[i]) for i in range(each) for d, councils in enumerate(lists)]


def _places(scale: float) -> dict[str, Ints]:
    return {"uc_district": np.array([d for d, _ in _councils(scale)], dtype=np.int64)}


def _formed(rng: np.random.Generator, n: int) -> Ints:
    """Most groups were formed until 2019; the last one in the reference day's quarter."""
    early = rng.integers(day("2016-03-01"), day("2019-12-31"), n)
    late = rng.integers(day("2020-01-01"), day("2021-06-01"), n)
    formed = np.where(rng.random(n) < 0.97, early, late)
    formed[-1] = day("2021-04-20")
    return formed


def _groups(rng: np.random.Generator, scale: float, places: dict[str, Ints]) -> dict[str, np.ndarray]:
    councils = len(places["uc_district"])
    lsos, vos, women = (max(low, round(full * scale)) for full, low in ((314, 3), (3400, 6), (30_000, 30)))
    lso_uc = np.arange(lsos) % councils
    closed_vos = max(1, vos // 80)
    n_vo = vos + closed_vos
    vo_uc = rng.permutation(n_vo) % councils  # spread evenly, so that every district has groups to sample
    vo_formed = _formed(rng, n_vo)
    # Federated where the district has an LSO; some have not joined yet.
    of_district = [np.flatnonzero(places["uc_district"][lso_uc] == d) for d in range(len(DISTRICTS))]
    vo_lso = np.full(n_vo, -1, dtype=np.int64)
    for d, choice in enumerate(of_district):
        here = np.flatnonzero(places["uc_district"][vo_uc] == d)
        if len(choice):
            vo_lso[here] = rng.choice(choice, len(here))
    vo_lso[rng.random(n_vo) < 0.05] = -1
    men, closed = max(2, round(women * 0.05)), max(1, women // 100)
    n_co = women + men + closed
    kind = rng.permutation(np.repeat([0, 1, 2], [women, men, closed]))  # open women's, men's, closed women's
    co_vo = rng.permutation(n_co) % n_vo
    co_uc = vo_uc[co_vo]
    dormant = rng.random(n_co) < 0.02
    return {
        "lso_uc": lso_uc,
        "lso_formed": rng.integers(day("2016-06-01"), day("2018-12-31"), lsos),
        "vo_uc": vo_uc,
        "vo_lso": vo_lso,
        "vo_formed": vo_formed,
        "vo_status": np.where(np.arange(n_vo) >= vos, 2, (rng.random(n_vo) < 0.02).astype(np.int64)),
        "co_vo": np.where(rng.random(n_co) < 0.04, -1, co_vo),
        "co_uc": co_uc,
        "co_men": kind == 1,
        "co_formed": _formed(rng, n_co),
        "co_status": np.where(kind == 2, 2, dormant.astype(np.int64)),
    }


def _group_sizes(rng: np.random.Generator, total: int, status: Ints) -> Ints:
    """Households a CO: 17-21, but for a few groups too small and as many too large."""
    n = len(status)
    sizes = rng.integers(17, 22, n)
    short, left_over = divmod(total - int(sizes.sum()), n)
    sizes = sizes + short
    sizes[rng.choice(n, left_over, replace=False)] += 1
    pairs = max(1, round(n * 0.0003))
    odd = rng.choice(np.flatnonzero(status == 0), 2 * pairs, replace=False)
    moved = np.maximum(sizes[odd[:pairs]] - 11, 0)
    sizes[odd[:pairs]] -= moved
    sizes[odd[pairs:]] += moved + 1
    # The surplus comes off closed groups, the largest first, so few from each that none is emptied.
    largest = np.argsort(-(sizes * (status == 2)), kind="stable")
    groups, rest = divmod(pairs, _OFF_A_CLOSED_GROUP)
    sizes[largest[:groups]] -= _OFF_A_CLOSED_GROUP
    sizes[largest[groups]] -= rest
    return sizes


def _households(
    rng: np.random.Generator, scale: float, places: dict[str, Ints], groups: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    organised = round(606_000 * scale)
    co_formed = groups["co_formed"]
    co = np.repeat(np.arange(len(co_formed)), _group_sizes(rng, organised, groups["co_status"]))
    late = rng.random(len(co)) < 0.03
    joined = co_formed[co] + np.where(late, rng.integers(60, 700, len(co)), rng.integers(0, 25, len(co)))
    joined = np.minimum(joined, REFERENCE_DAY - rng.integers(0, 20, len(co)))
    joined = np.maximum(joined, co_formed[co])
    growth = max(1, round(organised * 0.001)) * _GROWTH_QUARTERS
    loose = max(8, round(organised * 0.03))
    co = np.concatenate([co, rng.integers(0, len(co_formed), growth), np.full(loose, -1)])
    later = np.sort(rng.integers(REFERENCE_DAY + 1, HORIZON, growth))
    joined = np.concatenate([joined, later, np.full(loose, NO_DAY)])
    n = len(co)
    seen = np.where(
        co >= 0, joined - rng.integers(5, 120, n), rng.integers(day("2016-02-01"), REFERENCE_DAY, n)
    )
    uc = np.where(co >= 0, groups["co_uc"][co], rng.integers(0, len(places["uc_district"]), n))
    band = rng.choice(4, n, p=[0.10, 0.26, 0.18, 0.46])
    low, high = np.array([100, 1200, 1900, 2400])[band], np.array([1200, 1900, 2400, 7000])[band]
    score = low + (rng.random(n) * (high - low)).astype(np.int64)
    edge = rng.random(n) < 0.004  # scores on the bands' edges
    score[edge] = rng.choice([0, 1199, 1200, 1899, 1900, 2399, 2400, 10_000], int(edge.sum()))
    return {"hh_uc": uc, "hh_co": co, "hh_joined": joined, "hh_seen": seen, "hh_score": score}


def _members(rng: np.random.Generator, households: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    each = rng.choice([2, 3, 4], len(households["hh_co"]), p=[0.25, 0.5, 0.25])
    first = np.cumsum(each) - each
    hh = np.repeat(np.arange(len(each)), each)
    n = len(hh)
    place = np.arange(n) - first[hh]
    sex = (rng.random(n) < np.array([0.96, 0.0, 0.5, 0.5])[place]).astype(np.int64)
    sex[(place >= 2) & (rng.random(n) < 0.0008)] = 2
    head_birth = rng.integers(day("1942-01-01"), day("1993-01-01"), len(each))[hh]
    wife_birth = np.minimum(head_birth + rng.integers(-1500, 3600, n), day("1998-12-31"))
    other_birth = rng.integers(day("1970-01-01"), day("2012-12-31"), n)
    birth = np.select([place == 0, place == 1], [head_birth, wife_birth], other_birth)
    has_cnic = (birth < day("2001-01-01")) & (rng.random(n) < 0.84) & (sex != 2)
    wrong = has_cnic & (rng.random(n) < 0.0025) & are_planted()
    return {
        "hh_first_member": first,
        "member_hh": hh,
        "member_place": place,
        "member_sex": sex,
        "member_birth": birth,
        "member_has_cnic": has_cnic,
        "member_wrong_digit": wrong,
    }


def _memberships(
    rng: np.random.Generator,
    groups: dict[str, np.ndarray],
    households: dict[str, np.ndarray],
    members: dict[str, np.ndarray],
) -> dict[str, np.ndarray]:
    hh = np.flatnonzero(households["hh_co"] >= 0)
    co, joined = households["hh_co"][hh], households["hh_joined"][hh]
    left = joined + rng.integers(90, 900, len(hh))
    left -= np.isin(left, _QUARTER_ENDS)  # whether someone leaving on the last day still counts is not said
    left = np.where((rng.random(len(hh)) < 0.025) & (left <= HORIZON), left, NO_DAY)
    # Half of those who left joined another group later.
    again = np.flatnonzero((left != NO_DAY) & (rng.random(len(hh)) < 0.5))
    other = rng.integers(0, len(groups["co_formed"]), len(again))
    back = left[again] + rng.integers(5, 90, len(again))
    good = (groups["co_formed"][other] <= back) & (back <= HORIZON) & (other != co[again])
    again, other, back = again[good], other[good], back[good]
    all_hh = np.concatenate([hh, hh[again]])
    order = np.argsort(all_hh, kind="stable")
    all_co = np.concatenate([co, other])[order]
    all_hh = all_hh[order]
    head = members["hh_first_member"][all_hh]
    head_is_woman = members["member_sex"][head] == 0
    member = np.where(groups["co_men"][all_co] | head_is_woman, head, head + 1)
    return {
        "in_co": all_co,
        "in_hh": all_hh,
        "in_member": member,
        "in_joined": np.concatenate([joined, back])[order],
        "in_left": np.concatenate([left, np.full(len(again), NO_DAY)])[order],
    }
