"""Lake and feeds: written whole or not at all, read once, replaced as a whole, and nothing personal in clear."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest import files
from ingest.boundary import masking
from ingest.contracts import loading
from ingest.contracts.mapping import Mapping
from ingest.deliveries.landing import scan, strays
from ingest.deliveries.receipt import Receipt
from ingest.deliveries.standing import current
from ingest.errors import Refused, SangamError
from ingest.feedback import quarantine
from ingest.mapping import feeds, selects
from ingest.run import ingest_source
from tests.receipts import receipt_for
from tests.tables import use_contracts

ARRIVED = datetime(2021, 7, 8, 9, tzinfo=UTC)
CONTRACT = """
title: Register
format: [delimited]
tables:
  person:
    key: [id]
    layout: {sheet: '.*'}
    columns:
      id: {type: code, required: true}
      name: {personal: name}
      village: {personal: locality}
      cnic: {type: cnic, personal: identifier}
      mobile: {type: phone, personal: phone}
      birth_date: {type: date, personal: birth_date}
      score: {type: number, min: 0, max: 100}
feeds:
  person:
    - table: person
      columns: {person_id: id, birth_year: birth_year, official_id_key: cnic_key}
      attributes: {score: score}
"""
PROGRAMME = """
title: Programme
country: PK
identifiers:
  cnic: {name: CNIC, pattern: '[1-7][0-9]{12}', expected: {en: "13 digits, the first 1 to 7"}}
"""
HEADER = "id,name,village,cnic,mobile,birth_date,score"
GOOD = "1,Zeenat Khaskheli,Wasi,41303-1234567-2,0301-2345678,1984-05-17,12.5"
BAD = "2,Wazir Mallah,Kotri Goth,91303-7654321-1,0333-7654321,1979-11-23,101"
TAKEN = (
    "41303-1234567-2",
    "4130312345672",
    "Zeenat",
    "Khaskheli",
    "0301-2345678",
    "3012345678",
    "1984-05-17",
)
HELD_BACK = ("91303-7654321-1", "9130376543211", "Wazir", "Mallah", "Kotri", "0333-7654321", "1979-11-23")


@pytest.fixture
def landing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A landing for the contract of `here/register`."""
    root = tmp_path / "regions"
    (root / "prog" / "regions").mkdir(parents=True)
    (root / "prog" / "register.yml").write_text(CONTRACT, encoding="utf-8")
    (root / "prog" / "programme.yml").write_text(PROGRAMME, encoding="utf-8")
    (root / "prog" / "regions" / "here.yml").write_text("title: Here\n", encoding="utf-8")
    use_contracts(monkeypatch, root)
    folder = tmp_path / "landing"
    folder.mkdir()
    return folder


def deliver(
    landing: Path, *lines: str, file: str = "person.csv", quarter: str = "2021Q2", hours: int = 0
) -> Path:
    path = landing / "here" / "register" / quarter / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    moment = (ARRIVED + timedelta(hours=hours)).timestamp()
    os.utime(path, (moment, moment))
    return path


def take_in(home: Path, landing: Path) -> dict[str, Receipt]:
    return {r.file: r for r in ingest_source(home, landing, "here", "register")}


def rows(home: Path, pattern: str, columns: str = "*") -> list[tuple[Any, ...]]:
    files = sorted(str(p) for p in home.glob(pattern))
    if not files:
        return []
    return duckdb.sql(
        f"SELECT {columns} FROM read_parquet({files}, hive_partitioning = false) ORDER BY ALL"
    ).fetchall()


def persons(home: Path) -> list[str]:
    return [r[0] for r in rows(home, "lake/feeds/feed=person/region=here/*/*/*.parquet", "person_id")]


def statuses(home: Path) -> dict[str, str]:
    found = rows(home, "lake/feeds/feed=drop/region=here/*/*/*.parquet", "file, status")
    return {file.rpartition("/")[2]: status for file, status in found}


def snapshot(home: Path) -> dict[str, tuple[bytes, int]]:
    return {
        p.relative_to(home).as_posix(): (p.read_bytes(), p.stat().st_mtime_ns)
        for p in home.rglob("*")
        if p.is_file()
    }


def break_in_the_middle(path: Path) -> None:
    with files.atomic(path) as temporary:
        temporary.write_bytes(b"half of the new")
        raise RuntimeError("the power is gone")


@pytest.mark.parametrize("before", [b"the old content", None])
def test_a_fault_in_the_middle_leaves_the_old_file(tmp_path: Path, before: bytes | None) -> None:
    path = tmp_path / "deep" / "file.parquet"
    path.parent.mkdir()
    if before is not None:
        path.write_bytes(before)
    with pytest.raises(RuntimeError, match="power"):
        break_in_the_middle(path)
    assert [p.name for p in path.parent.iterdir()] == ([path.name] if before is not None else [])
    assert before is None or path.read_bytes() == before


