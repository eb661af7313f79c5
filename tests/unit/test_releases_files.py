"""The files of a release: rounding, CSV, Parquet, workbook, manifest. No warehouse, no S3."""

import csv
import dataclasses
import datetime as dt
import hashlib
import io
import json
from decimal import ROUND_HALF_UP, Decimal

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.releases.build import build, read_parquet, read_values, to_parquet
from orchestration.releases.changes import compare
from orchestration.releases.content import CHANGE, COLUMNS, DEFINITION, DROP, Content, content_hash, steady
from orchestration.releases.csv_file import to_csv
from orchestration.releases.header import Header, header_of
from orchestration.releases.rounding import rounded_numbers, rounded_texts

HEADER = Header(1, "A Donor, Some Programme", "Amina Soomro", "2021-07-20T09:15:00Z", "0.1.0+src.abc")


def value(**given: object) -> dict[str, object]:
    row: dict[str, object] = dict.fromkeys(COLUMNS)
    row |= {
        "donor": "a_donor", "indicator": "A-01", "quarter": "2021Q2", "region": "sindh", "over_time": "round",
        "dimension": "all", "category": "all", "currency": "", "unit": "percent", "value": 80.95238095238095,
        "state": "reported", "definition_version": "1", "fiscal_label": "FY2020-21 Q4",
    }  # fmt: skip
    return row | given


def table(rows: list[dict[str, object]], columns: dict[str, bool]) -> pa.Table:
    schema = pa.schema([(name, pa.float64() if number else pa.string()) for name, number in columns.items()])
    return pa.Table.from_pylist(rows, schema)


ROWS = [
    value(se=2.675, ci_low=74.1, ci_high=86.4, deff=1.4, n=210, numerator=170, denominator=210, df=72,
          baseline=49.7, target=85, achievement=0.8853, light="amber"),
    value(dimension="district", category="=HYPERLINK(\"x\")", value=66.65),
    value(dimension="district", category="Dadu, \"north\"\nand south", value=None, state="not_applicable"),
    value(indicator="A-02", over_time="cumulative", unit="household", value=606000, target=700000, baseline=0,
          achievement=0.866, light="red"),
    value(indicator="A-03", over_time="in_quarter", unit="money", currency="EUR", value=18149.925,
          reason="+late"),
    value(indicator="A-03", over_time="in_quarter", unit="money", currency="PKR", value=-3399500),
]  # fmt: skip


@pytest.fixture
def content() -> Content:
    values = table(ROWS, COLUMNS)
    definitions = pa.Table.from_pylist(
        [
            {
                "indicator": "A-01",
                "name": "% of households",
                "level": "outcome",
                "definition_version": "1",
                "numerator_definition": "Those with a latrine.",
                "denominator_definition": "All surveyed.",
                "interval_method": "On the whole round's degrees of freedom.",
            },
            {
                "indicator": "A-02",
                "name": "Households organised",
                "level": "output",
                "definition_version": "1",
            },
            {
                "indicator": "A-03",
                "name": "Money",
                "level": "output",
                "definition_version": "1",
                "description": "@cmd",
            },
        ],
        pa.schema([(name, pa.string()) for name in DEFINITION]),
    )
    change = {"indicator": "A-01", "dimension": "all", "category": "all", "previous_round": "2019Q2"}
    change |= {
        "previous": 88.5,
        "current": 80.95,
        "difference": -7.54,
        "se": 4.8,
        "t": -1.57,
        "df": 112,
        "p": 0.119,
        "p_holm": 0.4758,
    }
    drops = pa.Table.from_pylist(
        [{"region": "sindh", "source": "mis", "quarter": "2021Q2", "file": "x.sql", "sha256": "ab"}], DROP
    )
    changes = table([change], CHANGE)
    digest = content_hash(values, definitions, changes)
    return Content("a_donor", "a_donor", "2021Q2", values, definitions, changes, drops, digest)


