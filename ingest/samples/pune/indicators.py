"""The expected indicators TD-01 to TD-07 of Pune's programme, from the world and the enumerations made.

Persons are counted by who they truly are, so that cases without a person's number put linkage to the test.
"""

from collections.abc import Mapping

import numpy as np

from ingest.samples.arrays import NO_DAY, Flags, Ints, last_day
from ingest.samples.pune.enumeration import Counted
from ingest.samples.pune.words import KSK, RELATIONS, SCHEME_NAMES, SEXES
from ingest.samples.pune.world import World
from ingest.samples.truth.estimates import Row, count_rows, tidy

DONOR = "three_d_pune"
_SCHEMES = np.array(SCHEME_NAMES, dtype=object)


def _base(code: str, quarter: str, over_time: str, unit: str, note: str = "") -> Row:
    return {
        "donor": DONOR,
        "indicator": code,
        "quarter": quarter,
        "region": "pune",
        "over_time": over_time,
        "unit": unit,
        "tolerance": 0,
        "note": note,
    }


def case_rows(w: World, quarter: str) -> list[Row]:
    """TD-01 to TD-04, TD-06 and TD-07 of a quarter."""
    year, number = int(quarter[:4]), int(quarter[-1])
    before = last_day(f"{year - 1}Q4" if number == 1 else f"{year}Q{number - 1}")
    end = last_day(quarter)

    def within(days: Ints) -> Flags:
        return (days > before) & (days <= end) & (w.opened <= end)

    opened, paid, decided = within(w.opened), within(w.benefit), within(w.decided)
    so_far = (w.benefit != NO_DAY) & (w.benefit <= end)
    rows = _persons(w, _base("TD-01", quarter, "in_quarter", "person"), opened)
    rows += _persons(w, _base("TD-01", quarter, "cumulative", "person"), w.opened <= end)
    rows += _persons(w, _base("TD-02", quarter, "in_quarter", "person"), paid, by_scheme=True)
    rows += _persons(w, _base("TD-02", quarter, "cumulative", "person"), so_far, by_scheme=True)
    scheme = _SCHEMES[w.case_scheme]
    days = (w.benefit - w.opened).astype(float)
    for category in ("", *SCHEME_NAMES):
        mine = (scheme == category) if category else np.ones(len(scheme), dtype=bool)
        part = {"dimension": "scheme", "category": category} if category else {}
        rows.append(
            {**_base("TD-03", quarter, "in_quarter", "percent"), **part, **_rate(decided & mine, w.approved)}
        )
        rows.append({**_base("TD-04", quarter, "in_quarter", "day"), **part, **_median(days[paid & mine])})
        money = int(w.amount[paid & mine].sum())
        base = {**_base("TD-07", quarter, "in_quarter", "money"), **part, "currency": "INR"}
        rows.append(
            {**base, "state": "reported", "value": money, "numerator": money, "n": int((paid & mine).sum())}
        )
    at_work = np.unique(w.case_centre[opened])
    base = _base("TD-06", quarter, "in_quarter", "centre")
    rows += count_rows(base, at_work[at_work > 0], {})
    rows += count_rows({**base, "dimension": "hub", "category": "HUB"}, at_work[at_work == 0], {})
    return [tidy(row) for row in rows]


def _persons(w: World, base: Row, cases: Flags, by_scheme: bool = False) -> list[Row]:
    """A distinct count of the persons of some cases; `n` of the total is the number of cases."""
    relations = np.array(list(RELATIONS), dtype=object)[w.relation]
    sexes = np.array(SEXES, dtype=object)[w.sex]
    counted = np.unique(w.case_person[cases])
    rows = count_rows(base, counted, {"relation": (relations, tuple(RELATIONS)), "sex": (sexes, SEXES)})
    for number, name in enumerate(SCHEME_NAMES if by_scheme else ()):
        mine = np.unique(w.case_person[cases & (w.case_scheme == number)])
        rows += count_rows({**base, "dimension": "scheme", "category": name}, mine, {})
    for row in rows:
        row["n"] = "" if row.get("dimension") else int(cases.sum())
    return rows


def _rate(decided: Flags, approved: Flags) -> Row:
    n = int(decided.sum())
    if not n:
        return {"state": "not_applicable", "n": 0}
    yes = int((decided & approved).sum())
    return {"state": "reported", "value": 100 * yes / n, "numerator": yes, "denominator": n, "n": n}


def _median(days: np.ndarray) -> Row:
    if not len(days):
        return {"state": "not_applicable", "n": 0}
    return {"state": "reported", "value": float(np.median(days)), "n": len(days)}


def enumeration_rows(rounds: Mapping[str, Counted], quarter: str) -> list[Row]:
    """TD-05 of a quarter, from the latest round up to it."""
    past = [name for name in rounds if name <= quarter]
    if not past:
        return [{**_base("TD-05", quarter, "round", "", "no accepted drop"), "state": "not_reported"}]
    counted = rounds[past[-1]]
    adult = counted.age >= 18
    enough = adult & (counted.entitlements >= 3)
    base = _base("TD-05", quarter, "round", "percent", f"round {past[-1]}")
    rows = [{**base, **_rate(adult, enough)}]
    for place, name in enumerate(KSK):
        part = {**base, "dimension": "ksk", "category": name}
        rows.append({**part, **_rate(adult & (counted.ksk == place), enough)})
    return [tidy(row) for row in rows]
