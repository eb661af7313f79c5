"""Corrections: what each action does to a record, what makes one out of date, and mistakes in the file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from ingest.contracts import loading
from ingest.contracts.correction_words import Correction, read
from ingest.contracts.loading import REGIONS, fingerprint, load_corrections, load_region, region_files
from ingest.deliveries.receipt import Receipt, TableCounts
from ingest.errors import SangamError
from ingest.feedback.quarantine import findings_select
from ingest.judging.counts import table_counts
from ingest.judging.judged_drop import JudgedDrop
from ingest.run import ingest_source
from tests.tables import judged, named, reasons, source_of, use_contracts, values, warnings

TABLES: dict[str, Any] = {
    "house": {
        "key": ["id"],
        "columns": {"id": {"type": "code", "required": True}, "amount": {"type": "number"}},
    },
    "person": {
        "key": ["id"],
        "columns": {
            "id": {"type": "code", "required": True},
            "house": {"type": "code", "ref": "house"},
            "name": {"type": "text", "personal": "name"},
            "cnic": {"type": "cnic", "personal": "identifier"},
            "sex": {"vocabulary": "sex"},
            "age": {"type": "integer", "min": 0, "max": 110},
            "seen_on": {"type": "date"},
        },
    },
}
VOCABULARIES = {"sex": {"F": ["Female"], "M": ["Male"]}}
HOUSES: list[list[str | None]] = [["H1", "3,0000"], ["H2", "25,000"], ["H3", None]]
PEOPLE: list[list[str | None]] = [
    ["1", "H1", "Ama", "41303-1234567-2", "Female", "40", "2021-01-02"],
    ["2", "H2", "Bibi", "41303-12345", "F", "400", "02/01/2021"],
    ["3", "H2", "Sana", None, "F", "12", None],
    ["3", "H2", "Sana", None, "F", "21", None],
    ["4", "H9", "Zar", None, "X", None, "soon"],
]


def correction(action: str, table: str, key: str, **words: Any) -> Correction:
    """One entry with all that it needs."""
    given = {
        "id": "C-1", "region": "here", "source": "register", "table": table, "key": key, "action": action,
        "reason": "The register says so.", "said_by": "Officer", "date": "2021-07-20", "status": "active", **words,
    }  # fmt: skip
    return Correction.model_validate(given)


def override(table: str, key: str, column: str, expected: str, value: str, **words: Any) -> Correction:
    """An entry of action override."""
    return correction("override", table, key, column=column, expected=expected, value=value, **words)


def judge_with(*corrected: Correction) -> JudgedDrop:
    """The small register judged with these corrections."""
    chunks = [
        named("house", list(TABLES["house"]["columns"]), HOUSES),
        named("person", list(TABLES["person"]["columns"]), PEOPLE),
    ]
    return judged(chunks, source_of(TABLES, vocabularies=VOCABULARIES), corrected=corrected)


def said(result: JudgedDrop, table: str) -> list[tuple[str, str]]:
    """Key and message of the quarantined records."""
    return result.connection.execute(
        f"SELECT key, message FROM ({findings_select(result, table, 'file')}) ORDER BY record"
    ).fetchall()


def delivered(result: JudgedDrop, table: str, record: int) -> dict[str, str]:
    """What was delivered in the cells that say something else than their value."""
    sql = f"SELECT _delivered FROM {result.table(table)} WHERE _record = {record}"
    return result.connection.execute(sql).fetchall()[0][0] or {}


PERSON_REASONS = {
    1: ["orphan_reference"],
    2: ["bad_identifier", "out_of_range"],
    3: ["duplicate_key"],
    4: ["duplicate_key"],
    5: ["bad_date", "orphan_reference", "unknown_code"],
}


def test_without_corrections_nothing_changes() -> None:
    result = judge_with()
    assert reasons(result, "house") == {1: ["ambiguous_grouping"]}
    assert reasons(result, "person") == PERSON_REASONS


def test_an_override_is_read_as_if_it_had_been_delivered_so() -> None:
    result = judge_with(override("house", "H1", "amount", "3,0000", "30,000"))
    assert reasons(result, "house") == {}
    assert [float(x) if x is not None else None for x in values(result, "house", "amount")] == [
        30000,
        25000,
        None,
    ]
    assert delivered(result, "house", 1) == {"amount": "3,0000"}  # as it was delivered, for ever
    assert delivered(result, "house", 2) == {"amount": "25,000"}
    assert warnings(result, "house") == [("corrected", "H1")]
    assert 1 not in reasons(result, "person")  # whoever refers to it is no orphan any more
    message = result.connection.execute("SELECT message FROM warnings").fetchall()[0][0]
    assert message == (
        'amount is read as "30,000" instead of "3,0000" by correction C-1 of 2021-07-20: The register says so.'
    )


def test_several_overrides_of_one_record_go_together_and_other_cells_stay() -> None:
    result = judge_with(
        override("person", "2", "age", "400", "40"),
        override("person", "2", "cnic", " 41303-12345", "41303-1234567-2", id="C-2"),
    )
    assert reasons(result, "person") == {k: v for k, v in PERSON_REASONS.items() if k != 2}
    assert delivered(result, "person", 2) == {"age": "400", "cnic": "41303-12345", "seen_on": "02/01/2021"}
    row = result.connection.execute(
        "SELECT v_age, v_cnic, v_name, v_seen_on, _row FROM j_person WHERE v_id = '2'"
    )
    age, cnic, name, seen, at = row.fetchall()[0]
    assert (age, cnic, name, str(seen), at) == (40, "4130312345672", "Bibi", "2021-01-02", 2)


def test_an_override_may_make_a_record_worse_and_is_judged_like_any_other() -> None:
    result = judge_with(
        override("house", "H2", "amount", "25000", "25k")
    )  # the value is expected, not its spelling
    assert reasons(result, "house") == {1: ["ambiguous_grouping"], 2: ["bad_number"]}
    assert warnings(result, "house") == []  # a warning is for what is accepted
    assert [key for key, _ in said(result, "house")] == ["H1", "H2"]


@pytest.mark.parametrize(("expected", "value", "kept"), [("", "900", ""), ("NA", "900", ""), ("", "", None)])
def test_an_empty_cell_is_expected_by_an_empty_text(expected: str, value: str, kept: str | None) -> None:
    result = judge_with(override("house", "H3", "amount", expected, value))
    assert warnings(result, "house") == [("corrected", "H3")]
    assert delivered(result, "house", 3) == {"amount": kept or ""}
    assert values(result, "house", "amount")[-1] == (900 if value else None)


def test_a_dropped_record_is_held_back_with_the_reason_and_no_other_suffers_from_it() -> None:
    result = judge_with(correction("drop", "person", "3", column="age", expected="12"))
    assert reasons(result, "person") == {
        **{k: v for k, v in PERSON_REASONS.items() if k != 4},
        3: ["rule:dropped_by_correction"],  # the other one of the two with this key is accepted
    }
    assert said(result, "person")[2] == (
        "3",
        "Held back by correction C-1 of 2021-07-20: The register says so.",
    )
    assert warnings(result, "person") == []


def test_what_refers_to_a_dropped_record_is_an_orphan() -> None:
    result = judge_with(correction("drop", "house", "H2"))
    assert reasons(result, "house")[2] == ["rule:dropped_by_correction"]
    assert "orphan_reference" in reasons(result, "person")[3]


def test_a_flag_changes_nothing_but_is_seen() -> None:
    result = judge_with(correction("flag", "house", "H2"), correction("flag", "house", "H1", id="C-2"))
    assert reasons(result, "house") == {1: ["ambiguous_grouping"]}
    assert warnings(result, "house") == [("flagged_by_correction", "H2")]
    assert table_counts(result)["house"].accepted == 2


def test_a_row_stands_for_its_record() -> None:
    result = judge_with(override("person", "", "sex", "X", "M", row=5, file="file"))
    assert reasons(result, "person")[5] == ["bad_date", "orphan_reference"]


def test_a_row_is_counted_in_the_file_and_not_in_the_table() -> None:
    people = named("person", list(TABLES["person"]["columns"]), PEOPLE, first=4)
    houses = named("house", list(TABLES["house"]["columns"]), HOUSES)
    mend = override("person", "", "sex", "X", "M", row=8, file="file")
    miss = override(
        "person", "", "sex", "X", "M", row=5, file="file"
    )  # the fifth record, two rows further up
    words = {"source": source_of(TABLES, vocabularies=VOCABULARIES)}
    result = judged([houses, people], **words, corrected=(mend,))
    assert reasons(result, "person")[5] == ["bad_date", "orphan_reference"]
    result = judged([houses, people], **words, corrected=(miss,))
    assert reasons(result, "person")[5] == ["bad_date", "orphan_reference", "unknown_code"]
    assert ("correction_stale", "C-1") in warnings(result, "person")


@pytest.mark.parametrize(
    ("stale", "words"),
    [
        (override("house", "H1", "amount", "30,000", "3000"), "perhaps it was mended"),
        (override("house", "H7", "amount", "1", "2"), "is not in this delivery"),
        (override("person", "4", "sex", "", "F"), "perhaps it was mended"),
        (correction("drop", "house", "H1", column="amount", expected="5"), "perhaps it was mended"),
        (correction("flag", "house", "row:2"), "record row:2 of table 'house' is not in this delivery"),
        (
            correction("flag", "house", "", row=8, file="file"),
            "row 8 of table 'house' is not in this delivery",
        ),
    ],
)
def test_a_correction_that_no_longer_fits_is_told_and_not_applied(stale: Correction, words: str) -> None:
    result = judge_with(stale)
    assert reasons(result, "house") == {1: ["ambiguous_grouping"]}
    assert reasons(result, "person") == PERSON_REASONS
    rows = result.connection.execute("SELECT tbl, record, code, key, message FROM warnings").fetchall()
    assert [row[:4] for row in rows] == [(stale.table, None, "correction_stale", "C-1")]
    assert words in rows[0][4]
    assert table_counts(result)[stale.table].warnings == {"correction_stale": 1}


@pytest.mark.parametrize(
    ("words", "file", "quarter", "covered"),
    [
        ({}, "a.csv", "2021Q1", True),
        ({}, "a.csv", "", True),
        ({"quarter": "2021Q1"}, "a.csv", "2021Q1", True),
        ({"quarter": "2021Q1"}, "a.csv", "2021Q2", False),
        ({"quarter": {"from": "2021Q2"}}, "a.csv", "2021Q1", False),
        ({"quarter": {"from": "2021Q2"}}, "a.csv", "2022Q1", True),
        ({"quarter": {"to": "2021Q2"}}, "a.csv", "2021Q3", False),
        ({"quarter": {"to": "2021Q2"}}, "a.csv", "", False),
        ({"file": "ksk01_*"}, "ksk01_2021Q4.xlsx", "2021Q4", True),
        ({"file": "ksk01_*"}, "ksk02_2021Q4.xlsx", "2021Q4", False),
    ],
)
def test_which_files_a_correction_covers(
    words: dict[str, Any], file: str, quarter: str, covered: bool
) -> None:
    assert correction("flag", "house", "H1", **words).covers(file, quarter) is covered


# ------------------------------------------------------------------------------------------- the file beside a contract

PROGRAMME = """
title: Programme
identifiers:
  cnic: {name: CNIC, pattern: '[1-7][0-9]{12}', expected: {en: "13 digits, the first 1 to 7"}}
