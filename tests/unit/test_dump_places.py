"""Places of a dump are known by every spelling that the region lists, as those of a page are."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from ingest.contracts.column import Column
from ingest.contracts.loading import load_region, load_source
from ingest.errors import SangamError
from ingest.run import ingest_source


def _dump(folder: Path, quarter: str, district: str) -> None:
    """An MIS dump with every table, and a household in one district."""
    tables = {name: list(table.columns) for name, table in load_source("sindh", "mis").tables.items()}
    rows = {
        "district": f"(3,'{district}')",
        "union_council": "(7,'Somewhere',3)",
        "household": "('SND-HH-0000001',7,'v','n','f',NULL,20,'2021-01-01','2',5)",
    }
    lines = [
        "-- MySQL dump 10.13  Distrib 8.0.23, for Linux (x86_64)",
        "--",
        "/*!40101 SET NAMES utf8mb4 */;",
    ]
    for name, columns in tables.items():
        spelled = ",\n".join(f"  `{column}` varchar(99) DEFAULT NULL" for column in columns)
        lines.append(f"CREATE TABLE `{name}` (\n{spelled}\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;")
        anything = "(" + ",".join(["NULL"] * len(columns)) + ")"  # the contract wants a record of most tables
        lines.append(f"INSERT INTO `{name}` VALUES {rows.get(name, anything)};")
    path = folder / "sindh" / "mis" / quarter / f"mis_sindh_{quarter}.sql"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join([*lines, "-- Dump completed on 2021-07-01"]) + "\n", encoding="utf-8")


def test_a_listed_spelling_is_the_known_district_and_no_new_one(home: Path, tmp_path: Path) -> None:
    _dump(tmp_path, "2021Q1", "Kambar Shahdadkot")
    _dump(tmp_path, "2021Q2", "Qambar Shahdadkot")
    receipts = ingest_source(home, tmp_path, "sindh", "mis")
    for receipt in receipts:
        assert receipt.tables["household"].accepted == 1
        (name,) = duckdb.sql(f"SELECT name FROM '{receipt.accepted_file(home, 'district')}'").fetchall()
        assert name == ("Kambar Shahdadkot",)


def test_a_spelling_nobody_listed_is_said(home: Path, tmp_path: Path) -> None:
    _dump(tmp_path, "2021Q1", "Qamber Shadadkot")
    (receipt,) = ingest_source(home, tmp_path, "sindh", "mis")
    assert receipt.tables["district"].warnings == {"unlisted": 1}
    assert receipt.tables["household"].accepted == 1
    said = duckdb.sql(f"SELECT message FROM '{receipt.layer_file(home, 'warnings')}'").fetchall()
    assert "nobody has listed the spelling Qamber Shadadkot" in str(said)


def test_others_stay_beside_a_list_alone() -> None:
    with pytest.raises(ValueError, match="only beside a plain 'vocabulary'"):
        Column.model_validate({"others_stay": True})


def test_a_time_zone_that_is_none_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "p" / "regions").mkdir(parents=True)
    (tmp_path / "p" / "programme.yml").write_text("title: P\ntime_zone: Asia/Karachee\n")
    (tmp_path / "p" / "regions" / "here.yml").write_text("title: Here\n")
    monkeypatch.setenv("SANGAM_REGIONS", str(tmp_path))
    with pytest.raises(SangamError, match="no time zone 'Asia/Karachee', did you mean 'Asia/Karachi'"):
        load_region("here")
