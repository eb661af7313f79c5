"""Totals, subtotals, averages and notes are no records, in any language of the regions; totals are compared."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.contracts.delivery_contract import load_delivery_contract
from ingest.judging.delivered_file import judge_file
from ingest.judging.judged_drop import JudgedDrop
from tests.tables import grid, judged, named, reasons, source_of, values, warnings

COLUMNS: dict[str, Any] = {
    "code": {"type": "code", "pattern": "[0-9]{6}", "required": True},
    "place": {"type": "text"},
    "block": {"type": "text"},
    "women": {"type": "integer"},
    "men": {"type": "integer"},
}
SOURCE = source_of({"t": {"key": ["code"], "columns": COLUMNS}}, format=["xlsx", "delimited"])
HEADER = list(COLUMNS)
ROWS = [["108001", "Salgaon", "Angara", "100", "1,50"], ["108002", "Torpa", "Bundu", "20", "30"]]
ROWS[0][4] = "150"

TOTALS = [
    "Total", "TOTAL:", "Grand Total", "Sub-Total", "G. Total", "Total (2)", "Overall", "Sum",
    "कुल", "कुल योग", "महायोग", "योग / Total", "एकूण", "एकूण / Total", "एकंदर", "मोट / Total",
    "Grand Total :", "T O T A L", "TOTAL (1 to 2)", "Gross Total (A+B)", "Ttl.", "कुल योग :-", "एकूण (तालुका)", "ڪل ٽوٽل",
    "মোট", "সর্বমোট", "کل", "میزان", "کُل", "ٽوٽل", "ڪل", "ಒಟ್ಟು", "ಒಟ್ಟು ಮೊತ್ತ", "ആകെ", "Kul Yog", "District total",
]  # fmt: skip


def of(*more: list[str | None]) -> JudgedDrop:
    """Judged as a sheet; a delimited file with the same rows must come out the same."""
    result = judged([grid([HEADER, *ROWS, *more])], SOURCE)
    other = judged([named("t", HEADER, [*ROWS, *more])], SOURCE)
    assert values(other, "t", "code") == values(result, "t", "code")
    assert (reasons(other, "t"), warnings(other, "t")) == (reasons(result, "t"), warnings(result, "t"))
    other.close()
    return result


@pytest.mark.parametrize("label", TOTALS)
def test_a_total_is_no_record_in_any_language(label: str) -> None:
    result = of([label, None, None, "120", "180"])
    assert values(result, "t", "code") == ["108001", "108002"]
    assert (reasons(result, "t"), warnings(result, "t")) == ({}, [])


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_label_may_stand_in_any_text(place: int) -> None:
    row: list[str | None] = [None, None, None, "120", "180"]
    row[place] = "Grand total"
    result = of(row)
    assert values(result, "t", "code") == ["108001", "108002"]
    assert not reasons(result, "t")


def test_a_total_that_adds_up_to_nothing_is_told() -> None:
    result = of(["Total", None, None, "121", "180"])
    assert values(result, "t", "code") == ["108001", "108002"]
    assert warnings(result, "t") == [("total_mismatch", "Total")]


def test_subtotals_and_a_grand_total_are_compared_with_their_own_rows() -> None:
    more = [
        ["108003", "x", "y", "5", "6"],
        ["Bundu total", None, None, "5", "6"],
        ["Total", None, None, "125", "186"],
    ]
    result = of(["Angara total", None, None, "120", "180"], *more)
    assert values(result, "t", "code") == ["108001", "108002", "108003"]
    assert warnings(result, "t") == []


def test_a_total_over_a_row_that_is_held_back_is_not_compared() -> None:
    assert warnings(of(["10800", "x", "y", "1", "1"], ["Total", None, None, "999", "999"]), "t") == []


@pytest.mark.parametrize("label", ["Sarva", "Jharkhand", None])
def test_a_row_without_a_word_is_a_total_by_arithmetic(label: str | None) -> None:
    result = of([label, None, None, "120", "180"])
    assert values(result, "t", "code") == ["108001", "108002"]
    assert not reasons(result, "t")


def test_what_only_looks_like_a_total_is_held_back_and_not_dropped() -> None:
    assert reasons(of(["Jharkhand", None, None, "121", "180"]), "t") == {3: ["bad_code"]}


@pytest.mark.parametrize(
    "row",
    [
        ["Kul", "Rampur", "5", "6"], ["Mizan", "Kul", "1", "1"], ["Totaram", None, "5", "6"],
        ["Sum Devi", "x", "1", "1"],
        ["Data Ram", None, None, None], ["Page Devi", "Sadar", "1", None], ["Chandra", "Totalpur", "120", "180"],
        ["Kulsum", "Total Nagar", "5", "6"], ["Sourav", "Note", None, None], ["*Asha", "Rampur", "1", None],
    ],
)  # fmt: skip
def test_a_person_is_never_taken_for_a_total_or_a_note(row: list[str | None]) -> None:
    columns = {"name": {"type": "text", "required": True}, "village": {"type": "text"}}
    source = source_of(
        {
            "t": {
                "key": ["name"],
                "columns": columns | {"women": {"type": "integer"}, "men": {"type": "integer"}},
            }
        },
        format=["xlsx", "delimited"],
    )
    header = ["name", "village", "women", "men"]
    rows = [["Asha", "Totalpur", "100", "150"], ["Lata", "Rampur", "20", "30"], row]
    for chunk in (grid([header, *rows]), named("t", header, rows)):
        result = judged([chunk], source)
        assert values(result, "t", "name") == ["Asha", "Lata", row[0]]
        assert (reasons(result, "t"), warnings(result, "t")) == ({}, [])
        result.close()


def test_a_total_on_top_counts_what_is_below() -> None:
    for figure, said in (("120", []), ("121", [("total_mismatch", "Total")])):
        top = ["Total", None, None, figure, "180"]
        for chunk in (grid([HEADER, top, *ROWS]), named("t", HEADER, [top, *ROWS])):
            result = judged([chunk], SOURCE)
            assert (values(result, "t", "code"), warnings(result, "t")) == (["108001", "108002"], said)
            result.close()


def test_a_total_of_a_long_delimited_file_is_compared_with_all_its_pieces() -> None:
    last = named("t", HEADER, [["108003", "x", "y", "1", "1"], ["Total", None, None, "121", "181"]])
    result = judged([named("t", HEADER, ROWS), replace(last, rows=last.rows + 2)], SOURCE)
    assert (values(result, "t", "code"), warnings(result, "t")) == (["108001", "108002", "108003"], [])


def test_records_that_speak_of_totals_stay() -> None:
    more = [
        ["108003", "Total Sanitation Campaign", "Kul", "1", "1"],
        ["108004", "Kul", "Angara", "121", "181"],
    ]
    assert values(of(*more), "t", "code") == ["108001", "108002", "108003", "108004"]


def test_a_label_that_is_a_value_of_its_list_is_a_record() -> None:
    source = source_of({"t": {"key": ["sex"], "columns": {"sex": {"vocabulary": "s"}, "n": {"type": "integer"}}}},
                       vocabularies={"s": ["F", "M", "Total"]})  # fmt: skip
    assert values(judged([grid([["sex", "n"], ["F", "1"], ["M", "2"], ["Total", "3"]])], source), "t", "sex") == [
        "F", "M", "Total",
    ]  # fmt: skip


@pytest.mark.parametrize("label", ["Average", "औसत", "গড়", "Carried forward", "b/f"])
def test_averages_and_sums_carried_over_are_neither_records_nor_compared(label: str) -> None:
    result = of([label, None, None, "60", "90"])
    assert (values(result, "t", "code"), warnings(result, "t")) == (["108001", "108002"], [])


@pytest.mark.parametrize(
    "note",
    [
        ["Note: figures are provisional", None, None, None, None],
        ["Printed on 02-07-2021 by admin", None, None, None, None],
        ["टीप: आकडे तात्पुरते", None, None, None, None],
        ["code", "place", "block", "women", "men"],
        ["(1)", "(2)", "(3)", "(4)", "(5)"],
        ["Source: MIS, 2021", None, None, None, None],
        ["* provisional", None, None, None, None],
        ["नोट: आँकड़े अनंतिम हैं", None, None, None, None],
        [None, None, None, None, "Sd/-"],
        ["Page 1 of 3", None, None, None, None],
        [None, None, "Page 1 of 3", None, None],
        ["Prepared by", None, None, "Checked by", None],
        ["Date: 02/07/2021", None, None, "Place: Ranchi", None],
        ["Note:", "figures are provisional", None, None, None],
    ],
)
def test_notes_and_headers_again_are_no_records(note: list[str | None]) -> None:
    result = of(note, ["108003", "x", "y", "1", "1"])
    assert values(result, "t", "code") == ["108001", "108002", "108003"]
    assert (reasons(result, "t"), warnings(result, "t")) == ({}, [])


def test_a_cell_over_the_row_is_a_note_of_sheets_alone() -> None:
    note: list[str | None] = ["Figures provisional"] * 5
    assert values(judged([grid([HEADER, *ROWS, note])], SOURCE), "t", "code") == ["108001", "108002"]
    of_text = judged([named("t", HEADER, [*ROWS, note])], SOURCE)
    assert reasons(of_text, "t").keys() == {3}  # alike cells of text are a record's own: held back, not lost


def test_a_record_that_is_there_twice_is_not_the_total_of_itself() -> None:
    """Without a key it is held back, twice."""
    rows = [["108001", None, None, None, None], *[[None, "Torpa", None, "20", "30"]] * 2]
    result = judged([named("t", HEADER, rows)], SOURCE)
    assert {n: "missing_required" in codes for n, codes in reasons(result, "t").items()} == {2: True, 3: True}


def test_totals_of_delimited_files() -> None:
    rows = [*ROWS, ["Total", None, None, "120", "181"]]
    result = judged([named("t", HEADER, rows)], SOURCE)
    assert values(result, "t", "code") == ["108001", "108002"]
    assert warnings(result, "t") == [("total_mismatch", "Total")]


def test_a_code_of_another_shape_is_held_back_and_digits_of_any_script_count() -> None:
    result = of(["१०८००३", "x", "y", "1", "1"], ["10800A", "x", "y", "1", "1"])
    assert values(result, "t", "code") == ["108001", "108002", "108003", None]
    assert reasons(result, "t") == {4: ["bad_code"]}


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=12))
@settings(max_examples=40, deadline=None)
def test_no_record_with_a_whole_key_and_texts_is_ever_set_apart(figures: list[tuple[int, int]]) -> None:
    rows = [[f"{108001 + n}", f"P{n}", "B", str(w), str(m)] for n, (w, m) in enumerate(figures)]
    total = ["Total", None, None, str(sum(w for w, _ in figures)), str(sum(m for _, m in figures))]
    result = judged([grid([HEADER, *rows, total])], SOURCE)
    assert values(result, "t", "code") == [row[0] for row in rows]
    assert (reasons(result, "t"), warnings(result, "t")) == ({}, [])
    result.close()


@pytest.mark.parametrize(
    ("file", "region", "source", "table", "records"),
    [
        ("e_total.xlsx", "jharkhand", "entitlements", "GP", ["108001", "108004"]),
        ("p_tot1.xls", "pune", "pmc", "pmc", ["A1", "A2"]),
        ("p_note.xls", "pune", "pmc", "pmc", ["A1"]),
    ],
)
def test_the_shared_cases(
    shared: Path, file: str, region: str, source: str, table: str, records: list[str]
) -> None:
    path = shared / "data" / "cases" / "total-rows" / file
    contract = load_delivery_contract(region, source)
    result = judge_file(path, contract, date(2021, 6, 30))
    assert values(result, table, contract.source.tables[table].key[0]) == records
    assert (reasons(result, table), warnings(result, table)) == ({}, [])
