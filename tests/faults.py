"""Single faults for clean deliveries of every source and format: where each is put and what has to find it.

How a file is opened and written is in `editing`, what is asserted in `pipeline/test_mutations`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests import editing
from tests.editing import Document

Where = Callable[[dict[str, str]], bool]

MIS, PTS = "sindh/mis/2021Q2/mis_sindh_2021Q2.sql.gz", "jharkhand/pts/2021Q2/pts_jharkhand_2021Q2.sql"
IMI, PRINTED = "sindh/imi/2019Q2/imi_2019.xlsx", "sindh/results/2021Q2/success_results_2021.xlsx"
BIRTHS = "sindh/births/2021Q2/UC_birth_registration_2021Q2.xls"
REGISTER = "khulna/mis/2021Q2/beneficiary_mis_2021Q2.zip"
CARDS = "khulna/scorecards/2021Q1/community_score_card_2021Q1.xlsx"
ALLOWANCES = "khulna/allowances/2021Q2/allowance_old_age_2021Q2.html"
CASES, PMC = "pune/cases/2021Q2/helpdesk_cases_2021Q2.csv", "pune/pmc/2021Q2/pmc_scheme_status_2021Q2.xls"
KSK = "pune/enumeration/2020Q4/{}_enumeration_2020Q4.{}"
KSK01, KSK03, KSK07 = KSK.format("ksk01", "xlsx"), KSK.format("ksk03", "xls"), KSK.format("ksk07", "ods")
PAE, PAE_ODS = (
    "jharkhand/entitlements/2021Q2/pae_jharkhand_2021Q2.xlsx",
    "karnataka/entitlements/2021Q2/pae_karnataka_2021Q2.ods",
)
PORTAL = "jharkhand/shg_portal/2021Q2/shg_status_jharkhand_2021Q2.xls"
FILES = (
    MIS, PTS, IMI, PRINTED, BIRTHS, REGISTER, CARDS, ALLOWANCES, CASES, PMC, KSK01, KSK03, KSK07, PAE, PAE_ODS, PORTAL,
)  # fmt: skip

_PLACES = ("union_council", "boys", "girls", "total")
_LIST = ("serial", "name", "father_or_husband", "nid", "birth_date", "mobile", "amount_bdt", "last_paid")
_PMC = ("application_no", "scheme", "applicant", "status", "sanctioned_on", "amount_inr")
PORTAL_COLUMNS = (
    "block",
    "formed",
    "revived",
    "total",
    "vo_total",
    "clf_total",
    "shgs_linked",
    "credit_lakh",
)


def open_table(file: str, content: bytes, table: str) -> Document:
    """A table of a delivered file, to be changed."""
    if file == REGISTER:
        given = {"beneficiary": ("utf-16-le", "\t"), "service_received": ("utf-8-sig", ",")}[table]
        return editing.zipped(content, f"{table}.csv", *given)
    pages = {BIRTHS: _PLACES, ALLOWANCES: _LIST, PMC: _PMC, PORTAL: PORTAL_COLUMNS}
    if file in pages:
        return editing.html(content, *pages[file])
    if file == CASES:
        return editing.delimited(content, separator=";")
    openers = {"gz": editing.mysqldump, "sql": editing.pg_dump, "xlsx": editing.xlsx, "ods": editing.ods}
    return openers[file.rpartition(".")[2]](content, "Results" if file == PRINTED else table)


@dataclass(frozen=True)
class Fault:
    """One wrong value: where it is put, and the code with which exactly this cell has to be found.

    `value` may be made of the row. `at` is the column's place in the file where it is not its name, `column` the one
    the finding names where that is another. A row is the first from the middle on that `where` holds for.
    """

    file: str
    table: str
    at: str
    value: Any
    code: str
    column: str = ""
    where: Where = field(default=lambda row: True)
    twin: bool = False  # the record is delivered twice, the copy with this value
    both: bool = False  # the finding is on both
    total: bool = False  # the row is a total row


def _text(value: Any) -> Callable[[dict[str, str]], Any]:
    return value if callable(value) else lambda row: value


FAULTS = {
    # a mysqldump
    "mysqldump bad date": Fault(MIS, "mip", "prepared_on", "31/02/2020", "bad_date"),
    "mysqldump future date": Fault(MIS, "igg_grant", "granted_on", "2021-07-01", "future_date"),
    "mysqldump grouping": Fault(MIS, "cif_loan", "amount_pkr", "3,0000", "ambiguous_grouping"),
    "mysqldump range": Fault(MIS, "training_attendance", "days_attended", "61", "out_of_range"),
    "mysqldump orphan": Fault(MIS, "igg_grant", "household_id", "SND-HH-9999999", "orphan_reference"),
    "mysqldump missing": Fault(MIS, "co_membership", "joined_on", None, "missing_required"),
    "mysqldump date order": Fault(
        MIS, "co_membership", "left_on", "2015-12-31", "date_order", where=lambda r: "left_on" not in r
    ),
    "mysqldump duplicate": Fault(MIS, "mip", "id", lambda r: r["id"], "exact_duplicate", "id", twin=True),
    "mysqldump same key": Fault(
        MIS, "igg_grant", "amount_pkr", "7001", "duplicate_key", "id", twin=True, both=True
    ),
    "mysqldump loan before plan": Fault(MIS, "cif_loan", "sanctioned_on", "2015-06-01", "loan_before_plan"),
    "mysqldump sex and number": Fault(
        MIS, "member", "sex", "M", "sex_id_mismatch", "cnic", where=lambda r: r["sex"] == "F" and "cnic" in r
    ),
    # a pg_dump
    "pg_dump bad number": Fault(PTS, "enterprise_month", "wages_inr", "5OO", "bad_number"),
    "pg_dump bad month": Fault(PTS, "enterprise_month", "month", "2021-13", "bad_date"),
    "pg_dump missing": Fault(PTS, "mec_visit", "enterprise_id", None, "missing_required"),
    "pg_dump unit": Fault(
        PTS,
        "enterprise_month",
        "sales_inr",
        lambda r: int(r["sales_inr"]) * 100,
        "unit_suspect",
        where=lambda r: r["sales_inr"].isdecimal() and int(r["sales_inr"]) > 1000,
    ),
    # a Kobo workbook with repeats
    "kobo unknown code": Fault(IMI, "children", "D", "perhaps", "unknown_code", "child/birth_registered"),
    "kobo orphan": Fault(IMI, "adults", "G", 99999, "orphan_reference", "_parent_index"),
    "kobo range": Fault(IMI, "deliveries", "A", 61, "out_of_range", "delivery/months_ago"),
    # HTML saved as .xls
    "births parts": Fault(
        BIRTHS,
        "births",
        "total",
        "77",
        "rule:parts_sum",
        where=lambda r: "Total" not in str(r) and r["boys"].isdecimal(),
    ),
    "births place": Fault(
        BIRTHS, "births", "union_council", "Nowhere", "unknown_code", where=lambda r: "Total" not in str(r)
    ),
    "births total": Fault(
        BIRTHS,
        "births",
        "total",
        "1",
        "total_mismatch",
        "union_council",
        total=True,
        where=lambda r: r.get("union_council") == "Total",
    ),
    # a printed table
    "printed label": Fault(
        PRINTED,
        "indicators",
        "A",
        "% of households that have latrines in their homes",
        "conflicting_label",
        "label",
        where=lambda r: r["#"] == "8",
        both=True,
    ),
    "printed grouping": Fault(
        PRINTED,
        "outreach",
        "A",
        "34,00",
        "ambiguous_grouping",
        "Outreach",
        where=lambda r: r.get("A") == "3400",
    ),
    # a zip of UTF-16 and UTF-8 files
    "zip identifier": Fault(REGISTER, "beneficiary", "nid", "4795A03853705", "bad_identifier"),
    "zip date order": Fault(REGISTER, "service_received", "received_on", "2017-05-09", "date_order"),
    "zip orphan": Fault(REGISTER, "service_received", "institution_id", "LGI-77", "orphan_reference"),
    # score cards: a sheet an institution
    "card missing": Fault(CARDS, "LGI-05", "D", None, "missing_required", "community_score"),
    "card range": Fault(CARDS, "PHC-02", "B", 6, "out_of_range", "provider_score"),
    # Bengali pages
    "list rate": Fault(ALLOWANCES, "allowances", "amount_bdt", "৳৬৫০/-", "rule:allowance_rate"),
    "list future": Fault(ALLOWANCES, "allowances", "last_paid", "০৭/২০২১", "future_date"),
    # a file with semicolons
    "cases decision": Fault(
        CASES,
        "cases",
        "decision",
        None,
        "rule:decision_incomplete",
        "decided_on",
        where=lambda r: "decision" in r,
    ),
    "cases aadhaar": Fault(CASES, "cases", "aadhaar", "499912345678", "bad_identifier"),
    # enumeration workbooks
    "enumeration xlsx": Fault(KSK01, "Enumeration", "F", 111, "out_of_range", "age"),
    "enumeration ods": Fault(KSK07, "Enumeration", "G", "कदाचित", "unknown_code", "ration_card"),
    # the city's page
    "pmc status": Fault(PMC, "pmc", "status", "Closed", "unknown_code"),
    "pmc date": Fault(
        PMC,
        "pmc",
        "sanctioned_on",
        "30-Feb-2021",
        "bad_date",
        where=lambda r: r.get("status") == "Sanctioned",
    ),
    "pmc total": Fault(
        PMC,
        "pmc",
        "amount_inr",
        "₹1,00,000/-",
        "total_mismatch",
        "application_no",
        total=True,
        where=lambda r: "Total" in r.get("sanctioned_on", ""),
    ),
    # bilingual workbooks
    "pae funnel": Fault(PAE, "Entitlements", "E", lambda r: int(r["D"]) + 1, "rule:funnel", "received"),
    "pae ods number": Fault(PAE_ODS, "Entitlements", "C", "sixty", "bad_number", "eligible"),
    # a page with a header over three rows
    "portal number": Fault(
        PORTAL, "shg_status", "formed", "5l7", "bad_number", where=lambda r: "Total" not in str(r)
    ),
    "portal total": Fault(
        PORTAL,
        "shg_status",
        "total",
        "1",
        "total_mismatch",
        "district",
        total=True,
        where=lambda r: "State Total" in r.get("block", ""),
    ),
}


def inject(fault: Fault, content: bytes) -> tuple[bytes, list[int]]:
    """The file with the fault, and the rows in which it has to be found."""
    document = open_table(fault.file, content, fault.table)
    half = len(document.rows) // 2
    referred = _referred(fault, content)
    for at in (*range(half, len(document.rows)), *range(half)):
        row = document.record(at)
        enough = fault.at in row or fault.value is None or "." in fault.at or fault.at == "left_on"
        if enough and len(row) > 2 and fault.where(row) and row.get("ben_id") not in referred:
            break
    else:
        raise AssertionError("no row of the clean file is right for this fault")
    rows = [document.numbers[at]]
    if fault.twin:
        at = document.append(at)
        rows = [*rows, document.numbers[at]] if fault.both else [document.numbers[at]]
    document.put(at, fault.at, _text(fault.value)(row))
    if fault.both and not fault.twin:
        rows += [
            n
            for n, cells in zip(document.numbers, document.rows, strict=True)
            if fault.value in cells and n not in rows
        ]
    return document.written(), rows


def _referred(fault: Fault, content: bytes) -> set[str]:
    """Beneficiaries to whom other records refer: these would not be accepted either."""
    if (fault.file, fault.table) != (REGISTER, "beneficiary"):
        return set()
    services = open_table(REGISTER, content, "service_received")
    return {services.record(at)["ben_id"] for at in range(len(services.rows))}