"""
ENTRY: dict[str, Any] = {
    "id": "C-1", "region": "here", "source": "register", "table": "person", "key": "2", "action": "override",
    "column": "age", "expected": "400", "value": "40", "reason": "Typed once too often.", "said_by": "Officer",
    "date": "2021-07-20", "status": "active",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a programme with one region and one source, from which everything loads its contracts."""
    at = tmp_path / "regions" / "prog"
    (at / "regions").mkdir(parents=True)
    columns = {k: v for k, v in TABLES["person"]["columns"].items() if k != "house"}
    register = {
        "title": "Register",
        "format": ["delimited"],
        "tables": {"person": {"key": ["id"], "layout": {"sheet": ".*"}, "columns": columns}},
        "vocabularies": VOCABULARIES,
    }
    (at / "register.yml").write_text(yaml.safe_dump(register, sort_keys=False), encoding="utf-8")
    (at / "programme.yml").write_text(PROGRAMME, encoding="utf-8")
    (at / "regions" / "here.yml").write_text("title: Here\n", encoding="utf-8")
    use_contracts(monkeypatch, at.parent)
    return at


def correct(folder: Path, *entries: dict[str, Any]) -> None:
    """Write the programme's corrections; the next load sees them."""
    (folder / "corrections.yml").write_text(
        yaml.safe_dump(list(entries), allow_unicode=True), encoding="utf-8"
    )
    loading.forget()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"table": "peple"}, "no table 'peple', known: person"),
        ({"column": "agee"}, "no column 'agee', did you mean 'age'?"),
        ({"source": "registers"}, "no source 'registers', did you mean 'register'?"),
        ({"region": "there"}, "no region 'there'"),
        ({"action": "delete"}, "action"),
        ({"key": ""}, "'key', or 'row' with 'file'"),
        ({"row": "3"}, "'key', or 'row' with 'file'"),
        ({"key": "", "row": "3", "file": "*.csv"}, "whole name"),
        ({"expected": None}, "'expected'"),
        ({"value": None}, "override"),
        ({"reason": ""}, "reason"),
        ({"date": "20 July"}, "date"),
        ({"quarter": "2021-Q1"}, "quarter"),
        ({"note": "x"}, "note"),
        (
            {"column": "name", "expected": "Bibi", "value": "Bibi Zar", "reason": "Bibi is short"},
            "personal value",
        ),
    ],
)
def test_a_mistake_names_file_and_entry(folder: Path, change: dict[str, Any], words: str) -> None:
    entry = {k: v for k, v in {**ENTRY, **change}.items() if v is not None}
    correct(folder, entry)
    with pytest.raises(SangamError) as error:
        load_corrections("here", "register")
    assert str(folder / "corrections.yml") in str(error.value)
    assert re.search(r"corrections\.yml:\d+: \[C-1\]", str(error.value))
    assert words in str(error.value)


