"""Linking from deliveries to crosswalk: the shared drops against the truth, and small invented ones anywhere."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from ingest.boundary.pseudonyms import SECRET_VARIABLE
from ingest.contracts.loading import load_region
from ingest.errors import SangamError
from ingest.linkage import link_region, unheard
from ingest.linkage.decisions import Decision
from ingest.run import ingest_source

LAST = "2021Q3"
Measured = Callable[[str, object], None]  # shown at the end of the test run


def _take_in(home: Path, landing: Path, region: str, quarter: str | None = None) -> None:
    for name, source in load_region(region).sources.items():
        if source.identities:
            ingest_source(home, landing, region, name, quarter=quarter)


def _read(home: Path, layer: str) -> pd.DataFrame:
    files = home / "lake" / layer / "region=*" / "source=*" / "quarter=*" / "*.parquet"
    select = f"SELECT * FROM read_parquet('{files}', hive_partitioning = true) WHERE region <> '_none'"
    return duckdb.sql(select).df()


def _crosswalk(home: Path, region: str, source: str) -> pd.DataFrame:
    rows = _read(home, "feeds/feed=crosswalk")
    return rows[(rows["region"] == region) & (rows["source"] == source)]


def _pairwise(found: pd.Series, truth: pd.Series) -> tuple[float, float]:
    """Precision and recall over all pairs of records that are one person."""

    def pairs(*by: pd.Series) -> int:
        sizes = pd.Series(1, index=found.index).groupby(list(by)).sum()
        return int((sizes * (sizes - 1) // 2).sum())

    both = pairs(found, truth)
    return both / pairs(found), both / pairs(truth)


@pytest.fixture(scope="module")
def linked(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shared deliveries of the three regions with people in them, linked."""
    home = tmp_path_factory.mktemp("linked")
    for region in ("khulna", "pune", "sindh"):
        _take_in(home, shared / "data" / "drops" / "landing", region)
        link_region(home, region, LAST)
    return home


@pytest.fixture(scope="module")
def persons(shared: Path) -> pd.DataFrame:
    return pd.read_csv(
        shared / "data" / "drops" / "expected" / "persons.csv", dtype=str, keep_default_na=False
    )


@pytest.mark.parametrize("quarter", ["2021Q1", "2021Q2"])
@pytest.mark.parametrize(("region", "source"), [("khulna", "mis"), ("pune", "cases")])
def test_one_person_registered_twice(
    linked: Path, persons: pd.DataFrame, region: str, source: str, quarter: str, record_property: Measured
) -> None:
    rows = _crosswalk(linked, region, source)
    rows = rows[rows["quarter"] == quarter].merge(
        persons[persons["region"] == region], left_on="local_id", right_on="record"
    )
    precision, recall = _pairwise(rows["canonical_id"], rows["true_id"])
    record_property("measured", f"{region} {quarter}: precision {precision:.4f}, recall {recall:.4f}")
    assert len(rows) > 5000
    assert precision >= 0.99
    assert recall >= 0.95


def test_whoever_is_known_keeps_the_name_they_are_known_by(linked: Path) -> None:
    for region, source in (("khulna", "mis"), ("pune", "cases")):
        rows = _crosswalk(linked, region, source)
        first, second = (
            rows[rows["quarter"] == q].set_index("local_id")["canonical_id"] for q in ("2021Q1", "2021Q2")
        )
        both = first.index.intersection(second.index)
        assert len(both) > 5000
        assert (first[both] == second[both]).mean() > 0.999


def test_who_on_the_lists_is_a_beneficiary(
    linked: Path, persons: pd.DataFrame, shared: Path, record_property: Measured
) -> None:
    known = persons[persons["region"] == "khulna"].set_index("record")["true_id"]
    truth = pd.read_csv(
        shared / "data" / "drops" / "expected" / "allowance_persons.csv", dtype=str, keep_default_na=False
    )
    rows = _crosswalk(linked, "khulna", "allowances")
    rows = rows.assign(file=rows["_file"].str.rpartition("/")[2], row=rows["_record"].astype(str))
    rows = truth.merge(rows, on=["quarter", "file", "row"], how="left")
    assert rows["local_id"].notna().all()
    found = rows["canonical_id"].map(known).fillna("")
    precision = (found == rows["true_id"])[found != ""].mean()
    recall = (found == rows["true_id"])[rows["true_id"] != ""].mean()
    record_property("measured", f"allowances: precision {precision:.4f}, recall {recall:.4f}")
    assert precision >= 0.99
    assert recall >= 0.95


