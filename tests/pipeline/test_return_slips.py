"""Findings and return slips of real deliveries: what is new, open and resolved; the workbook; S3; `sangam check`."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from ingest.deliveries.receipt import FindingCounts, Receipt
from ingest.errors import SangamError
from ingest.run import ingest_source
from orchestration.cli.main import app
from orchestration.s3 import object_store, seaweed
from orchestration.s3.partner_buckets import partner_bucket, publish_slips
from tests.conftest import TEST_SECRET
from tests.personal import Search, personal_values

# District, union council, boys, girls, total: of the births portal's page.
GOOD = [
    ("Dadu", "Pipri", "3", "4", "7"),
    ("Dadu", "Radhan", "1", "1", "2"),
    ("Matiari", "Tajpur", "5", "5", "10"),
]
FIRST = [
    *GOOD,
    ("Dadu", "Gozo", "12", "x", "12"),
    ("Dadu", "Nowhere", "1", "1", "2"),
    ("Dadu", None, "2", "2", "4"),
]
# Gozo is mended, Nowhere is not, the one without a name neither; Mondar is new.
SECOND = [*GOOD, ("Dadu", "Gozo", "12", "2", "14"), *FIRST[4:], ("Dadu", "Mondar", "1", "1,0000", "2")]


def page(rows: list[tuple[Any, ...]]) -> bytes:
    head = (
        "<tr><td rowspan=2>District</td><td rowspan=2>Union Council</td><td colspan=3>Births registered</td></tr>"
        "<tr><td>Boys</td><td>Girls</td><td>Total</td></tr>"
    )
    lines = "".join("<tr>" + "".join(f"<td>{c or ''}</td>" for c in row) + "</tr>" for row in rows)
    return f"<meta charset=utf-8><table>{head}{lines}</table>".encode()


def deliver(landing: Path, quarter: str, name: str, content: bytes, day: int) -> None:
    path = landing / "sindh" / "births" / quarter / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (1.6e9 + day * 86400,) * 2)


def births(home: Path, landing: Path) -> dict[str, Receipt]:
    """Receipts by quarter and file."""
    return {f"{r.quarter}/{r.file}": r for r in ingest_source(home, landing, "sindh", "births")}


def findings(home: Path, receipt: Receipt) -> list[dict[str, Any]]:
    return pq.read_table(receipt.layer_file(home, "findings"), partitioning=None).to_pylist()


def totals(receipt: Receipt) -> tuple[int, int, int]:
    told = receipt.told.findings
    return told.new, told.open, told.resolved


def sheet_of(home: Path, receipt: Receipt, name: str = "births") -> Any:
    return openpyxl.load_workbook(home / receipt.told.slip)[name]


def lines(sheet: Any, first: str = "Row in your file") -> dict[int, list[Any]]:
    """The cells below the header, by what stands in the first column."""
    rows = list(sheet.iter_rows())
    top = next(n for n, row in enumerate(rows) if first in str(row[0].value))
    return {row[0].value: list(row) for row in rows[top + 1 :]}


def test_a_second_delivery_tells_new_open_and_resolved(home: Path, tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    deliver(landing, "2021Q1", "page.xls", page(FIRST), 1)
    deliver(landing, "2021Q2", "page.xls", page(SECOND), 100)
    receipts = births(home, landing)
    first, second = receipts["2021Q1/page.xls"], receipts["2021Q2/page.xls"]
    assert totals(first) == (3, 0, 0)
    assert totals(second) == (1, 2, 1)
    assert second.told.by_table == {"births": FindingCounts(new=1, open=2, resolved=1)}
    status = {(f["code"], f["column"]): f["status"] for f in findings(home, second)}
    assert status == {
        ("unknown_code", "union_council"): "open",
        ("missing_required", "union_council"): "open",
        ("ambiguous_grouping", "girls"): "new",
    }
    shown = lines(sheet_of(home, second))
    assert {row: cells[1].value.split("\n")[-1] for row, cells in shown.items()} == {
        7: "Still open",
        8: "Still open",
        9: "New",
    }
    summary = openpyxl.load_workbook(home / second.told.slip).worksheets[0]
    texts = [str(c.value) for row in summary.iter_rows() for c in row if c.value]
    assert "1 new, 2 still open, 1 resolved" in texts
    assert any("page.xls (2021Q1" in text for text in texts)
    assert any("Not a number" in text for text in texts), "what was resolved is said"


def test_an_earlier_delivery_of_the_quarter_is_the_last_one(home: Path, tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    deliver(landing, "2021Q1", "page.xls", page(GOOD), 1)
    deliver(landing, "2021Q2", "page.xls", page(FIRST), 100)
    deliver(landing, "2021Q2", "page_v2.xls", page(GOOD), 110)
    receipts = births(home, landing)
    assert receipts["2021Q1/page.xls"].told.slip is None
    assert totals(receipts["2021Q2/page_v2.xls"]) == (0, 0, 3)
    assert receipts["2021Q2/page_v2.xls"].told.slip, "what was mended is worth telling"


def test_a_late_redelivery_of_an_earlier_quarter_is_compared_with(home: Path, tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    deliver(landing, "2021Q1", "page.xls", page(FIRST), 1)
    deliver(landing, "2021Q2", "page.xls", page(SECOND), 100)
    births(home, landing)
    deliver(landing, "2021Q1", "page_v2.xls", page(GOOD), 200)
    assert totals(births(home, landing)["2021Q2/page.xls"]) == (3, 0, 0)


def test_the_last_one_is_of_the_latest_quarter_and_not_what_arrived_last(home: Path, tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    deliver(landing, "2021Q2", "page.xls", page(FIRST), 100)
    deliver(landing, "2021Q1", "page.xls", page(GOOD), 200)
    deliver(landing, "2021Q3", "page.xls", page(SECOND), 300)
    assert totals(births(home, landing)["2021Q3/page.xls"]) == (1, 2, 1)


def test_one_of_two_cells_with_the_same_fault_is_mended(home: Path, tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    deliver(landing, "2021Q1", "page.xls", page([*GOOD, ("Dadu", "Gozo", "x", "y", "14")]), 1)
    deliver(landing, "2021Q2", "page.xls", page([*GOOD, ("Dadu", "Gozo", "12", "y", "14")]), 100)
    receipts = births(home, landing)
    assert totals(receipts["2021Q1/page.xls"]) == (2, 0, 0)
    assert totals(receipts["2021Q2/page.xls"]) == (0, 1, 1)


def test_a_refused_file_has_a_slip_and_resolves_nothing(home: Path, tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    deliver(landing, "2021Q1", "page.xls", page(FIRST), 1)
    deliver(landing, "2021Q2", "page.xls", b"<html><body>Session expired</body></html>", 100)
    deliver(landing, "2021Q2", "page_v2.xls", b"<html><body>Session expired again</body></html>", 101)
    deliver(landing, "2021Q2", "page_v3.xls", page(SECOND), 102)
    receipts = births(home, landing)
    refused = receipts["2021Q2/page.xls"]
    assert (refused.refused, totals(refused)) == ("missing_table", (1, 0, 0))
    assert totals(receipts["2021Q2/page_v2.xls"]) == (0, 1, 0), "refused again for the same reason"
    assert totals(receipts["2021Q2/page_v3.xls"]) == (1, 2, 2), (
        "the readable one before counts, and the refusal"
    )
    (finding,) = findings(home, refused)
    assert (finding["code"], finding["severity"]) == ("missing_table", "error")
    book = openpyxl.load_workbook(home / refused.told.slip)
    texts = [str(c.value) for row in book.worksheets[0].iter_rows() for c in row if c.value]
    assert refused.message in texts
    assert any("Export the file again with every table" in text for text in texts)
    assert book.worksheets[0].sheet_view.rightToLeft


def test_cells_are_marked_where_they_stand(home: Path, tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    deliver(landing, "2021Q1", "page.xls", page(FIRST), 1)
    sheet = sheet_of(home, births(home, landing)["2021Q1/page.xls"])
    shown = lines(sheet)
    marked = {
        (row, cells.index(cell) - 3): cell.value
        for row, cells in shown.items()
        for cell in cells[3:]
        if cell.comment
    }
    assert marked == {(6, 3): "x", (7, 1): "Nowhere", (8, 1): None}
    assert "bad_number" in shown[6][6].comment.text
    assert [c.value for c in shown[7][3:]] == ["Dadu", "Nowhere", "1", "1", "2"]


def test_an_unchanged_delivery_writes_nothing_and_a_lost_slip_comes_back(home: Path, tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    deliver(landing, "2021Q1", "page.xls", page(FIRST), 1)
    slip = home / births(home, landing)["2021Q1/page.xls"].told.slip
    before, bytes_before = slip.stat().st_mtime_ns, slip.read_bytes()
    assert not births(home, landing)["2021Q1/page.xls"].read_now
    assert slip.stat().st_mtime_ns == before
    assert slip.stat().st_mode & 0o077 == 0, "personal data: for its owner alone"
    slip.unlink()
    births(home, landing)
    assert slip.read_bytes() == bytes_before


def test_a_slip_of_a_dump_shows_the_rows_of_the_quarantine(
    sindh_lake: tuple[Path, dict[str, list[dict[str, Any]]]],
) -> None:
    home, receipts = sindh_lake
    receipt = receipts["mis"][-1]
    held = pq.read_table(receipt.layer_file(home, "quarantine"), partitioning=None).to_pylist()
    book = openpyxl.load_workbook(home / receipt.told.slip)
    for table in {row["table"] for row in held}:
        shown = lines(book[table], "Record number")
        for row in (row for row in held if row["table"] == table):
            comments = " ".join(c.comment.text for c in shown[row["row"]] if c.comment)
            for code in row["reasons"]:
                assert f"[{code}]" in comments, (table, row["row"])


def test_no_personal_value_is_in_the_findings(
    sample_drops: Path, sindh_lake: tuple[Path, dict[str, list[dict[str, Any]]]]
) -> None:
    home, receipts = sindh_lake
    rows = [row for receipt in receipts["mis"] for row in findings(home, receipt)]
    assert {row["severity"] for row in rows} == {"error", "warning"}
    assert any("•••" in row["message"] for row in rows), "personal values are masked"
    search = Search(personal_values(sample_drops / "landing", "sindh"), TEST_SECRET)
    search.folder(home / "lake" / "findings")
    assert search.searched[".parquet"]
    assert search.found == []


# ------------------------------------------------------------------------------------------------- S3 and check


def test_slips_go_to_the_partners_bucket_once(home: Path, tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    deliver(landing, "2021Q1", "page.xls", page(FIRST), 1)
    with seaweed.serve(home) as endpoint:
        client = object_store.connect(endpoint)
        assert publish_slips(home, "sindh", client) == []
        slip = home / births(home, landing)["2021Q1/page.xls"].told.slip
        (key,) = publish_slips(home, "sindh", client)
        assert re.fullmatch(r"return/births/2021Q1/page_[0-9a-f]{8}_return\.xlsx", key)
        assert object_store.get(client, partner_bucket("sindh"), key) == slip.read_bytes()
        assert publish_slips(home, "sindh", client) == []
        deliver(landing, "2021Q1", "page_v2.xls", page(GOOD), 2)
        births(home, landing)
        assert len(publish_slips(home, "sindh", client)) == 1
        assert key in object_store.list_keys(client, partner_bucket("sindh"))
    with pytest.raises(SangamError, match="no partner region"):
        publish_slips(home, "_reference")


def _check(*words: object) -> Any:
    return CliRunner().invoke(app, ["check", *map(str, words)], env={"COLUMNS": "200"})


def test_check_says_what_is_wrong_and_writes_the_slip(tmp_path: Path) -> None:
    good, bad, out = tmp_path / "good.xls", tmp_path / "bad.xls", tmp_path / "out.xlsx"
    good.write_bytes(page(GOOD))
    bad.write_bytes(page(SECOND))
    about = ("--contract", "sindh/births", "--quarter", "2021Q1", "--return-slip", out)
    assert _check(good, *about).exit_code == 0
    assert not out.exists()
    done = _check(bad, *about)
    assert done.exit_code == 1
    book = openpyxl.load_workbook(out)
    assert set(lines(book["births"])) == {7, 8, 9}
    assert _check(tmp_path / "none.xls", *about).exception.args[0].startswith("There is no file")


def test_check_judges_the_files_of_a_delivery_together(tmp_path: Path) -> None:
    from orchestration.cli.check import judge_together

    first, second = tmp_path / "a.xls", tmp_path / "b.xls"
    first.write_bytes(page(FIRST))
    second.write_bytes(b"")
    content, refused = judge_together([first, second], "sindh", "births", "2021Q1")
    assert content.count("quarantined") == 3
    assert refused.refusal is not None and refused.refusal[0] == "empty_file"
    (tmp_path / "x").mkdir()
    again = tmp_path / "x" / "a.xls"
    again.write_bytes(page(FIRST))
    with pytest.raises(SangamError, match=r"called a\.xls"):
        judge_together([first, again], "sindh", "births", "2021Q1")
