"""Recipes between an old and a new one: the old one with some kinds of differences as they are now."""

from __future__ import annotations

import io
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from ruamel.yaml import YAML

from ingest.deliveries.delivery import NO_QUARTER
from ingest.store import archive
from orchestration.rebuilding.kinds import Laid, kind_of_delivery, kind_of_file, words_apart
from orchestration.warehouse.source_tree import Tree


def between(home: Path, old: Laid, new: Laid, kinds: Collection[str]) -> Laid:
    """The old recipe with these kinds, and all that decides about no value, as they are in the new one."""
    tree: Tree = {}
    for name in sorted(old.tree.keys() | new.tree.keys()):
        chosen = _file(home, old, new, name, kinds)
        if chosen:
            tree[name] = chosen
    taken = set(kinds)
    arrived = tuple(
        one
        for recipe, is_new in ((old.recipe, False), (new.recipe, True))
        for one in recipe.arrived
        if (kind_of_delivery(one, old.recipe, new.recipe) in taken) == is_new
    )
    quarters = {one.quarter for one in arrived} - {NO_QUARTER}
    recipe = replace(
        new.recipe,
        through=max(quarters | {new.recipe.quarter}),
        regions=new.recipe.regions if "region" in taken else old.recipe.regions,
        arrived=arrived,
        decisions=new.recipe.decisions if "data" in taken else old.recipe.decisions,
        before=(),
    )
    return Laid(recipe, tree)


def _file(home: Path, old: Laid, new: Laid, name: str, kinds: Collection[str]) -> str | None:
    """The SHA-256 of a file between two trees; None where there is none."""
    was, is_now = old.tree.get(name), new.tree.get(name)
    words = words_apart(name, new.recipe.donor) if was and is_now and was != is_now else None
    if words is None:
        return is_now if kind_of_file(name, old, new) in {*kinds, ""} else was
    taken, rest = words.kind in kinds, words.rest in kinds
    if taken == rest:
        return is_now if taken else was
    base, other = (is_now, was) if rest else (was, is_now)
    return _mixed(home, str(base), str(other), words.keys)


def _mixed(home: Path, base: str, other: str, keys: tuple[str, ...]) -> str:
    """A YAML file with the words under some keys taken from another one; its SHA-256."""
    yaml = YAML()
    mixed, giver = yaml.load(archive.get(home, base)), yaml.load(archive.get(home, other))
    at, of = mixed, giver
    for key in keys[:-1]:
        at, of = at[key], of[key]
    if keys[-1] in of:
        at[keys[-1]] = of[keys[-1]]
    else:
        at.pop(keys[-1], None)
    made = io.BytesIO()
    yaml.dump(mixed, made)
    return archive.put(home, made.getvalue())