def test_an_id_or_a_cell_is_given_once(folder: Path) -> None:
    correct(folder, ENTRY, ENTRY)
    with pytest.raises(SangamError, match="same id"):
        load_corrections("here", "register")
    correct(folder, {**ENTRY, "quarter": {"to": "2021Q1"}}, {**ENTRY, "id": "C-2"})
    with pytest.raises(SangamError, match="'C-1' puts another value into the same cell"):
        load_corrections("here", "register")
    correct(
        folder, {**ENTRY, "quarter": {"to": "2021Q1"}}, {**ENTRY, "id": "C-2", "quarter": {"from": "2021Q2"}}
    )
    assert len(load_corrections("here", "register")) == 2


def test_values_are_texts_as_they_are_written(tmp_path: Path) -> None:
    text = "\n".join(
        f"{'-' if k == 'id' else ' '} {k}: {v}" for k, v in {**ENTRY, "expected": "0123"}.items()
    )
    (tmp_path / "corrections.yml").write_text(text, encoding="utf-8")
    (one,) = read(tmp_path / "corrections.yml").corrections
    assert (one.expected, one.value, str(one.date)) == ("0123", "40", "2021-07-20")


def test_the_fingerprint_follows_the_active_corrections(folder: Path) -> None:
    marks = [fingerprint("here", "register")]
    for entries in ([], [ENTRY], [{**ENTRY, "value": "41"}], [{**ENTRY, "status": "withdrawn"}]):
        correct(folder, *entries)
        marks.append(fingerprint("here", "register"))
    assert marks[0] == marks[1] == marks[4]
    assert len(set(marks)) == 3


