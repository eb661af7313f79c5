"""Which quarters the warehouse builds anew, by what changed in feeds, linkage and definitions since."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.settings import Settings
from orchestration.warehouse.build_state import as_it_is, build_path, quarters_to_build, remember

QUARTERS = ["2020Q4", "2021Q1", "2021Q2", "2021Q3"]


def publish(settings: Settings, region: str, source: str, quarter: str, state: str) -> None:
    """What a source's feeds of a quarter were made from."""
    at = settings.feeds / "feed=drop" / f"region={region}" / f"source={source}" / f"quarter={quarter}"
    at.mkdir(parents=True, exist_ok=True)
    (at / "_published.json").write_text(json.dumps(["mapping", state]), encoding="utf-8")


def link(settings: Settings, quarter: str, mark: str) -> None:
    """How a quarter's persons of a region were linked."""
    at = settings.feeds / "feed=crosswalk" / "region=there"
    at.mkdir(parents=True, exist_ok=True)
    (at / f"_linked-{quarter}-person.json").write_text(json.dumps({"mark": mark}), encoding="utf-8")


def withdraw(settings: Settings, quarter: str) -> None:
    """A quarter's feeds are no longer there."""
    at = settings.feeds / "feed=drop" / "region=here" / "source=register" / f"quarter={quarter}"
    (at / "_published.json").unlink()


@pytest.fixture
def built(tmp_path: Path) -> Settings:
    """A home whose warehouse holds four quarters of two regions, with targets."""
    settings = Settings(tmp_path / "home", tmp_path / "landing")
    for quarter in QUARTERS:
        publish(settings, "here", "register", quarter, "first")
        link(settings, quarter, "first")
    publish(settings, "_reference", "targets", "_", "first")
    assert quarters_to_build(settings, "2021Q4") == [*QUARTERS, "2021Q4"], "nothing was built yet"
    build_path(settings).parent.mkdir(parents=True)
    build_path(settings).touch()
    remember(settings, QUARTERS, as_it_is(settings))
    return settings


@pytest.mark.parametrize(
    ("change", "quarters"),
    [
        (lambda s: publish(s, "here", "register", "2021Q1", "again"), ["2021Q1", "2021Q2", "2021Q3"]),
        (lambda s: publish(s, "here", "register", "2021Q3", "again"), ["2021Q3"]),
        (lambda s: publish(s, "there", "survey", "2020Q4", "new"), QUARTERS),
        (lambda s: link(s, "2021Q1", "again"), ["2021Q1", "2021Q2", "2021Q3"]),
        (lambda s: withdraw(s, "2021Q1"), ["2021Q1", "2021Q2", "2021Q3"]),
        (lambda s: publish(s, "_reference", "targets", "_", "again"), QUARTERS),
        (lambda s: build_path(s).unlink(), QUARTERS),
    ],
    ids=["earlier", "later", "another source", "linkage", "withdrawn", "targets", "no database"],
)
def test_from_which_quarter_on(
    built: Settings, change: Callable[[Settings], None], quarters: list[str]
) -> None:
    change(built)
    assert quarters_to_build(built, "2021Q2") == quarters


def test_where_nothing_changed_only_a_quarter_that_was_never_built_is(built: Settings) -> None:
    assert quarters_to_build(built, "2021Q3") == []
    assert quarters_to_build(built, "2021Q4") == ["2021Q4"]


def test_of_several_changes_the_earliest_counts(built: Settings) -> None:
    publish(built, "here", "register", "2021Q1", "again")
    publish(built, "here", "register", "2021Q3", "again")
    assert quarters_to_build(built, "2021Q3") == ["2021Q1", "2021Q2", "2021Q3"]
    remember(built, ["2021Q1", "2021Q2", "2021Q3"], as_it_is(built))
    assert quarters_to_build(built, "2021Q3") == []


def test_other_definitions_build_all(
    built: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logframes = tmp_path / "logframes"
    logframes.mkdir()
    (logframes / "donor.yml").write_text("donor: {}\n", encoding="utf-8")
    monkeypatch.setenv("SANGAM_LOGFRAMES", str(logframes))
    assert quarters_to_build(built, "2021Q2") == QUARTERS