def test_which_household_was_surveyed(linked: Path, persons: pd.DataFrame, record_property: Measured) -> None:
    truth = persons[persons["region"] == "sindh"]
    rows = _crosswalk(linked, "sindh", "imi").merge(truth, left_on="local_id", right_on="record")
    hard = rows[rows["method"] != "given_id"]
    right = hard["canonical_id"].fillna("") == hard["true_id"]
    precision, recall = right[hard["canonical_id"].notna()].mean(), right[hard["true_id"] != ""].mean()
    record_property(
        "measured",
        f"households without a right code: {len(hard)}, precision {precision:.4f}, recall {recall:.4f}",
    )
    assert len(hard) > 20
    assert precision >= 0.99
    assert recall >= 0.90
    by_code = rows[rows["method"] == "given_id"]
    assert (by_code["canonical_id"] == by_code["true_id"]).all()


# ---- small deliveries, anywhere

_FLAGS = ["widow", "old_age", "disabled", "extreme_poor", "dalit", "destitute"]
_BENEFICIARY = [
    *("ben_id", "name_bn", "name_en", "father_or_husband", "nid", "birth_date", "sex", "area"),
    *(*_FLAGS, "mobile", "registered_on"),
]
_LIST = ["ক্রমিক", "নাম", "পিতা/স্বামীর নাম", "এনআইডি", "জন্ম তারিখ", "মোবাইল", "ভাতার পরিমাণ", "সর্বশেষ পরিশোধ"]
_PEOPLE = [
    "KMSS-00001|রহিমা খাতুন|Rahima Khatun|আব্দুল করিম শেখ|4711242102415|13/01/1961|F|Jalma|01475165786|01/11/2018",
    "KMSS-00002|রহিমা খাতুন|Rahima Khatun|আব্দুল করিম শেখ|19614711242102415|13/01/1961|F|জলমা|01475165786|01/02/2019",
    "KMSS-00003|ফাতেমা বেগম|Fatema Begum|লাল মিয়া মোল্লা||02/07/1984|F|Ward-09|01500000001|01/03/2019",
    "KMSS-00004|ফাতিমা বেগম|Fatima Begum|লাল মিয়া মোল্যা||০২/০৭/১৯৮৪|নারী|ওয়ার্ড ৯|01500000001|01/04/2019",
    "KMSS-00005|আমজাদ আলী শেখ|Amjad Ali Sheikh|ইউনুস আলী|0000000000000|05/05/1950|M|Surkhali|01500000002|01/05/2019",
    "KMSS-00006|গোপাল চন্দ্র দাস|Gopal Chandra Das|নিমাই দাস|0000000000000|06/06/1956|M|Amirpur|01500000003|01/06/2019",
    "KMSS-00007|রহিমা বেগম|Rahima Begum|আব্দুল করিম শেখ||01/12/1990|F|Jalma|01500000004|01/07/2019",
]
_LISTED = [
    ("রহিমা খাতুন", "", "৪৭১১২৪২১০২৪১৫", "১৩/০১/১৯৬১"),
    ("ফাতেমা বেগম", "লাল মিয়া মোল্লা", "", "02/07/1984"),
    ("আছিয়া বেগম", "মোসলেম উদ্দিন", "4795195191756", "28/06/1952"),
]


def _register(people: list[str]) -> bytes:
    lines = ["\t".join(_BENEFICIARY)]
    for person in people:
        cells = person.split("|")
        lines.append("\t".join([*cells[:8], *["N"] * len(_FLAGS), *cells[8:]]))
    return "\r\n".join(lines).encode("utf-16")


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    """A register of seven registrations of five people, and an allowance list of three."""
    folder = tmp_path / "landing" / "khulna"
    _deliver(folder, "2021Q1", _PEOPLE)
    _list(folder, "2021Q1", _LISTED)
    return folder.parent


def _list(folder: Path, quarter: str, listed: list[tuple[str, str, str, str]]) -> None:
    page = folder / "allowances" / quarter / f"allowance_widow_{quarter}.html"
    page.parent.mkdir(parents=True)
    head = "".join(f"<th>{cell}</th>" for cell in _LIST)
    rows = "".join(
        f"<tr><td>{i + 1}</td><td>{name}</td><td>{father}</td><td>{nid}</td><td>{born}</td><td></td>"
        "<td>৳৫০০/-</td><td>03/2021</td></tr>"
        for i, (name, father, nid, born) in enumerate(listed)
    )
    page.write_text(
        f'<html><head><meta charset="UTF-8"></head><body><h3>Ward-09</h3><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></body></html>",
        encoding="utf-8",
    )