def read_csv(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8"), newline="")))


def test_the_csv_is_rounded_by_unit(content: Content) -> None:
    rows = read_csv(build(content, HEADER)["indicators.csv"])
    assert [row["value"] for row in rows] == ["81.0", "66.7", "", "606000", "18149.93", "-3399500.00"]
    first = rows[0]
    assert (first["se"], first["ci_low"], first["deff"]) == ("2.68", "74.10", "1.40")
    assert (first["n"], first["numerator"], first["target"]) == ("210", "170", "85.0")
    assert (first["status"], first["release"], first["achievement"]) == ("final", "r001", "0.885")


def test_the_csv_holds_nothing_a_spreadsheet_would_run(content: Content) -> None:
    body = build(content, HEADER)["indicators.csv"]
    rows = read_csv(body)
    assert rows[1]["category"] == '\'=HYPERLINK("x")'
    assert rows[2]["category"] == 'Dadu, "north"\nand south'
    assert rows[4]["reason"] == "'+late"
    assert rows[5]["value"] == "-3399500.00"  # a number keeps its minus
    assert b"\r" not in body


def test_an_empty_table_has_its_header() -> None:
    assert to_csv(pa.table({"a": pa.array([], pa.string()), "b": pa.array([], pa.string())})) == b"a,b\n"


@given(st.decimals(-(10**9), 10**9, places=4))
def test_half_is_rounded_away_from_zero(number: Decimal) -> None:
    row = value(unit="money", currency="PKR", value=float(number))
    shown = rounded_texts(table([row], COLUMNS))["value"][0].as_py()
    assert Decimal(shown) == number.quantize(Decimal("0.01"), ROUND_HALF_UP)


@pytest.mark.parametrize(
    "unit, numbers, shown",
    [
        ("person", [3, 0], [3, 0]),
        ("day", [45.5, 30], [45.5, 30]),
        ("tree", [57.666, 58], [57.67, 58]),
        ("percent", [33.35, None], [33.4, None]),
    ],
)
def test_rounded_numbers(unit: str, numbers: list[float], shown: list[float]) -> None:
    rows = [value(unit=unit, value=number, category=str(place)) for place, number in enumerate(numbers)]
    assert rounded_numbers(table(rows, COLUMNS))["value"].to_pylist() == shown


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e14, max_value=1e14))
def test_steady_keeps_twelve_digits_and_forgets_the_order_of_adding(number: float) -> None:
    there = steady(pa.chunked_array([pa.array([number])]))[0].as_py()
    assert there == pytest.approx(number, rel=1e-11, abs=1e-21)
    assert steady(pa.chunked_array([pa.array([there])]))[0].as_py() == there


def test_steady_on_sums_in_another_order() -> None:
    parts = [0.1, 0.2, 0.3]
    one, other = sum(parts), sum(reversed(parts))
    assert one != other
    both = steady(pa.chunked_array([pa.array([one, other, None, float("nan"), -0.0])])).to_pylist()
    assert both[0] == both[1]
    assert both[2:4] == [None, None]
    assert str(both[4]) == "0.0"


def test_the_parquet_is_not_rounded(content: Content) -> None:
    found = read_parquet(build(content, HEADER)["indicators.parquet"])
    assert found["value"].to_pylist() == [row["value"] for row in ROWS]
    assert found["category"][1].as_py() == '=HYPERLINK("x")'
    assert found.column_names[0:3] == ["donor", "indicator", "quarter"]


def test_values_of_a_release_that_is_older_than_a_column(content: Content) -> None:
    body = build(content, HEADER)["indicators.parquet"]
    assert read_values(body).equals(content.values)
    older = read_parquet(body).drop_columns(["baseline_period", "left_out"])
    found = read_values(to_parquet(older))
    assert found.schema.equals(content.values.schema)
    assert found["left_out"].null_count == len(found)


def test_a_manifest_of_before_has_no_words_of_a_logframe(content: Content) -> None:
    manifest = json.loads(build(content, HEADER)["manifest.json"])
    del manifest["iati"], manifest["exchange"]
    assert header_of(manifest) == dataclasses.replace(HEADER, changes=[])


def test_the_same_content_makes_the_same_bytes(content: Content) -> None:
    assert build(content, HEADER) == build(content, HEADER)
    later = dataclasses.replace(HEADER, approved_at="2021-07-21T09:15:00Z")
    assert build(content, later)["indicators.xlsx"] != build(content, HEADER)["indicators.xlsx"]


def test_the_manifest_names_every_file(content: Content) -> None:
    files = build(content, HEADER)
    assert list(files)[-1] == "manifest.json"
    manifest = json.loads(files["manifest.json"])
    assert [file["name"] for file in manifest["files"]] == list(files)[:-1]
    for file in manifest["files"]:
        assert file["sha256"] == hashlib.sha256(files[file["name"]]).hexdigest()
        assert file["size"] == len(files[file["name"]])
    assert manifest["drops"] == content.drops.to_pylist()
    assert manifest["definitions"] == {"A-01": "1", "A-02": "1", "A-03": "1"}
    assert (manifest["approved_by"], manifest["approved_at"]) == ("Amina Soomro", "2021-07-20T09:15:00Z")
    assert header_of(manifest) == dataclasses.replace(HEADER, changes=[])