def test_whoever_reads_the_old_file_reads_it_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    files.write_json(path, ["old"] * 10_000)
    with path.open(encoding="utf-8") as reader:
        reader.read(10)
        files.write_json(path, ["new"])
        assert reader.read().endswith('"old"\n]\n')
    assert json.loads(path.read_text(encoding="utf-8")) == ["new"]


def test_what_a_killed_process_leaves_is_no_file_of_a_reader(tmp_path: Path) -> None:
    path = tmp_path / "file.parquet"
    with files.atomic(path) as temporary:
        assert temporary.parent == path.parent
        assert not list(tmp_path.glob("*.parquet"))
        duckdb.sql(f"COPY (SELECT 1 AS x) TO '{temporary}' (FORMAT parquet)")
    assert duckdb.sql(f"SELECT * FROM read_parquet('{tmp_path}/*.parquet')").fetchall() == [(1,)]


def test_a_second_run_reads_nothing_and_touches_no_file(home: Path, landing: Path) -> None:
    deliver(landing, GOOD, BAD)
    deliver(landing, GOOD, file="person_copy.csv", quarter="2021Q1")
    first = take_in(home, landing)
    assert {r.read_now for r in first.values()} == {True}
    before = snapshot(home)
    second = take_in(home, landing)
    assert {r.read_now for r in second.values()} == {False}
    assert snapshot(home) == before


def test_the_sample_drops_are_read_once(
    sindh_lake: tuple[Path, dict[str, list[dict[str, Any]]]], sample_drops: Path
) -> None:
    home, first = sindh_lake
    assert all(r.read_now for receipts in first.values() for r in receipts)
    before = snapshot(home)
    for source in first:
        again = ingest_source(home, sample_drops / "landing", "sindh", source)
        assert not any(r.read_now for r in again)
        assert [r.tables for r in again] == [r.tables for r in first[source]]
    assert snapshot(home) == before


def test_a_redelivery_replaces_as_a_whole(home: Path, landing: Path) -> None:
    deliver(landing, GOOD, "7,A,,,,,1", file="person.csv")
    take_in(home, landing)
    assert persons(home) == ["1", "7"]
    old = sorted(home.glob("lake/accepted/**/*.parquet"))
    deliver(landing, "8,B,,,,,2", file="person_v2.csv", hours=1)
    found = take_in(home, landing)
    assert {f: (r.status, r.read_now) for f, r in found.items()} == {
        "person.csv": ("superseded", False),
        "person_v2.csv": ("current", True),
    }
    assert persons(home) == ["8"]
    assert statuses(home) == {"person.csv": "superseded", "person_v2.csv": "current"}
    # The earlier one stays stored, and its receipt says what became of it.
    assert all(p.exists() for p in old)
    receipts = [json.loads(p.read_text()) for p in home.glob("lake/receipts/**/*.json")]
    assert {r["file"]: r["status"] for r in receipts} == {f: r.status for f, r in found.items()}


def test_a_refused_redelivery_replaces_nothing(home: Path, landing: Path) -> None:
    deliver(landing, GOOD)
    take_in(home, landing)
    path = deliver(landing, file="person_v2.csv", hours=1)
    path.write_text("id,name\n1,x\n", encoding="utf-8")
    found = take_in(home, landing)
    refused = found["person_v2.csv"]
    assert (refused.status, refused.refused) == ("refused", "missing_column")
    assert "'village'" in refused.message
    assert found["person.csv"].status == "current"
    assert persons(home) == ["1"]
    assert statuses(home) == {"person.csv": "current", "person_v2.csv": "refused"}


def test_quarters_do_not_replace_one_another(home: Path, landing: Path) -> None:
    deliver(landing, GOOD, quarter="2021Q1")
    deliver(landing, GOOD, "3,C,,,,,3", quarter="2021Q2", hours=1)
    take_in(home, landing)
    by_quarter = {
        p.parent.name: len(duckdb.sql(f"SELECT * FROM '{p}'").fetchall())
        for p in home.glob("lake/feeds/feed=person/region=here/*/*/*.parquet")
    }
    assert by_quarter == {"quarter=2021Q1": 1, "quarter=2021Q2": 2}


