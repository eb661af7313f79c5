"""Public files nobody here wrote, and the sample drops: what is known to be true of each must be read."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import SangamError
from ingest.readers import Chunk, read, sniff

DATA = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"
REAL = DATA / "real"
LANDING = DATA / "drops" / "landing"
needs_real = pytest.mark.skipif(
    not REAL.is_dir(), reason="the public files (../shared/data/real) are not here"
)
needs_drops = pytest.mark.skipif(
    not LANDING.is_dir(), reason="the sample drops (../shared/data/drops) are not here"
)


def tables(path: Path) -> dict[str, list[list[Any]]]:
    found: dict[str, list[list[Any]]] = {}
    for chunk in read(path):
        assert len(chunk.rows) == chunk.cells.num_rows
        chunk.cells.validate(full=True)
        found.setdefault(chunk.table, []).extend(
            list(row) for row in zip(*(column.to_pylist() for column in chunk.cells.columns), strict=True)
        )
    return found


def first(path: Path) -> Chunk:
    return next(iter(read(path)))


@needs_real
@pytest.mark.parametrize(("name", "count"), [("districts", 64), ("upazilas", 494), ("unions", 4540)])
def test_bangladesh_is_the_same_in_every_format(name: str, count: int) -> None:
    folder = REAL / "bd-geocode"
    dump = tables(folder / f"{name}.sql")[name]
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        expected = list(csv.reader(lines))
    # The SQL, JSON and XML files say Comilla, the CSV alone has the district's new spelling.
    dump = [["Cumilla" if (name, cell) == ("districts", "Comilla") else cell for cell in row] for row in dump]
    assert len(dump) == count
    assert dump == expected
    assert tables(folder / f"{name}.csv")[name] == expected[1:]  # its first row is taken for a header


@needs_real
@pytest.mark.parametrize(
    "name",
    sorted(path.stem for path in (REAL / "csv-spectrum" / "csvs").glob("*.csv")) if REAL.is_dir() else [],
)
def test_csv_spectrum(name: str) -> None:
    text = (REAL / "csv-spectrum" / "json" / f"{name}.json").read_text(encoding="utf-8")
    expected = json.loads(text.replace("\\r\\n", "\\n"))  # the CSV beside it was stored with line feeds only
    found = [
        row
        for chunk in read(REAL / "csv-spectrum" / "csvs" / f"{name}.csv")
        for row in chunk.cells.to_pylist()
    ]
    assert found == expected


@needs_real
def test_aajeevika() -> None:
    found = tables(REAL / "aajeevika-mysqldump" / "aajiveeka_testing.sql.gz")
    assert len(found) == 61
    assert len(found["cities"]) > 40_000
    assert any("\n" in (cell or "") for rows in found.values() for row in rows for cell in row)


@needs_real
def test_mnrega() -> None:
    folder = REAL / "mnrega-pgdump"
    for name in ("block", "district", "parameter"):
        text = (folder / f"{name}.pgsql").read_text(encoding="utf-8")
        (columns, body) = text.split("FROM stdin;\n")[0].rsplit("(", 1)[1], text.split("FROM stdin;\n")[1]
        lines = body.split("\n\\.\n")[0].split("\n")
        chunk = first(folder / f"{name}.pgsql")
        assert chunk.table == name
        assert chunk.cells.schema.names == [column.strip(' )"') for column in columns.split(",")]
        assert tables(folder / f"{name}.pgsql")[name] == [
            [None if cell == "\\N" else cell for cell in line.split("\t")] for line in lines
        ]


@needs_real
@pytest.mark.parametrize(
    ("file", "table", "height", "width"),
    [
        ("members-xls/Members_of_Second_Lok_Sabha_From_5th_April_1957_to_31st_March_1962.xls", None, 535, 6),
        ("reach-msna/dummy_raw_data.xlsx", "main", 242, 367),
        ("lgd/1-state.csv", None, 36, 8),
        ("lgd/2-district.csv", None, 763, 6),
        ("lgd/blocks.csv", None, 7233, 9),
        ("odk-koboloadeR/MainDataFrame.csv", None, 381, 243),
        ("pakistan/Union_Council_Flood_Threshold.xlsx", None, 5885, 5),
        ("pakistan/clmis_gs.csv", None, 6679, 18),
        ("nfhs5/NFHS-5-States.csv", None, 4847, 7),
        ("names-south-asia/hi_en_names_train.csv", None, 4484, 2),
        ("mifos-dumps/0001b-gk-datatables.sql", "risk_analysis", 0, 34),
    ],
)
def test_known_sizes(file: str, table: str | None, height: int, width: int) -> None:
    chunks = {chunk.table: chunk for chunk in read(REAL / file)}
    chunk = chunks[table] if table else next(iter(chunks.values()))
    assert (chunk.cells.num_rows, chunk.cells.num_columns) == (height, width)


@needs_real
def test_kobo_and_avni() -> None:
    kobo = tables(REAL / "kobo-xls-import" / "BasicRepeatForm.xlsx")
    assert kobo["group_pets"][0] == [
        "Pet_Name",
        "Species",
        "Pet_Age",
        "_index",
        "_parent_table_name",
        "_parent_index",
    ]
    assert kobo["group_pets"][1] == ["Fido", "Dog", "3", "1", "Basic Repeat Form", "1"]
    avni = tables(REAL / "avni" / "TransactionData.xlsx")
    assert "123456789012" in avni["Mother"][2]


@needs_real
def test_lgd_keeps_zeroes_and_both_headers() -> None:
    chunk = first(REAL / "lgd" / "1-state.csv")
    assert len(set(chunk.cells.schema.names)) == 8
    assert "04" in chunk.cells.column(5).to_pylist()


@needs_real
@pytest.mark.parametrize(
    "path",
    sorted(path for path in REAL.rglob("*") if path.is_file()) if REAL.is_dir() else [],
    ids=lambda path: path.name,
)
def test_nothing_crashes(path: Path) -> None:
    try:
        tables(path)
    except SangamError as refusal:
        assert (
            path.suffix in (".json", ".xml", ".sav", ".unknown")
            or "password" in str(refusal)
            or "is not UTF-8" in str(refusal)
        )
    else:
        assert path.suffix not in (".json", ".xml", ".sav")


@needs_drops
@pytest.mark.parametrize(
    "source", ["sindh/mis", "khulna/mis", "jharkhand/pts", "rajasthan/pts", "pune/cases"]
)
def test_drops_have_the_records_counted_independently(source: str) -> None:
    region, kind = source.split("/")
    outcomes = json.loads((DATA / "drops" / "expected" / "records.json").read_text(encoding="utf-8"))
    for outcome in outcomes:
        if (outcome["region"], outcome["source"]) != (region, kind) or outcome["refused"]:
            continue
        path = LANDING / region / kind / outcome["quarter"] / outcome["file"]
        counts: Counter[str] = Counter()
        for chunk in read(path):
            counts[chunk.table] += chunk.cells.num_rows
        expected = [table["read"] for table in outcome["tables"].values()]
        assert sorted(counts.values()) == sorted(expected), outcome["file"]


@needs_drops
@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("jharkhand/entitlements/2021Q3/pae_jharkhand_2021Q3.xlsx", "unreadable_file"),
        ("maharashtra/entitlements/2021Q3/pae_maharashtra_2021Q3.xlsx", "unreadable_file"),
        ("pune/pmc/2021Q3/pmc_scheme_status_2021Q3.xls", "wrong_format"),
        ("rajasthan/pts/2021Q3/pts_rajasthan_2021Q3.sql", "empty_file"),
        ("sindh/mis/2021Q3/mis_sindh_2021Q3.sql.gz", "unreadable_file"),
    ],
)
def test_drops_are_refused_as_expected(file: str, code: str) -> None:
    with pytest.raises(SangamError) as refusal:
        list(read(LANDING / file))
    assert getattr(refusal.value, "code", None) == code


@needs_drops
def test_drops_keep_kinds_by_content() -> None:
    assert sniff(LANDING / "sindh/births/2021Q1/UC_birth_registration_2021Q1.xls") == "html"
    assert sniff(LANDING / "pune/enumeration/2020Q4/ksk03_enumeration_2020Q4.xls") == "xls"
    assert sniff(LANDING / "pune/enumeration/2020Q4/ksk07_enumeration_2020Q4.ods") == "ods"
    assert list(read(LANDING / "sindh/births/2021Q3/UC_birth_registration_2021Q3.xls")) == []
