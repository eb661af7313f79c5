"""One fault at a time in a clean delivery: found by the check that is meant for it, at its place, and nothing else.

Faults are put into the delivered files themselves, of every source and format: single values in `faults`, here what
is wrong with a whole file or shows only beside other deliveries.
"""

from __future__ import annotations

import gzip
import io
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import openpyxl
import pytest

from ingest import samples
from ingest.contracts.delivery_contract import load_delivery_contract
from ingest.deliveries.delivery import quarter_end
from ingest.deliveries.receipt import Receipt
from ingest.errors import Refused
from ingest.feedback import findings
from ingest.feedback.quarantine import findings_select
from ingest.judging.counts import table_counts
from ingest.judging.delivered_file import judge_file
from ingest.judging.judged_drop import JudgedDrop
from ingest.run import ingest_source
from ingest.samples.files.xls import _compound
from tests import editing
from tests.faults import (
    ALLOWANCES,
    BIRTHS,
    CARDS,
    CASES,
    FAULTS,
    FILES,
    IMI,
    KSK01,
    KSK03,
    MIS,
    PAE,
    PAE_ODS,
    PMC,
    PORTAL,
    PORTAL_COLUMNS,
    PTS,
    REGISTER,
    inject,
    open_table,
)

Found = tuple[str, int | None, str, str]  # table, row (None: a total row), column, code


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A landing without a single fault, of all programmes."""
    out = tmp_path_factory.mktemp("clean")
    samples.make(out, scale=0.001, seed=5, quarters=["2021Q2"], defects=False)
    for said in ("quarantine", "warnings"):
        assert len((out / "expected" / f"{said}.csv").read_text(encoding="utf-8").splitlines()) == 1
    return out / "landing"


def judged(landing: Path, file: str) -> JudgedDrop:
    """A file of a landing, judged by its contract."""
    region, source, quarter, _ = file.split("/")
    return judge_file(landing / file, load_delivery_contract(region, source), quarter_end(quarter).date())


def found_in(result: JudgedDrop) -> set[Found]:
    """All that was found: quarantined records cell by cell, and warnings."""
    found: set[Found] = set()
    for table in result.source.tables:
        for kind in ("findings", "warnings"):
            found |= set(
                result.connection.execute(
                    f"SELECT tbl, _row, coalesce(col, ''), code FROM {kind} LEFT JOIN {result.table(table)} "
                    f"ON _record = record WHERE tbl = ?",
                    [table],
                ).fetchall()
            )
    return found


def deliver(landing: Path, file: str, content: bytes) -> Path:
    """Put a file into a landing."""
    path = landing / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.rpartition("/")[2])
def test_a_clean_delivery_has_no_finding(clean: Path, file: str) -> None:
    result = judged(clean, file)
    assert found_in(result) == set()
    assert sum(counts.accepted for counts in table_counts(result).values()) >= 8
    result.close()


@pytest.mark.parametrize("name", FAULTS)
def test_one_fault_is_found_where_it_is_and_nothing_else(clean: Path, tmp_path: Path, name: str) -> None:
    fault = FAULTS[name]
    content, rows = inject(fault, (clean / fault.file).read_bytes())
    deliver(tmp_path, fault.file, content)
    result = judged(tmp_path, fault.file)
    column = fault.column or fault.at
    # A duplicate is a whole record: no column is wrong.
    named = "" if fault.code == "exact_duplicate" else column
    assert found_in(result) == {
        (fault.table, None if fault.total else row, named, fault.code) for row in rows
    }
    if fault.at.isupper():
        assert findings.letter(result, fault.table, column) == fault.at
    told = result.connection.execute(
        f"SELECT file, row, reasons, message FROM ({findings_select(result, fault.table, fault.file)})"
    ).fetchall()
    is_warning = ":" not in fault.code and fault.code not in _ERRORS
    assert sorted(row[:3] for row in told) == (
        [] if is_warning else [(fault.file, row, [fault.code]) for row in sorted(rows)]
    )
    assert all(len(row[3]) > 20 for row in told)
    result.close()


_ERRORS = (
    "missing_required", "bad_date", "future_date", "bad_number", "ambiguous_grouping", "out_of_range", "bad_identifier",
    "unknown_code", "exact_duplicate", "duplicate_key", "orphan_reference", "date_order", "conflicting_label",
)  # fmt: skip


def test_a_number_in_a_binary_workbook(clean: Path, tmp_path: Path) -> None:
    content = (clean / KSK03).read_bytes()
    row = editing.xls_numbers(content, 6)[40]
    deliver(tmp_path, KSK03, editing.xls_number(content, row, 6, 130))
    result = judged(tmp_path, KSK03)
    assert found_in(result) == {("Enumeration", row, "age", "out_of_range")}
    assert findings.letter(result, "Enumeration", "age") == "F"


# --------------------------------------------------------------------------------------------- faults of a whole file


def _dump(change: Callable[[str], str]) -> Callable[[bytes], bytes]:
    return lambda content: gzip.compress(change(gzip.decompress(content).decode("utf-8")).encode("utf-8"), 1)


def _without_table(text: str) -> str:
    start = text.index("--\n-- Table structure for table `igg_grant`")
    return text[:start] + text[text.index("--\n-- Table structure", start + 10) :]


def _header(sheet: str, cell: str, value: str) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        book = openpyxl.load_workbook(io.BytesIO(content))
        book[sheet][cell] = value
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    return change


def _sheet_called(old: str, new: str) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        book = openpyxl.load_workbook(io.BytesIO(content))
        book[old].title = new
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    return change


def _without_member(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        kept = {name: archive.read(name) for name in archive.namelist() if name != "institution.csv"}
    return editing.zip_of(kept)


def _short_line(content: bytes) -> bytes:
    at = content.index(b"\n", content.index(b"COPY public.mec_visit")) + 1
    return content[:at] + content[at:].replace(b"\t", b" ", 1)


def _locked(content: bytes) -> bytes:
    """A workbook with a password is a compound file with these two streams."""
    return _compound("EncryptedPackage", b"\x10\x20" * 3000)


REFUSED: dict[str, tuple[str, Callable[[bytes], bytes], str, tuple[str, ...]]] = {
    "cut short, gz": (MIS, lambda c: c[: len(c) // 2], "unreadable_file", ("cut short",)),
    "cut short, sql": (PTS, lambda c: c[: len(c) // 2], "unreadable_file", ("cut short",)),
    "cut between statements, gz": (
        MIS,
        lambda c: gzip.compress(gzip.decompress(c).rpartition(b"\nINSERT INTO")[0] + b"\n"),
        "unreadable_file",
        ("cut short", "complete"),
    ),
    "cut between statements, sql": (
        PTS,
        lambda c: c.rpartition(b"\nCOPY ")[0] + b"\n",
        "unreadable_file",
        ("cut short", "complete"),
    ),
    "cut short, zip": (REGISTER, lambda c: c[: len(c) // 2], "unreadable_file", ("damaged",)),
    "cut short, page": (BIRTHS, lambda c: c[: len(c) // 2], "unreadable_file", ("cut short",)),
    "cut short, pages of a list": (ALLOWANCES, lambda c: c[: len(c) // 2], "unreadable_file", ("cut short",)),
    "cut short, semicolons": (CASES, lambda c: c[: len(c) // 2], "unreadable_file", ("quote", "cut short")),
    "cut short, ods": (PAE_ODS, lambda c: c[: len(c) // 2], "unreadable_file", ("damaged",)),
    "a tab lost in a dump": (PTS, _short_line, "unreadable_file", ("'mec_visit', record 1", "3 values for 4 columns")),
    "locked": (PAE, _locked, "unreadable_file", ("password",)),
    "a picture of it": (KSK01, lambda c: b"%PDF-1.7\n" + c[:500], "wrong_format", ("PDF",)),
    "a page instead of a dump": (MIS, lambda c: b"<table><tr><td>1</td></tr></table>", "wrong_format", ("HTML",)),
    "empty": (CASES, lambda c: b"\xef\xbb\xbf\r\n", "empty_file", ("empty",)),
    "table missing": (MIS, _dump(_without_table), "missing_table", ("'igg_grant'",)),
    "member missing": (REGISTER, _without_member, "missing_table", ("'institution'",)),
    "session expired": (PORTAL, lambda c: b"<html><p>Session expired</p></html>", "missing_table", ("'shg_status'",)),
    "column renamed, dump": (
        MIS, _dump(lambda t: t.replace("`amount_pkr` varchar", "`amount_rs` varchar")), "missing_column",
        ("table 'cif_loan'", "'amount_pkr'", "the file has 'amount_rs'"),
    ),
    "column renamed, workbook": (
        IMI, _header("children", "B1", "child/age_month"), "missing_column",
        ("table 'children'", "'child/age_months'", "the file has 'child/age_month'"),
    ),
    "column renamed, page": (
        PMC, lambda c: c.replace(b"Application No.", b"Appl. No.").replace(b"APPLICATION NO.", b"APPL. NO."),
        "missing_column", ("'application_no'", "/ Appl. No.", "rename it back"),
    ),
    "column unknown": (
        CASES, lambda c: c.replace(b'"household_no"', b'"household_no";"caste"').replace(b'"H-', b'"x";"H-'),
        "wrong_format", ("'caste' is not known",),
    ),
    "sheet of a strange name": (CARDS, _sheet_called("LGI-03", "LGI 3"), "wrong_format", ("'LGI 3'",)),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_not_as_agreed_is_refused_with_the_remedy(
    clean: Path, tmp_path: Path, name: str
) -> None:
    file, change, code, words = REFUSED[name]
    path = deliver(tmp_path, file, change((clean / file).read_bytes()))
    with pytest.raises(Refused) as refusal:
        judged(tmp_path, file).close()
    message = str(refusal.value)
    assert refusal.value.code == code, message
    assert path.name in message
    assert all(word.casefold() in message.casefold() for word in words), message


# ------------------------------------------------------------------------- faults that show beside other deliveries


def lake_findings(home: Path, receipt: Receipt) -> set[Found]:
    """All that the lake says of a delivery."""
    at = f"region={receipt.region}/source={receipt.source}/quarter={receipt.quarter}/{receipt.sha256[:16]}"
    with duckdb.connect() as con:
        held = con.execute(
            f"SELECT \"table\", row, columns, reasons FROM '{home}/lake/quarantine/{at}.parquet'"
        ).fetchall()
        told = con.execute(
            f'SELECT "table", row, "column", warning FROM \'{home}/lake/warnings/{at}.parquet\''
        ).fetchall()
    return {(t, r, ",".join(c), ",".join(codes)) for t, r, c, codes in held} | set(told)


def take_in(home: Path, landing: Path, file: str) -> tuple[Receipt, set[Found]]:
    """Take in a file's source; the file's own receipt and what was found in it."""
    region, source, _, name = file.split("/")
    receipts = {r.file: r for r in ingest_source(home, landing, region, source)}
    return receipts[name], lake_findings(home, receipts[name])


def test_a_mobile_number_of_several_persons(clean: Path, tmp_path: Path) -> None:
    document = open_table(ALLOWANCES, (clean / ALLOWANCES).read_bytes(), "allowances")
    with_mobile = [
        at for at in range(len(document.rows)) if document.record(at).get("mobile", "").isdecimal()
    ]
    one, other = with_mobile[3], with_mobile[-3]
    document.put(other, "mobile", document.record(one)["mobile"])
    landing = tmp_path / "landing"
    deliver(landing, ALLOWANCES, document.written())
    receipt, found = take_in(tmp_path / "home", landing, ALLOWANCES)
    assert receipt.status == "current"
    assert found == {("allowances", document.numbers[at], "mobile", "shared_mobile") for at in (one, other)}


def test_a_decision_that_is_not_the_helpdesks(clean: Path, tmp_path: Path) -> None:
    cases = open_table(CASES, (clean / CASES).read_bytes(), "cases")
    decided = {
        row["application_no"]: row["decision"]
        for row in map(cases.record, range(len(cases.rows)))
        if "application_no" in row and "decision" in row
    }
    page = open_table(PMC, (clean / PMC).read_bytes(), "pmc")
    at = next(
        n for n in range(60, len(page.rows)) if decided.get(page.record(n)["application_no"]) == "rejected"
    )
    page.put(at, "status", "Sanctioned")
    landing = tmp_path / "landing"
    deliver(landing, CASES, (clean / CASES).read_bytes())
    deliver(landing, PMC, page.written())
    _, found = take_in(tmp_path / "home", landing, PMC)
    assert found == {("pmc", page.numbers[at], "status", "decision_mismatch")}


def test_a_page_that_says_what_it_said_two_quarters_ago(clean: Path, tmp_path: Path) -> None:
    document = open_table(PORTAL, (clean / PORTAL).read_bytes(), "shg_status")
    records = [
        number
        for number, row in ((document.numbers[at], document.record(at)) for at in range(len(document.rows)))
        if row.keys() >= set(PORTAL_COLUMNS) and "Total" not in str(row)
    ]
    landing = tmp_path / "landing"
    for quarter in ("2020Q4", "2021Q1", "2021Q2"):
        deliver(landing, PORTAL.replace("2021Q2", quarter), (clean / PORTAL).read_bytes())
    _, found = take_in(tmp_path / "home", landing, PORTAL)
    assert {(table, column, code) for table, _, column, code in found} == {
        ("shg_status", "credit_lakh", "stale_value")
    }
    assert len(found) == len(records) >= 8


def test_an_extract_with_half_of_its_rows_gone_waits(clean: Path, tmp_path: Path) -> None:
    landing, before = tmp_path / "landing", PTS.replace("2021Q2", "2021Q1")
    deliver(landing, before, _until(clean / PTS, "2021-03"))
    document = open_table(PTS, (clean / PTS).read_bytes(), "enterprise_month")
    del document.rows[int(len(document.rows) * 0.4) :]
    deliver(landing, PTS, document.written())
    receipt, found = take_in(tmp_path / "home", landing, PTS)
    assert receipt.status == "paused"
    assert [
        reason for reason in receipt.waits.reasons if "'enterprise_month'" in reason and "shrank" in reason
    ] == list(receipt.waits.reasons)
    assert len(receipt.waits.reasons) == 1
    assert found == set()
    shutil.rmtree(tmp_path / "home")
    deliver(landing, PTS, (clean / PTS).read_bytes())  # with all of its rows it goes through
    assert take_in(tmp_path / "home", landing, PTS)[0].status == "current"


def _until(path: Path, month: str) -> bytes:
    """The dump as it was a quarter earlier: without what came later."""
    content = path.read_bytes()
    for table, column in (("enterprise_month", "month"), ("mec_visit", "visited_on")):
        document = open_table(PTS, content, table)
        kept = [row for row in document.rows if row[document.places[column]][:7] <= month]
        document.rows[:] = kept
        content = document.written()
    return content