def test_corrections_from_landing_to_lake(folder: Path, tmp_path: Path) -> None:
    """Applied once and not again, withdrawn again, and nothing personal gets into the lake."""
    drop = tmp_path / "landing" / "here" / "register" / "2021Q2" / "person.csv"
    drop.parent.mkdir(parents=True)
    rows = ["id,name,cnic,sex,age,seen_on", "1,Ama,41303-1234567-2,F,40,", "2,Bibi Zar,41303-12345,F,400,"]
    drop.write_text("\n".join(rows) + "\n", encoding="utf-8")
    home = tmp_path / "home"

    def take_in() -> Receipt:
        (receipt,) = ingest_source(home, tmp_path / "landing", "here", "register")
        return receipt

    assert take_in().tables["person"].accepted == 1
    number = {**ENTRY, "id": "C-2", "column": "cnic", "expected": "41303-12345", "value": "41303-7654321-2"}
    correct(folder, ENTRY, number)
    receipt = take_in()
    assert receipt.read_now
    assert receipt.tables["person"] == TableCounts(
        read=2, accepted=2, quarantined=0, warnings={"corrected": 2}
    )
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*.parquet")}
    assert not take_in().read_now
    assert {path: path.stat().st_mtime_ns for path in home.rglob("*.parquet")} == before
    with duckdb.connect() as con:
        accepted = str(home / "lake/accepted/**/*.parquet")
        kept = con.execute(
            f"SELECT _delivered, _warnings FROM read_parquet('{accepted}') WHERE id = '2'"
        ).fetchall()
        assert kept == [({"age": "400", "seen_on": ""}, ["corrected"])]
        for path in (home / "lake").rglob("*.parquet"):
            for row in con.execute(
                f"SELECT * FROM read_parquet('{path}', hive_partitioning = false)"
            ).fetchall():
                text = str(row).replace("-", "")
                assert not any(value in text for value in ("4130312345", "4130376543212", "Bibi"))
    correct(folder, {**ENTRY, "status": "withdrawn"})
    assert take_in().tables["person"].accepted == 1


