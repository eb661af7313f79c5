"""The expected indicators FC-01 to FC-05 of Khulna's programme, from the world and the scores made.

Persons are counted by who they truly are, so linkage is put to the test.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ingest.samples.arrays import Ints, day, last_day
from ingest.samples.khulna.places import AREA_NAMES, GROUPS, INSTITUTIONS, LGI, PHC, SCHEMES, SERVICES, SEXES
from ingest.samples.khulna.world import World
from ingest.samples.truth.estimates import Row, count_rows, tidy

DONOR = "fcdo_slg_erlc"
_SINCE = day("2019-01-01")
_KINDS = {"LGI": list(LGI), "PHC": list(PHC)}
Scores = Mapping[str, npt.NDArray[np.float64]]


def _base(code: str, quarter: str, over_time: str, unit: str, note: str = "") -> Row:
    return {
        "donor": DONOR,
        "indicator": code,
        "quarter": quarter,
        "region": "khulna",
        "over_time": over_time,
        "unit": unit,
        "tolerance": 0,
        "note": note,
    }


def _linked(rows: list[Row]) -> list[Row]:
    """Counts of persons, with room for a few whom no rule can tell: 0.3 % of a total, 1 % or two of a part."""
    for row in rows:
        least = 2 if row.get("dimension") else 1
        row["tolerance"] = round(
            max(0.01 if row.get("dimension") else 0.003, least / max(row["value"], 1)), 6
        )
    return rows


def people_rows(w: World, quarter: str, lists: Mapping[str, Ints]) -> list[Row]:
    """FC-01 and FC-03: `lists` are the allowances (places) on the lists of each quarter up to this one."""
    end = last_day(quarter)
    registered = np.unique(w.rec_person[w.rec_day <= end])
    sexes = np.array(SEXES, dtype=object)[w.sex]
    served = w.rec_person[w.sv_record[(w.sv_day <= end) & (w.sv_day >= _SINCE)]]
    drawing = w.al_person[np.unique(np.concatenate(list(lists.values())))]
    reached = np.intersect1d(registered, np.union1d(served, drawing))
    areas = np.array(AREA_NAMES, dtype=object)[w.area]
    base = _base("FC-01", quarter, "cumulative", "person")
    rows = count_rows(base, reached, {"sex": (sexes, SEXES), "area": (areas, AREA_NAMES)})
    for number, group in enumerate(GROUPS):
        part = {**base, "dimension": "target_group", "category": group}
        rows += count_rows(part, reached[w.groups[reached, number]], {})
    now = lists[quarter]
    base = _base("FC-03", quarter, "as_at", "person")
    on_a_list = np.intersect1d(registered, w.al_person[now])
    rows += count_rows(base, on_a_list, {"sex": (sexes, SEXES)})
    for number, scheme in enumerate(SCHEMES):
        mine = np.intersect1d(registered, w.al_person[now[w.al_scheme[now] == number]])
        rows += count_rows({**base, "dimension": "scheme", "category": scheme}, mine, {})
    return [tidy(row) for row in _linked(rows)]


def service_rows(w: World, quarter: str) -> list[Row]:
    """FC-05 of a quarter."""
    year, number = int(quarter[:4]), int(quarter[-1])
    before = last_day(f"{year - 1}Q4" if number == 1 else f"{year}Q{number - 1}")
    new = np.flatnonzero((w.sv_day > before) & (w.sv_day <= last_day(quarter)))
    kinds = np.array(SERVICES, dtype=object)[w.sv_kind]
    return count_rows(_base("FC-05", quarter, "in_quarter", "service"), new, {"service": (kinds, SERVICES)})


def score_rows(scores: Scores, quarter: str) -> list[Row]:
    """FC-02 and FC-04 of a quarter, from the latest round up to it."""
    past = [name for name in scores if name <= quarter]
    latest, first = scores[past[-1]], scores[past[0]]
    note = f"round {past[-1]}"
    rows: list[Row] = []
    if len(past) > 1:
        better = ((latest > first).sum(axis=1) >= 5) & ((latest < first).sum(axis=1) <= 1)
        base = _base("FC-02", quarter, "as_at", "institution", note)
        rows.append({**base, **_of(better, list(range(len(INSTITUTIONS))))})
        for kind, mine in _KINDS.items():
            rows.append({**base, "dimension": "institution_kind", "category": kind, **_of(better, mine)})
    base = _base("FC-04", quarter, "round", "score", note)
    rows.append({**base, **_median(latest)})
    for kind, mine in _KINDS.items():
        rows.append({**base, "dimension": "institution_kind", "category": kind, **_median(latest[mine])})
    return [tidy(row) for row in rows]


def _of(better: npt.NDArray[np.bool_], mine: list[int]) -> Row:
    number = int(better[mine].sum())
    return {
        "state": "reported",
        "value": number,
        "numerator": number,
        "denominator": len(mine),
        "n": len(mine),
    }


def _median(scores: npt.NDArray[np.float64]) -> Row:
    given = scores[~np.isnan(scores)]
    return {"state": "reported", "value": float(np.median(given)), "n": int(given.size)}
