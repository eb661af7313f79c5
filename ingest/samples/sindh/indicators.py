"""The expected indicators EU-01 to EU-18 of Sindh's programme, from the world and the surveys made."""

import numpy as np
import pandas as pd

from ingest.samples.arrays import Flags, Ints, last_day
from ingest.samples.sindh.births import Births
from ingest.samples.sindh.mis import live_records
from ingest.samples.sindh.places import DISTRICTS
from ingest.samples.sindh.services import TRAINING_CODES
from ingest.samples.sindh.survey import RIGHTS, Answers
from ingest.samples.sindh.tables import DISABILITIES, SEXES
from ingest.samples.sindh.world import World
from ingest.samples.truth.estimates import Design, Row, change, count_rows, survey_share, tidy

DONOR = "eu_success"
BANDS = ("extremely_poor", "chronically_poor", "transitory_poor", "non_poor")
SURVEYED = ("EU-01", "EU-02", "EU-03", "EU-04", "EU-06", "EU-07", "EU-08", "EU-09")
_COUNTED = {
    "EU-10": "cumulative",
    "EU-11": "as_at",
    "EU-12": "as_at",
    "EU-13": "as_at",
    "EU-14": "cumulative",
    "EU-16": "cumulative",
    "EU-17": "cumulative",
}


def _base(code: str, quarter: str, over_time: str, unit: str = "", note: str = "") -> Row:
    return {
        "donor": DONOR,
        "indicator": code,
        "quarter": quarter,
        "region": "sindh",
        "over_time": over_time,
        "unit": unit,
        "tolerance": 0,
        "note": note,
    }


def no_survey(quarter: str) -> list[Row]:
    """Rows of a quarter before the first round."""
    return [
        {**_base(code, quarter, "round", note="no accepted drop"), "state": "not_reported"}
        for code in SURVEYED
    ]


def survey_rows(answers: Answers, round_quarter: str, quarter: str) -> list[Row]:
    """EU-01 to EU-09 of a quarter, from the round that is current in it."""
    people = answers.households
    design = Design(answers.psu_district)
    note = f"round {round_quarter}"
    rows: list[Row] = []

    def shares(code: str, parent: Ints, y: Flags, **dimensions: tuple[np.ndarray, tuple[str, ...]]) -> None:
        base = {**_base(code, quarter, "round", "percent", note), "state": "reported"}
        psu, weight = people["psu"].to_numpy()[parent], people["weight"].to_numpy()[parent]
        rows.append({**base, **survey_share(y, weight, psu, design)})
        for dimension, (category_of, categories) in dimensions.items():
            for category in categories:
                mine = category_of == category
                part = {**base, "dimension": dimension, "category": category}
                if mine.any():
                    rows.append({**part, **survey_share(y[mine], weight[mine], psu[mine], design)})
                else:
                    rows.append({**part, "state": "not_applicable", "n": 0})

    def by_district(parent: Ints) -> tuple[np.ndarray, tuple[str, ...]]:
        names = np.array(list(DISTRICTS), dtype=object)
        return names[people["district"].to_numpy()[parent]], tuple(DISTRICTS)

    def by(column: pd.Series, categories: tuple[str, ...]) -> tuple[np.ndarray, tuple[str, ...]]:
        return column.to_numpy(), categories

    recent = answers.deliveries[answers.deliveries["months"] < 12]
    parent = recent["parent"].to_numpy()
    shares("EU-01", parent, _skilled(recent), district=by_district(parent))
    infants = answers.children[answers.children["age"] < 24]
    with_card = (infants["card"] != "no").groupby(infants["parent"]).all()
    parent = with_card.index.to_numpy()
    shares("EU-02", parent, with_card.to_numpy(), district=by_district(parent))
    everyone = np.arange(len(people))
    shares("EU-03", everyone, people["latrine"].to_numpy(), district=by_district(everyone))
    adults = answers.adults
    shares(
        "EU-04",
        adults["parent"].to_numpy(),
        (adults["cnic"] == "yes").to_numpy(),
        sex=by(adults["sex"], SEXES[:2]),
        disability=by(adults["disability"], DISABILITIES),
    )
    pupils = answers.children[answers.children["age"].between(60, 155)]
    sexes = by(pupils["sex"], SEXES[:2])
    shares("EU-06", pupils["parent"].to_numpy(), (pupils["enrolled"] == "yes").to_numpy(), sex=sexes)
    shares("EU-07", everyone, (people[list(RIGHTS)].sum(axis=1) >= 4).to_numpy())
    children = answers.children
    registered = (children["registered"] == "yes").to_numpy()
    shares("EU-08", children["parent"].to_numpy(), registered, sex=by(children["sex"], SEXES[:2]))
    trees, groups = int(people["trees"].sum()), int(people["psu"].nunique())
    found = {"value": trees / groups, "numerator": trees, "denominator": groups, "n": len(people)}
    rows.append({**_base("EU-09", quarter, "round", "tree", note), "state": "reported", **found})
    return [tidy(row) for row in rows]


def _skilled(deliveries: pd.DataFrame) -> Flags:
    attendants = ("doctor", "nurse", "lady_health_visitor", "trained_midwife")
    at_facility = deliveries["place"].isin(["public_facility", "private_facility"])
    return (at_facility | deliveries["attendant"].isin(attendants)).to_numpy()


