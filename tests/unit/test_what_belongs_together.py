"""Columns of one record that say the same thing twice: references with further columns, choices, parts and totals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pydantic import ValidationError

from ingest.contracts.loading import load_source
from ingest.contracts.source import Source
from ingest.errors import Refused
from ingest.judging.judged_drop import JudgedDrop
from ingest.run import ingest_source
from tests.tables import grid
from tests.tables import judged as judged_chunks

DROPS = Path(__file__).resolve().parents[1] / "drops" / "landing"
RIGHTS = ["vote", "health", "work"]
TABLES: dict[str, Any] = {
    "people": {
        "key": ["uuid"],
        "layout": {"sheet": "people"},
        "columns": {
            "uuid": {"type": "code", "required": True},
            "index": {"type": "code"},
            "aware": {"type": "codes", "vocabulary": "rights", "split": "aware/{code}"},
            **{f"aware/{right}": {"vocabulary": "bit", "optional": True} for right in RIGHTS},
        },
    },
    "child": {
        "key": ["number"],
        "layout": {"sheet": "child"},
        "columns": {
            "number": {"type": "code", "required": True},
            "parent": {
                "type": "code",
                "required": True,
                "ref": "people.index",
                "agrees": {"parent_uuid": "uuid", "parent_aware": "aware"},
            },
            "parent_uuid": {"type": "code", "optional": True},
            "parent_aware": {"type": "text", "optional": True},
        },
    },
}


def source(**tables: Any) -> Source:
    return Source.model_validate(
        {
            "title": "survey",
            "format": ["xlsx"],
            "vocabularies": {"rights": RIGHTS, "bit": {"0": ["FALSE"], "1": ["TRUE"]}},
            "tables": tables or TABLES,
        }
    )


def judged(contract: Source, *chunks: Any) -> JudgedDrop:
    return judged_chunks(chunks, contract)


def people(*rows: list[str | None], header: list[str] | None = None) -> Any:
    return grid(
        [header or ["uuid", "index", "aware", *[f"aware/{right}" for right in RIGHTS]], *rows], name="people"
    )


def children(*rows: list[str | None], header: tuple[str, ...] = ("number", "parent", "parent_uuid")) -> Any:
    return grid([list(header), *rows], name="child")


def found(drop: JudgedDrop) -> set[tuple[str, int, str, str]]:
    """Table, record, code and column of every reason."""
    return set(drop.connection.execute("SELECT tbl, record, code, col FROM findings").fetchall())


def aware(drop: JudgedDrop) -> list[str | None]:
    return [
        row[0] for row in drop.connection.execute("SELECT v_aware FROM j_people ORDER BY _record").fetchall()
    ]


A = ["a", "1", "vote", "1", "0", "0"]
B = ["b", "2", "health work", "0", "1", "1"]
NONE = children(["1", "1", None])


# --- references ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("child", "column"),
    [
        (["1", "1", "a"], None),
        (["1", "2", "b"], None),
        (["1", "1", None], None),
        (["1", "1", "b"], "parent_uuid"),
        (["1", "2", "a"], "parent_uuid"),
        (["1", "1", "nobody"], "parent_uuid"),
    ],
)
def test_a_reference_and_a_further_column_agree(child: list[str | None], column: str | None) -> None:
    drop = judged(source(), people(A, B), children(["9", "2", "b"], child))
    assert found(drop) == ({("child", 2, "reference_mismatch", column)} if column else set())


def test_each_further_column_is_asked_and_one_the_file_lacks_is_not() -> None:
    header = ("number", "parent", "parent_uuid", "parent_aware")
    drop = judged(
        source(),
        people(A, B),
        children(["1", "1", "b", "health work"], ["2", "1", "a", "vote"], header=header),
    )
    assert found(drop) == {
        ("child", 1, "reference_mismatch", "parent_uuid"),
        ("child", 1, "reference_mismatch", "parent_aware"),
    }
    assert found(judged(source(), people(A, B), children(["1", "2"], header=("number", "parent")))) == set()


def test_a_reference_that_fits_two_records_is_a_finding() -> None:
    drop = judged(source(), people(A, ["b", "1", None, None, None, None]), children(["1", "1", "a"]))
    assert found(drop) == {("child", 1, "reference_mismatch", "parent")}


def test_a_record_whose_parent_is_held_back_is_an_orphan_and_no_more() -> None:
    drop = judged(source(), people(["a", "1", "flying", None, None, None], B), children(["1", "1", "b"]))
    assert found(drop) == {("people", 1, "unknown_code", "aware"), ("child", 1, "orphan_reference", "parent")}


# --- choices ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("joined", "split", "value", "is_sound"),
    [
        ("vote work", ["1", "0", "1"], "vote work", True),
        ("work vote", ["1", "0", "1"], "work vote", True),
        ("vote work", ["TRUE", "FALSE", "TRUE"], "vote work", True),
        ("vote work", ["1", None, "1"], "vote work", True),
        ("vote work", [None, None, None], "vote work", True),
        (None, ["1", "0", "1"], "vote work", True),
        (None, [None, None, "1"], "work", True),
        (None, ["0", "0", "0"], None, True),
        (None, [None, None, None], None, True),
        ("vote work", ["1", "1", "1"], "vote work", False),
        ("vote work", ["1", "0", "0"], "vote work", False),
        ("vote work", ["1", "0", None], "vote work", False),
        ("vote", ["0", "0", "0"], "vote", False),
    ],
)
def test_joined_choices_and_split_ones(
    joined: str | None, split: list[str | None], value: str | None, is_sound: bool
) -> None:
    drop = judged(source(), people(B, ["a", "1", joined, *split]), NONE)
    assert aware(drop)[1] == value
    mine = {finding for finding in found(drop) if finding[0] == "people"}
    assert mine == (set() if is_sound else {("people", 2, "choice_mismatch", "aware")})


def test_split_columns_alone_and_the_joined_one_alone() -> None:
    alone = people(
        ["a", "1", "1", "0", "1"], header=["uuid", "index", *[f"aware/{right}" for right in RIGHTS]]
    )
    assert aware(judged(source(), alone, NONE)) == ["vote work"]
    assert aware(judged(source(), people(["a", "1", "work"], header=["uuid", "index", "aware"]), NONE)) == [
        "work"
    ]
    some = people(["a", "1", "vote health", "1"], header=["uuid", "index", "aware", "aware/vote"])
    drop = judged(source(), some, NONE)
    assert (aware(drop), found(drop)) == (["vote health"], set())


def test_neither_is_a_missing_column() -> None:
    with pytest.raises(Refused, match="'aware' is missing"):
        judged(source(), people(["a", "1"], header=["uuid", "index"]), NONE)


def test_a_needed_answer_may_stand_in_either_form() -> None:
    tables = {**TABLES, "people": {**TABLES["people"], "columns": dict(TABLES["people"]["columns"])}}
    tables["people"]["columns"]["aware"] = {**TABLES["people"]["columns"]["aware"], "required": True}
    drop = judged(
        source(**tables), people(["a", "1", None, "1", "0", "0"], ["b", "2", None, "0", "0", "0"]), NONE
    )
    assert found(drop) == {("people", 2, "missing_required", "aware")}


def test_a_code_that_is_not_in_the_list_is_that_and_no_contradiction() -> None:
    drop = judged(source(), people(["a", "1", "vote flying", "1", "0", "0"], B), children(["1", "2", None]))
    assert found(drop) == {("people", 1, "unknown_code", "aware")}


# --- contracts -------------------------------------------------------------------------------------------------------


def test_the_survey_of_sindh_asks_all_of_it() -> None:
    survey = load_source("sindh", "imi")
    assert survey.tables["IMI"].columns["rights/aware"].split == "rights/aware/{code}"
    for name in ("children", "adults", "deliveries"):
        columns = survey.tables[name].columns
        assert columns["_parent_index"].agrees == {"_submission__uuid": "_uuid"}
        assert columns["_parent_table_name"].vocabulary


def test_a_repeat_of_a_delivered_workbook_that_names_two_interviews(tmp_path: Path) -> None:
    """Through the real landing: the committed survey, with one repeat moved and one of another table."""
    at = "sindh/imi/2021Q2/imi_2021.xlsx"
    (tmp_path / at).parent.mkdir(parents=True)
    book = openpyxl.load_workbook(DROPS / at)
    sheet = book["children"]
    column = {str(cell.value).strip(): cell.column for cell in sheet[1]}
    sound = [
        row
        for row in range(2, sheet.max_row + 1)
        if sheet.cell(row, column["_submission__uuid"]).value
        and sheet.cell(row, column["_parent_index"]).value
    ]
    uuids = {row: sheet.cell(row, column["_submission__uuid"]).value for row in sound}
    other = next(row for row in sound if uuids[row] != uuids[sound[0]])
    sheet.cell(sound[0], column["_submission__uuid"]).value = uuids[other]
    sheet.cell(other, column["_parent_table_name"]).value = "other_form"
    book.save(tmp_path / at)
    before, after = (
        ingest_source(tmp_path / f"home{n}", landing, "sindh", "imi")[-1].tables["children"].by_reason
        for n, landing in enumerate((DROPS, tmp_path))
    )
    assert before.get("reference_mismatch", 0) == 0
    assert after["reference_mismatch"] == 1
    assert after["unknown_code"] == before["unknown_code"] + 1


@pytest.mark.parametrize(
    ("table", "column", "words", "said"),
    [
        ("child", "parent", {"agrees": {"parent_uid": "uuid"}}, "'parent_uid'"),
        ("child", "parent", {"agrees": {"parent_uuid": "uid"}}, "'people' has no such column"),
        ("child", "number", {"agrees": {"parent_uuid": "uuid"}}, "state 'ref'"),
        ("people", "aware", {"split": "aware/{right}"}, "with {code} in them"),
        ("people", "aware", {"split": "rights/{code}"}, "no column 'rights/vote'"),
        ("people", "uuid", {"split": "aware/{code}"}, "of type codes"),
        ("people", "aware", {"vocabulary": ""}, "need a vocabulary"),
    ],
)
def test_words_that_cannot_be_meant(table: str, column: str, words: dict[str, Any], said: str) -> None:
    columns = {**TABLES[table]["columns"], column: {**TABLES[table]["columns"][column], **words}}
    with pytest.raises(ValidationError, match=said):
        source(**{**TABLES, table: {**TABLES[table], "columns": columns}})


@pytest.mark.parametrize(
    "words",
    [
        {},
        {"parts": ["boys", "girls"]},
        {"total": "all"},
        {"check": "true", "parts": ["boys"], "total": "all"},
    ],
)
def test_a_rule_is_a_check_or_parts_with_their_total(words: dict[str, Any]) -> None:
    columns = {"id": {}, **{name: {"type": "integer"} for name in ("boys", "girls", "all")}}
    table = {"key": ["id"], "columns": columns, "rules": {"parts_sum": {"message": "m", **words}}}
    with pytest.raises(ValidationError, match="'parts' and the 'total'"):
        source(t=table)


@pytest.mark.parametrize(
    ("boys", "girls", "total", "is_sound"),
    [
        ("1", "2", "3", True), ("1", "2", "4", False), (None, "2", "3", False), (None, None, "3", False),
        ("0", "0", "0", True), ("1", "2", None, True), ("many", "2", "3", None),
    ],
)  # fmt: skip
def test_parts_and_their_total(
    boys: str | None, girls: str | None, total: str | None, is_sound: bool | None
) -> None:
    columns = {"id": {}, **{name: {"type": "integer"} for name in ("boys", "girls", "all")}}
    rules = {"parts_sum": {"message": "m", "parts": ["boys", "girls"], "total": "all"}}
    table = {"key": ["id"], "columns": columns, "rules": rules}
    drop = judged(
        source(t=table), grid([["id", "boys", "girls", "all"], ["1", boys, girls, total]], name="t")
    )
    codes = {code for _, _, code, _ in found(drop)}
    assert codes == {True: set(), False: {"rule:parts_sum"}, None: {"bad_number"}}[is_sound]
