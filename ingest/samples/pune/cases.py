"""Pune's case list of a quarter: a cumulative CSV file, with faulty records, and what is expected of it."""

import numpy as np
import pandas as pd
import pyarrow as pa

from ingest.samples.arrays import (
    ISO,
    NO_DAY,
    SLASHED,
    Flags,
    Ints,
    blank,
    codes,
    dates,
    digits,
    iso,
    join,
    words,
)
from ingest.samples.files import mess
from ingest.samples.files.delimited import Cells, csv_text, mix
from ingest.samples.files.scripts import DEVANAGARI, broken, choose, in_digits, strew
from ingest.samples.pune.defects import OPENED_BEFORE
from ingest.samples.pune.defects import cases as case_faults
from ingest.samples.pune.people import aadhaars, cards, full_names, mobiles
from ingest.samples.pune.words import CENTRES, RELATIONS, SCHEMES, SEXES, SPELLINGS
from ingest.samples.pune.world import World, municipal
from ingest.samples.truth.drop_truth import Drop, Truth

COLUMNS = (
    "case_no",
    "centre",
    "person_id",
    "kkpkp_card",
    "name",
    "relation",
    "household_no",
    "sex",
    "birth_year",
    "aadhaar",
    "mobile",
    "scheme",
    "opened_on",
    "documents_complete_on",
    "applied_on",
    "application_no",
    "decided_on",
    "decision",
    "benefit_on",
    "benefit_amount_inr",
)
_LATER = COLUMNS[13:]
_FIRST_SPELLING = np.cumsum([0, *(len(spellings) for spellings in SCHEMES.values())])[:-1]
_SPELLING_COUNT = np.array([len(spellings) for spellings in SCHEMES.values()])


def live_cases(w: World, end: int) -> Ints:
    """Cases that an extract of the day `end` holds."""
    return np.flatnonzero(w.opened <= end).astype(np.int64)


def case_numbers(w: World, rows: Ints) -> pa.Array:
    """Case numbers: centre, year, running number."""
    return join(words(CENTRES, w.case_centre[rows]), _years(w, rows), digits(w.case_number[rows], 5), sep="-")


def applications(w: World, rows: Ints) -> pa.Array:
    """Application numbers: the Municipal Corporation's or another office's."""
    number = digits(rows + 1, 6)
    city = join("PMC", _years(w, rows), number, sep="/")
    return choose(municipal(w.case_scheme[rows]), city, join("AS", _years(w, rows), number, sep="-"))


def schemes(w: World, rows: Ints, name: str) -> pa.Array:
    """One of a scheme's official spellings."""
    scheme = w.case_scheme[rows]
    return words(SPELLINGS, _FIRST_SPELLING[scheme] + w.dice.pick(name, rows, 6) % _SPELLING_COUNT[scheme])


def rupees(amounts: Ints, rows: Ints, w: World, name: str) -> pa.Array:
    """Amounts in rupees with Indian grouping or none, with or without a sign; null for 0."""
    values, place = np.unique(amounts, return_inverse=True)
    spelled = [_spellings(int(value)) for value in values]
    style = np.maximum(w.dice.pick(name, rows, 10) - 5, 0)
    texts = words([forms[i] for i in range(5) for forms in spelled], style * len(values) + place)
    return blank(texts, amounts == 0)


def _spellings(value: int) -> tuple[str, ...]:
    grouped = mess.indian(value)
    return str(value), grouped, f"₹{grouped}", f"Rs. {grouped}/-", f"{value}.00"


def _years(w: World, rows: Ints) -> pa.Array:
    return digits(w.opened[rows].astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970, 4)


def _day(w: World, days: Ints, rows: Ints, name: str) -> pa.Array:
    style = mess.date_styles(rows, w.dice, f"pune/{name}", 0.3)
    style = np.where(style == ISO, SLASHED, np.where(style == SLASHED, ISO, style))
    return in_digits(dates(days, style), DEVANAGARI, w.dice.unit(f"pune/digits/{name}", rows) < 0.03)


def known(days: Ints, end: int) -> Ints:
    """Days after the extract's day are not known yet."""
    return np.where(days > end, NO_DAY, days)