def _deliver(folder: Path, quarter: str, people: list[str]) -> None:
    path = folder / "mis" / quarter / f"beneficiary_mis_{quarter}.zip"
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("beneficiary.csv", _register(people))
        archive.writestr(
            "service_received.csv", "service_id,ben_id,service,institution_id,received_on,amount_bdt\r\n"
        )
        archive.writestr(
            "institution.csv", "institution_id,name_bn,name_en,kind,area\r\nLGI-01,ক,A,wasa,Jalma\r\n"
        )


def _who(home: Path, source: str, quarter: str = "2021Q1") -> list[Any]:
    rows = _crosswalk(home, "khulna", source)
    rows = rows[rows["quarter"] == quarter].sort_values("_record")
    return [None if pd.isna(value) else value[-1] for value in rows["canonical_id"]]


def test_a_small_delivery(home: Path, landing: Path) -> None:
    _take_in(home, landing, "khulna")
    rows = link_region(home, "khulna", "2021Q1")
    assert _who(home, "mis") == list("1133567")
    assert _who(home, "allowances") == ["1", "3", None]
    summary = {row.source: (row.records, row.linked, row.review, row.own) for row in rows}
    assert summary == {"mis": (7, 4, 0, 3), "allowances": (3, 2, 0, 1)}


def test_linking_again_changes_nothing_and_is_the_same_byte_for_byte(
    home: Path, landing: Path, tmp_path: Path
) -> None:
    def written(of: Path) -> dict[str, bytes]:
        return {
            p.relative_to(of).as_posix(): p.read_bytes()
            for layer in ("feeds/feed=crosswalk", "review")
            for p in (of / "lake" / layer).rglob("*.parquet")
        }

    _take_in(home, landing, "khulna")
    link_region(home, "khulna", "2021Q1")
    first = written(home)
    assert not any(row.linked_now for row in link_region(home, "khulna", "2021Q1"))
    other = tmp_path / "other"
    _take_in(other, landing, "khulna")
    link_region(other, "khulna", "2021Q1")
    assert first == written(home) == written(other)
    gone = next((home / "lake" / "feeds" / "feed=crosswalk" / "region=khulna").rglob("*.parquet"))
    gone.unlink()
    assert any(row.linked_now for row in link_region(home, "khulna", "2021Q1"))
    assert written(home) == first


