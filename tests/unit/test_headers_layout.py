"""Headers and layout: what of a sheet, page or dump is a table's record, and what is said where it is not."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from ingest.errors import Refused
from ingest.tables.headers import match_form, match_header
from ingest.tables.layout import pieces
from tests.tables import Cells, grid, named, source_of, table_of, taken

PEOPLE: dict[str, Any] = {
    "person": {
        "key": ["id"],
        "ignored": ["__version__", "Remarks"],
        "columns": {
            "id": {"type": "code", "required": True},
            "full_name": {"header": ["Name of person", "नाव"]},
            "age": {"type": "integer", "header": ["वय"]},
            "note": {"optional": True},
        },
    }
}


def refusal(chunks: list[Any], source: Any, file: str = "people.xlsx") -> Refused:
    with pytest.raises(Refused) as caught:
        list(pieces(chunks, source, file))
    return caught.value


@pytest.mark.parametrize(
    ("label", "other"),
    [
        ("Full_Name", "full_name"),
        ("  full_name\u00a0", "full_name"),
        ("Name  of\nperson", "name of person"),
        ("na\u200bme", "name"),
        ("e\u0301ge", "ége"),
        ("क्\u200dष", "क्ष"),
        ("STRASSE", "straße"),
    ],
)
def test_labels_are_compared_after_cleaning(label: str, other: str) -> None:
    assert match_form(label) == match_form(other)


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        (["id", "full_name", "age"], {"id": 0, "full_name": 1, "age": 2}),
        (["AGE", None, "Id", "name of person"], {"age": 0, "id": 2, "full_name": 3}),
        (["id", "नाव / Name", "वय / Age in years"], {"id": 0, "full_name": 1, "age": 2}),
        (["id", "xxx / full_name", "वय"], {"id": 0, "full_name": 1, "age": 2}),
        (["id", "full_name", "age", "remarks", "__VERSION__"], {"id": 0, "full_name": 1, "age": 2}),
    ],
)
def test_header_spellings(labels: list[str | None], found: dict[str, int]) -> None:
    match = match_header(labels, source_of(PEOPLE).tables["person"])
    assert {f.name: f.position for f in match.found} == found
    assert (match.missing, match.unknown, match.twice) == ((), (), ())


@pytest.mark.parametrize("is_grid", [True, False])
@pytest.mark.parametrize(
    ("header", "code", "words"),
    [
        (
            ["id", "ful_name", "age"],
            "missing_column",
            "'full_name' (the file has 'ful_name': rename it back)",
        ),
        (["id", "Nme of person", "age"], "missing_column", "'full_name' (the file has 'Nme of person'"),
        (["id", "age"], "missing_column", "column 'full_name' is missing"),
        (["id", "full_name", "age", "ages"], "wrong_format", "'ages' is not known (did you mean 'age'?)"),
        (["id", "full_name", "age", "नावं"], "wrong_format", "'नावं' is not known (did you mean 'नाव'?)"),
        (["id", "full_name", "age", "zzzz"], "wrong_format", "'zzzz' is not known. Remove it"),
        (["id", "full_name", "age", "Age"], "wrong_format", "'Age' is there twice"),
    ],
)
def test_a_changed_header_stops_the_file(header: list[str], code: str, words: str, is_grid: bool) -> None:
    cells = [["1"] * len(header)]
    chunk = grid([header, *cells]) if is_grid else named("person", header, cells)
    refused = refusal([chunk], source_of(PEOPLE))
    assert refused.code == code
    assert words in str(refused)
    assert "people.xlsx" in str(refused)
    assert "'person'" in str(refused)


@pytest.mark.parametrize("is_grid", [True, False])
def test_an_optional_column_may_be_absent_and_is_then_empty(is_grid: bool) -> None:
    header, cells = ["id", "full_name", "age"], [["1", "A", "30"]]
    chunk = grid([header, *cells]) if is_grid else named("person", header, cells)
    (row,) = taken([chunk], source_of(PEOPLE))["person"]
    assert row == {"id": "1", "full_name": "A", "age": "30", "note": None, "_row": 2 if is_grid else 1}


def test_a_missing_table_is_named_with_what_there_is() -> None:
    refused = refusal([named("persons", ["id"], [["1"]])], source_of(PEOPLE))
    assert refused.code == "missing_table"
    assert "'person' not found. It has: persons." in str(refused)
    assert refusal([], source_of(PEOPLE)).code == "missing_table"
    assert refusal([grid([["a"], ["b"]])], source_of(PEOPLE)).code == "missing_table"


def test_column_order_and_rows_of_a_dump_in_several_pieces() -> None:
    chunks = [
        named("person", ["age", "id", "full_name"], [["30", "1", "A"]]),
        named("PERSON", ["age", "id", "full_name"], [["31", "2", "B"]], first=2),
    ]
    rows = taken(chunks, source_of(PEOPLE))["person"]
    assert [(r["id"], r["age"], r["_row"]) for r in rows] == [("1", "30", 1), ("2", "31", 2)]


def test_a_table_without_rows_is_there() -> None:
    found = list(pieces([named("person", ["id", "full_name", "age"], [])], source_of(PEOPLE), "f"))
    assert [(p.table, len(p.rows)) for p in found] == [("person", 0)]


def test_a_table_with_fewer_records_than_it_must_have_stops_the_file() -> None:
    words = {"person": {**PEOPLE["person"], "at_least": 2}}
    chunks = [named("person", ["id", "full_name", "age"], [[str(number), "A", "3"]]) for number in (1, 2)]
    assert len(taken(chunks, source_of(words))["person"]) == 2
    for found, said in (
        (chunks[:1], "has 1 records"),
        ([named("person", ["id", "full_name", "age"], [])], "0"),
    ):
        refused = refusal(found, source_of(words))
        assert refused.code == "too_few_records"
        assert said in str(refused) and "expected are at least 2" in str(refused)


def test_titles_blank_rows_and_rows_as_people_see_them() -> None:
    rows: Cells = [
        ["Register of persons 2021"],
        [None],
        ["age of the register: 3 years"],
        ["id", "full_name", "age"],
        ["1", "A", "30"],
        [None, " ", ""],
        ["2", "B", "31"],
    ]
    found = taken([grid(rows, first_row=3)], source_of(PEOPLE))["person"]
    assert [(r["id"], r["_row"]) for r in found] == [("1", 7), ("2", 9)]


PARTS = {
    "counts": {
        "key": ["place"],
        "layout": {
            "header_rows": 2,
            "not_records": r"^\*",
            "totals": [{"label": "grand total|(.*) total", "column": "place", "sum": ["boys", "girls"]}],
        },
        "columns": {
            "place": {"header": ["Place"], "required": True},
            "boys": {"header": ["Births/Boys"], "type": "integer"},
            "girls": {"header": ["Births/Girls"], "type": "integer"},
        },
    }
}


def test_a_merged_header_over_two_rows_with_totals_and_a_footnote() -> None:
    rows: Cells = [
        ["Births of the quarter", None, None],
        ["Place", "Births", None],
        [None, "Boys", "Girls"],
        ["Dadu", "5", "6"],
        ["North TOTAL", "5", "6"],
        ["Matiari", "1,2", "3"],
        ["Grand  Total", "6", "9"],
        ["* provisional", None, None],
    ]
    spans = ((0, 0, 0, 2), (1, 0, 2, 0), (1, 1, 1, 2))
    (piece,) = pieces([grid(rows, spans=spans)], source_of(PARTS), "births.xls")
    assert piece.cells.to_pydict() == {
        "place": ["Dadu", "Matiari"],
        "boys": ["5", "1,2"],
        "girls": ["6", "3"],
    }
    assert piece.rows.tolist() == [4, 6]
    ((_, totals),) = piece.totals
    assert totals["place"].tolist() == ["North TOTAL", "Grand  Total"]
    assert totals["girls"].tolist() == ["6", "9"]


def test_a_place_whose_name_only_begins_like_a_total_is_a_record() -> None:
    rows: Cells = [
        ["Place", "Births/Boys", "Births/Girls"],
        [],
        ["Grand Totalabad", "5", "6"],
        ["North Total Colony", "1", "2"],
        ["Grand total", "6", "8"],
    ]
    (piece,) = pieces([grid(rows)], source_of(PARTS), "births.xls")
    assert piece.cells.column("place").to_pylist() == ["Grand Totalabad", "North Total Colony"]
    ((_, totals),) = piece.totals
    assert totals["place"].tolist() == ["Grand total"]


def test_a_header_over_three_rows_where_the_third_is_under_spans_only() -> None:
    columns = {
        "district": {"header": ["District"], "required": True},
        "formed": {"header": ["SHG/Formed"], "type": "integer"},
        "linked": {"header": ["Bank/Credit/Linked"], "type": "integer"},
        "amount": {"header": ["Bank/Credit/Amount (₹ in Lakh)"], "type": "number"},
    }
    source = source_of({"status": {"key": ["district"], "columns": columns, "layout": {"header_rows": 3}}})
    rows: Cells = [
        ["State: X, 2021-22"],
        ["District", "SHG", "Bank", None],
        [None, "Formed", "Credit", None],
        [None, None, "Linked", "Amount (₹ in Lakh)"],
        ["Wardha", "7", "3", "1.25"],
    ]
    spans = ((1, 0, 3, 0), (1, 2, 1, 3), (2, 1, 3, 1), (2, 2, 2, 3))
    (row,) = taken([grid(rows, spans=spans)], source)["status"]
    assert row == {"district": "Wardha", "formed": "7", "linked": "3", "amount": "1.25", "_row": 5}


def test_merged_cells_hold_their_value_in_every_row() -> None:
    rows: Cells = [["id", "full_name", "age"], ["1", "A", "30"], [None, "B", "31"], ["3", "C", None]]
    found = taken([grid(rows, spans=((1, 0, 2, 0),))], source_of(PEOPLE))["person"]
    assert [r["id"] for r in found] == ["1", "1", "3"]


@pytest.mark.parametrize("mark", ["-do-", "do", '"', "-DO-", " do "])
def test_ditto_repeats_the_cell_above(mark: str) -> None:
    rows: Cells = [
        ["id", "full_name", "age"],
        ["1", "Asha", None],
        ["2", mark, "30"],
        ["3", mark, mark],
        ["4", None, None],
        ["5", mark, None],
        ["6", "Ravi", mark],
    ]
    found = taken([grid(rows)], source_of(PEOPLE))["person"]
    assert [r["full_name"] for r in found] == ["Asha", "Asha", "Asha", None, mark, "Ravi"]
    assert [r["age"] for r in found] == [None, "30", "30", None, None, mark]


@pytest.mark.parametrize(("form", "codes"), [("html", [(1, "ragged_row")]), ("xlsx", [])])
def test_a_row_of_a_page_with_cells_beyond_the_header_is_in_doubt(
    form: str, codes: list[tuple[int, str]]
) -> None:
    """A lost end of a row puts the next row's cells beside it; what stands beside a sheet's table is a remark."""
    cells: Cells = [
        ["id", "full_name", "age", None, None],
        ["1", "Sita", "30", None, " "],
        ["2", "Gita", "31", None, "3"],
        ["4", "Rita", "32", None, None],
    ]
    (piece,) = pieces([grid(cells)], source_of(PEOPLE, format=[form]), "people.xls")
    assert [(note.place, note.code) for note in piece.noted] == codes


def test_ditto_in_the_first_row_stays_as_delivered() -> None:
    found = taken([grid([["id", "full_name", "age"], ["1", "-do-", "30"]])], source_of(PEOPLE))["person"]
    assert found[0]["full_name"] == "-do-"


def test_a_blank_cell_repeats_the_one_above_only_where_the_contract_says() -> None:
    table = PEOPLE["person"] | {"layout": {"fill_down": ["id"]}}
    rows: Cells = [
        ["id", "full_name", "age"],
        [None, "before", "1"],
        ["1", "A", "30"],
        [None, None, "31"],
        [" ", "C", None],
        ["-do-", "D", "33"],
    ]
    found = taken([grid(rows)], source_of({"person": table}))["person"]
    assert [r["id"] for r in found] == [None, "1", "1", "1", "1"]
    assert [r["full_name"] for r in found] == ["before", "A", None, "C", "D"]
    assert [r["age"] for r in found] == ["1", "30", "31", None, "33"]


def test_blocks_of_one_sheet() -> None:
    source = source_of(
        {
            "indicators": {
                "key": ["label"],
                "layout": {"until_blank": True, "not_records": r"^\*"},
                "columns": {
                    "label": {"header": ["Indicators"]},
                    "IMI {1}": {"header_like": r"\(imi (\d{4})\)"},
                },
            },
            "outreach": {
                "key": ["label"],
                "layout": {"after": "^Outreach$", "columns": ["number", "label"], "until_blank": True},
                "columns": {"number": {"type": "number"}, "label": {}},
            },
        }
    )
    rows: Cells = [
        ["Results"],
        ["Indicators", "Midline (IMI 2021)", "First (IMI 2019)"],
        ["Latrines", "64", "52*"],
        [None, None, None],
        ["* as printed", None, None],
        ["Outreach", None, None],
        ["3,0000", "COs", None],
        ["12", "VOs", None],
        [None, None, None],
        ["99", "not of the block", None],
    ]
    found = taken([grid(rows)], source)
    assert found["indicators"] == [{"label": "Latrines", "IMI 2021": "64", "IMI 2019": "52*", "_row": 3}]
    assert found["outreach"] == [
        {"number": "3,0000", "label": "COs", "_row": 7},
        {"number": "12", "label": "VOs", "_row": 8},
    ]


def test_sheets_are_found_by_their_name() -> None:
    tables = {
        "adults": PEOPLE["person"] | {"layout": {"sheet": "adults"}},
        "children": PEOPLE["person"] | {"layout": {"sheet": "child.*"}},
    }
    header = ["id", "full_name", "age"]
    sheets = [
        grid([header, ["1", "A", "40"]], name="Adults"),
        grid([header, ["2", "B", "4"]], name="children"),
        grid([["read me"]], name="Notes"),
    ]
    found = taken(sheets, source_of(tables))
    assert {name: [r["id"] for r in rows] for name, rows in found.items()} == {
        "adults": ["1"],
        "children": ["2"],
    }


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ("heading", "Ward 3"),
        ("sheet", "LGI-07"),
        (r"file:allowance_(\w+)_\d", "widow"),
        (r"above:Year (\d{4})", "2021"),
        (r"above:Month (\d+)", None),
    ],
)
def test_columns_from_around_the_table(context: str, expected: str | None) -> None:
    table = PEOPLE["person"] | {"columns": PEOPLE["person"]["columns"] | {"where": {"from_context": context}}}
    rows: Cells = [["Year 2021"], ["id", "full_name", "age"], ["1", "A", "30"]]
    chunk = grid(rows, name="LGI-07", heading="Ward 3")
    (row,) = taken([chunk], source_of({"person": table}), "allowance_widow_2021Q1.html")["person"]
    assert row["where"] == expected


def test_a_context_column_is_not_looked_for_in_the_header() -> None:
    table = table_of({"id": {"type": "code"}, "where": {"from_context": "sheet", "required": True}})
    match = match_header(["id", "where"], table)
    assert match.missing == ()
    assert match.unknown == ("where",)


def test_totals_keep_the_cells_of_their_row_only() -> None:
    rows: Cells = [["Place", "Births/Boys", "Births/Girls"], [], ["x", "1", "2"], ["Grand total", "1", None]]
    (piece,) = pieces([grid(rows)], source_of(PARTS), "births.xls")
    ((spec, frame),) = piece.totals
    assert spec.sum == ("boys", "girls")
    assert isinstance(frame, pd.DataFrame)
    assert frame["girls"].tolist() == [None]
