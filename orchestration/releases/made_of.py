"""What a content was made of, as a recipe that is kept; and the recipe that a release names."""

from __future__ import annotations

from pathlib import Path

import pyarrow.compute as pc

from ingest.errors import SangamError
from orchestration.disclosure import protection
from orchestration.rebuilding import recipe
from orchestration.rebuilding.recipe import Recipe
from orchestration.releases.content import KEY, Content
from orchestration.releases.shelf import Manifest
from orchestration.warehouse import logframes


def made_of(home: Path, content: Content) -> Recipe | None:
    """The recipe of a content; None for a warehouse that nobody built here.

    Raises SangamError where code or contracts are no longer those that the warehouse was built with.
    """
    regions = logframes.of_donor(content.donor).donor.regions
    rows = protection.withheld(home)
    earlier = pc.and_(pc.equal(rows["donor"], content.donor), pc.less(rows["quarter"], content.quarter))
    before = rows.filter(earlier).select(["donor", "quarter", *KEY, "period"]).to_pylist()
    return recipe.recipe_of(home, content.donor, content.quarter, regions, before)


def recipe_of_release(home: Path, manifest: Manifest) -> Recipe | None:
    """What a release was made of; None for one of before recipes were kept.

    Raises SangamError where the manifest names one that this home's archive does not have.
    """
    named = manifest.get("recipe")
    if not named:
        return None
    found = recipe.kept(home, named)
    if (found.donor, found.quarter) != (manifest["donor"], manifest["quarter"]):
        raise SangamError(
            f"The recipe {named[:12]}… is of {found.donor} {found.quarter}, not of this release."
        )
    return found
