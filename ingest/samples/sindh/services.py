"""What Sindh's invented households and members received: plans, loans, grants, trainings, as plain arrays."""

import numpy as np

from ingest.samples.arrays import NO_DAY, Ints, day

TRAINING_CODES = ("CMST", "VMST", "LMST", "CRP", "TVST", "CAT")
HORIZON = day("2023-12-31")


def plans_loans_grants(
    rng: np.random.Generator,
    organised: int,
    district: Ints,
    score: Ints,
    joined: Ints,
    lso_district: Ints,
    lso_formed: Ints,
) -> dict[str, Ints]:
    """Arrays of plans, loans and grants.

    `district`, `score` (hundredths) and `joined` are by household, `organised` the programme's size in
    households.
    """
    planned = np.flatnonzero((joined != NO_DAY) & (rng.random(len(joined)) < 0.78))
    first = joined[planned] + rng.integers(7, 300, len(planned))
    second = np.flatnonzero(rng.random(len(planned)) < 0.05)
    mip_hh = np.concatenate([planned, planned[second]])
    mip_day = np.concatenate([first, first[second] + rng.integers(200, 700, len(second))])
    order = np.argsort(mip_hh, kind="stable")
    loans = _loans(rng, organised, planned, first, score, district, lso_district, lso_formed)
    poorest = np.flatnonzero(score[planned] < 1200)
    granted = rng.choice(poorest, min(len(poorest), max(20, round(organised * 0.034))), replace=False)
    granted = np.concatenate([granted, granted[: len(granted) // 9]])
    grant_hh, grant_day = planned[granted], first[granted] + rng.integers(10, 1100, len(granted))
    by_hh = np.argsort(grant_hh, kind="stable")
    return {
        "mip_hh": mip_hh[order],
        "mip_day": mip_day[order],
        **loans,
        "grant_hh": grant_hh[by_hh],
        "grant_day": grant_day[by_hh],
        "grant_amount": rng.integers(10, 51, len(granted)) * 500,
    }


def _loans(
    rng: np.random.Generator,
    organised: int,
    planned: Ints,
    first_plan: Ints,
    score: Ints,
    district: Ints,
    lso_district: Ints,
    lso_formed: Ints,
) -> dict[str, Ints]:
    n = max(40, round(organised * 0.125))
    poor, richer = (np.flatnonzero(flag) for flag in (score[planned] < 2400, score[planned] >= 2400))
    who = rng.choice(poor, min(n, len(poor)), replace=False)
    who = np.concatenate([who, rng.choice(who, len(who) // 4), rng.choice(richer, max(3, n // 250))])
    hh = planned[who]
    taken = first_plan[who] + rng.integers(20, 1300, len(who))
    # A few were paid out before the plan was made; the extract shows them once the plan is there.
    early = rng.choice(len(who), max(4, len(who) // 150), replace=False)
    taken[early] = first_plan[who[early]] - rng.integers(5, 150, len(early))
    lso = rng.integers(0, len(lso_formed), len(who))
    for d in range(int(district.max()) + 1):
        here, choice = np.flatnonzero(district[hh] == d), np.flatnonzero(lso_district == d)
        if len(choice):
            lso[here] = rng.choice(choice, len(here))
    taken = np.maximum(taken, lso_formed[lso] + rng.integers(1, 60, len(who)))
    order = np.argsort(hh, kind="stable")
    amount = np.where(
        rng.random(len(who)) < 0.004, rng.choice([300, 400, 1000], len(who)), rng.integers(8, 101, len(who))
    )
    arrays = {
        "loan_hh": hh,
        "loan_lso": lso,
        "loan_day": taken,
        "loan_seen": np.maximum(taken, first_plan[who]),
        "loan_amount": amount * 500,
        "loan_closed": taken + rng.integers(240, 420, len(who)),
    }
    return {name: values[order] for name, values in arrays.items()}


def trainings(
    rng: np.random.Generator,
    scale: float,
    councils: int,
    member_seen: Ints,
    trainable: Ints,
    is_man: np.ndarray,
) -> dict[str, Ints]:
    """Arrays of trainings and who attended them.

    `trainable` lists the members who may be sent, `member_seen` and `is_man` are by member.
    """
    n = max(40, round(15_500 * scale))
    start = np.sort(rng.integers(day("2016-09-15"), HORIZON - 20, n))
    order = trainable[np.argsort(member_seen[trainable], kind="stable")]
    registered = np.searchsorted(member_seen[order], start, "right")
    who = np.repeat(np.arange(n), rng.integers(7, 24, n))
    who = who[registered[who] > 0]
    member = order[(rng.random(len(who)) * registered[who]).astype(np.int64)]
    keep = ~is_man[member] | (rng.random(len(who)) < 0.25)
    pairs = np.unique(who[keep] * (len(member_seen) + 1) + member[keep])
    attended = rng.integers(1, 8, len(pairs))
    attended[rng.random(len(pairs)) < 0.05] = 0
    return {
        "training_code": rng.choice(6, n, p=[0.36, 0.11, 0.03, 0.07, 0.13, 0.30]),
        "training_start": start,
        "training_end": start + rng.integers(0, 6, n),
        "training_uc": rng.integers(0, councils, n),
        "at_training": pairs // (len(member_seen) + 1),
        "at_member": pairs % (len(member_seen) + 1),
        "at_days": attended,
    }
