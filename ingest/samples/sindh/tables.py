"""The tables of Sindh's MIS as text: columns, and how the world's records are written in an extract of a
given day.

Spellings differ harmlessly here. What is wrong with a record is in `sindh_defects`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.samples.arrays import NO_DAY, Flags, Ints, blank, codes, dates, digits, join, words
from ingest.samples.files import mess, names
from ingest.samples.files.mysqldump import Column, columns
from ingest.samples.sindh.people import cnics, fathers, head_names, hh_codes, member_names, villages
from ingest.samples.sindh.places import DISTRICTS
from ingest.samples.sindh.services import TRAINING_CODES
from ingest.samples.sindh.world import World
from ingest.samples.truth.defects import are_planted

Cells = Mapping[str, pa.Array]
Render = Callable[[World, Ints, int], Cells]

STATUSES = ("active", "dormant", "closed")
SEXES = ("F", "M", "T")
DISABILITIES = ("none", "some", "a_lot", "cannot")
TOPICS = (
    "Community management skills",
    "Village management skills",
    "LSO management skills",
    "Community resource persons' course",
    "Vocational skills (tailoring, solar, bakery)",
    "Community awareness toolkit",
)
_DATE = "date"


@dataclass(frozen=True)
class Table:
    """A table of the dump: columns, key, identifier's prefix and width, and how its records are written."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    render: Render
    prefix: str = ""
    width: int = 0


def _dates(w: World, days: Ints, rows: Ints, name: str, share: float) -> pa.Array:
    return dates(days, mess.date_styles(rows, w.dice, name, share))


