"""Which parts of a recipe are of which kind of cause: so that a number can be followed one kind at a time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ingest.contracts import correction_words, decision_words
from ingest.contracts.loading import REFERENCE
from orchestration.rebuilding.recipe import Arrived, Recipe, is_content
from orchestration.warehouse import source_tree
from orchestration.warehouse.source_tree import LOGFRAMES, REGIONS, Tree

# In the order in which they are changed, one after the other; what each is called for donors.
KINDS = {
    "code": "other code",
    "contract": "how deliveries are read",
    "boundary": "places",
    "definition": "definition",
    "data": "late or corrected data",
    "correction": "correction",
    "linkage": "who is who",
    "region": "region that joined",
    "target": "target",
    "rate": "exchange rate",
}
_OF_REFERENCE = {"targets": "target", "exchange_rates": "rate"}
REGION_FILE = re.compile(rf"{REGIONS}([^/]+)/regions/([^/]+)\.yml")


@dataclass(frozen=True)
class Laid:
    """A recipe with its tree."""

    recipe: Recipe
    tree: Tree


@dataclass(frozen=True)
class Words:
    """Some words of a file that are of another kind than the rest: the keys that lead to them."""

    keys: tuple[str, ...]
    kind: str
    rest: str


def laid(home: Path, recipe: Recipe) -> Laid:
    """A recipe with its tree from the archive. Raises SangamError where the archive does not have it."""
    return Laid(recipe, source_tree.kept(home, recipe.tree))


def words_apart(name: str, donor: str) -> Words | None:
    """The words of a file that are of another kind than the file."""
    if REGION_FILE.fullmatch(name):
        return Words(("vocabularies",), "boundary", "contract")
    if name == f"{LOGFRAMES}{donor}.yml":
        return Words(("donor", "regions"), "region", "definition")
    return None


def kind_of_file(name: str, old: Laid, new: Laid) -> str:
    """The kind of a file of the tree; empty where it decides about no value of this donor."""
    if not is_content(name):
        # Comments, and what only shows values, may differ as they like.
        return "code" if old.recipe.engine != new.recipe.engine else ""
    if name.startswith(LOGFRAMES):
        return "definition" if name == f"{LOGFRAMES}{new.recipe.donor}.yml" else ""
    if not name.startswith(REGIONS):
        return ""
    programme = name.removeprefix(REGIONS).partition("/")[0]
    if not any(one.startswith(f"{REGIONS}{programme}/") for one in old.tree) or (
        REGION_FILE.fullmatch(name) and name not in old.tree
    ):
        return "region"
    return {correction_words.FILE: "correction", decision_words.FILE: "linkage"}.get(
        name.rpartition("/")[2], "contract"
    )


def kind_of_delivery(one: Arrived, old: Recipe, new: Recipe) -> str:
    """The kind of a delivery: of a region that only one of the recipes has it is the region."""
    if one.region == REFERENCE:
        return _OF_REFERENCE.get(one.source, "data")
    return "data" if one.region in old.regions and one.region in new.regions else "region"