@pytest.mark.parametrize("region", region_files())
def test_shipped_corrections_fit_their_contracts(region: str) -> None:
    for source in load_region(region).sources:
        assert all(one.reason for one in load_corrections(region, source, REGIONS))


def test_a_correction_that_is_out_of_date_is_seen_in_dagster(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dagster as dg

    from orchestration.assets.sources import asset_key, region_assets
    from orchestration.resources import Home

    drop = tmp_path / "landing" / "here" / "register" / "2021Q2" / "person.csv"
    drop.parent.mkdir(parents=True)
    monkeypatch.setenv("SANGAM_HOME", str(tmp_path / "home"))
    correct(folder, ENTRY)
    assets = region_assets("here")
    seen = []
    for age in ("400", "40"):  # as delivered first, and mended at the source
        drop.write_text(f"id,name,cnic,sex,age,seen_on\n2,Bibi,41303-1234567-2,F,{age},\n", encoding="utf-8")
        done = dg.materialize(
            [assets],
            selection=[asset_key("here", "register", "person")],
            partition_key="2021-04-01",
            resources={"home": Home(landing=str(tmp_path / "landing"))},
        )
        (check,) = [c for c in done.get_asset_check_evaluations() if c.check_name == "findings"]
        seen.append((check.passed, str(check.description)))
    assert seen[0] == (True, "Nothing was found.")
    assert not seen[1][0]
    assert "Correction C-1 of 2021-07-20 was not applied: age of record 2 is not what" in seen[1][1]
