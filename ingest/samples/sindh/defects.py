"""What is wrong in the faulty records of Sindh's MIS, table by table, for an extract of a given day."""

from ingest.samples.arrays import iso
from ingest.samples.truth.defects import Children, Spoil

BAD_DATES = (
    "30/02/2018",
    "2017-06-31",
    "after Eid",
    "14/Octbr/2018",
    "2018-00-12",
    "09/31/2017",
    "spring 2019",
)
BAD_CNICS = ("4230A-2204511-7", "41204-882201-4", "43102998877665", "0420611223344", "94301-2233445-6")
FOREIGN_DISTRICTS = ("Sanghar", "Umerkot", "Mirpur Khas", "Ghotki")
FOREIGN_COUNCILS = ("Islamkot", "Diplo", "Mithi", "Nagarparkar")


def future(end: int) -> tuple[str, ...]:
    """Dates after the extract's day: the next day, next month, next year, typing mistakes."""
    return tuple(iso(end + days) for days in (1, 20, 33, 410, 2500))


def spoils(table: str, end: int) -> list[Spoil]:
    """The kinds of faulty records of a table, without exact duplicates."""
    later = future(end)
    kinds: dict[str, list[Spoil]] = {
        "district": [
            Spoil("missing_required", {"id": [None]}),
            Spoil("duplicate_key", twin={"name": ["Sanghar (old)"]}),
        ],
        "union_council": [
            Spoil("missing_required", {"id": [None]}),
            Spoil("orphan_reference", {"district_id": Children("district")}),
            Spoil("orphan_reference", {"district_id": ["66"]}),
            Spoil("duplicate_key", {"name": ["Diplo"]}, twin={"name": ["Chelhar"]}),
        ],
        "lso": [
            *_group(later, "uc_id", "union_council", "888", "suspended", bad_dates=["0000-00-00"]),
            Spoil("missing_required", {"formed_on": [None]}),
        ],
        "vo": _group(later, "lso_id", "lso", "SND-LSO-X00", "merged"),
        "co": [
            *_group(later, "vo_id", "vo", "SND-VO-0000Y", "asleep"),
            Spoil("unknown_code", {"gender": ["X", "F"]}),
        ],
        "household": _household(later),
        "member": _member(later),
        "co_membership": _membership(end, later),
        "mip": _served(later, "prepared_on"),
        "cif_loan": _loan(later),
        "igg_grant": [
            *_served(later, "granted_on"),
            Spoil("out_of_range", {"amount_pkr": ["999", "200001"]}),
            Spoil("future_date|out_of_range", {"granted_on": later, "amount_pkr": ["0"]}),
        ],
        "training": _training(end, later),
        "training_attendance": [
            Spoil("missing_required", {"member_id": [None]}),
            Spoil("missing_required", {"training_id": [None]}),
            Spoil("out_of_range", {"days_attended": ["61", "-2"]}),
            Spoil("orphan_reference", {"member_id": Children("member")}),
            Spoil("orphan_reference", {"training_id": Children("training", 2)}),
            Spoil("orphan_reference|out_of_range", {"training_id": ["TR-none"], "days_attended": ["75"]}),
            Spoil("duplicate_key", {"days_attended": ["2"]}, twin={"days_attended": ["6"]}),
        ],
    }
    return kinds[table]


def _group(
    later: tuple[str, ...],
    parent: str,
    parent_table: str,
    nobody: str,
    status: str,
    bad_dates: list[str] | None = None,
) -> list[Spoil]:
    bad = bad_dates or list(BAD_DATES)
    return [
        Spoil("missing_required", {"id": [None]}),
        Spoil("bad_date", {"formed_on": bad}),
        Spoil("future_date", {"formed_on": later}),
        Spoil("unknown_code", {"status": [status]}),
        Spoil("future_date|unknown_code", {"formed_on": later, "status": ["?"]}),
        Spoil("orphan_reference", {parent: [nobody]}),
        Spoil("orphan_reference", {parent: Children(parent_table)}),
        Spoil("bad_date|orphan_reference", {parent: [nobody], "formed_on": bad}),
        Spoil("duplicate_key", twin={"name": ["Naon nalo (new name)"]}),
    ]


def _household(later: tuple[str, ...]) -> list[Spoil]:
    return [
        Spoil("missing_required", {"id": [None, "NA"]}),
        Spoil("bad_date", {"psc_date": BAD_DATES}),
        Spoil("future_date", {"psc_date": later}),
        Spoil("bad_identifier", {"head_cnic": BAD_CNICS}),
        Spoil("bad_number", {"psc_score": ["eighteen", "18..4", "1O.5"]}),
        Spoil("out_of_range", {"psc_score": ["100.01", "-0.50", "131.00"]}),
        Spoil("out_of_range", {"size": ["0", "41", "-4"]}),
        Spoil("bad_identifier|out_of_range", {"head_cnic": BAD_CNICS, "size": ["99"]}),
        Spoil("missing_required|out_of_range", {"id": [None], "size": ["77"]}),
        Spoil("orphan_reference", {"uc_id": Children("union_council")}),
        Spoil("orphan_reference", {"uc_id": ["9090"]}),
        Spoil("bad_date|orphan_reference", {"uc_id": ["9091"], "psc_date": BAD_DATES}),
        Spoil("duplicate_key", twin={"head_name": ["Naon Malik"], "size": ["5"]}),
        Spoil(
            "duplicate_key",
            twin={"head_name": ["Bio Malik"], "head_cnic": BAD_CNICS},
            twin_reasons="bad_identifier|duplicate_key",
        ),
    ]