def test_the_workbook(content: Content) -> None:
    book = openpyxl.load_workbook(io.BytesIO(build(content, HEADER)["indicators.xlsx"]))
    signed = dt.datetime(2021, 7, 20, 9, 15)
    assert (book.properties.created, book.properties.modified) == (signed, signed)  # never the writing time
    assert book.sheetnames == [
        "Summary", "Outcome", "Output", "Charts", "Since last round", "Definitions", "Sources",
    ]  # fmt: skip
    front = "\n".join(str(cell.value) for row in book["Summary"] for cell in row if cell.value)
    for said in ("A Donor, Some Programme", "2021Q2", "FY2020-21 Q4", "Amina Soomro", "not applicable",
                 "Rounding", "r001", "April to June 2021"):  # fmt: skip
        assert said in front
    sheet = book["Outcome"]
    headings = {cell.value: cell.column for cell in sheet[4]}
    total = {name: sheet.cell(5, column) for name, column in headings.items()}
    assert (total["Value"].value, total["Value"].number_format) == (81, "#,##0.0")
    assert (total["Achieved"].value, total["Light"].value) == (0.885, "amber")
    assert sheet.freeze_panes == "C5"
    assert sheet.print_title_rows == "$4:$4"
    line = headings["Indicator, category"]
    assert [sheet.cell(row, line).value for row in (5, 6, 7)] == [
        "% of households", '=HYPERLINK("x")', 'Dadu, "north"\nand south',
    ]  # fmt: skip
    assert sheet.cell(6, line).data_type == "s"  # text, not a formula
    assert sheet.cell(7, headings["Value"]).value == "not applicable"
    cards = [(str(label.value), text) for label, text in book["Definitions"]["A4:B99"] if label.value]
    first = {label: text.value for label, text in reversed(cards)}
    assert first["Numerator or value"] == "Those with a latrine."
    assert first["Denominator"] == "All surveyed."
    assert first["Version"] == "1"
    assert first["95 % interval"] == "On the whole round's degrees of freedom."
    assert [label for label, _ in cards if "·" in label] == [
        "A-01 · outcome",
        "A-02 · output",
        "A-03 · output",
    ]
    assert [text.value for label, text in cards if label == "Unit"][-1] == "EUR, PKR"  # of money
    tested = {
        cell.value: book["Since last round"].cell(5, cell.column) for cell in book["Since last round"][4]
    }
    assert (tested["p, two-sided"].value, tested["p, Holm"].value) == (0.119, 0.476)
    (described,) = (text for label, text in cards if label == "Description")
    assert (described.value, described.data_type) == ("@cmd", "s")  # it is text
    assert len(book["Charts"]._charts) == 3
    assert all(cell.data_type != "f" for one in book for row in one for cell in row)


def test_changes_between_two_sets_of_values(content: Content) -> None:
    rows = [dict(row) for row in ROWS]
    rows[0]["value"] = 70.0
    rows[1]["n"] = 12.0
    rows[2] |= {"value": 1.0, "state": "reported"}
    rows[3] |= {"category": "new", "dimension": "sex"}
    changes = compare(table(rows, COLUMNS), content.values, "late delivery")
    found = {(c.indicator, c.dimension, c.category): c for c in changes}
    assert len(changes) == len(found) == 5
    total = found["A-01", "all", "all"]
    assert (total.old_value, total.new_value, total.columns) == (70.0, 80.95238095238095, ["value"])
    assert total.reason == "late delivery"
    assert found["A-01", "district", ROWS[1]["category"]].columns == ["n"]
    assert found["A-01", "district", ROWS[2]["category"]].new_state == "not_applicable"
    assert (found["A-02", "sex", "new"].new_value, found["A-02", "all", "all"].old_value) == (None, None)
    assert compare(content.values, content.values, "x") == []


def test_restated_values_carry_what_they_were(content: Content) -> None:
    rows = [dict(row) for row in ROWS]
    rows[0]["value"] = 70.0
    rows[1]["n"] = 12.0
    changes = compare(table(rows, COLUMNS), content.values, "late delivery")
    header = dataclasses.replace(
        HEADER, number=2, predecessor="r001", reason="late delivery", changes=changes
    )
    files = build(content, header)
    found = read_parquet(files["indicators.parquet"]).to_pylist()
    assert [row["status"] for row in found] == ["restated", *["final"] * 5]
    assert (found[0]["predecessor_value"], found[0]["change_reason"]) == (70.0, "late delivery")
    assert {row["release"] for row in found} == {"r002"}
    assert "Changes" in openpyxl.load_workbook(io.BytesIO(files["indicators.xlsx"])).sheetnames
    assert header_of(json.loads(files["manifest.json"])) == header


@pytest.mark.parametrize(
    "column, other",
    [("value", 80.9), ("state", "suppressed"), ("n", 1.0), ("target", 86.0), ("definition_version", "2")],
)
def test_any_other_number_makes_another_hash(column: str, other: object) -> None:
    rows = [dict(row) for row in ROWS]
    before = content_hash(table(rows, COLUMNS))
    assert content_hash(table([dict(row) for row in ROWS], COLUMNS)) == before
    rows[0][column] = other
    assert content_hash(table(rows, COLUMNS)) != before