def test_the_same_bytes_under_two_names_are_read_once_each(home: Path, landing: Path) -> None:
    deliver(landing, GOOD)
    deliver(landing, GOOD, file="person_again.csv", hours=1)
    assert {f: r.status for f, r in take_in(home, landing).items()} == {
        "person.csv": "superseded",
        "person_again.csv": "current",
    }
    before = snapshot(home)
    assert not any(r.read_now for r in take_in(home, landing).values())
    assert snapshot(home) == before
    assert persons(home) == ["1"]


def test_the_delivery_log_decides_the_order(home: Path, landing: Path) -> None:
    first = deliver(landing, GOOD, file="a.csv", hours=5)
    second = deliver(landing, "8,B,,,,,2", file="b.csv", hours=1)
    paths = [p.relative_to(landing).as_posix() for p in (first, second)]
    assert [d.file for d in scan(landing)] == ["b.csv", "a.csv"]
    lines = [
        "received_at,path,sha256",
        f"2021-07-01T08:00:00Z,{paths[0]},",
        f"2021-07-01T08:00:01Z,{paths[1]},",
    ]
    (landing / "_received.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert [d.file for d in scan(landing)] == ["a.csv", "b.csv"]
    assert take_in(home, landing)["a.csv"].status == "superseded"
    # Another zone is another time; a file that is not in the log counts as of when it was seen.
    lines[1] = f"2021-07-01T08:00:00-05:00,{paths[0]},"
    (landing / "_received.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert [d.file for d in scan(landing)] == ["b.csv", "a.csv"]
    lines[1] = f"2021-07-01T08:00:00,{paths[0]},"
    (landing / "_received.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert [d.file for d in scan(landing)] == ["a.csv", "b.csv"]
    third = deliver(landing, GOOD, file="c.csv")
    assert [d.file for d in scan(landing)][-1] == third.name


def test_an_unreadable_log_says_what_it_needs(landing: Path) -> None:
    deliver(landing, GOOD)
    (landing / "_received.csv").write_text("when,path\nsoon,x\n", encoding="utf-8")
    with pytest.raises(SangamError, match=r"_received\.csv.*received_at"):
        scan(landing)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            "soon,here/register/2021Q2/person.csv,",
            "_received.csv:3: received_at of here/register/2021Q2/person.csv",
        ),
        (",here/register/2021Q2/person.csv,", "_received.csv:3: received_at of"),
        ("2021-07-01T08:00:00Z,,", "_received.csv:3: the path is empty"),
        ("2021-07-01T08:00:00Z", "_received.csv:3: the path is empty"),
        ("2021-07-01T08:00:00Z,here/x.csv,12ab", "_received.csv:3: sha256 of here/x.csv: '12ab' is none"),
    ],
)
def test_a_line_of_the_log_that_cannot_be_read_is_named(landing: Path, line: str, words: str) -> None:
    deliver(landing, GOOD)
    good = "2021-07-01T08:00:00Z,here/register/2021Q2/other.csv,"
    (landing / "_received.csv").write_text(f"received_at,path,sha256\n{good}\n{line}\n", encoding="utf-8")
    with pytest.raises(SangamError) as error:
        scan(landing)
    assert words in str(error.value)


def test_a_file_that_changed_since_it_arrived_is_refused_until_it_agrees(home: Path, landing: Path) -> None:
    path = deliver(landing, GOOD)
    arrived, moment = path.read_bytes(), path.stat().st_mtime
    relative = path.relative_to(landing).as_posix()

    def log(sha256: str) -> None:
        line = f"2021-07-01T08:00:00Z,{relative},{sha256}"
        (landing / "_received.csv").write_text(f"received_at,path,sha256\n{line}\n", encoding="utf-8")

    log(hashlib.sha256(arrived).hexdigest().upper())
    assert take_in(home, landing)["person.csv"].status == "current"
    assert persons(home) == ["1"]
    path.write_bytes(arrived.replace(b"12.5", b"99.5"))
    os.utime(path, (moment, moment))  # whoever changes a file may well keep its time
    for again in (False, True):
        receipt = take_in(home, landing)["person.csv"]
        assert (receipt.status, receipt.refused, receipt.read_now) == ("refused", "changed_file", not again)
        assert "changed after it arrived" in receipt.message
        assert persons(home) == []
    path.write_bytes(arrived)
    assert take_in(home, landing)["person.csv"].status == "current"
    assert persons(home) == ["1"]
    changed = arrived.replace(b"12.5", b"99.5")
    path.write_bytes(changed)
    assert take_in(home, landing)["person.csv"].refused == "changed_file"
    log(hashlib.sha256(changed).hexdigest())  # the log is mended instead
    assert take_in(home, landing)["person.csv"].status == "current"
    assert rows(home, "lake/feeds/feed=person/region=here/*/*/*.parquet", "attributes")[0][0][
        "score"
    ].startswith("99.5")
    log("")
    assert take_in(home, landing)["person.csv"].status == "current"