def _render(w: World, rows: Ints, end: int) -> Cells:
    d, person = w.dice, w.case_person[rows]
    decided = known(w.decided[rows], end)
    benefit = known(w.benefit[rows], end)
    applied = known(w.applied[rows], end)
    decision = np.where(decided == NO_DAY, -1, np.where(w.approved[rows], 0, 1))
    marathi = d.pick("pune/relation", rows, 2) == 1
    relation = words(
        [*RELATIONS, *RELATIONS.values()], w.relation[person] + np.where(marathi, len(RELATIONS), 0)
    )
    name = broken(mess.inside(full_names(w, person), rows, d, "pune/name", 0.01), rows, d, "pune/name", 0.01)
    scheme = broken(schemes(w, rows, "pune/scheme"), rows, d, "pune/scheme", 0.004)
    number = mess.around(codes("P-", person + 1, 6), rows, d, "pune/person", 0.003)
    return {
        "case_no": case_numbers(w, rows),
        "centre": words(CENTRES, w.case_centre[rows]),
        "person_id": blank(number, ~w.case_named[rows]),
        "kkpkp_card": blank(cards(w, person), ~w.case_card[rows]),
        "name": strew(name, rows, d, "pune/name", 0.003),
        "relation": mess.around(relation, rows, d, "pune/relation", 0.003),
        "household_no": codes("H-", w.household[person] + 1, 5),
        "sex": words(SEXES, w.sex[person]),
        "birth_year": in_digits(digits(w.birth_year[person]), DEVANAGARI, d.unit("pune/born", rows) < 0.05),
        "aadhaar": aadhaars(w, person),
        "mobile": blank(mobiles(w, person), d.unit("pune/no mobile", rows) < 0.04),
        "scheme": strew(mess.around(scheme, rows, d, "pune/scheme", 0.01), rows, d, "pune/scheme", 0.003),
        "opened_on": _day(w, w.opened[rows], rows, "opened"),
        "documents_complete_on": _day(w, known(w.complete[rows], end), rows, "complete"),
        "applied_on": _day(w, applied, rows, "applied"),
        "application_no": blank(applications(w, rows), applied == NO_DAY),
        "decided_on": _day(w, decided, rows, "decided"),
        "decision": words(("approved", "rejected"), decision),
        "benefit_on": _day(w, benefit, rows, "benefit"),
        "benefit_amount_inr": rupees(np.where(benefit == NO_DAY, 0, w.amount[rows]), rows, w, "pune/rupees"),
    }


def write_cases(w: World, quarter: str, end: int, truth: Truth, drop: Drop) -> None:
    """Write a quarter's list and note what is expected of it."""
    rng = w.dice.rng(f"pune/defects/{quarter}")

    def renew(frame: pd.DataFrame) -> pd.DataFrame:
        """Cases of strangers, opened some time ago, without a later step."""
        numbers = np.arange(len(frame))
        frame["case_no"] = join("KSK05-2020-", digits(88_000 + numbers, 5)).to_pandas().astype(object)
        frame["person_id"] = codes("P-", 900_000 + numbers, 6).to_pandas().astype(object)
        frame["opened_on"] = iso(end - OPENED_BEFORE)
        frame[list(_LATER)] = None
        return frame

    mixed = mix(
        live_cases(w, end), lambda rows: _render(w, rows, end), renew, case_faults(end), ("case_no",), rng
    )
    order = list(COLUMNS)
    if not quarter.endswith("Q1"):
        order = [COLUMNS[i] for i in rng.permutation(len(COLUMNS))]
    spelled = {column: column for column in order}
    for column, spelling in zip(rng.choice(order, 3, replace=False), ("{} ", " {}", "{}"), strict=True):
        spelled[str(column)] = spelling.format(str(column).title() if spelling == "{}" else column)
    text = csv_text(mixed.cells, spelled, ";", quote_all=True)
    truth.path(drop).write_text("\ufeff" + text, encoding="utf-8", newline="")
    truth.add(drop, {"cases": mixed.outcome()})


def persons(w: World, rows: Ints) -> list[dict[str, str]]:
    """Who is who among the given cases."""
    numbers = case_numbers(w, rows).to_pylist()
    true = codes("P-", w.case_person[rows] + 1, 6).to_pylist()
    return [
        {"region": "pune", "source": "cases", "record": number, "true_id": person}
        for number, person in zip(numbers, true, strict=True)
    ]


def accepted_decisions(w: World, rows: Ints, end: int) -> tuple[Flags, Flags]:
    """Whether the helpdesk knows a decision by the day `end`, and whether it is an approval."""
    decided = known(w.decided[rows], end) != NO_DAY
    return decided, decided & w.approved[rows]