def test_other_code_reads_and_links_anew(home: Path, landing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _take_in(home, landing, "khulna")
    link_region(home, "khulna", "2021Q1")
    monkeypatch.setattr("ingest.linkage.link.CODE", "what other code comes to")
    assert all(row.linked_now for row in link_region(home, "khulna", "2021Q1"))
    assert not any(row.linked_now for row in link_region(home, "khulna", "2021Q1"))
    assert not any(receipt.read_now for receipt in ingest_source(home, landing, "khulna", "mis"))
    monkeypatch.setattr("ingest.run.ENGINE", "what other code comes to")
    assert all(receipt.read_now for receipt in ingest_source(home, landing, "khulna", "mis"))


def test_a_quarter_is_linked_to_the_register_of_its_day(home: Path, landing: Path) -> None:
    _take_in(home, landing, "khulna")
    link_region(home, "khulna", "2021Q1")
    stranger = (
        "KMSS-00008|আছিয়া বেগম|Achhia Begum|মোসলেম উদ্দিন|4795195191756|28/06/1952|F|Ward-09|015|01/05/2021"
    )
    _deliver(landing / "khulna", "2021Q2", [*_PEOPLE, stranger])
    _take_in(home, landing, "khulna")
    rows = link_region(home, "khulna", "2021Q2")
    assert {row.quarter for row in rows if row.linked_now} == {"2021Q2"}
    assert _who(home, "mis", "2021Q2") == list("11335678")
    assert _who(home, "allowances") == ["1", "3", None]


def test_a_survey_before_the_first_register_is_linked_to_that(home: Path, landing: Path) -> None:
    (landing / "khulna" / "mis" / "2021Q1").rename(landing / "khulna" / "mis" / "2021Q4")
    _take_in(home, landing, "khulna")
    link_region(home, "khulna", "2021Q1")
    assert _who(home, "allowances") == [None, None, None]
    link_region(home, "khulna", "2021Q4")
    assert _who(home, "allowances") == ["1", "3", None]


def test_what_was_delivered_anew_is_linked_anew_and_what_was_refused_leaves(
    home: Path, landing: Path
) -> None:
    _take_in(home, landing, "khulna")
    link_region(home, "khulna", "2021Q1")
    _deliver(landing / "khulna", "2021Q1", _PEOPLE[2:])
    _take_in(home, landing, "khulna")
    assert all(row.linked_now for row in link_region(home, "khulna", "2021Q1"))
    assert _who(home, "mis") == list("33567")
    assert _who(home, "allowances") == [None, "3", None]
    next((landing / "khulna" / "mis" / "2021Q1").iterdir()).write_bytes(b"PK\x03\x04 cut off")
    _take_in(home, landing, "khulna")
    link_region(home, "khulna", "2021Q1")
    assert _who(home, "mis") == []
    assert _who(home, "allowances") == [None, None, None]


def test_decisions_are_heard_and_undone(home: Path, landing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _take_in(home, landing, "khulna")
    words = {
        "region": "khulna",
        "entity": "person",
        "by": "an officer",
        "on": "2021-07-05",
        "why": "asked them",
    }
    told = [
        Decision.model_validate(
            {**words, "decision": "different", "records": ["mis/KMSS-00003", "mis/KMSS-00004"]}
        ),
        Decision.model_validate(
            {**words, "decision": "same", "records": ["mis/KMSS-00007", "mis/KMSS-00001"]}
        ),
    ]
    for decisions, expected in (([], "1133567"), (told, "1134561"), ([], "1133567")):
        monkeypatch.setattr("ingest.linkage.link.load_decisions", lambda region, own=decisions: own)
        link_region(home, "khulna", "2021Q1")
        assert _who(home, "mis") == list(expected)


def test_a_decision_that_names_no_record_is_told(
    home: Path, landing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _take_in(home, landing, "khulna")
    words = {
        "region": "khulna",
        "entity": "person",
        "decision": "same",
        "by": "Asha",
        "on": "2021-07-05",
        "why": "x",
    }
    records = ["mis/KMSS-00001", "mis/KMSS-00009"]
    told = [Decision.model_validate(words | {"records": records})]
    monkeypatch.setattr("ingest.linkage.link.load_decisions", lambda region: told)
    link_region(home, "khulna", "2021Q1")
    (said,) = unheard(home, "khulna", "2021Q1")
    assert "'same' of Asha, 2021-07-05, is not heard: there is no record mis/KMSS-00009 in any" in said
    # Who registers later is found; a quarter before says nothing against the decision.
    later = "KMSS-00009|আছিয়া বেগম|Achhia Begum|মোসলেম উদ্দিন|4795195191756|28/06/1952|F|Ward-09|015|01/05/2021"
    _deliver(landing / "khulna", "2021Q2", [*_PEOPLE, later])
    _take_in(home, landing, "khulna")
    link_region(home, "khulna", "2021Q2")
    assert unheard(home, "khulna", "2021Q2") == []
    assert _who(home, "mis", "2021Q2") == list("11335671")


def test_who_was_on_an_earlier_list_and_registers_later_is_found(home: Path, landing: Path) -> None:
    def of_the_list(quarter: str) -> list[str | None]:
        rows = _crosswalk(home, "khulna", "allowances")
        rows = rows[(rows["quarter"] == quarter) & (rows["of_quarter"] == "2021Q1")].sort_values("_record")
        return [None if pd.isna(value) else value[-1] for value in rows["canonical_id"]]

    late = "KMSS-00008|আছিয়া বেগম|Achhia Begum|মোসলেম উদ্দিন|4795195191756|28/06/1952|F|Ward-09|015|01/05/2021"
    _deliver(landing / "khulna", "2021Q2", [*_PEOPLE, late])
    _take_in(home, landing, "khulna")
    link_region(home, "khulna", "2021Q2")
    assert of_the_list("2021Q1") == ["1", "3", None]  # as the register of its own day has it
    assert of_the_list("2021Q2") == ["1", "3", "8"]


_QUARTERS = ("2021Q1", "2021Q2", "2021Q3")


def _listed_so_far(home: Path) -> dict[str, int]:
    """Persons of each quarter's register who are on a list of any quarter so far, as FC-01 counts them."""
    rows = _crosswalk(home, "khulna", "allowances").dropna(subset="canonical_id")
    known = _crosswalk(home, "khulna", "mis")
    counted = {}
    for quarter in _QUARTERS:
        register = set(known.loc[known["quarter"] == quarter, "canonical_id"])
        found = rows[(rows["quarter"] == quarter) & (rows["of_quarter"] <= quarter)]["canonical_id"]
        counted[quarter] = len(register & set(found))
    return counted


@pytest.mark.parametrize("seed", range(3))
def test_who_counts_to_date_never_gets_fewer_when_data_are_added(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    names = ["রহিমা খাতুন", "ফাতেমা বেগম", "আছিয়া বেগম", "গোপাল দাস", "আমজাদ শেখ", "মোমেনা বিবি", "সালমা আক্তার", "নিমাই রায়"]
    people = [
        (name, f"47{n}124210241{n}", f"1{n}/0{n + 1}/19{60 + n}", f"KMSS-0000{n}")
        for n, name in enumerate(names)
    ]
    folder, home = tmp_path / "landing" / "khulna", tmp_path / "home"
    home.mkdir()
    known: list[tuple[str, str, str, str]] = []
    registers = {}
    for quarter in _QUARTERS:  # registers grow; lists are of anybody
        known += [one for one in people if one not in known and chance.random() < 0.5]
        registers[quarter] = [
            f"{id_}|{name}|{id_}|পিতা {id_[-1]}|{nid}|{born}|F|Jalma|0150000000{id_[-1]}|01/11/2018"
            for name, nid, born, id_ in known
        ]
        listed = chance.sample(people, 4)
        _list(folder, quarter, [(name, "", nid, born) for name, nid, born, _ in listed])
    first, *others = chance.sample(_QUARTERS[:2], 2)
    arrivals = [
        [quarter for quarter in _QUARTERS if quarter != first and quarter not in others],
        others,
        [first],
    ]
    before = dict.fromkeys(_QUARTERS, 0)
    for arrived in arrivals:  # the latest register first, older ones late
        for quarter in arrived:
            _deliver(folder, quarter, registers[quarter])
        _take_in(home, folder.parent, "khulna")
        link_region(home, "khulna", _QUARTERS[-1])
        counted = _listed_so_far(home)
        assert all(counted[quarter] >= before[quarter] for quarter in _QUARTERS), (before, counted)
        there = [quarter for quarter in _QUARTERS if counted[quarter]]
        assert [counted[q] for q in there] == sorted(counted[q] for q in there)
        before = counted
    assert before["2021Q3"] > 0


def test_a_deleted_vault_is_made_anew_from_the_landing(home: Path, landing: Path) -> None:
    _take_in(home, landing, "khulna")
    files = sorted((home / "vault").rglob("*.vault"))
    assert len(files) == 2
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert (home / "vault").stat().st_mode & 0o077 == 0
    for path in files:
        path.unlink()
    with pytest.raises(SangamError, match="no longer in the vault"):
        link_region(home, "khulna", "2021Q1")
    _take_in(home, landing, "khulna")
    assert sorted((home / "vault").rglob("*.vault")) == files
    link_region(home, "khulna", "2021Q1")
    assert _who(home, "mis") == list("1133567")


def test_a_changed_secret_is_told(home: Path, landing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _take_in(home, landing, "khulna")
    link_region(home, "khulna", "2021Q1")
    monkeypatch.setenv(SECRET_VARIABLE, "another secret that is long enough")
    with pytest.raises(SangamError, match="written under another secret"):
        link_region(home, "khulna", "2021Q1")
    _take_in(home, landing, "khulna")
    link_region(home, "khulna", "2021Q1")
    assert _who(home, "mis") == list("1133567")


def test_nothing_personal_is_handed_on(home: Path, landing: Path) -> None:
    doubtful = (
        "KMSS-00009|রহিমা খাতুন|Rahima Khatun|আব্দুল করিম শেখ|4711242109999|13/01/1961|F|Jalma|015|01/02/2020"
    )
    _deliver(landing / "khulna", "2021Q1", [*_PEOPLE, doubtful])
    _take_in(home, landing, "khulna")
    link_region(home, "khulna", "2021Q1")
    review = _read(home, "review")
    assert set(review["local_id_b"]) == {"KMSS-00009"}
    assert "official_id: different" in set(review["comparison"]).pop()
    handed_on = "\n".join(f.astype(str).to_csv() for f in (review, _read(home, "feeds/feed=crosswalk")))
    for cell in "|".join([*_PEOPLE, doubtful]).split("|"):
        if not cell.startswith("KMSS-") and len(cell) > 8:
            assert cell not in handed_on
    assert "1961" not in handed_on


def test_a_region_without_linkage_has_nothing_to_do(home: Path) -> None:
    assert link_region(home, "jharkhand", "2021Q1") == []