def test_parts_of_a_drop_stand_beside_each_other(landing: Path) -> None:
    change_contract(landing, lambda text: text + "part: 'allowance_(.*?)_'\n")
    for hours, file in enumerate(["allowance_widow_1.csv", "allowance_old_1.csv", "allowance_widow_2.csv"]):
        deliver(landing, GOOD, file=file, hours=hours)
    there = scan(landing)
    found = current(there, {d.relative: receipt_for(d) for d in there})
    assert {path.rpartition("/")[2]: status for path, status in found.items()} == {
        "allowance_widow_1.csv": "superseded",
        "allowance_old_1.csv": "current",
        "allowance_widow_2.csv": "current",
    }


def change_contract(landing: Path, change: Callable[[str], str]) -> None:
    path = landing.parent / "regions" / "prog" / "register.yml"
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    loading.forget()


def test_a_changed_contract_judges_again(home: Path, landing: Path) -> None:
    deliver(landing, GOOD, "3,C,,,,,55")
    assert take_in(home, landing)["person.csv"].tables["person"].accepted == 2
    change_contract(landing, lambda text: text.replace("max: 100", "max: 50"))
    found = take_in(home, landing)["person.csv"]
    assert found.read_now
    assert found.tables["person"].by_reason == {"out_of_range": 1}
    assert persons(home) == ["1"]


def test_a_changed_mapping_maps_again_and_reads_nothing(home: Path, landing: Path) -> None:
    deliver(landing, GOOD)
    take_in(home, landing)
    change_contract(landing, lambda text: text.replace("person_id: id", "person_id: \"'P' || id\""))
    take_in(home, landing)
    assert persons(home) == ["P1"]


def test_a_record_whose_look_up_finds_nothing_stays_in_the_feed(home: Path, landing: Path) -> None:
    look_up = "look_up: {next: {table: person, on: CAST(next.id AS INTEGER) = base.score}}"
    change_contract(
        landing,
        lambda text: text.replace(
            "      columns: {person_id: id,", f"      {look_up}\n      columns: {{person_id: id,"
        ).replace("attributes: {score: score}", "attributes: {next: next.id}"),
    )
    deliver(landing, "1,A,,,,,2", "2,B,,,,,7", "3,C,,,,,")
    take_in(home, landing)
    found = rows(home, "lake/feeds/feed=person/region=here/*/*/*.parquet", "person_id, attributes")
    assert found == [("1", {"next": "2"}), ("2", {}), ("3", {})]


def test_a_delivery_that_todays_contract_refuses_leaves_lake_and_feeds(home: Path, landing: Path) -> None:
    deliver(landing, GOOD, BAD)
    take_in(home, landing)
    change_contract(landing, lambda text: text.replace("      score: {", "      rank: {}\n      score: {"))
    assert take_in(home, landing)["person.csv"].refused == "missing_column"
    assert persons(home) == []
    for layer in ("accepted", "quarantine", "warnings"):
        assert not list(home.glob(f"lake/{layer}/**/*.parquet"))


