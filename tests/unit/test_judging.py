"""Judging: each reason and rule on small tables, the fine print, and that nothing is lost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.deliveries.receipt import TableCounts
from ingest.judging.counts import table_counts
from ingest.tables.summary_words import begins_a_note, label_of
from tests.tables import Cells, grid, judged, named, reasons, source_of, values, warnings

QUARTER_END = date(2021, 6, 30)
VOCABULARIES = {
    "sex": ["F", "M", "T"],
    "district": {"Dadu": ["DADU", "Dadoo"], "Matiari": []},
    "place": {"Dadu": {"Pipri": ["Pipree"], "Hala": []}, "Matiari": {"Hala": ["Old Hala"]}},
    "rights": ["vote", "work", "speech"],
    "joined": ["क्ष"],
}


def one_column(
    column: dict[str, Any], cells: list[str | None], quarter_end: date | None = QUARTER_END
) -> Any:
    """A table `t` of a running number and one column under test, judged."""
    table = {"key": ["id"], "columns": {"id": {"type": "code", "required": True}, "x": column}}
    rows = [[str(n), cell] for n, cell in enumerate(cells, 1)]
    source = source_of({"t": table}, vocabularies=VOCABULARIES)
    return judged([named("t", ["id", "x"], rows)], source, quarter_end)


REQUIRED = {"required": True}


def test_a_table_without_records_is_said_so() -> None:
    tables = {name: {"key": ["id"], "columns": {"id": {"type": "code"}}} for name in ("full", "bare")}
    result = judged([named("full", ["id"], [["1"]]), named("bare", ["id"], [])], source_of(tables))
    assert warnings(result, "bare") == [("empty_table", "")]
    assert warnings(result, "full") == []
    assert table_counts(result)["bare"].warnings == {"empty_table": 1}
    result.connection.close()


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        ({}, None, []),
        (REQUIRED, None, ["missing_required"]),
        (REQUIRED, " \u00a0 ", ["missing_required"]),
        (REQUIRED, "N/A", ["missing_required"]),
        (REQUIRED, "Not available", ["missing_required"]),
        (REQUIRED, "x", []),
        ({"type": "integer"}, "-", []),
        ({"type": "date"}, "31/02/2021", ["bad_date"]),
        ({"type": "date"}, "some day", ["bad_date"]),
        ({"type": "date"}, "0000-00-00", []),
        ({"type": "date", "required": True}, "0000-00-00", ["bad_date"]),
        ({"type": "date", "required": True}, None, ["missing_required"]),
        ({"type": "date"}, "2021-06-30", []),
        ({"type": "date"}, "01/07/2021", ["future_date"]),
        ({"type": "month"}, "2021-06", []),
        ({"type": "month"}, "07/2021", ["future_date"]),
        ({"type": "month"}, "13/2020", ["bad_date"]),
        ({"type": "date"}, "04/05/21", ["two_digit_year"]),
        ({"type": "date"}, "4-May-21", ["two_digit_year"]),
        ({"type": "date"}, "4.5.'21", ["two_digit_year"]),
        ({"type": "date"}, "२१/०५/२१", ["two_digit_year"]),
        ({"type": "date"}, "04/05/021", ["bad_date"]),
        ({"type": "month"}, "05/21", ["two_digit_year"]),
        ({"type": "month"}, "May-21", ["two_digit_year"]),
        ({"type": "date"}, "05/13/2020", ["bad_date"]),
        ({"type": "date", "dates": "mdy"}, "05/13/2020", []),
        ({"type": "date", "dates": "mdy"}, "13/05/2020", ["bad_date"]),
        ({"type": "date", "dates": "ymd"}, "2020/5/3", []),
        ({"type": "date", "dates": "ymd"}, "03/05/2020", ["bad_date"]),
        ({"type": "date", "dates": "ymd"}, "2020-05-03", []),
        ({"type": "number"}, "about 5", ["bad_number"]),
        ({"type": "number"}, "3,0000", ["ambiguous_grouping"]),
        ({"type": "number", "max": 10}, "3,0000", ["ambiguous_grouping"]),
        ({"type": "integer"}, "2.5", ["bad_number"]),
        ({"type": "integer"}, "2.0", []),
        ({"type": "number", "min": 0, "max": 100}, "100", []),
        ({"type": "number", "min": 0, "max": 100}, "100.01", ["out_of_range"]),
        ({"type": "number", "min": 0, "max": 100}, "-0.5", ["out_of_range"]),
        ({"type": "integer", "min": 1}, "0", ["out_of_range"]),
        ({"type": "integer", "max": 40}, "9" * 30, ["out_of_range"]),
        ({"type": "number", "above": 0}, "0", ["out_of_range"]),
        ({"type": "number", "above": 0}, "0.001", []),
        ({"type": "cnic"}, "91303-1234567-1", ["bad_identifier"]),
        ({"type": "cnic"}, "41303-1234567-1", []),
        ({"type": "cnic"}, "", []),
        ({"type": "cnic", "required": True}, "", ["missing_required"]),
        ({"type": "aadhaar"}, "499312345678", ["bad_identifier"]),
        ({"type": "aadhaar"}, "XXXXXXXX5678", []),
        ({"type": "nid"}, "18991234567890123", ["bad_identifier"]),
        ({"type": "card"}, "KKP-123", ["bad_identifier"]),
        ({"type": "phone"}, "no phone", []),
        ({"vocabulary": "sex"}, "F", []),
        ({"vocabulary": "sex"}, "Female", ["unknown_code"]),
        ({"vocabulary": "sex"}, "f", ["unknown_code"]),
        ({"vocabulary": "district"}, "Dadoo", []),
        ({"vocabulary": "district"}, "Da\u200bdoo ", []),
        ({"vocabulary": "district"}, "Badin", ["unknown_code"]),
        ({"vocabulary": "joined"}, "क्\u200dष", []),
        ({"type": "codes", "vocabulary": "rights"}, "vote speech", []),
        ({"type": "codes", "vocabulary": "rights"}, "vote sing", ["unknown_code"]),
        ({"type": "codes", "vocabulary": "rights"}, None, []),
    ],
)  # fmt: skip
def test_cell_reasons(column: dict[str, Any], cell: str | None, expected: list[str]) -> None:
    found = reasons(one_column(column, [cell]), "t")
    assert found == ({1: expected} if expected else {})


def test_reference_tables_have_no_last_day() -> None:
    assert reasons(one_column({"type": "date"}, ["2035-01-01"], None), "t") == {}


@pytest.mark.parametrize(
    ("column", "cells", "expected"),
    [
        ({"type": "integer", "dash_is_zero": True}, ["-", "–", None, "7", "--"], [0, 0, None, 7, None]),
        ({"type": "integer"}, ["-", "7"], [None, 7]),
        ({"type": "number"}, ["₹1,23,456/-", "49.7*"], [Decimal(123456), Decimal("49.7")]),
        ({"type": "date"}, ["05/02/2021", "44232"], [date(2021, 2, 5)] * 2),
        ({"vocabulary": "district"}, ["DADU", "Dadu", "nowhere"], ["Dadu", "Dadu", None]),
        ({"type": "code"}, [" a\u200d b ", "NA"], ["a b", None]),
        ({"type": "text"}, [" क्\u200dष  x "], ["क्\u200dष x"]),
        ({"type": "cnic"}, ["41303-1234567-1"], ["4130312345671"]),
    ],
)
def test_values(column: dict[str, Any], cells: list[str | None], expected: list[Any]) -> None:
    assert values(one_column(column, cells), "t", "x") == expected


def test_the_cell_as_delivered_and_the_footnote_are_kept() -> None:
    result = one_column({"type": "number"}, ["1,234*", "12", " 5 "])
    rows = result.connection.execute('SELECT _delivered, _notes FROM "j_t" ORDER BY _record').fetchall()
    assert [(d or {}).get("x") for d, _ in rows] == ["1,234*", None, " 5 "]
    assert [(n or {}).get("x") for _, n in rows] == ["*", None, None]


def test_a_vocabulary_within_another_column() -> None:
    columns = {
        "district": {"vocabulary": "district", "required": True},
        "place": {"vocabulary": "place", "within": "district", "required": True},
    }
    source = source_of({"t": {"key": ["district", "place"], "columns": columns}}, vocabularies=VOCABULARIES)
    rows: Cells = [
        ["DADU", "Pipree"],
        ["Matiari", "Old Hala"],
        ["Dadu", "Old Hala"],
        ["Dadu", "Hala"],
        ["Badin", "Hala"],
    ]
    result = judged([named("t", ["district", "place"], rows)], source)
    assert reasons(result, "t") == {3: ["unknown_code"], 5: ["unknown_code"]}
    assert values(result, "t", "place") == ["Pipri", "Hala", None, "Hala", None]


def test_all_reasons_of_a_record_are_reported() -> None:
    columns = {
        "id": {"type": "code", "required": True},
        "born": {"type": "date"},
        "score": {"type": "number", "max": 100},
        "sex": {"vocabulary": "sex"},
        "house": {"type": "code", "ref": "house"},
    }
    house = {"key": ["id"], "columns": {"id": {"type": "code", "required": True}}}
    source = source_of({"t": {"key": ["id"], "columns": columns}, "house": house}, vocabularies=VOCABULARIES)
    chunks = [
        named("t", list(columns), [["1", "2022-01-01", "101", "X", "9"], ["2", "x", "1,0", "F", "1"]]),
        named("house", ["id"], [["1"]]),
    ]
    result = judged(chunks, source, QUARTER_END)
    assert reasons(result, "t") == {
        1: ["future_date", "orphan_reference", "out_of_range", "unknown_code"],
        2: ["ambiguous_grouping", "bad_date"],
    }


KEYED = {
    "t": {
        "key": ["a", "b"],
        "columns": {
            "a": {"type": "code", "required": True},
            "b": {"type": "date", "required": True},
            "c": {"type": "integer"},
        },
    }
}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([["1", "2021-01-01", "5"], ["1", "2021-01-02", "5"]], {}),
        ([["1", "2021-01-01", "5"]] * 3, {2: ["exact_duplicate"], 3: ["exact_duplicate"]}),
        (
            [["1", "2021-01-01", "5"], ["1", "2021-01-01", "6"]],
            {1: ["duplicate_key"], 2: ["duplicate_key"]},
        ),
        # The same key in another spelling is the same key.
        (
            [["1", "2021-01-01", "5"], [" 1 ", "01/01/2021", "6"]],
            {1: ["duplicate_key"], 2: ["duplicate_key"]},
        ),
        # Identical after cleaning is identical.
        ([["1", "2021-01-01", "5"], [" 1\u200b", "2021-01-01 ", "5"]], {2: ["exact_duplicate"]}),
        # All of them, also where one has another fault.
        (
            [["1", "2021-01-01", "5"], ["1", "2021-01-01", "x"]],
            {1: ["duplicate_key"], 2: ["bad_number", "duplicate_key"]},
        ),
        # A key that is none is still the same key where it is written the same.
        (
            [["1", "soon", "5"], ["1", "soon", "6"], ["1", "later", "7"]],
            {1: ["bad_date", "duplicate_key"], 2: ["bad_date", "duplicate_key"], 3: ["bad_date"]},
        ),
        # Where a part of the key is missing there is no key to share; a copy is a copy.
        (
            [[None, "2021-01-01", "5"], ["NA", "2021-01-01", "6"], [None, "2021-01-01", "5"]],
            {1: ["missing_required"], 2: ["missing_required"], 3: ["exact_duplicate", "missing_required"]},
        ),
        # Two copies and a third that differs: nobody knows which is right.
        (
            [["1", "2021-01-01", "5"], ["1", "2021-01-01", "5"], ["1", "2021-01-01", "6"]],
            {1: ["duplicate_key"], 2: ["duplicate_key", "exact_duplicate"], 3: ["duplicate_key"]},
        ),
    ],
)
def test_duplicates(rows: Cells, expected: dict[int, list[str]]) -> None:
    assert reasons(judged([named("t", ["a", "b", "c"], rows)], source_of(KEYED)), "t") == expected


def test_duplicates_are_found_across_pieces() -> None:
    chunks = [
        named("t", ["a", "b", "c"], [["1", "2021-01-01", "5"]]),
        named("t", ["a", "b", "c"], [["2", "2021-01-01", "5"], ["1", "2021-01-01", "5"]], first=2),
    ]
    assert reasons(judged(chunks, source_of(KEYED)), "t") == {3: ["exact_duplicate"]}


def test_one_label_with_two_values() -> None:
    table = {
        "key": ["label"],
        "on_conflict": "conflicting_label",
        "columns": {"label": REQUIRED, "x": {"type": "number"}},
    }
    result = judged(
        [named("t", ["label", "x"], [["VOs", "1"], ["VOs", "2"], ["COs", "3"]])], source_of({"t": table})
    )
    assert reasons(result, "t") == {1: ["conflicting_label"], 2: ["conflicting_label"]}


FAMILY = {
    "child": {
        "key": ["id"],
        "columns": {
            "id": {"type": "code", "required": True},
            "house": {"type": "code", "ref": "house", "required": True},
            "club": {"type": "code", "ref": "club.code"},
        },
    },
    "house": {
        "key": ["id"],
        "columns": {
            "id": {"type": "code", "required": True},
            "village": {"type": "code", "ref": "village"},
            "size": {"type": "integer", "min": 1},
        },
    },
    "village": {
        "key": ["id"],
        "columns": {"id": {"type": "code", "required": True}, "n": {"type": "integer"}},
    },
    "club": {"key": ["id"], "columns": {"id": {"type": "code", "required": True}, "code": {"type": "code"}}},
}


def family(**rows: Cells) -> list[Any]:
    tables: dict[str, Any] = {name: list(spec["columns"]) for name, spec in FAMILY.items()}
    return [named(name, header, rows.get(name, [])) for name, header in tables.items()]


def test_orphans_of_absent_and_quarantined_parents() -> None:
    chunks = family(
        village=[["v1", "1"], ["v2", "none"]],
        house=[["h1", "v1", "5"], ["h2", "v1", "0"], ["h3", "v2", "5"], ["h4", None, "5"], ["h5", "v9", "5"]],
        child=[["c1", "h1", None], ["c2", "h2", None], ["c3", "h3", None], ["c4", "h4", None], ["c5", "h5", None],
               ["c6", "h6", None], ["c7", " h1 ", None]],
    )  # fmt: skip
    result = judged(chunks, source_of(FAMILY))
    assert reasons(result, "village") == {2: ["bad_number"]}
    assert reasons(result, "house") == {2: ["out_of_range"], 3: ["orphan_reference"], 5: ["orphan_reference"]}
    assert reasons(result, "child") == {n: ["orphan_reference"] for n in (2, 3, 5, 6)}


def test_the_first_copy_is_accepted_and_a_parent_but_not_one_of_two_that_differ() -> None:
    chunks = family(
        house=[["h1", None, "5"], ["h1", None, "5"], ["h2", None, "5"], ["h2", None, "6"]],
        child=[["c1", "h1", None], ["c2", "h2", None]],
    )
    result = judged(chunks, source_of(FAMILY))
    assert reasons(result, "house") == {2: ["exact_duplicate"], 3: ["duplicate_key"], 4: ["duplicate_key"]}
    assert reasons(result, "child") == {2: ["orphan_reference"]}


def test_a_reference_to_another_column_than_the_key() -> None:
    chunks = family(
        house=[["h1", None, "5"]], club=[["1", "red"], ["2", None]],
        child=[["c1", "h1", "red"], ["c2", "h1", "1"], ["c3", "h1", None]],
    )  # fmt: skip
    assert reasons(judged(chunks, source_of(FAMILY)), "child") == {2: ["orphan_reference"]}


def test_a_reference_within_the_table_follows_quarantined_parents() -> None:
    columns = {
        "id": {"type": "code", "required": True},
        "above": {"type": "code", "ref": "t"},
        "n": {"type": "integer"},
    }
    chain: Cells = [
        ["1", None, "1"],
        ["2", "1", "1"],
        ["3", "2", "x"],
        *([str(n), str(n - 1), "1"] for n in range(4, 9)),
    ]
    rows: Cells = [*chain, ["9", "2", "1"]]
    result = judged([named("t", list(columns), rows)], source_of({"t": {"key": ["id"], "columns": columns}}))
    assert reasons(result, "t") == {3: ["bad_number"]} | {n: ["orphan_reference"] for n in range(4, 9)}


@pytest.mark.parametrize(
    ("dates", "is_wrong"),
    [
        (["2021-01-01", "2021-01-02", "2021-01-03"], False),
        (["2021-01-01", "2021-01-01", "2021-01-01"], False),
        (["2021-01-02", "2021-01-01", "2021-01-03"], True),
        (["2021-01-02", None, "2021-01-01"], True),
        (["2021-01-01", None, "2021-01-01"], False),
        ([None, "2021-01-02", "2021-01-01"], True),
        ([None, None, "2021-01-01"], False),
        (["2021-01-02", "0000-00-00", "2021-01-03"], False),
    ],
)
def test_dates_do_not_run_backwards(dates: list[str | None], is_wrong: bool) -> None:
    columns = {"id": {"required": True}} | {name: {"type": "date"} for name in ("opened", "decided", "paid")}
    source = source_of({"t": {"key": ["id"], "columns": columns, "order": [["opened", "decided", "paid"]]}})
    result = judged([named("t", list(columns), [["1", *dates]])], source)
    assert reasons(result, "t") == ({1: ["date_order"]} if is_wrong else {})


COUNTS = {
    "t": {
        "key": ["id"],
        "columns": {
            "id": {"type": "code", "required": True},
            "boys": {"type": "integer", "dash_is_zero": True},
            "girls": {"type": "integer", "dash_is_zero": True},
            "total": {"type": "integer"},
            "kind": {},
        },
        "rules": {
            "parts_sum": {
                "check": "boys + girls = total",
                "when": "kind IS DISTINCT FROM 'estimate'",
                "columns": ["total"],
                "message": "They do not add up.",
            },
            "many": {"severity": "warning", "check": "total <= 10", "message": "Many."},
        },
    }
}


def test_named_rules() -> None:
    rows: Cells = [
        ["1", "2", "3", "5", None],
        ["2", "2", "3", "6", None],
        ["3", "2", "3", "6", "estimate"],
        ["4", "2", None, "6", None],  # what is not known breaks no rule
        ["5", "-", "6", "6", None],
        ["6", "7", "7", "14", None],
        ["7", "7", "7", "15", None],  # held back: not flagged as well
    ]
    result = judged([named("t", ["id", "boys", "girls", "total", "kind"], rows)], source_of(COUNTS))
    assert reasons(result, "t") == {2: ["rule:parts_sum"], 7: ["rule:parts_sum"]}
    assert warnings(result, "t") == [("many", "6")]
    counts = table_counts(result)["t"]
    assert counts == TableCounts(
        read=7, accepted=5, quarantined=2, by_reason={"rule:parts_sum": 2}, warnings={"many": 1}
    )


LOANS = {
    "loan": {
        "key": ["id"],
        "columns": {
            "id": {"type": "code", "required": True},
            "house": {"type": "code", "ref": "house"},
            "given": {"type": "date"},
        },
        "rules": {
            "before_plan": {
                "severity": "warning",
                "related": {"first": {"table": "plan", "match": {"house": "house"}, "value": "min(made)"}},
                "check": "given >= first",
                "message": "Before the plan.",
            },
            "many_plans": {
                "severity": "warning",
                "related": {
                    "plans": {
                        "table": "plan",
                        "match": {"house": "house"},
                        "value": "count(*)",
                        "where": "made <= {quarter_end}",
                    }
                },
                "check": "coalesce(plans, 0) < 3",
                "message": "Many plans.",
            },
            "elsewhere": {
                "severity": "warning",
                "related": {
                    "other": {"source": "old", "table": "loan", "match": {"id": "id"}, "value": "max(house)"}
                },
                "check": "other = house",
                "message": "It was another house before.",
            },
        },
    },
    "plan": {
        "key": ["id"],
        "columns": {
            "id": {"type": "code", "required": True},
            "house": {"type": "code"},
            "made": {"type": "date"},
        },
    },
    "house": {"key": ["id"], "columns": {"id": {"type": "code", "required": True}}},
}


def loans() -> list[Any]:
    given: Cells = [
        ["1", "a", "2021-03-01"],
        ["2", "b", "2021-03-01"],
        ["3", "c", "2021-03-01"],
        ["4", "z", "2020-01-01"],
    ]
    plans: Cells = [
        ["1", "a", "2021-04-01"],
        ["2", "a", "2021-05-01"],
        ["3", "a", "2021-05-02"],
        # b has a plan before its loan only where records that are held back are looked at.
        ["4", "b", "2021-02-01"],
        ["4", "b", "2021-01-01"],
        ["5", "b", "2021-03-02"],
    ]
    return [
        named("loan", ["id", "house", "given"], given),
        named("plan", ["id", "house", "made"], plans),
        named("house", ["id"], [["a"], ["b"], ["c"]]),
    ]


def test_related_values_come_from_accepted_records_of_the_drop() -> None:
    result = judged(loans(), source_of(LOANS), QUARTER_END)
    assert reasons(result, "loan") == {4: ["orphan_reference"]}
    assert warnings(result, "loan") == [("before_plan", "1"), ("before_plan", "2"), ("many_plans", "1")]


def test_related_values_of_another_delivery() -> None:
    old = "(SELECT * FROM (VALUES ('1', 'a'), ('3', 'x'), ('4', 'y')) AS o(id, house))"
    result = judged(loans(), source_of(LOANS), QUARTER_END, related={"old/loan": old})
    assert ("elsewhere", "3") in warnings(result, "loan")
    assert [w for w in warnings(result, "loan") if w[0] == "elsewhere"] == [("elsewhere", "3")]


BIRTHS = {
    "births": {
        "key": ["district", "uc"],
        "layout": {
            "totals": [
                {"label": "total", "column": "uc", "group": "district", "sum": ["boys"]},
                {"label": "grand total", "column": "district", "sum": ["boys"]},
            ]
        },
        "columns": {
            "district": {"vocabulary": "district", "required": True},
            "uc": {"required": True},
            "boys": {"type": "integer", "dash_is_zero": True},
        },
    }
}


@pytest.mark.parametrize(
    ("cells", "total_of_dadu", "grand_total", "expected"),
    [
        (["1", "2", "4"], "3", "7", []),
        (["1", "2", "4"], "4", "7", ["Total|Dadu"]),
        (["1", "2", "4"], "3", "8", ["Grand Total"]),
        (["1,00,000", "-", "4"], "1,00,000", "1,00,004", []),
        (["1", "x", "4"], "3", "9", []),
        (["1", "2", "x"], "4", "9", ["Total|Dadu"]),
        (["-", "-", "4"], "-", "4", []),
    ],
)
def test_totals(cells: list[str], total_of_dadu: str, grand_total: str, expected: list[str]) -> None:
    rows: Cells = [
        ["district", "uc", "boys"],
        ["Dadu", "Pipri", cells[0]],
        ["DADU", "Hala", cells[1]],
        ["Dadoo", "Total", total_of_dadu],
        ["Matiari", "Hala", cells[2]],
        ["Grand Total", None, grand_total],
    ]
    result = judged([grid(rows)], source_of(BIRTHS, vocabularies=VOCABULARIES))
    assert table_counts(result)["births"].read == 3
    assert [key for code, key in warnings(result, "births") if code == "total_mismatch"] == expected
    assert {code for code, _ in warnings(result, "births")} <= {"total_mismatch"}


@pytest.mark.parametrize(("total", "expected"), [("3", ["Total|Dadu"]), ("0", []), (None, [])])
def test_a_total_without_rows_must_be_nothing(total: str | None, expected: list[str]) -> None:
    rows: Cells = [
        ["district", "uc", "boys"],
        ["Dadu", "Total", total],
        ["Matiari", "Hala", "4"],
    ]
    result = judged([grid(rows)], source_of(BIRTHS, vocabularies=VOCABULARIES))
    assert [key for code, key in warnings(result, "births") if code == "total_mismatch"] == expected


def test_totals_that_name_their_group() -> None:
    table = {
        "key": ["district", "block"],
        "layout": {
            "totals": [
                {
                    "label": "(.*) total",
                    "column": "district",
                    "group": "district",
                    "group_from_label": True,
                    "sum": ["n"],
                }
            ]
        },
        "columns": {"district": REQUIRED, "block": REQUIRED, "n": {"type": "integer"}},
    }
    rows: Cells = [
        ["district", "block", "n"],
        ["Wardha", "Seloo", "1"],
        ["Wardha", "Deoli", "2"],
        ["Wardha Total", None, "4"],
        ["Baran", "Atru", "5"],
        ["Baran Total", None, "5"],
    ]
    result = judged([grid(rows)], source_of({"t": table}))
    assert warnings(result, "t") == [("total_mismatch", "Wardha Total")]


def test_a_key_is_shown_as_delivered_and_a_hole_as_the_records_number() -> None:
    result = judged(
        [
            named(
                "t",
                ["a", "b", "c"],
                [["x", "01/02/2021", "?"], [None, "01/02/2021", "?"], ["y", "soon", "1"]],
            )
        ],
        source_of(KEYED),
    )
    from ingest.judging.keys import key_text

    shown = result.connection.execute(
        f'SELECT {key_text(result, "t")} FROM "j_t" ORDER BY _record'
    ).fetchall()
    assert [row[0] for row in shown] == ["x|01/02/2021", "row:2", "y|soon"]


CELL = st.one_of(
    st.none(),
    st.sampled_from(
        [
            "",
            "1",
            "2",
            "h1",
            "h2",
            " h1",
            "2021-01-01",
            "2021-02-01",
            "31/02/2021",
            "x",
            "-",
            "3,0000",
            "1,000",
            "F",
            "NA",
        ]
    ),
    # a mark at the beginning of the only cell makes a line a note
    st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=4).filter(
        lambda text: not text.strip() or text.strip()[0].isalnum()
    ),
)


def is_lone_note(row: tuple[str | None, ...]) -> bool:
    """One text alone that begins as a note does, such as NB, is a note and no record."""
    texts = [cell for cell in row if (cell or "").strip()]
    return len(texts) == 1 and begins_a_note(str(texts[0]))


# A row without a key that has a figure, or a word for a total, may be one, which is no record.
ROW = st.tuples(CELL, CELL, CELL).filter(
    lambda row: (
        not is_lone_note(row)
        and not any(label_of(cell or "").speaks for cell in row)
        and ((row[0] or "").strip() or not (row[2] or "").strip())
    )
)


@given(st.lists(ROW, max_size=12), st.lists(ROW, max_size=12))
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_is_lost(
    children: list[tuple[str | None, ...]], houses: list[tuple[str | None, ...]]
) -> None:
    chunks = family(child=children, house=houses, village=[["1", "1"], ["h1", None]])
    result = judged(chunks, source_of(FAMILY))
    for table, delivered in (("child", children), ("house", houses)):
        counts = table_counts(result)[table]
        assert counts.read == len(delivered)
        accepted = result.connection.execute(
            f"SELECT _record FROM {result.accepted(table)} AS a ORDER BY 1"
        ).fetchall()
        held = reasons(result, table)
        assert len(accepted) == counts.accepted
        assert sorted([r for (r,) in accepted] + list(held)) == list(range(1, len(delivered) + 1))
    assert len(set(values_of_accepted(result, "house"))) == table_counts(result)["house"].accepted


def values_of_accepted(result: Any, table: str) -> list[Any]:
    return [
        r for (r,) in result.connection.execute(f"SELECT v_id FROM {result.accepted(table)} AS a").fetchall()
    ]


WORD = st.sampled_from(["a", "b", "c", None])


def judged_plainly(rows: list[tuple[str | None, ...]]) -> dict[int, list[str]]:
    """Keys and duplicates by the letter of the specification, one record after the other."""
    found: dict[int, set[str]] = {n: set() for n in range(1, len(rows) + 1)}
    for n, row in enumerate(rows, 1):
        if row[0] is None:
            found[n].add("missing_required")
        if row in rows[: n - 1]:
            found[n].add("exact_duplicate")
        if row[0] is not None and any(other[0] == row[0] and other != row for other in rows):
            found[n].add("duplicate_key")
    return {n: sorted(codes) for n, codes in found.items() if codes}


@given(st.lists(st.tuples(WORD, WORD, WORD), max_size=8))
@settings(deadline=None, max_examples=25)
def test_duplicates_by_the_letter(rows: list[tuple[str | None, ...]]) -> None:
    table = {"key": ["p"], "columns": {"p": {"type": "code", "required": True}, "q": {}, "r": {}}}
    result = judged([named("t", ["p", "q", "r"], rows)], source_of({"t": table}))
    assert reasons(result, "t") == judged_plainly(rows)


@pytest.mark.parametrize(("order", "expected"), [("dmy", date(2020, 5, 4)), ("mdy", date(2020, 4, 5))])
def test_the_contract_names_the_order_of_a_date(order: str, expected: date) -> None:
    result = one_column({"type": "date", "dates": order}, ["04/05/2020", "2020-05-04"])
    assert values(result, "t", "x") == [expected, date(2020, 5, 4)]


@pytest.mark.parametrize(
    ("column", "cells", "warned"),
    [
        ({}, ["04/05/2020", "04/25/2020", "05/13/2020"], True),
        ({}, ["04/05/2020", "25/04/2020", "05/13/2020", "05/14/2020"], False),
        ({}, ["04/05/2020", "04/25/2020"], False),
        ({}, ["04/25/2020", "05/13/2020"], False),
        ({"dates": "mdy"}, ["04/05/2020", "04/25/2020", "05/13/2020"], False),
        ({"dates": "mdy"}, ["04/05/2020", "25/04/2020", "13/05/2020"], True),
        ({"dates": "ymd"}, ["04/05/2020", "25/04/2020", "13/05/2020"], False),
    ],
)
def test_texts_that_read_better_in_the_other_order_are_warned_of(
    column: dict[str, Any], cells: list[str | None], warned: bool
) -> None:
    found = warnings(one_column({"type": "date", **column}, cells), "t")
    assert [code for code, _ in found] == (["swapped_dates"] if warned else [])
