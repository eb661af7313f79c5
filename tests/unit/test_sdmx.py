"""`sdmx.csv` and `structure.xml`, read back and judged by pysdmx of the Bank for International Settlements."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pysdmx.io import read_sdmx
from pysdmx.io.format import Format

from orchestration.releases.build import build, published_values, read_parquet
from orchestration.releases.changes import compare
from orchestration.releases.content import COLUMNS, Content
from orchestration.releases.header import Header
from orchestration.releases.sdmx import NAMES, Sdmx, _codes, to_sdmx
from orchestration.releases.sdmx_structure import COMPONENTS
from orchestration.warehouse import logframes
from tests.exchange import code_lists, wrong_sdmx
from tests.releases import HEADER, of_donor, of_every_state, table

DONORS = sorted(path.stem for path in logframes.FOLDER.glob("*.yml"))


def made(content: Content, header: Header) -> Sdmx:
    return to_sdmx(content, header, published_values(content, header))


def rows(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8"), newline="")))


@pytest.mark.parametrize("donor", DONORS)
def test_a_donor_s_files_are_read_back(donor: str, tmp_path: Path) -> None:
    content, header = of_donor(donor)
    files = made(content, header)
    assert wrong_sdmx(content, files, tmp_path) == []


def test_the_file_says_that_it_is_sdmx_csv_2(tmp_path: Path) -> None:
    files = made(of_every_state(), HEADER)
    (tmp_path / "sdmx.csv").write_bytes(files.data)
    message = read_sdmx(tmp_path / "sdmx.csv", validate=False)
    assert message.data is not None
    assert message.data[0].short_urn == "Dataflow=SANGAM:INDICATORS(1.0)"
    assert message.data[0].action.name == "Replace"
    assert list(rows(files.data)[0]) == ["STRUCTURE", "STRUCTURE_ID", "ACTION", *COMPONENTS]
    assert Format.DATA_SDMX_CSV_2_0_0.value


def test_each_state_has_its_codes(tmp_path: Path) -> None:
    files = made(of_every_state(), HEADER)
    found = {
        (row["INDICATOR"], row["CATEGORY"], row["CURRENCY"]): (
            row["OBS_VALUE"],
            row["OBS_STATUS"],
            row["CONF_STATUS"],
        )
        for row in rows(files.data)
    }
    withheld = next(code.id for code in code_lists(files, tmp_path)["CL_CATEGORY"] if code.name == "دادو")
    assert found == {
        ("A-01", "_T", "_Z"): ("81.0", "A", "F"),
        ("A-01", "Tando_Allahyar", "_Z"): ("66.7", "A", "F"),
        ("A-01", withheld, "_Z"): ("", "Q", "C"),
        ("A-01", "_1_1", "_Z"): ("0.0", "A", "F"),
        ("A-01", "Matiari", "_Z"): ("", "M", "F"),
        ("A-01", "Sujawal", "_Z"): ("", "U", "F"),
        ("A-01", "Larkana", "_Z"): ("61.3", "U", "F"),
        ("A-02", "_T", "EUR"): ("", "O", "F"),
        ("A-02", "_T", "PKR"): ("-3399500.00", "A", "F"),
    }
    assert {row["TIME_PERIOD"] for row in rows(files.data)} == {"2021-Q2"}


def test_codes_have_the_names_that_people_know(tmp_path: Path) -> None:
    lists = code_lists(made(of_every_state(), HEADER), tmp_path)
    named = {
        one: {code.id: code.name for code in lists[f"CL_{one}"]} for one in ("INDICATOR", "DONOR", "CATEGORY")
    }
    assert named["INDICATOR"] == {"A-01": "Latrines", "A-02": "Money & more <lent>"}
    assert named["DONOR"] == {"a_donor": "A Donor, Some Programme"}
    assert (named["CATEGORY"]["Tando_Allahyar"], named["CATEGORY"]["_T"]) == ("Tando Allahyar", "Total")


def test_a_restated_value_says_so() -> None:
    content = of_every_state()
    before = content.values.to_pylist()
    before[0]["value"] = 70.0
    changes = compare(table(before, COLUMNS), content.values, "late delivery")
    header = dataclasses.replace(
        HEADER, number=2, predecessor="r001", reason="late delivery", changes=changes
    )
    found = rows(made(content, header).data)
    assert (found[0]["RELEASE_STATUS"], found[0]["COMMENT_OBS"]) == ("restated", "late delivery")
    assert {row["RELEASE"] for row in found} == {"r002"}


def test_a_provisional_value_says_so() -> None:
    content = of_every_state()
    values = published_values(content, HEADER)
    place = values.column_names.index("status")
    values = values.set_column(place, "status", pa.array(["provisional"] * len(values)))
    found = {row["OBS_STATUS"] for row in rows(to_sdmx(content, HEADER, values).data)}
    assert found == {"P", "Q", "O", "M", "U"}


def test_what_the_officer_says_stands_beside_the_indicator_s_totals() -> None:
    said = 'The survey began late, after "the" flood; two\u00a0villages wait.'
    content = dataclasses.replace(of_every_state(), comments={"A-01": said})
    files = build(content, HEADER)
    told = {
        "sdmx.csv": [row["COMMENT_OBS"] for row in rows(files["sdmx.csv"])],
        "indicators.csv": [row["comment"] for row in rows(files["indicators.csv"])],
        "indicators.parquet": [
            one or "" for one in read_parquet(files["indicators.parquet"])["comment"].to_pylist()
        ],
    }
    totals = [row["dimension"] == "all" and row["indicator"] == "A-01" for row in content.values.to_pylist()]
    assert sum(totals) == 1
    for name, texts in told.items():
        assert [text == said for text in texts] == totals, name
    silent = read_parquet(
        build(of_every_state(), HEADER)["indicators.parquet"]
    )  # the column is there all the same
    assert silent.schema.equals(read_parquet(files["indicators.parquet"]).schema)
    assert silent["comment"].null_count == len(silent)


@given(st.lists(st.text(max_size=8), max_size=12))
def test_no_two_texts_have_the_same_code(texts: list[str]) -> None:
    known = [text.encode("utf-8", "ignore").decode() for text in texts]
    codes = _codes(
        pa.chunked_array([pa.array([*known, "a b", "a_b", "a-b", "+T", "-1", "Dadu", "all", *NAMES])])
    )
    assert len(set(codes.values())) == len(codes)
    assert all(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]*", code) for code in codes.values())
    assert (codes["Dadu"], codes["all"], codes["a_b"]) == ("Dadu", "_T", "a_b")


def test_the_same_bytes_and_the_sign_off_s_time() -> None:
    content, header = of_donor("mord_nrlm")
    one, other = build(content, header), build(content, header)
    assert (one["sdmx.csv"], one["structure.xml"]) == (other["sdmx.csv"], other["structure.xml"])
    assert header.approved_at.encode() in one["structure.xml"]
