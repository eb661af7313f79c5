"""The pandera schemas made from contracts find each kind of violation in a file of accepted records."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.schemas import broken_promises, table_schema
from ingest.contracts.loading import load_source

Lake = tuple[Path, dict[str, list[dict[str, Any]]]]


def accepted(lake: Lake, source: str, table: str) -> Path:
    """The accepted records of a table, of one delivery."""
    return sorted(
        lake[0].glob(f"lake/accepted/region=sindh/source={source}/table={table}/quarter=2021Q2/*.parquet")
    )[-1]


def spoiled(path: Path, out: Path, change: str, first: int = 1) -> Path:
    """A copy of the file with the first record replaced (`* REPLACE` of DuckDB), or, for `+`, one added."""
    head = f"SELECT * FROM read_parquet('{path}', hive_partitioning = false)"
    lowest = f"(SELECT min(_record) FROM ({head}))"
    if change == "+":
        select = f"{head} UNION ALL BY NAME ({head} LIMIT {first})"
    elif change.startswith("-"):
        select = head.replace("*", f"* EXCLUDE ({change[1:]})")
    else:
        column, value = change.split(" = ")
        new = f"CASE WHEN _record = {lowest} THEN {value} ELSE {column} END"
        select = head.replace("*", f"* REPLACE ({new} AS {column})")
    duckdb.sql(f"COPY ({select}) TO '{out}' (FORMAT parquet)")
    return out


@pytest.mark.parametrize("source", ["births", "imi", "mis", "results"])
def test_accepted_records_hold_what_the_contract_promises(sindh_lake: Lake, source: str) -> None:
    home, receipts = sindh_lake
    checked = 0
    for table in receipts[source][-1].tables:
        for path in home.glob(f"lake/accepted/region=sindh/source={source}/table={table}/*/*.parquet"):
            assert broken_promises(path, load_source("sindh", source), table) == []
            checked += 1
    assert checked


@pytest.mark.parametrize(
    ("source", "table", "change", "column", "words"),
    [
        ("mis", "household", "id = NULL", "id", "not filled"),
        ("mis", "member", "household_id = NULL", "household_id", "not filled"),
        ("mis", "household", "psc_score = 100.5", "psc_score", "at most 100"),
        ("mis", "household", "psc_score = -1", "psc_score", "at least 0"),
        ("mis", "household", "size = 0", "size", "at least 1"),
        ("mis", "cif_loan", "amount_pkr = 500001", "amount_pkr", "at most 500000"),
        ("mis", "member", "sex = 'X'", "sex", "one of F, M, T"),
        ("mis", "member", "cnic_key = '41303-1234567-1'", "cnic_key", "a keyed pseudonym"),
        ("mis", "member", "mobile_key = '03012345678'", "mobile_key", "a keyed pseudonym"),
        ("imi", "IMI", '"design/weight" = 0', "design/weight", "above 0"),
        ("births", "births", "district = 'Badin'", "district", "one of Dadu"),
        ("births", "births", "union_council = 'Nowhere'", "union_council", "one of"),
    ],
)
def test_a_planted_violation_is_found(
    sindh_lake: Lake, tmp_path: Path, source: str, table: str, change: str, column: str, words: str
) -> None:
    path = spoiled(accepted(sindh_lake, source, table), tmp_path / "spoiled.parquet", change)
    (found,) = broken_promises(path, load_source("sindh", source), table)
    assert found.startswith(f"column '{column}': 1 not ")
    assert words in found


@pytest.mark.parametrize(
    ("source", "table"), [("mis", "household"), ("mis", "co_membership"), ("births", "births")]
)
def test_a_key_that_is_there_twice_is_found(
    sindh_lake: Lake, tmp_path: Path, source: str, table: str
) -> None:
    path = spoiled(accepted(sindh_lake, source, table), tmp_path / "spoiled.parquet", "+")
    (found,) = broken_promises(path, load_source("sindh", source), table)
    key = ", ".join(table_schema(load_source("sindh", source), table).unique or ())
    assert found == f"2 records share their key, {key}, with another"


@pytest.mark.parametrize("column", ["size", "id", "head_cnic_key"])
def test_a_column_that_is_not_there_is_found(sindh_lake: Lake, tmp_path: Path, column: str) -> None:
    path = spoiled(accepted(sindh_lake, "mis", "household"), tmp_path / "spoiled.parquet", f"-{column}")
    assert broken_promises(path, load_source("sindh", "mis"), "household") == [
        f"there is no column '{column}'"
    ]


@pytest.mark.parametrize(
    ("source", "table", "column", "kind", "found", "expected"),
    [
        ("mis", "household", "size", "VARCHAR", "text (string)", "whole numbers (int64)"),
        ("mis", "household", "size", "INTEGER", "the type int32", "whole numbers (int64)"),
        ("mis", "household", "psc_score", "DOUBLE", "the type double", "decimal numbers (decimal128(28, 9))"),
        ("mis", "household", "psc_score", "DECIMAL(18,2)", "the type decimal128(18, 2)",
         "decimal numbers (decimal128(28, 9))"),
        ("mis", "household", "psc_date", "TIMESTAMP", "the type timestamp[us]", "dates (date32[day])"),
        ("mis", "household", "psc_date", "VARCHAR", "text (string)", "dates (date32[day])"),
        ("mis", "member", "sex", "BLOB", "the type binary", "text (string)"),
        ("mis", "member", "cnic_key", "BLOB", "the type binary", "text (string)"),
        ("births", "births", "boys", "DECIMAL(28,9)", "decimal numbers (decimal128(28, 9))", "whole numbers (int64)"),
    ],
)  # fmt: skip
def test_a_wrong_type_is_found(
    sindh_lake: Lake,
    tmp_path: Path,
    source: str,
    table: str,
    column: str,
    kind: str,
    found: str,
    expected: str,
) -> None:
    path, out = accepted(sindh_lake, source, table), tmp_path / "spoiled.parquet"
    head = f"SELECT * REPLACE ({column}::{kind} AS {column}) FROM read_parquet('{path}', hive_partitioning = false)"
    duckdb.sql(f"COPY ({head}) TO '{out}' (FORMAT parquet)")
    assert broken_promises(out, load_source("sindh", source), table) == [
        f"column '{column}': found {found}, expected {expected}"
    ]


def test_a_key_of_the_wrong_type_is_told_once(sindh_lake: Lake, tmp_path: Path) -> None:
    path, out = accepted(sindh_lake, "mis", "household"), tmp_path / "spoiled.parquet"
    head = f"SELECT * REPLACE (id::BLOB AS id) FROM read_parquet('{path}', hive_partitioning = false)"
    duckdb.sql(f"COPY ({head}) TO '{out}' (FORMAT parquet)")
    (found,) = broken_promises(out, load_source("sindh", "mis"), "household")
    assert "column 'id': found the type binary, expected text (string)" in found


def test_what_stays_inside_the_boundary_is_not_asked_for() -> None:
    columns = set(table_schema(load_source("sindh", "mis"), "member").columns)
    assert {"id", "household_id", "cnic_key", "mobile_key", "sex"} <= columns
    assert not columns & {"name", "father_or_husband", "birth_date", "cnic", "mobile"}


def test_loading_the_definitions_imports_neither_pandera_nor_great_expectations() -> None:
    """Their import is paid when something is checked; it takes seconds."""
    code = (
        "import sys, orchestration.definitions; print({'pandera', 'great_expectations'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().splitlines()[-1] == "set()"