def test_another_secret_makes_other_pseudonyms(
    home: Path, landing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(landing, GOOD)
    take_in(home, landing)
    pattern = "lake/feeds/feed=person/region=here/*/*/*.parquet"
    before = rows(home, pattern, "official_id_key")
    monkeypatch.setenv("SANGAM_SECRET", "another secret that is long enough")
    assert take_in(home, landing)["person.csv"].read_now
    after = rows(home, pattern, "official_id_key")
    assert len(before) == len(after) == 1
    assert before != after


def test_without_a_secret_nothing_is_read(home: Path, landing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(landing, GOOD)
    monkeypatch.delenv("SANGAM_SECRET")
    with pytest.raises(SangamError, match="SANGAM_SECRET"):
        take_in(home, landing)
    assert not list(home.glob("lake/accepted/**/*.parquet"))


def test_a_fault_while_writing_is_mended_by_the_next_run(
    home: Path, landing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(landing, GOOD, BAD)
    with monkeypatch.context() as patch:
        patch.setattr(quarantine, "write_warnings", lambda *_: 1 / 0)
        assert take_in(home, landing)["person.csv"].refused == "our_fault"
    assert not list(home.glob("lake/accepted/**/*.parquet"))
    assert persons(home) == []
    found = take_in(home, landing)["person.csv"]
    assert (found.read_now, found.tables["person"].accepted) == (True, 1)
    assert persons(home) == ["1"]


def test_personal_values_stay_inside(home: Path, landing: Path) -> None:
    deliver(landing, GOOD, BAD)
    take_in(home, landing)
    content = b"".join(p.read_bytes() for p in home.rglob("*") if p.is_file())
    tables = "\n".join(
        str(duckdb.sql(f"SELECT * FROM read_parquet('{p}', hive_partitioning = false)").fetchall())
        for p in home.rglob("*.parquet")
    )
    for secret in (*TAKEN, *HELD_BACK):
        assert secret.encode() not in content
        assert secret not in tables
    ((year, key, delivered),) = rows(home, "lake/accepted/**/*.parquet", "birth_year, cnic_key, _delivered")
    assert year == 1984
    assert key.count(":") == 1
    assert delivered is None


def test_quarantine_says_what_to_do_and_masks_personal_values(home: Path, landing: Path) -> None:
    deliver(landing, GOOD, BAD)
    take_in(home, landing)
    ((file, table, row, key, found, columns, values, message),) = rows(
        home, "lake/quarantine/**/*.parquet", 'file, "table", row, key, reasons, columns, "values", message'
    )
    assert (file, table, row, key) == ("here/register/2021Q2/person.csv", "person", 3, "2")
    assert found == ["bad_identifier", "out_of_range"]
    assert columns == ["cnic", "score"]
    assert values == dict.fromkeys(("name", "village", "cnic", "mobile", "birth_date"), masking.MASK) | {
        "id": "2",
        "score": "101",
    }
    assert (
        f'cnic: "{masking.MASK}" is no valid number of its kind (CNIC: 13 digits, the first 1 to 7)'
        in message
    )
    assert 'score: "101" is outside what is possible (at least 0 and at most 100)' in message


def test_accepted_records_point_to_their_place(home: Path, landing: Path) -> None:
    path = deliver(landing, BAD, GOOD)
    receipt = take_in(home, landing)["person.csv"]
    ((file, table, row, record, sha),) = rows(
        home, "lake/accepted/**/*.parquet", "_file, _table, _row, _record, _sha256"
    )
    assert (file, table, row, record, sha) == (
        path.relative_to(landing).as_posix(),
        "person",
        3,
        2,
        receipt.sha256,
    )


def test_files_no_contract_expects_are_named(landing: Path) -> None:
    deliver(landing, GOOD)
    for relative in (
        "here/register/2021Q5/x.csv",
        "here/other/2021Q2/x.csv",
        "away/register/2021Q2/x.csv",
        "x.csv",
    ):
        path = landing / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    assert {s.relative.partition("/")[0] + "|" + s.message.split(" ")[0] for s in strays(landing)} == {
        "here|'2021Q5'",
        "here|Region",
        "away|No",
        "x.csv|Files",
    }
    assert [d.file for d in scan(landing)] == ["person.csv"]


def test_every_feed_can_be_read_before_anything_arrived(home: Path) -> None:
    feeds.write_schemas(home)
    for feed, columns in feeds.FEEDS.items():
        glob = f"{home}/lake/feeds/feed={feed}/*/*/*/*.parquet"
        relation = duckdb.sql(f"SELECT * FROM read_parquet('{glob}', hive_partitioning = true)")
        assert relation.columns[: len(columns)] == list(columns)
        assert relation.fetchall() == []
    before = snapshot(home)
    feeds.write_schemas(home)
    assert snapshot(home) == before


@pytest.mark.parametrize(
    ("feed", "columns", "message"),
    [("persons", {}, "no feed 'persons'"), ("person", {"shoe_size": "1"}, "no column 'shoe_size'")],
)
def test_a_mapping_into_nowhere_is_refused(feed: str, columns: dict[str, str], message: str) -> None:
    with pytest.raises(SangamError, match=message):
        selects.feed_select(feed, Mapping(table="t", columns=columns), ["id"])


def test_a_mapping_that_does_not_work_names_itself(home: Path, landing: Path) -> None:
    change_contract(landing, lambda text: text.replace("person_id: id", "person_id: no_such_column"))
    deliver(landing, GOOD)
    with pytest.raises(SangamError, match=r"register\.yml:19: .*'person'.*'no_such_column'.*here/register"):
        take_in(home, landing)


def test_refusals_have_known_codes() -> None:
    with pytest.raises(ValueError, match="'broken' is no refusal code"):
        Refused("broken", "x")


def test_the_landing_is_only_read(home: Path, landing: Path) -> None:
    deliver(landing, GOOD, BAD)
    before = snapshot(landing)
    take_in(home, landing)
    assert snapshot(landing) == before
    shutil.rmtree(landing)
    with pytest.raises(SangamError, match="no landing folder"):
        scan(landing)
