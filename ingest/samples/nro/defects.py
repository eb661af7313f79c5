"""What is wrong in the faulty records of `kudumbashree_nro`, table by table, for a delivery of a given day."""

from datetime import datetime, timedelta

import numpy as np

from ingest.samples.arrays import iso
from ingest.samples.files import check_digits
from ingest.samples.nro.places import FOREIGN_BLOCKS
from ingest.samples.truth.defects import Children, Spoil

BAD_DATES = ("30/02/2020", "2019-06-31", "after Holi", "11/Octbr/2020", "2020-00-12", "13/13/2019")
BAD_AMOUNTS = ("ten thousand", "9k", "1O500", "not known")
BAD_GROUPS = ("1,5000", "23,45", "1,00,00")
_MANY = 1_000  # names of what nobody has: so many that no two faulty records share a key


def future(end: int) -> tuple[str, ...]:
    """Dates after the quarter's last day: the next day, next month, next year, typing mistakes."""
    return tuple(iso(end + days) for days in (1, 26, 40, 380, 3000))


def bad_aadhaars() -> tuple[str, ...]:
    """Numbers with a wrong check digit, first digit or length, and what is no number."""
    wrong = check_digits.aadhaar(np.arange(7_000_000, 7_000_005), wrong=3).to_pylist()
    return (*wrong[:2], "44120958310", "1" + wrong[2][1:], wrong[3], "9876543210987", wrong[4], "applied")


def _nobody(code: str) -> tuple[str, ...]:
    return tuple(f"{code}-E-X{number}" for number in range(_MANY))


def spoils(table: str, code: str, end: int) -> list[Spoil]:
    """The kinds of faulty records of a table of the tracking system, without exact duplicates."""
    later = future(end)
    kinds: dict[str, list[Spoil]] = {
        "mec_firm": [
            Spoil("missing_required", {"mec_id": [None, "NA"]}),
            Spoil("bad_date", {"formed_on": BAD_DATES}),
            Spoil("future_date", {"formed_on": later}),
            Spoil("duplicate_key", twin={"name": ["Naya MEC", "Hosa MEC"]}),
        ],
        "enterprise": _enterprise(code, end, later),
        "enterprise_month": _month(code, end),
        "mec_visit": [
            Spoil("missing_required", {"visit_id": [None, "-"]}),
            Spoil("missing_required", {"enterprise_id": [None]}),
            Spoil("bad_date", {"visited_on": BAD_DATES}),
            Spoil("future_date", {"visited_on": later}),
            Spoil("orphan_reference", {"enterprise_id": _nobody(code)}),
            Spoil("orphan_reference", {"enterprise_id": Children("enterprise")}),
            Spoil("bad_date|orphan_reference", {"enterprise_id": _nobody(code), "visited_on": ["soon"]}),
            Spoil("duplicate_key", {"visited_on": ["2018-12-05"]}, twin={"visited_on": ["2018-12-06"]}),
        ],
    }
    return kinds[table]


def _enterprise(code: str, end: int, later: tuple[str, ...]) -> list[Spoil]:
    return [
        Spoil("missing_required", {"enterprise_id": [None, "N/A"]}),
        Spoil("bad_identifier", {"owner_aadhaar": bad_aadhaars()}),
        Spoil("unknown_code", {"owner_sex": ["X", "Mahila"]}),
        Spoil("unknown_code", {"social_category": ["Minority?", "NT"]}),
        Spoil("unknown_code", {"sector": ["farming", "trade & service"]}),
        Spoil("bad_date", {"started_on": BAD_DATES, "closed_on": [None]}),
        Spoil("bad_date", {"closed_on": ["closed?", "31/11/2020"]}),
        Spoil("future_date", {"started_on": later, "closed_on": [None]}),
        Spoil("future_date", {"closed_on": later}),
        Spoil("date_order", {"started_on": [iso(end - 300)], "closed_on": [iso(end - 301), iso(end - 666)]}),
        Spoil("orphan_reference", {"mec_id": [f"{code}-MEC-000", f"{code}-MEC-X"]}),
        Spoil("orphan_reference", {"mec_id": Children("mec_firm")}),
        Spoil("bad_identifier|orphan_reference", {"mec_id": [f"{code}-MEC-0"], "owner_aadhaar": ["123"]}),
        Spoil(
            "date_order|unknown_code",
            {"started_on": [iso(end - 90)], "closed_on": [iso(end - 99)], "sector": ["?"]},
        ),
        Spoil("duplicate_key", twin={"shg_code": [f"{code}00001", f"{code}00002"]}),
        Spoil("duplicate_key", twin={"owner_sex": ["?"]}, twin_reasons="duplicate_key|unknown_code"),
    ]