@cache
def _scores() -> pa.Array:
    plain = [f"{n // 100}.{n % 100:02d}" for n in range(10_001)]
    short = [str(n // 100) if n % 100 == 0 else text for n, text in enumerate(plain)]
    return pa.array(plain + short + [text.translate(mess.URDU_DIGITS) for text in plain])


@cache
def _rupees() -> pa.Array:
    spelled = [mess.rupees(n * 500) for n in range(1001)]
    return pa.array([spelled[n][style] for style in range(8) for n in range(1001)])


def _seen(days: Ints, end: int) -> Ints:
    """Days after the extract's day are not known yet."""
    return np.where(days > end, NO_DAY, days)


def _of_group(w: World, parent: Ints, formed: Ints, end: int) -> Ints:
    """A parent organisation that is not formed yet is none."""
    return np.where((parent >= 0) & (formed[parent] <= end), parent, -1)


def _district(w: World, rows: Ints, end: int) -> Cells:
    return {"id": digits(rows + 1), "name": words(list(DISTRICTS), rows)}


def _union_council(w: World, rows: Ints, end: int) -> Cells:
    return {
        "id": digits(rows + 101),
        "name": words(w.uc_name, rows),
        "district_id": digits(w.uc_district[rows] + 1),
    }


def _lso(w: World, rows: Ints, end: int) -> Cells:
    uc = w.lso_uc[rows]
    status = np.where(w.dice.unit("lso status", rows) < 0.04, 1, 0)
    return {
        "id": codes("SND-LSO-", rows + 1, 3),
        "name": join("LSO ", words(w.uc_name, uc)),
        "uc_id": digits(uc + 101),
        "formed_on": dates(w.lso_formed[rows]),
        "status": words(STATUSES, status),
    }


def _vo(w: World, rows: Ints, end: int) -> Cells:
    village = words(names.VILLAGES, w.dice.pick("vo village", rows, len(names.VILLAGES)))
    lso = _of_group(w, w.vo_lso[rows], w.lso_formed, end)
    return {
        "id": codes("SND-VO-", rows + 1, 5),
        "name": mess.around(join("VO ", village), rows, w.dice, "vo", 0.02),
        "lso_id": codes("SND-LSO-", lso + (lso >= 0), 3),
        "village": village,
        "formed_on": _dates(w, w.vo_formed[rows], rows, "vo", 0.04),
        "status": words(STATUSES, w.vo_status[rows]),
    }


def has_odd_size(w: World, end: int) -> Flags:
    """Active COs with fewer than 15 or more than 25 member households on a day."""
    left = (w.in_left != NO_DAY) & (w.in_left <= end)
    now = np.unique((w.in_co * len(w.hh_uc) + w.in_hh)[(w.in_joined <= end) & ~left]) // len(w.hh_uc)
    size = np.bincount(now, minlength=len(w.co_uc))
    return np.asarray((w.co_status == 0) & ((size < 15) | (size > 25)))


def _co(w: World, rows: Ints, end: int) -> Cells:
    word = words(names.GROUP_WORDS, w.dice.pick("co name", rows, len(names.GROUP_WORDS)))
    vo = _of_group(w, w.co_vo[rows], w.vo_formed, end)
    # Without suspicious records, groups of an odd size are not active.
    status = w.co_status if are_planted() else np.where(has_odd_size(w, end), 1, w.co_status)
    return {
        "id": codes("SND-CO-", rows + 1, 6),
        "name": join("CO", word, digits(w.dice.pick("co number", rows, 12) + 1), sep=" "),
        "vo_id": codes("SND-VO-", vo + (vo >= 0), 5),
        "gender": words(("W", "M"), w.co_men[rows].astype(np.int64)),
        "formed_on": _dates(w, w.co_formed[rows], rows, "co", 0.05),
        "status": words(STATUSES, status[rows]),
    }


def _household(w: World, rows: Ints, end: int) -> Cells:
    head = w.hh_first_member[rows]
    d = w.dice
    father = fathers(w, head)
    style = np.searchsorted([0.6, 0.997], d.unit("score style", rows), "right")
    return {
        "id": hh_codes(rows),
        "uc_id": digits(w.hh_uc[rows] + 101),
        "village": villages(w, rows),
        "head_name": head_names(w, rows),
        "head_father_name": blank(father, d.unit("no father", rows) < 0.01),
        "head_cnic": blank(cnics(w, head), d.unit("no head cnic", rows) < 0.04),
        "psc_score": words(_scores(), style * 10_001 + w.hh_score[rows]),
        "psc_date": _dates(w, w.hh_seen[rows], rows, "psc", 0.04),
        "psc_version": words(("PSC-2016", "PSC-2009"), (d.unit("psc", rows) < 0.02).astype(np.int64)),
        "size": digits(3 + d.pick("size", rows, 9) + d.pick("size too", rows, 3)),
    }


def _member(w: World, rows: Ints, end: int) -> Cells:
    d = w.dice
    disability = np.searchsorted([0.95, 0.98, 0.995], d.unit("disability", rows), "right")
    mobile = join(
        "03", digits(d.pick("operator", rows, 49), 2), "-", digits(d.pick("mobile", rows, 10**7), 7)
    )
    texts = {
        "id": codes("SND-M-", rows + 1, 8),
        "household_id": mess.around(hh_codes(w.member_hh[rows]), rows, d, "member hh", 0.0005),
        "name": mess.inside(member_names(w, rows), rows, d, "member", 0.0005),
        "father_or_husband": mess.around(fathers(w, rows), rows, d, "father", 0.001),
        "sex": mess.around(words(SEXES, w.member_sex[rows]), rows, d, "sex", 0.001),
        "birth_date": _dates(w, w.member_birth[rows], rows, "birth", 0.07),
        "cnic": cnics(w, rows),
        "mobile": blank(mobile, d.unit("no mobile", rows) < 0.05),
        "disability": mess.around(words(DISABILITIES, disability), rows, d, "disability", 0.001),
    }
    return texts


def _co_membership(w: World, rows: Ints, end: int) -> Cells:
    d = w.dice
    left = dates(_seen(w.in_left[rows], end))
    zero: Flags = d.unit("zero date", rows) < 0.015
    left = pc.if_else(pa.array(zero & left.is_null().to_numpy(False)), "0000-00-00", left)
    role = words(
        ("member", "president", "manager"), np.searchsorted([0.9, 0.95], d.unit("role", rows), "right")
    )
    return {
        "co_id": mess.around(codes("SND-CO-", w.in_co[rows] + 1, 6), rows, d, "co id", 0.002),
        "household_id": hh_codes(w.in_hh[rows]),
        "joined_on": dates(w.in_joined[rows]),
        "member_id": codes("SND-M-", w.in_member[rows] + 1, 8),
        "left_on": left,
        "role": mess.around(role, rows, d, "role", 0.002),
    }


def _mip(w: World, rows: Ints, end: int) -> Cells:
    return {
        "id": codes("MIP-", rows + 1, 7),
        "household_id": mess.around(hh_codes(w.mip_hh[rows]), rows, w.dice, "mip", 0.001),
        "prepared_on": _dates(w, w.mip_day[rows], rows, "mip", 0.02),
    }


def _cif_loan(w: World, rows: Ints, end: int) -> Cells:
    d = w.dice
    amount, taken, closed = w.loan_amount[rows], w.loan_day[rows], w.loan_closed[rows]
    paid = amount * np.minimum(end - taken, closed - taken) // (closed - taken) // 100 * 100
    style = np.searchsorted(
        [0.93, 0.95, 0.96, 0.97, 0.98, 0.99, 0.995], d.unit("amount style", rows), "right"
    )
    return {
        "id": codes("CIF-", rows + 1, 7),
        "household_id": hh_codes(w.loan_hh[rows]),
        "lso_id": codes("SND-LSO-", w.loan_lso[rows] + 1, 3),
        "sanctioned_on": _dates(w, taken, rows, "loan", 0.04),
        "amount_pkr": words(_rupees(), style * 1001 + amount // 500),
        "repaid_pkr": digits(np.where(closed <= end, amount, paid)),
        "closed_on": dates(_seen(closed, end)),
        "purpose": words((*names.PURPOSES, None), d.pick("purpose", rows, len(names.PURPOSES) + 1)),
    }


def _igg_grant(w: World, rows: Ints, end: int) -> Cells:
    return {
        "id": codes("IGG-", rows + 1, 6),
        "household_id": hh_codes(w.grant_hh[rows]),
        "granted_on": _dates(w, w.grant_day[rows], rows, "grant", 0.03),
        "amount_pkr": digits(w.grant_amount[rows]),
    }


def _training(w: World, rows: Ints, end: int) -> Cells:
    return {
        "id": codes("TR-", rows + 1, 6),
        "code": words(TRAINING_CODES, w.training_code[rows]),
        "topic": mess.around(words(TOPICS, w.training_code[rows]), rows, w.dice, "topic", 0.01),
        "started_on": _dates(w, w.training_start[rows], rows, "start", 0.03),
        "ended_on": _dates(w, w.training_end[rows], rows, "end", 0.03),
        "uc_id": digits(w.training_uc[rows] + 101),
    }


def _attendance(w: World, rows: Ints, end: int) -> Cells:
    return {
        "training_id": codes("TR-", w.at_training[rows] + 1, 6),
        "member_id": codes("SND-M-", w.at_member[rows] + 1, 8),
        "days_attended": digits(w.at_days[rows]),
    }


# Parents before their children.
TABLES = (
    Table("district", columns("id:int name:60"), ("id",), _district),
    Table("union_council", columns("id:int name:100 district_id:int"), ("id",), _union_council),
    Table("lso", columns("id name:150! uc_id:int formed_on:date status"), ("id",), _lso, "SND-LSO-", 3),
    Table("vo", columns("id name:150! lso_id village:200! formed_on status"), ("id",), _vo, "SND-VO-", 5),
    Table("co", columns("id name:150! vo_id gender:2 formed_on status"), ("id",), _co, "SND-CO-", 6),
    Table(
        "household",
        columns(
            "id uc_id:int village:200! head_name:120! head_father_name:120! head_cnic psc_score:10 psc_date "
            "psc_version:12 size:smallint"
        ),
        ("id",),
        _household,
        "SND-HH-",
        7,
    ),
    Table(
        "member",
        columns("id household_id name:120 father_or_husband:120 sex:4 birth_date cnic mobile disability:10"),
        ("id",),
        _member,
        "SND-M-",
        8,
    ),
    Table(
        "co_membership",
        columns("co_id household_id joined_on:date member_id left_on:date role"),
        ("co_id", "household_id", "joined_on"),
        _co_membership,
    ),
    Table("mip", columns("id household_id prepared_on"), ("id",), _mip, "MIP-", 7),
    Table(
        "cif_loan",
        columns("id household_id lso_id sanctioned_on amount_pkr repaid_pkr:int closed_on:date purpose:100!"),
        ("id",),
        _cif_loan,
        "CIF-",
        7,
    ),
    Table("igg_grant", columns("id household_id granted_on amount_pkr:int"), ("id",), _igg_grant, "IGG-", 6),
    Table(
        "training",
        columns("id code:10 topic:150! started_on ended_on uc_id:int"),
        ("id",),
        _training,
        "TR-",
        6,
    ),
    Table(
        "training_attendance",
        columns("training_id member_id days_attended:int"),
        ("training_id", "member_id"),
        _attendance,
    ),
)