def change_rows(now: list[Row], before: list[Row], before_quarter: str) -> list[Row]:
    """Differences between two rounds' rows of the same indicator and category."""

    def key(row: Row) -> tuple[str, ...]:
        return row["indicator"], row.get("dimension", ""), row.get("category", "")

    earlier = {key(row): row for row in before}
    found = []
    for row in now:
        old = earlier[key(row)]
        if "se" in row and "se" in old:
            kept = {k: row.get(k, "") for k in ("donor", "indicator", "quarter", "dimension", "category")}
            found.append(tidy({**kept, "previous_round": before_quarter, **change(row, old)}))
    return found


def mis_rows(w: World, quarter: str, rate: str | None) -> list[Row]:
    """EU-10 to EU-17 of a quarter; `rate` is EUR for one PKR, None where it is missing."""
    end = last_day(quarter)
    live = live_records(w, end)
    districts = np.array([*DISTRICTS, "unknown"], dtype=object)
    names = (*DISTRICTS, "unknown")
    uc_district = w.uc_district
    hh_district = districts[uc_district[w.hh_uc]]
    band = np.array(BANDS, dtype=object)[np.searchsorted([1200, 1900, 2400], w.hh_score, "right")]
    lso_place = uc_district[w.lso_uc]
    vo_lso = np.where((w.vo_lso >= 0) & (w.lso_formed[w.vo_lso] <= end), w.vo_lso, -1)
    vo_place = np.where(vo_lso >= 0, lso_place[vo_lso], -1)
    co_vo = np.where((w.co_vo >= 0) & (w.vo_formed[w.co_vo] <= end), w.co_vo, -1)
    co_place = np.where(co_vo >= 0, vo_place[co_vo], -1)
    rows: list[Row] = []

    def count(code: str, unit: str, units: Ints, **by: tuple[np.ndarray, tuple[str, ...]]) -> None:
        rows.extend(count_rows(_base(code, quarter, _COUNTED[code], unit), units, by))

    in_band = (band, BANDS)
    organised = np.unique(w.in_hh[live["co_membership"]])
    count("EU-10", "household", organised, district=(hh_district, names), poverty_band=in_band)
    co = live["co"]
    women = co[~w.co_men[co] & (w.co_status[co] != 2)]
    count("EU-11", "organisation", women, district=(districts[co_place], names))
    vo = live["vo"]
    count("EU-12", "organisation", vo[w.vo_status[vo] != 2], district=(districts[vo_place], names))
    count("EU-13", "organisation", live["lso"], district=(districts[lso_place], names))
    loan = live["cif_loan"]
    count("EU-14", "household", np.unique(w.loan_hh[loan]), poverty_band=in_band)
    rows += _disbursed(w, quarter, loan, rate)
    count("EU-16", "household", np.unique(w.grant_hh[live["igg_grant"]]), poverty_band=in_band)
    rows += _trained(w, quarter, live["training_attendance"])
    return [tidy(row) for row in rows]


def _disbursed(w: World, quarter: str, loan: Ints, rate: str | None) -> list[Row]:
    year, number = int(quarter[:4]), int(quarter[-1])
    before = last_day(f"{year - 1}Q4" if number == 1 else f"{year}Q{number - 1}")
    new = loan[w.loan_day[loan] > before]
    paid = int(w.loan_amount[new].sum())
    base = {
        **_base("EU-15", quarter, "in_quarter", "money"),
        "state": "reported",
        "numerator": paid,
        "n": len(new),
    }
    if rate is None:
        euro: Row = {
            **_base("EU-15", quarter, "in_quarter", "money"),
            "currency": "EUR",
            "state": "not_reported",
            "note": "no exchange rate PKR to EUR for the quarter",
        }
    else:
        euro = {**base, "currency": "EUR", "value": paid * float(rate), "note": f"rate {rate}"}
    return [euro, {**base, "currency": "PKR", "value": paid}]


def _trained(w: World, quarter: str, attendance: Ints) -> list[Row]:
    held = attendance[w.at_days[attendance] >= 1]
    member, code = w.at_member[held], w.training_code[w.at_training[held]]
    base = _base("EU-17", quarter, _COUNTED["EU-17"], "person")
    sexes = np.array(SEXES, dtype=object)[w.member_sex]
    rows = count_rows(base, np.unique(member), {"sex": (sexes, SEXES)})
    for number, name in enumerate(TRAINING_CODES):
        part = {**base, "dimension": "training_code", "category": name}
        rows += count_rows(part, np.unique(member[code == number]), {})
    return rows


def birth_rows(births: Births, quarter: str) -> list[Row]:
    """EU-18 of a quarter."""
    base = _base("EU-18", quarter, "in_quarter", "birth")
    boys, girls = sum(births.boys.values()), sum(births.girls.values())

    def number(n: int) -> Row:
        return {"state": "reported", "value": n, "numerator": n, "n": n}

    rows = [{**base, **number(boys + girls)}]
    for district in DISTRICTS:
        part = {**base, "dimension": "district", "category": district}
        rows.append({**part, **number(births.boys[district] + births.girls[district])})
    for sex, n in (("F", girls), ("M", boys)):
        rows.append({**base, "dimension": "sex", "category": sex, **number(n)})
    return rows