def _month(code: str, end: int) -> list[Spoil]:
    # Two calendar months in the future, and one far away; the next month begins the day after `end`.
    later = tuple(iso(end + days)[:7] for days in (1, 33, 400))
    return [
        Spoil("missing_required", {"enterprise_id": [None]}),
        Spoil("missing_required", {"month": [None, "-"]}),
        Spoil("bad_date", {"month": ["2020-13", "2020-00", "Jan/Feb", "Diwali month"]}),
        Spoil("future_date", {"month": later}),
        Spoil("bad_number", {"sales_inr": BAD_AMOUNTS}),
        Spoil("bad_number", {"wages_inr": ["paid in rice", "5OO"]}),
        Spoil("ambiguous_grouping", {"sales_inr": BAD_GROUPS}),
        Spoil("ambiguous_grouping", {"raw_material_inr": BAD_GROUPS}),
        Spoil("out_of_range", {"employees": ["101", "-1"]}),
        Spoil("out_of_range", {"sales_inr": ["-1", "-4,500"]}),
        Spoil("out_of_range", {"loan_instalment_inr": ["-700"], "other_cost_inr": ["-50"]}),
        Spoil("bad_number|out_of_range", {"sales_inr": ["?"], "employees": ["400"]}),
        Spoil("orphan_reference", {"enterprise_id": _nobody(code)}),
        Spoil("orphan_reference", {"enterprise_id": Children("enterprise")}),
        Spoil("orphan_reference|out_of_range", {"enterprise_id": _nobody(code + "-N"), "employees": ["120"]}),
        Spoil("duplicate_key", {"sales_inr": ["8100"]}, twin={"sales_inr": ["8200"]}),
    ]


def gp_spoils(end: int) -> list[Spoil]:
    """The kinds of faulty Gram Panchayat rows, without exact duplicates."""
    later = datetime(1970, 1, 1) + timedelta(days=end + 17)
    return [
        Spoil("missing_required", {"lgd": [None, "NA"]}),
        Spoil("bad_date", {"held": ["30-Feb-2021", "31/06/2020", "after harvest"]}),
        Spoil("future_date", {"held": future(end)}),
        Spoil("future_date", {"held": [later]}),
        Spoil("out_of_range", {"gpcc": [14, -1]}),
        Spoil("out_of_range", {"vocc": [201, -2]}),
        Spoil("unknown_code", {"fifth": ["partly", "PESA?"]}),
        Spoil("unknown_code", {"block": FOREIGN_BLOCKS}),
        Spoil("bad_number", {"total": ["a lot", "2OO"]}),
        Spoil("ambiguous_grouping", {"total": ["1,5000", "13,00"]}),
        Spoil("rule:women_le_total", {"women": [411], "total": [410, 41]}),
        Spoil("out_of_range|rule:women_le_total", {"women": [90], "total": [70], "gpcc": [30]}),
        Spoil("duplicate_key", {"women": [150], "total": [300]}, twin={"total": [301]}),
    ]


def entitlement_spoils() -> list[Spoil]:
    """The kinds of faulty entitlement rows, without exact duplicates and the rows of lost Gram Panchayats."""

    def counts(eligible: object, applied: object, received: object) -> dict[str, list[object]]:
        return {"eligible": [eligible], "applied": [applied], "received": [received]}

    return [
        Spoil("missing_required", {"lgd": [None]}),
        Spoil("missing_required", {"entitlement": [None, "-"]}),
        Spoil("unknown_code", {"entitlement": ["ration cards?"], **counts(70, 60, 50)}),
        Spoil("unknown_code", {"entitlement": ["biogas_plant"], **counts(70, 60, 50)}),
        Spoil("bad_number", counts("sixty", 40, 31)),
        Spoil("bad_number", counts(90, 44, "2l")),
        Spoil("ambiguous_grouping", counts(900, "1,00", 80)),
        Spoil("out_of_range", counts(33, 21, -4)),
        Spoil("rule:funnel", counts(80, 60, 61)),
        Spoil("rule:funnel", counts(80, 81, 12)),
        Spoil("out_of_range|rule:funnel", counts(7, 8, -1)),
        Spoil("orphan_reference", {"lgd": [900_000 + number for number in range(_MANY)]}),
        Spoil(
            "orphan_reference|rule:funnel",
            {"lgd": list(range(910_000, 910_000 + _MANY)), **counts(2, 30, 20)},
        ),
        Spoil("duplicate_key", counts(140, 90, 45), twin={"eligible": [141]}),
    ]