def _member(later: tuple[str, ...]) -> list[Spoil]:
    return [
        Spoil("missing_required", {"id": [None, "NA"]}),
        Spoil("missing_required", {"household_id": [None, "-"]}),
        Spoil("bad_date", {"birth_date": BAD_DATES}),
        Spoil("future_date", {"birth_date": later}),
        Spoil("bad_identifier", {"cnic": BAD_CNICS}),
        Spoil("unknown_code", {"sex": ["X", "Lady"]}),
        Spoil("unknown_code", {"disability": ["yes", "severe"]}),
        Spoil("bad_identifier|future_date", {"cnic": BAD_CNICS, "birth_date": later}),
        Spoil("orphan_reference", {"household_id": ["SND-HH-00000Z9"]}),
        Spoil("orphan_reference", {"household_id": Children("household", 2)}),
        Spoil("bad_date|orphan_reference", {"household_id": ["SND-HH-?"], "birth_date": BAD_DATES}),
        Spoil("duplicate_key", twin={"name": ["Naon Malik"], "disability": ["some"]}),
    ]


def _membership(end: int, later: tuple[str, ...]) -> list[Spoil]:
    return [
        Spoil("missing_required", {"joined_on": [None]}),
        Spoil("missing_required", {"household_id": [None]}),
        Spoil("missing_required", {"co_id": [None]}),
        Spoil("bad_date", {"joined_on": ["0000-00-00"]}),
        Spoil("future_date", {"joined_on": later, "left_on": [None]}),
        Spoil("future_date", {"left_on": later}),
        Spoil("date_order", {"joined_on": [iso(end - 700)], "left_on": [iso(end - 701)]}),
        Spoil("unknown_code", {"role": ["treasurer", "secretary"]}),
        Spoil(
            "date_order|unknown_code",
            {"joined_on": [iso(end - 400)], "left_on": [iso(end - 900)], "role": ["cashier"]},
        ),
        Spoil("orphan_reference", {"co_id": Children("co", 2)}),
        Spoil("orphan_reference", {"co_id": ["SND-CO-7"]}),
        Spoil("orphan_reference", {"household_id": Children("household")}),
        Spoil("orphan_reference", {"member_id": Children("member")}),
        Spoil("duplicate_key", {"role": ["member"]}, twin={"role": ["manager"]}),
    ]


def _served(later: tuple[str, ...], on: str) -> list[Spoil]:
    """Faults that plans, loans and grants have in common."""
    return [
        Spoil("missing_required", {"id": [None]}),
        Spoil("missing_required", {"household_id": [None, "N/A"]}),
        Spoil("bad_date", {on: BAD_DATES}),
        Spoil("future_date", {on: later}),
        Spoil("orphan_reference", {"household_id": ["SND-HH-nil"]}),
        Spoil("orphan_reference", {"household_id": Children("household")}),
        Spoil("bad_date|orphan_reference", {"household_id": ["SND-HH-"], on: BAD_DATES}),
        Spoil("duplicate_key", {on: ["2016-02-02"]}, twin={on: ["2016-02-03"]}),
    ]


def _loan(later: tuple[str, ...]) -> list[Spoil]:
    return [
        *_served(later, "sanctioned_on"),
        Spoil("bad_number", {"amount_pkr": ["twenty thousand", "25k", "Rs twelve"]}),
        Spoil("ambiguous_grouping", {"amount_pkr": ["2,5000", "1,00,00", "3,500,0"]}),
        Spoil("out_of_range", {"amount_pkr": ["999", "500001", "900000"]}),
        Spoil("out_of_range", {"repaid_pkr": ["-1"]}),
        Spoil("future_date", {"closed_on": later}),
        Spoil("orphan_reference", {"lso_id": Children("lso")}),
        Spoil("ambiguous_grouping|orphan_reference", {"amount_pkr": ["4,0000"], "lso_id": ["SND-LSO-none"]}),
    ]


def _training(end: int, later: tuple[str, ...]) -> list[Spoil]:
    return [
        Spoil("missing_required", {"id": [None]}),
        Spoil("bad_date", {"started_on": BAD_DATES}),
        Spoil("future_date", {"ended_on": later}),
        Spoil("date_order", {"started_on": [iso(end - 500)], "ended_on": [iso(end - 505)]}),
        Spoil("unknown_code", {"code": ["XMST", "CRPP"]}),
        Spoil(
            "date_order|unknown_code",
            {"started_on": [iso(end - 300)], "ended_on": [iso(end - 330)], "code": ["vmst?"]},
        ),
        Spoil("duplicate_key", twin={"topic": ["Refresher"]}),
    ]
