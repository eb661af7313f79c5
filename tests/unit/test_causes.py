"""Which causes a changed value gets, from the tables that stand between two releases."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from ingest.store import archive
from orchestration.disclosure import protection
from orchestration.rebuilding.differences import Difference
from orchestration.rebuilding.recipe import Recipe, packages
from orchestration.rebuilding.world import CannotBeMadeError, World
from orchestration.releases.build import sha256
from orchestration.releases.causes import by_key, causes_of
from orchestration.releases.changes import compare, with_causes
from orchestration.releases.content import COLUMNS, KEY
from orchestration.warehouse import source_tree
from tests import marts
from tests.releases import of_every_state, table, value
from tests.unit.test_rebuilding import SOURCE, laid

DATA = Difference("data", "sindh/mis/2021Q2/b.sql", "sindh", "imi")
ELSEWHERE = Difference("data", "punjab/mis/2021Q2/b.sql", "punjab", "imi")
RULE = Difference("definition", "AA-01, version 1 → 2", indicator="AA-01")


@pytest.fixture(autouse=True)
def logframe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    marts.write_logframe(tmp_path / "logframes", "a_donor", ["AA-01", "AA-02"])
    monkeypatch.setenv("SANGAM_LOGFRAMES", str(tmp_path / "logframes"))


def rows(*given: dict[str, object]) -> pa.Table:
    return table([value(indicator="AA-01") | one for one in given], COLUMNS)


def causes(
    *steps: tuple[str, pa.Table], found: tuple[Difference, ...] = (DATA, ELSEWHERE, RULE)
) -> dict[str, list[tuple[str, float | None]]]:
    """Kind and part of each cause, by category."""
    told = by_key(steps, found, "a_donor")
    return {key[KEY.index("category")]: [(one.kind, one.part) for one in own] for key, own in told.items()}


def test_parts_are_what_a_value_moves_by_in_each_step() -> None:
    steps = [rows({"value": 0.1}), rows({"value": 0.3}), rows({"value": 0.3}), rows({"value": 0.25})]
    kinds = ("", "definition", "data", "target")
    assert causes(*zip(kinds, steps, strict=True)) == {"all": [("definition", 0.2), ("target", -0.05)]}


def test_a_cause_names_the_differences_that_concern_the_value() -> None:
    told = by_key([("", rows({"value": 1.0})), ("data", rows({"value": 2.0}))], (DATA, ELSEWHERE), "a_donor")
    [(cause,)] = told.values()
    assert cause.what == "late or corrected data: sindh/mis/2021Q2/b.sql"
    everywhere = by_key([("", rows({"region": "all", "value": 1.0})), ("data", rows({"region": "all", "value": 2.0}))],
                        (DATA, ELSEWHERE), "a_donor")  # fmt: skip
    assert "punjab" in everywhere.popitem()[1][0].what


def test_other_deliveries_behind_the_same_number_are_no_cause_of_its_change() -> None:
    first = rows(
        {"value": 1.0, "drops": "a"}, {"category": "F", "dimension": "sex", "value": 5.0, "drops": "a"}
    )
    second = rows(
        {"value": 1.0, "drops": "b"}, {"category": "F", "dimension": "sex", "value": 5.0, "drops": "b"}
    )
    third = rows(
        {"value": 2.0, "drops": "b"}, {"category": "F", "dimension": "sex", "value": 5.0, "drops": "b"}
    )
    found = causes(("", first), ("data", second), ("definition", third))
    assert found == {"all": [("definition", 1.0)]}


def test_what_is_withheld_shows_no_part() -> None:
    hidden = {"value": None, "state": "suppressed"}
    assert causes(("", rows({"value": 7.0})), ("data", rows(hidden))) == {
        "all": [("data", None), ("protection", None)]
    }
    # Of what was withheld before, later steps tell what moved it.
    steps = [rows(hidden), rows({"value": 20.0}), rows({"value": 21.0})]
    assert causes(*zip(("", "definition", "data"), steps, strict=True)) == {
        "all": [("protection", None), ("data", 1.0)]
    }


def test_a_value_that_comes_or_goes_has_its_cause() -> None:
    there, more = (
        rows({"value": 1.0}),
        rows({"value": 1.0}, {"region": "punjab", "category": "new", "value": 3.0}),
    )
    assert causes(("", there), ("region", more), ("data", more)) == {"new": [("region", None)]}
    assert causes(("", more), ("region", there), ("data", there)) == {"new": [("region", None)]}


def test_where_nothing_of_the_recipe_differs_the_packages_do() -> None:
    assert causes(("", rows({"value": 1.0})), ("environment", rows({"value": 1.5})), found=()) == {
        "all": [("code", 0.5)]
    }


def test_the_reason_is_told_in_words() -> None:
    old, new = rows({"value": 1.0}), rows({"value": 3.5})
    [change] = compare(old, new, "recomputed")
    assert with_causes(change, []).reason == "recomputed"
    [found] = by_key([("", old), ("data", new)], (DATA,), "a_donor").values()
    assert with_causes(change, found).reason == "late or corrected data: sindh/mis/2021Q2/b.sql (+2.5)"


def test_kinds_that_only_go_together_are_told_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands between two recipes need not run: then why is in the log, and the reason names both."""

    def fails(self: World, recipe: Recipe, **request: object) -> Path:
        raise CannotBeMadeError("The contract has a word that this code does not know.")

    monkeypatch.setattr(World, "make", fails)
    monkeypatch.setattr(
        protection,
        "withheld",
        lambda home: table([], {"period": False} | dict.fromkeys(protection.KEY, False)),
    )
    old = laid(tmp_path, arrived=())
    new = laid(tmp_path, {SOURCE: "title: Register\n"}, engine="other", arrived=())
    for one in (old, new):
        archive.put(tmp_path, source_tree.as_bytes(one.tree))
    made = [
        replace(one.recipe, packages=packages(), tree=sha256(source_tree.as_bytes(one.tree)))
        for one in (old, new)
    ]
    now = replace(of_every_state(), values=rows({"value": 2.0}))
    found = causes_of(tmp_path, now, made[1], made[0], rows({"value": 1.0}))
    [(cause,)] = found.of.values()
    assert (cause.kind, cause.part) == ("code+contract", 1.0)
    assert "does not know" in (tmp_path / "logs" / "faults.log").read_text(encoding="utf-8")
    again = causes_of(tmp_path, now, made[1], made[0], rows({"value": 1.0}))
    assert again.of == found.of  # as it was kept, and nothing is made again
