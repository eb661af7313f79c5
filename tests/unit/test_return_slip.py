"""The return slip's parts: row ranges, texts in every language, grouping, sheets, and when findings are the same."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.cleaning.columns import CELL_REASONS
from ingest.deliveries.delivery import Delivery
from ingest.errors import REFUSAL_CODES
from ingest.feedback import findings
from ingest.feedback.catalogue import FOLDER, beside_english, catalogue, english
from ingest.feedback.slip import rows as slip_rows
from ingest.feedback.slip.ranges import runs
from ingest.feedback.slip.slip_content import FileContent, judged_content
from ingest.feedback.slip.slip_workbook import to_workbook
from ingest.feedback.slip.styles import ERROR, WARNING
from ingest.feedback.slip.table_sheet import sheet_names
from ingest.judging.counts import table_counts
from tests.tables import grid, judged, named, source_of

KEY = b"a key of the tests"
OWN_LANGUAGES = sorted(path.stem for path in FOLDER.glob("*.yml") if path.stem != "en")
RECORD_CODES = ("exact_duplicate", "duplicate_key", "orphan_reference", "date_order", "conflicting_label")


# ------------------------------------------------------------------------------------------------- row ranges


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([], ""),
        ([7], "7"),
        ([3, 4], "3, 4"),
        ([9, 3, 7], "3, 7, 9"),
        ([1, 2, 3, 10, 12, 13, 14], "1–3, 10, 12–14"),
        ([5, 5, 5], "5"),
    ],
)
def test_rows_as_ranges(rows: list[int], text: str) -> None:
    assert runs(rows) == (text, len(set(rows)))


@given(st.sets(st.integers(1, 400), min_size=1), st.integers(1, 6))
def test_ranges_name_the_first_rows_each_once(rows: set[int], most: int) -> None:
    text, named_rows = runs(sorted(rows), most)
    said: list[int] = []
    for part in text.split(", "):
        first, _, last = part.partition("–")
        said += range(int(first), int(last or first) + 1)
    assert said == sorted(rows)[: len(said)]
    assert len(said) == named_rows
    assert len(said) == len(rows) or text.count("–") + text.count(",") >= most - 1


# ----------------------------------------------------------------------------------------------- the catalogue


def _flat(words: dict[str, Any], before: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in words.items():
        flat |= _flat(value, f"{before}{name}.") if isinstance(value, dict) else {f"{before}{name}": value}
    return flat


@pytest.mark.parametrize(
    "code", [*CELL_REASONS[1:], *RECORD_CODES, "total_mismatch", "empty_table", *REFUSAL_CODES]
)
def test_english_has_every_code(code: str) -> None:
    text = english().finding(code)
    assert text.title and text.meaning and text.fix
    assert code in (*REFUSAL_CODES, "empty_table") or english().message(code)


@pytest.mark.parametrize("language", OWN_LANGUAGES)
def test_a_translation_has_known_texts_with_the_same_words_to_fill_in(language: str) -> None:
    base, own = _flat(english().words), _flat(catalogue(language).words)
    assert (
        "native review" in (FOLDER / f"{language}.yml").read_text(encoding="utf-8").partition("language:")[0]
    )
    assert not {name for name in own if name not in base and not re.fullmatch(r"rules\.\w+\.meaning", name)}
    for name, text in own.items():
        assert isinstance(text, str) and text.strip(), name
        if name in base:
            assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", base[name])), name
    codes = [code for code in english().words["codes"] if code not in catalogue(language).words["codes"]]
    assert codes == []


def test_what_a_language_lacks_is_english() -> None:
    assert catalogue("xx") is english()
    assert [own.code for own in beside_english(("en", "sd", "xx", "ur"))] == ["sd", "ur"]
    unknown = catalogue("sd").finding("rule:cows_and_sheep", "Cows are no sheep; count again.")
    assert (unknown.title, unknown.meaning) == ("Cows and sheep", "Cows are no sheep; count again.")
    assert english().finding("rule:funnel", "Own words.").meaning == "Own words."
    assert catalogue("hi").finding("rule:funnel", "Own words.").meaning != "Own words."


# ------------------------------------------------------------------------------------------- content and sheets

SOURCE = {
    "people": {
        "key": ["id"],
        "columns": {
            "id": {"type": "code", "required": True, "header": ["No."]},
            "name": {"required": True, "personal": "name", "header": ["Name"]},
            "sex": {"vocabulary": "sex", "header": ["Sex"]},
            "age": {"type": "integer", "min": 0, "max": 110, "header": ["Age"]},
        },
        "rules": {
            "grown_up": {
                "check": "age >= 18",
                "severity": "warning",
                "columns": ["age"],
                "message": "A minor; check the age.",
            }
        },
    }
}
HEADER = ["Name", "No.", "Age", "Sex"]
ROWS = [
    ["Asma", "1", "34", "F"],
    ["=cmd()", "2", "34", "Femal"],
    ["Bakhtawar", "3", "12", "F"],
    [None, "4", "150", "Femal"],
    ["Zainab", "5", "40", "X"],
    ["Sughra", "6", "41", "F"],
    ["Sughra", "6", "41", "F"],
    ["Hina", None, "30", "Q"],
]


def _delivery(tmp_path: Path, region: str = "sindh", source: str = "births") -> Delivery:
    file = tmp_path / "people.xlsx"
    return Delivery(
        region, source, "2021Q2", file, f"{region}/{source}/2021Q2/people.xlsx",
        datetime(2021, 7, 1, tzinfo=UTC), "0" * 64, 1,
    )  # fmt: skip


def _content(
    tmp_path: Path, rows: list[list[str | None]] = ROWS, last: list[Path] | None = None, **more: Any
) -> FileContent:
    source = source_of(SOURCE, vocabularies={"sex": ["F", "M", "T"]})
    result = judged([grid([["A title"], HEADER, *rows])], source, date(2021, 6, 30))
    result.kind = "xlsx"
    try:
        findings.gather(result, KEY, last or [])
        return judged_content(result, _delivery(tmp_path, **more), table_counts(result), [])
    finally:
        result.connection.close()


def test_equal_values_are_gathered_and_single_ones_share_a_line(tmp_path: Path) -> None:
    content = _content(tmp_path)
    unknown = {g.values: g for g in content.groups if g.code == "unknown_code"}
    assert set(unknown) == {("Femal",), ("Q", "X")}
    repeated = unknown[("Femal",)]
    assert (repeated.count, repeated.rows, repeated.new, repeated.open) == (2, "4, 6", 2, 0)
    assert (repeated.label, repeated.letter, repeated.severity) == ("Sex", "D", "error")
    assert unknown[("Q", "X")].rows == "7, 10"
    warning = next(g for g in content.groups if g.severity == "warning")
    assert (warning.code, warning.rows, warning.message) == ("grown_up", "5", "A minor; check the age.")
    assert content.groups[-1] is warning, "what is held back comes first"


def test_a_near_word_is_suggested(tmp_path: Path) -> None:
    source = source_of(
        {"t": {"key": ["id"], "columns": {"id": {"type": "code"}, "d": {"vocabulary": "d"}}}},
        vocabularies={"d": {"Jamshoro": ["JAMSHORO"], "Matiari": []}},
    )
    result = judged([named("t", ["id", "d"], [["1", "Jamshorro"], ["2", "Jamshorro"]])], source)
    findings.gather(result, KEY)
    content = judged_content(result, _delivery(tmp_path), table_counts(result), [])
    assert [g.suggestion for g in content.groups] == ["Jamshoro"]


def test_a_table_without_records_has_a_line_and_no_place(tmp_path: Path) -> None:
    result = judged([named("bare", ["id"], [])], source_of({"bare": {"key": ["id"], "columns": {"id": {}}}}))
    findings.gather(result, KEY)
    content = judged_content(result, _delivery(tmp_path), table_counts(result), [])
    (group,) = content.groups
    assert (group.table, group.code, group.severity, group.label) == ("bare", "empty_table", "warning", "")
    assert (group.rows, group.keys, group.count) == ("", (), 1)
    assert content.is_worth_sending and not content.rows


def test_rows_are_as_delivered_in_the_order_of_the_file(tmp_path: Path) -> None:
    (table,) = _content(tmp_path).rows
    assert [c.label for c in table.columns] == HEADER
    assert [c.letter for c in table.columns] == ["A", "B", "C", "D"]
    assert [row.row for row in table.rows] == [4, 5, 6, 7, 9, 10]
    assert table.rows[0].cells == ("=cmd()", "2", "34", "Femal")
    by_row = {row.row: {(m.code, m.columns) for m in row.marks} for row in table.rows}
    assert by_row[6] == {
        ("missing_required", ("name",)),
        ("out_of_range", ("age",)),
        ("unknown_code", ("sex",)),
    }
    assert by_row[9] == {("exact_duplicate", ("id",))}


def test_too_many_rows_are_cut_and_errors_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slip_rows, "ROWS_SHOWN", 5)
    (table,) = _content(tmp_path).rows
    assert table.left_out == 1
    assert [row.row for row in table.rows] == [4, 6, 7, 9, 10]


def _book(content: FileContent) -> Any:
    return openpyxl.load_workbook(io.BytesIO(to_workbook([content])))


def test_faulty_cells_are_coloured_and_commented(tmp_path: Path) -> None:
    sheet = _book(_content(tmp_path))["people"]
    header = next(r for r in range(1, 10) if sheet.cell(r, 4).value and "Name" in sheet.cell(r, 4).value)
    lines = {sheet.cell(r, 1).value: r for r in range(header + 1, sheet.max_row + 1)}
    sex = sheet.cell(lines[4], 7)
    assert (sex.value, sex.fill.fgColor.rgb) == ("Femal", f"FF{ERROR[0].strip('#')}")
    for word in ("unknown_code", "Expected: F, M, T", "Use a word of the list"):
        assert word in sex.comment.text
    age = sheet.cell(lines[5], 6)
    assert (age.value, age.fill.fgColor.rgb) == ("12", f"FF{WARNING[0].strip('#')}")
    assert "A minor; check the age." in age.comment.text
    assert sheet.cell(lines[5], 7).comment is None
    empty = sheet.cell(lines[6], 4)
    assert empty.value is None and "missing_required" in empty.comment.text
    evil = sheet.cell(lines[4], 4)
    assert (evil.value, evil.data_type) == ("=cmd()", "s")
    assert sheet.freeze_panes == f"D{header + 1}"
    assert sheet.print_title_rows == f"${header}:${header}"
    assert (sheet.page_setup.orientation, sheet.sheet_properties.pageSetUpPr.fitToPage) == ("landscape", True)


@pytest.mark.parametrize(
    ("region", "source", "rtl", "word"),
    [
        ("sindh", "births", [True, True], "واپسيءَ جي پرچي"),
        ("karnataka", "pts", [False], "ಮರಳಿ"),
        ("maharashtra", "pts", [False], "परतीची चिठ्ठी"),
        ("_reference", "targets", [False], "Return slip"),
    ],
)
def test_a_summary_a_language_in_its_direction(
    tmp_path: Path, region: str, source: str, rtl: list[bool], word: str
) -> None:
    book = _book(_content(tmp_path, region=region, source=source))
    assert [bool(sheet.sheet_view.rightToLeft) for sheet in book] == [*rtl, False]
    texts = [str(cell) for row in book.worksheets[0].iter_rows(values_only=True) for cell in row if cell]
    assert word in texts[0] and "Return slip" in texts[0]
    assert any("Femal" in text for text in texts)


def test_a_table_in_an_rtl_script_runs_from_right_to_left(tmp_path: Path) -> None:
    rows: list[list[str | None]] = [["عائشہ بی بی بنت محمد", "1", "200", None]]
    assert _book(_content(tmp_path, rows))["people"].sheet_view.rightToLeft


def test_the_same_findings_give_the_same_bytes(tmp_path: Path) -> None:
    assert to_workbook([_content(tmp_path)]) == to_workbook([_content(tmp_path)])


def test_a_table_that_is_fine_has_no_sheet_and_nothing_is_sent(tmp_path: Path) -> None:
    content = _content(tmp_path, ROWS[:1])
    assert not content.is_worth_sending
    assert content.rows == ()


def test_sheet_names_are_short_allowed_and_different() -> None:
    names = sheet_names(["a" * 40, "a" * 40, "A" * 40, "x/y:z", "History", "''"], {"Summary"})
    assert len({name.casefold() for name in names}) == len(names)
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)
    assert names[3] == "x_y_z" and names[4] != "History"


# ------------------------------------------------------------------------------------------ identity of findings


def test_a_record_without_key_is_known_by_a_keyed_hash_of_what_it_says() -> None:
    source = source_of(SOURCE, vocabularies={"sex": ["F", "M", "T"]})

    def identities(rows: list[list[str | None]], key: bytes = KEY) -> list[str]:
        result = judged([named("people", ["name", "id", "age", "sex"], rows)], source)
        findings.gather(result, key)
        found = result.connection.execute("SELECT identity FROM stated WHERE col = 'id'").fetchall()
        return [row[0] for row in found]

    hina: list[str | None] = ["Hina", None, "30", "F"]
    (one,) = identities([hina])
    assert identities([["Asma", "1", "34", "F"], hina]) == [one], "its place does not matter"
    assert identities([["Hina", None, "31", "F"]]) != [one]
    assert identities([hina], b"another key") != [one]
    assert "Hina" not in one and re.fullmatch(r"[0-9a-f]{8}:[0-9a-f]{64}", one)


def test_another_spelling_of_a_key_is_the_same_record() -> None:
    table = {
        "key": ["who", "on"],
        "columns": {"who": {"type": "code"}, "on": {"type": "date"}, "x": {"required": True}},
    }
    source = source_of({"t": table})

    def identity(*cells: str | None) -> str:
        result = judged([named("t", ["who", "on", "x"], [[*cells]])], source)
        findings.gather(result, KEY)
        (row,) = result.connection.execute("SELECT identity FROM stated").fetchall()
        return str(row[0])

    assert identity("a", "2021-03-05", None) == identity(" a", "05/03/2021", None)
    assert identity("a", "2021-03-05", None) != identity("a", "2021-05-03", None)


def test_a_personal_key_is_hashed(tmp_path: Path) -> None:
    table = {"key": ["who"], "columns": {"who": {"personal": "name"}, "x": {"required": True}}}
    result = judged([named("t", ["who", "x"], [["Asma Bibi", None]])], source_of({"t": table}))
    findings.gather(result, KEY)
    findings.write_findings(tmp_path, result, _delivery(tmp_path))
    (path,) = tmp_path.rglob("*.parquet")
    (row,) = pq.read_table(path, partitioning=None).to_pylist()
    assert row["key"] == "•••"
    assert "Asma" not in str(row)
