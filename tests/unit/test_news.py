"""A region of which nothing is new is not read again; whatever could change its records makes it new."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from ingest.contracts import loading
from ingest.run import ingest_source
from orchestration import news
from orchestration.settings import Settings
from tests.tables import use_contracts

QUARTER = "2021Q2"
PROGRAMME = """
title: Programme
"""
COLUMNS = {"id": {"type": "code", "required": True}, "age": {"type": "integer"}}
HEADER, BIBI, AMNA = "id,age\n", "2,40\n", "3,30\n"


@pytest.fixture
def contracts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    at = tmp_path / "regions" / "prog"
    (at / "regions").mkdir(parents=True)
    register = {
        "title": "Register",
        "format": ["delimited"],
        "tables": {"person": {"key": ["id"], "layout": {"sheet": ".*"}, "columns": COLUMNS}},
    }
    (at / "register.yml").write_text(yaml.safe_dump(register, sort_keys=False), encoding="utf-8")
    (at / "programme.yml").write_text(PROGRAMME, encoding="utf-8")
    (at / "regions" / "here.yml").write_text("title: Here\n", encoding="utf-8")
    (at / "regions" / "there.yml").write_text("title: There\n", encoding="utf-8")
    use_contracts(monkeypatch, at.parent)
    return at


@pytest.fixture
def settings(tmp_path: Path, contracts: Path) -> Settings:
    """A home in which both regions were read."""
    where = Settings(tmp_path / "home", tmp_path / "landing", demo=True)
    for region in ("here", "there"):
        deliver(where, region, QUARTER, HEADER + BIBI)
        deliver(where, region, "2021Q3", HEADER + BIBI)
    read(where)
    return where


def deliver(where: Settings, region: str, quarter: str, text: str, name: str = "person.csv") -> Path:
    drop = where.landing / region / "register" / quarter / name
    drop.parent.mkdir(parents=True, exist_ok=True)
    drop.write_text(text, encoding="utf-8")
    return drop


def read(where: Settings, *regions: str) -> None:
    for region in regions or ("here", "there"):
        done = ingest_source(where.home, where.landing, region, "register", quarter=QUARTER, demo=True)
        news.remember(where, QUARTER, done, [region])


def same(where: Settings) -> list[str]:
    return news.unchanged(where, QUARTER, ["here", "there"])


def test_what_was_read_is_not_new(settings: Settings) -> None:
    assert same(settings) == ["here", "there"]
    read(settings)
    assert same(settings) == ["here", "there"], "reading again changes nothing"


def test_a_home_in_which_nothing_was_read_is_new(settings: Settings) -> None:
    assert news.unchanged(settings, "2021Q1", ["here"]) == [], "another quarter reads other deliveries"
    shutil.rmtree(settings.home / "lake")
    assert same(settings) == []


def replaced(where: Settings) -> None:
    deliver(where, "here", QUARTER, HEADER + AMNA)


def another_file(where: Settings) -> None:
    deliver(where, "here", QUARTER, HEADER + AMNA, "person_more.csv")


def of_an_earlier_quarter(where: Settings) -> None:
    deliver(where, "here", "2020Q4", HEADER + AMNA)


def taken_away(where: Settings) -> None:
    (where.landing / "here" / "register" / QUARTER / "person.csv").unlink()


def received_at(where: Settings) -> None:
    line = f"here/register/{QUARTER}/person.csv,2021-07-03T09:00:00Z,"
    (where.landing / "_received.csv").write_text(f"path,received_at,sha256\n{line}\n", encoding="utf-8")


def lost_records(where: Settings) -> None:
    next((where.home / "lake" / "accepted" / "region=here").rglob("*.parquet")).unlink()


def lost_feeds(where: Settings) -> None:
    shutil.rmtree(where.home / "lake" / "feeds" / "feed=drop" / "region=here")


@pytest.mark.parametrize(
    "change",
    [replaced, another_file, of_an_earlier_quarter, taken_away, received_at, lost_records, lost_feeds],
)
def test_of_what_concerns_one_region_the_other_stays(
    settings: Settings, change: Callable[[Settings], None]
) -> None:
    change(settings)
    assert same(settings) == ["there"]


def test_the_same_bytes_at_the_same_size_and_second_are_seen_by_their_time(settings: Settings) -> None:
    path = settings.landing / "here" / "register" / QUARTER / "person.csv"
    before = path.stat()
    path.write_text(HEADER + BIBI.replace("40", "41"), encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert path.stat().st_size == before.st_size
    assert same(settings) == ["there"]


def test_a_later_quarter_is_not_read_and_so_not_new(settings: Settings) -> None:
    deliver(settings, "here", "2021Q3", HEADER + AMNA)
    assert same(settings) == ["here", "there"]


def test_what_concerns_all_makes_all_new(
    settings: Settings, contracts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decision = settings.home / "decisions" / "drops" / "made.json"
    decision.parent.mkdir(parents=True)
    decision.write_text("{}", encoding="utf-8")
    assert same(settings) == [], "somebody let a delivery through"
    read(settings)
    assert same(settings) == ["here", "there"]
    with (contracts / "register.yml").open("a", encoding="utf-8") as file:
        file.write("# another word\n")
    loading.forget()
    assert same(settings) == [], "a contract was changed"
    read(settings)
    monkeypatch.setenv("SANGAM_SECRET", "another secret of many letters")
    assert same(settings) == [], "pseudonyms are others"


def test_a_delivery_that_is_tried_again_is_new_in_the_next_run(settings: Settings) -> None:
    done = ingest_source(settings.home, settings.landing, "here", "register", quarter=QUARTER, demo=True)
    shutil.rmtree(settings.home / "lake" / "seen")
    broken = [receipt.model_copy(update={"status": "broken"}) for receipt in done]
    news.remember(settings, QUARTER, broken, ["here", "there"])
    assert same(settings) == ["there"]
