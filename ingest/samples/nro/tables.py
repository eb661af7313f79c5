"""The tables of a state's performance tracking system (PTS): their columns and how a world's records are written.

What is wrong in faulty records is in `nro_defects`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from ingest.samples.arrays import Dice, Ints, blank, codes, dates, digits, join, words
from ingest.samples.files import check_digits, mess, scripts
from ingest.samples.files.mysqldump import Column
from ingest.samples.nro.names import AWKWARD, FIRMS, NAMES
from ingest.samples.nro.world import CATEGORIES, FIRST, SECTORS, World

Cells = dict[str, pa.Array]
_MONTHS = pa.array(np.arange("1970-01", "2100-01", dtype="datetime64[M]").astype(str).tolist())


@dataclass(frozen=True)
class Table:
    """A table of the dump: its columns, key, and how the world's records of given numbers are written."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    render: Callable[[World, Ints], Cells]


def _columns(text: str) -> tuple[Column, ...]:
    """Columns from words; ! marks free text."""
    return tuple(
        Column(
            word.rstrip("!"), "text" if word.endswith("!") else "character varying(40)", word.endswith("!")
        )
        for word in text.split()
    )


def lgd_codes(w: World, numbers: Ints) -> pa.Array:
    """Gram Panchayat codes: gaps between them, as in the real directory."""
    return digits(w.state.first_lgd + numbers * 3 + numbers % 2)


def months(numbers: Ints) -> pa.Array:
    """Months since 1970-01 as YYYY-MM."""
    return _MONTHS.take(pa.array(numbers))


def _firm(w: World, rows: Ints) -> Cells:
    name = join(words(FIRMS, w.dice.pick("firm", rows, len(FIRMS))), "MEC", digits(rows + 1), sep=" ")
    formed = FIRST - 30 - w.dice.pick("formed", rows, 500)
    return {
        "mec_id": codes(f"{w.state.code}-MEC-", rows + 1, 3),
        "name": mess.around(name, rows, w.dice, "firm", 0.05),
        "block": words([block for _, block in w.state.blocks], rows % len(w.state.blocks)),
        "formed_on": dates(formed, mess.date_styles(rows, w.dice, "formed", 0.1)),
    }


def people(w: World, name: str, rows: Ints, woman: np.ndarray) -> pa.Array:
    """Names of people, nearly half of them in local script; a few hold what is hard to read in a dump."""
    n, d = NAMES[w.state.region], w.dice
    local = d.unit(f"{name}/script", rows) < 0.45

    def one(women: list[str], men: list[str], families: list[str]) -> pa.Array:
        given = np.where(
            woman,
            d.pick(f"{name}/given", rows, len(women)),
            len(women) + d.pick(f"{name}/given", rows, len(men)),
        )
        family = words(families, d.pick(f"{name}/family", rows, len(families)))
        return join(words([*women, *men], given), family, sep=" ")

    latin, written = one(n.women, n.men, n.families), one(n.women_local, n.men_local, n.families_local)
    texts = scripts.choose(local, written, latin)
    odd = d.unit(f"{name}/odd", rows) < 0.008
    ending = np.where(odd, 1 + d.pick(f"{name}/ending", rows, len(AWKWARD)), 0)
    texts = join(texts, words(["", *AWKWARD], ending))
    return mess.inside(mess.around(texts, rows, d, name, 0.01), rows, d, name, 0.01)


def _enterprise(w: World, rows: Ints) -> Cells:
    d, code = w.dice, w.state.code
    sector = mess.around(words(SECTORS, w.sector[rows]), rows, d, "sector", 0.01)
    category = mess.around(words(CATEGORIES, w.category[rows]), rows, d, "category", 0.005)
    return {
        "enterprise_id": codes(f"{code}-E-", rows + 1, 5),
        "mec_id": codes(f"{code}-MEC-", w.firm[rows] + 1, 3),
        "owner_name": people(w, "owner", rows, w.woman[rows]),
        "owner_aadhaar": blank(
            check_digits.aadhaar(rows + 100_000 * (ord(code[0]) - 65)), d.unit("no aadhaar", rows) < 0.35
        ),
        "owner_sex": words(("M", "F"), w.woman[rows].astype(np.int64)),
        "social_category": category,
        "shg_code": join(code, digits(10_000 + d.pick("shg", rows, 90_000))),
        "gp_lgd_code": lgd_codes(w, d.pick("gp", rows, w.panchayats)),
        "sector": sector,
        "started_on": dates(w.start[rows], mess.date_styles(rows, d, "started", 0.05)),
        "closed_on": dates(w.closed[rows], mess.date_styles(rows, d, "closed", 0.05)),
    }


def _month(w: World, rows: Ints) -> Cells:
    sales = _amounts(w.sales[rows], rows, w.dice, "sales", w.state.digits)
    cells = {
        "enterprise_id": codes(f"{w.state.code}-E-", w.month_of[rows] + 1, 5),
        "month": months(w.month[rows]),
        "sales_inr": sales,
    }
    for name, values in w.costs.items():
        cells[name] = _amounts(values[rows], rows, w.dice, name, w.state.digits)
    cells["employees"] = digits(w.employees[rows])
    return cells


def _amounts(numbers: Ints, rows: Ints, dice: Dice, name: str, script: str) -> pa.Array:
    """Whole rupees, a few with grouping, currency signs or in the state's digits."""
    texts = digits(numbers)
    hit = np.flatnonzero(dice.unit(f"{name}/form", rows) < 0.02)
    if not len(hit):
        return texts
    grouped = pd.Series([mess.indian(n) for n in numbers[hit].tolist()], dtype=object)
    style = dice.pick(f"{name}/style", rows[hit], 5)
    table = str.maketrans("0123456789", script)
    forms = [grouped, "₹" + grouped, "Rs. " + grouped + "/-", "Rs " + grouped, grouped.str.translate(table)]
    chosen = pd.Series(np.choose(style, [form.to_numpy() for form in forms]), dtype=object)
    return scripts.put(texts, hit, chosen)


def _visit(w: World, rows: Ints) -> Cells:
    consultant = people(w, "consultant", w.dice.pick("consultant", w.visit_to[rows], 60), np.array([True]))
    return {
        "visit_id": codes(f"{w.state.code}-V-", rows + 1, 6),
        "enterprise_id": codes(f"{w.state.code}-E-", w.visit_to[rows] + 1, 5),
        "visited_on": dates(w.visit_day[rows], mess.date_styles(rows, w.dice, "visited", 0.05)),
        "consultant": blank(consultant, w.dice.unit("no consultant", rows) < 0.03),
    }


# Parents first: a record's orphans are known when its table's turn comes.
TABLES = (
    Table("mec_firm", _columns("mec_id name! block formed_on"), ("mec_id",), _firm),
    Table(
        "enterprise",
        _columns(
            "enterprise_id mec_id owner_name! owner_aadhaar owner_sex social_category shg_code gp_lgd_code "
            "sector started_on closed_on"
        ),
        ("enterprise_id",),
        _enterprise,
    ),
    Table(
        "enterprise_month",
        _columns(
            "enterprise_id month sales_inr raw_material_inr wages_inr other_cost_inr loan_instalment_inr employees"
        ),
        ("enterprise_id", "month"),
        _month,
    ),
    Table("mec_visit", _columns("visit_id enterprise_id visited_on consultant!"), ("visit_id",), _visit),
)
