"""Recipes: what differs between two, those in between, and how one is laid out in a folder."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from ingest.deliveries.delivery import LATE_AFTER, quarter_end
from ingest.errors import SangamError
from ingest.store import archive
from orchestration.rebuilding import recipe as recipes
from orchestration.rebuilding.between import between
from orchestration.rebuilding.differences import differences
from orchestration.rebuilding.kinds import Laid
from orchestration.rebuilding.recipe import Arrived, Recipe
from orchestration.rebuilding.world import world
from tests.conftest import TEST_SECRET

REGION = "ingest/regions/khulna_programme/regions/khulna.yml"
SOURCE = "ingest/regions/khulna_programme/mis.yml"
DECISIONS = "ingest/regions/khulna_programme/decisions.yml"
LOGFRAME = "dbt_project/indicators/fcdo.yml"
TREE = {
    "ingest/run.py": "1\n",
    REGION: "title: Khulna\nvocabularies:\n  areas: {A: [a]}\n",
    SOURCE: "title: MIS\n",
    LOGFRAME: "donor: {code: fcdo, regions: [khulna]}\nindicators: [{code: FC-01, method: m}]\n",
    "dbt_project/indicators/other.yml": "donor: {code: other, regions: []}\nindicators: []\n",
}


def arrived(path: str, sha256: str = "ab", **more: object) -> Arrived:
    region, source, quarter, _ = path.split("/")
    return replace(Arrived(region, source, quarter, path, sha256), **more)  # type: ignore[arg-type]


def laid(home: Path, changed: dict[str, str | None] | None = None, **more: object) -> Laid:
    """A recipe of the tree above with some files changed (None: taken out), and other words of the recipe."""
    words = {name: text for name, text in {**TREE, **(changed or {})}.items() if text is not None}
    tree = {name: archive.put(home, text.encode()) for name, text in words.items()}
    made = Recipe(
        "fcdo", "2021Q2", "2021Q2", ("2021Q1", "2021Q2"), ("_reference", "khulna"), "t", "engine", {},
        (arrived("khulna/mis/2021Q2/a.zip"),), {},
    )  # fmt: skip
    return Laid(replace(made, **more), tree)  # type: ignore[arg-type]


def delivered(home: Path, content: bytes = b"x") -> str:
    """A delivery that is kept; its SHA-256."""
    file, sha256 = home / "drop", hashlib.sha256(content).hexdigest()
    file.write_bytes(content)
    archive.keep_delivery(home, file, sha256, TEST_SECRET.encode())
    return sha256


def told(home: Path, old: Laid, new: Laid) -> list[tuple[str, str]]:
    return [(one.kind, one.what) for one in differences(home, old, new)]


def test_what_decides_about_no_value_is_no_difference(tmp_path: Path) -> None:
    old = laid(tmp_path)
    new = laid(
        tmp_path, {"ingest/run.py": "# a comment\n1\n", "dbt_project/indicators/other.yml": "donor: {}\n"}
    )
    assert told(tmp_path, old, new) == []
    assert between(tmp_path, old, new, []).tree == new.tree


@pytest.mark.parametrize(
    "changed, more, kind, what",
    [
        ({"ingest/run.py": "2\n"}, {"engine": "other"}, "code", "→"),
        ({SOURCE: "title: Register\n"}, {}, "contract", "khulna_programme/mis.yml"),
        ({REGION: TREE[REGION].replace("Khulna", "Khulna Division")}, {}, "contract", "regions/khulna.yml"),
        ({REGION: TREE[REGION].replace("[a]", "[a, b]")}, {}, "boundary", "places of khulna"),
        ({LOGFRAME: TREE[LOGFRAME].replace("method: m", "method: n, version: 2")}, {}, "definition", "version 1 → 2"),
        ({LOGFRAME: TREE[LOGFRAME].replace("fcdo,", "fcdo, since: 2019-01-01,")}, {}, "definition", "for all"),
        ({}, {"arrived": (arrived("khulna/mis/2021Q2/a.zip", "cd"),)}, "data", "a.zip (replaced)"),
        ({}, {"arrived": ()}, "data", "a.zip (gone)"),
        ({}, {"decisions": {"ab-1.json": "x"}}, "data", "a.zip (let through)"),
        (
            {DECISIONS: "[{region: khulna, records: [mis/1, mis/2]}]"},
            {}, "linkage", "1 decision in khulna",
        ),
    ],
)  # fmt: skip
def test_each_difference_has_its_kind(
    tmp_path: Path, changed: dict[str, str | None], more: dict[str, object], kind: str, what: str
) -> None:
    old, new = laid(tmp_path), laid(tmp_path, changed, **more)
    [(found, words)] = told(tmp_path, old, new)
    assert found == kind and what in words
    assert "mis/1" not in words  # whose records were decided about is nobody's business
    assert between(tmp_path, old, new, [kind]).tree == new.tree
    as_it_was = between(tmp_path, old, new, [])
    assert as_it_was.tree == old.tree
    assert (as_it_was.recipe.arrived, as_it_was.recipe.decisions) == (
        old.recipe.arrived,
        old.recipe.decisions,
    )


def test_words_of_one_file_change_one_after_the_other(tmp_path: Path) -> None:
    words = TREE[LOGFRAME].replace("[khulna]", "[khulna, barishal]").replace("method: m", "method: 'yes'")
    old, new = laid(tmp_path), laid(tmp_path, {LOGFRAME: words}, regions=("_reference", "barishal", "khulna"))

    def logframe(*kinds: str) -> object:
        found = between(tmp_path, old, new, kinds)
        return YAML(typ="safe").load(archive.get(tmp_path, found.tree[LOGFRAME]))

    assert logframe("definition") == {
        "donor": {"code": "fcdo", "regions": ["khulna"]},
        "indicators": [{"code": "FC-01", "method": "yes"}],
    }
    assert logframe("region") == {
        "donor": {"code": "fcdo", "regions": ["khulna", "barishal"]},
        "indicators": [{"code": "FC-01", "method": "m"}],
    }


def test_deliveries_of_a_region_that_joined_come_with_it(tmp_path: Path) -> None:
    here, there = arrived("khulna/mis/2021Q2/a.zip", "cd"), arrived("barishal/mis/2021Q2/a.zip", "ef")
    old = laid(tmp_path)
    new = laid(tmp_path, regions=("_reference", "barishal", "khulna"), arrived=(there, here))
    assert between(tmp_path, old, new, ["data"]).recipe.arrived == (here,)
    joined = between(tmp_path, old, new, ["region"]).recipe
    assert set(joined.arrived) == {*old.recipe.arrived, there}
    assert joined.regions == new.recipe.regions


def test_deliveries_of_a_region_that_left_go_with_it(tmp_path: Path) -> None:
    here, there = arrived("khulna/mis/2021Q2/a.zip"), arrived("barishal/mis/2021Q2/a.zip", "ef")
    old = laid(tmp_path, regions=("_reference", "barishal", "khulna"), arrived=(there, here))
    new = laid(tmp_path)
    assert {one.kind for one in differences(tmp_path, old, new)} == {"region"}
    assert between(tmp_path, old, new, ["data"]).recipe.arrived == (there, here)
    assert between(tmp_path, old, new, ["region"]).recipe.arrived == (here,)


def test_a_recipe_laid_out_keeps_order_and_lateness(tmp_path: Path) -> None:
    sha256 = delivered(tmp_path)
    came = (
        arrived("khulna/mis/2021Q2/b.zip", sha256), arrived("khulna/mis/2021Q2/a.zip", sha256, is_changed=True),
        arrived("khulna/mis/2021Q1/a.zip", sha256, late_up_to="2021-08-01"),
        Arrived("_reference", "targets", "_", "_reference/targets.csv", sha256, version=True),
        Arrived("_reference", "targets", "_", "_reference/targets.csv", sha256),
    )  # fmt: skip
    one = laid(tmp_path, arrived=came)
    with world(tmp_path) as here:
        here.lay_out(one.recipe, one.tree)
        with (here.folder / "landing" / "_received.csv").open(newline="") as stream:
            log = {row["path"]: row for row in csv.DictReader(stream)}
        at = {path: datetime.fromisoformat(row["received_at"]) for path, row in log.items()}
        assert at["khulna/mis/2021Q2/b.zip"] < at["khulna/mis/2021Q2/a.zip"]
        late = at["khulna/mis/2021Q1/a.zip"]
        assert str(late.date()) == "2021-08-01" and late - quarter_end("2021Q1") > LATE_AFTER
        assert at["khulna/mis/2021Q2/a.zip"] - quarter_end("2021Q2") < LATE_AFTER
        assert log["khulna/mis/2021Q2/a.zip"]["sha256"] != sha256  # as it was when it arrived: changed since
        assert [path.name for path in (here.folder / "home" / "reference").rglob("*.csv")] == ["targets.csv"]
        assert (here.folder / "code" / "ingest" / "run.py").read_text() == "1\n"
        # The next one in the same folder: what is not of it goes.
        here.lay_out(replace(one.recipe, arrived=came[:1]), {SOURCE: one.tree[SOURCE]})
        left = {path.relative_to(here.folder).as_posix() for path in here.folder.rglob("*") if path.is_file()}
        assert {name for name in left if name.startswith("code/")} == {f"code/{SOURCE}"}
        assert {name for name in left if name.startswith("landing/k")} == {"landing/khulna/mis/2021Q2/b.zip"}
        folder = here.folder
    assert not folder.exists()


def test_a_recipe_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    made = laid(tmp_path, arrived=(arrived("khulna/mis/2021Q2/a.zip", delivered(tmp_path)),)).recipe
    sha256 = recipes.keep(tmp_path, made)
    assert sha256 == made.sha256 and recipes.kept(tmp_path, sha256) == made
    lost = replace(made, arrived=(arrived("khulna/mis/2021Q2/a.zip", "0" * 64),))
    with pytest.raises(SangamError, match=r"does not have every delivery: khulna/mis/2021Q2/a\.zip"):
        recipes.keep(tmp_path, lost)


@pytest.mark.parametrize("size", [0, 1, 4 << 20, (4 << 20) + 1, 9 << 20])
def test_deliveries_are_kept_so_that_only_the_secret_opens_them(tmp_path: Path, size: int) -> None:
    content = (b"Amina Soomro 42101-1234567-1\n" * (size // 29 + 1))[:size]
    sha256, key = delivered(tmp_path, content), TEST_SECRET.encode()
    at = archive.delivery_place(tmp_path, sha256)
    assert b"Soomro" not in at.read_bytes() and not at.stat().st_mode & 0o277
    archive.lay_delivery(tmp_path, sha256, key, tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == content and not (tmp_path / "again").stat().st_mode & 0o077
    with pytest.raises(SangamError, match="kept under another secret"):
        archive.lay_delivery(tmp_path, sha256, b"another secret of sixteen", tmp_path / "other")
    sealed = at.read_bytes()
    at.chmod(0o600)
    for damaged in (
        sealed[:-1],
        sealed + b"\0",
        sealed[:40] + bytes([sealed[40] ^ 1]) + sealed[41:],
        sealed[:25],
    ):
        at.write_bytes(damaged)
        with pytest.raises(SangamError, match="is damaged"):
            archive.lay_delivery(tmp_path, sha256, key, tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_pieces_of_a_delivery_cannot_be_taken_out(tmp_path: Path) -> None:
    sha256 = delivered(tmp_path, b"a" * (9 << 20))
    at = archive.delivery_place(tmp_path, sha256)
    head, piece = 17 + 8, (4 << 20) + 28
    sealed = at.read_bytes()
    at.chmod(0o600)
    for damaged in (sealed[: head + 2 * piece], sealed[: head + piece] + sealed[head + 2 * piece :]):
        at.write_bytes(damaged)
        with pytest.raises(SangamError, match="is damaged"):
            archive.lay_delivery(tmp_path, sha256, TEST_SECRET.encode(), tmp_path / "other")


def test_files_that_change_while_they_are_taken_in_are_not_kept(tmp_path: Path) -> None:
    file = tmp_path / "drop.csv"
    file.write_bytes(b"half")
    with pytest.raises(SangamError, match="was changed while it was read"):
        archive.keep(tmp_path, file, "0" * 64)
    with pytest.raises(SangamError, match="was changed while it was read"):
        archive.keep_delivery(tmp_path, file, "0" * 64, TEST_SECRET.encode())
    assert not list((tmp_path / "archive").rglob("*.part"))
    assert not archive.place(tmp_path, "0" * 64).exists()
