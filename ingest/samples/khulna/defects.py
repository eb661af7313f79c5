"""What is wrong in the faulty records of Khulna's register, table by table, for an extract of a given day."""

from ingest.samples.arrays import iso
from ingest.samples.khulna.places import FOREIGN_AREAS
from ingest.samples.truth.defects import Children, Spoil

BAD_NIDS = (
    "4711X98765432",
    "479512345",
    "47951234567890123456",
    "18714795123456789",
    "20124711123456789",
    "4.7E+12",
)
BAD_BIRTHS = ("30/02/1967", "31/11/1980", "00/00/1950", "জানা নেই", "12/25/1971")


def future(end: int) -> tuple[str, ...]:
    """Dates after the extract's day."""
    return tuple(iso(end + days) for days in (1, 12, 45, 366))


def _slashed(days: int) -> str:
    year, month, of_month = iso(days).split("-")
    return f"{of_month}/{month}/{year}"


def beneficiary(end: int) -> list[Spoil]:
    """Faults of the register."""
    return [
        Spoil("missing_required", {"ben_id": [None, "N/A", "-"]}),
        Spoil("bad_date|missing_required", {"ben_id": [None], "birth_date": BAD_BIRTHS}),
        Spoil("bad_date", {"birth_date": BAD_BIRTHS}),
        Spoil("bad_date", {"registered_on": ["31/04/2020", "ঈদের পরে"]}),
        Spoil("future_date", {"registered_on": [_slashed(end + 1), _slashed(end + 40)]}),
        Spoil("future_date", {"birth_date": ["14/04/2071", "০৯/০৯/২০৬৬"]}),
        Spoil("bad_identifier", {"nid": BAD_NIDS}),
        Spoil("bad_identifier|unknown_code", {"nid": BAD_NIDS, "area": FOREIGN_AREAS}),
        Spoil("unknown_code", {"area": FOREIGN_AREAS}),
        Spoil("unknown_code", {"sex": ["মহিলা", "W", "3"]}),
        Spoil("unknown_code", {"widow": ["8", "maybe"]}),
        Spoil("unknown_code", {"destitute": ["?"]}),
        Spoil("duplicate_key", twin={"name_bn": ["দ্বিতীয় নাম"], "name_en": ["Other Name"]}),
        Spoil("duplicate_key", twin={"nid": BAD_NIDS[1:2]}, twin_reasons="bad_identifier|duplicate_key"),
    ]


def service_received(end: int) -> list[Spoil]:
    """Faults of the services. A service of a record in quarantine is an orphan, whatever its date."""
    later = future(end)
    return [
        Spoil("missing_required", {"service_id": [None, "NA"]}),
        Spoil("missing_required", {"ben_id": [None, "-"]}),
        Spoil("bad_date", {"received_on": ["2020-02-30", "2019-13-01", "গত মাসে"]}),
        Spoil("bad_date|unknown_code", {"received_on": ["2021-00-05"], "service": ["training"]}),
        Spoil("future_date", {"received_on": later}),
        Spoil("date_order", {"received_on": ["2017-05-09", "2018-01-30"]}),
        Spoil("date_order|unknown_code", {"received_on": ["2016-12-01"], "service": ["cash_for_work"]}),
        Spoil("unknown_code", {"service": ["widow_allowence", "stipend"]}),
        Spoil("bad_number", {"amount_bdt": ["দুই হাজার", "500 each", "1.5.0"]}),
        Spoil("ambiguous_grouping", {"amount_bdt": ["1,50", "2,0000", "৳১২,৩৪৫,৬"]}),
        Spoil("out_of_range", {"amount_bdt": ["100001", "-1", "3,00,000"]}),
        Spoil("orphan_reference", {"ben_id": ["KMSS-99990", "KMSS-0"]}),
        Spoil("orphan_reference", {"ben_id": Children("beneficiary")}),
        Spoil("orphan_reference", {"institution_id": ["LGI-31", "PHC-00"]}),
        Spoil("orphan_reference", {"institution_id": Children("institution", 2)}),
        Spoil("orphan_reference|out_of_range", {"ben_id": ["KMSS-none"], "amount_bdt": ["500000"]}),
        Spoil("duplicate_key", {"service": ["vgd"]}, twin={"service": ["vgf"]}),
    ]


INSTITUTIONS = [
    Spoil("missing_required", {"institution_id": [None]}),
    Spoil("unknown_code", {"institution_id": ["LGI-21"], "kind": ["company"]}),
    Spoil("unknown_code", {"institution_id": ["LGI-22"], "area": FOREIGN_AREAS[1:]}),
    Spoil(
        "duplicate_key",
        {"institution_id": ["PHC-21"]},
        twin={"name_bn": ["অন্য ক্লিনিক"], "name_en": ["Another clinic"]},
    ),
]
