"""What differs between two recipes, by the kind of cause, and recipes in between: some of the kinds as they are now.

Each part of a recipe (a file of the tree, or some words of it, a delivery, a decision) is of one kind: so a number can
be followed from one recipe to the other, one thing changed at a time.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from ingest.contracts import correction_words, decision_words
from ingest.contracts.loading import REFERENCE
from ingest.deliveries import archive
from ingest.deliveries.delivery import NO_QUARTER
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
_REGION_FILE = re.compile(rf"{REGIONS}([^/]+)/regions/([^/]+)\.yml")


@dataclass(frozen=True)
class Difference:
    """One thing that is not what it was, in words; whom it concerns, where that can be said (empty: everybody)."""

    kind: str
    what: str
    region: str = ""
    source: str = ""
    indicator: str = ""


@dataclass(frozen=True)
class Laid:
    """A recipe with its tree."""

    recipe: Recipe
    tree: Tree


@dataclass(frozen=True)
class _Words:
    """Some words of a file that are of another kind than the rest: the keys that lead to them."""

    keys: tuple[str, ...]
    kind: str
    rest: str


def laid(home: Path, recipe: Recipe) -> Laid:
    """A recipe with its tree from the archive. Raises SangamError where the archive does not have it."""
    return Laid(recipe, source_tree.kept(home, recipe.tree))


def differences(home: Path, old: Laid, new: Laid) -> list[Difference]:
    """What differs, in the order of `KINDS`; nothing where the values must be the same."""
    found = [
        *_of_code(old, new),
        *_of_files(home, old, new),
        *_of_deliveries(old.recipe, new.recipe),
        *_of_decisions(old.recipe, new.recipe),
    ]
    order = list(KINDS)
    return sorted(
        dict.fromkeys(found), key=lambda one: (order.index(one.kind), one.region, one.source, one.what)
    )


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
        if (_kind_of_delivery(one, old.recipe) in taken) == is_new
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
    words = _words_apart(name, new.recipe.donor) if was and is_now and was != is_now else None
    if words is None:
        return is_now if _kind_of_file(name, old, new) in {*kinds, ""} else was
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


def _words_apart(name: str, donor: str) -> _Words | None:
    """The words of a file that are of another kind than the file."""
    if _REGION_FILE.fullmatch(name):
        return _Words(("vocabularies",), "boundary", "contract")
    if name == f"{LOGFRAMES}{donor}.yml":
        return _Words(("donor", "regions"), "region", "definition")
    return None


def _kind_of_file(name: str, old: Laid, new: Laid) -> str:
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
        _REGION_FILE.fullmatch(name) and name not in old.tree
    ):
        return "region"
    return {correction_words.FILE: "correction", decision_words.FILE: "linkage"}.get(
        name.rpartition("/")[2], "contract"
    )


def _kind_of_delivery(one: Arrived, old: Recipe) -> str:
    if one.region == REFERENCE:
        return _OF_REFERENCE.get(one.source, "data")
    return "data" if one.region in old.regions else "region"


def _of_code(old: Laid, new: Laid) -> list[Difference]:
    if old.recipe.engine == new.recipe.engine:
        return []
    versions = (source_tree.code_version(one.tree) for one in (old, new))
    return [Difference("code", " → ".join(versions))]


def _of_files(home: Path, old: Laid, new: Laid) -> list[Difference]:
    names = sorted(name for name in old.tree.keys() | new.tree.keys() if is_content(name))
    found: list[Difference] = []
    for name in names:
        was, is_now = old.tree.get(name), new.tree.get(name)
        if was == is_now or not _concerns(name, new):
            continue
        kind = _kind_of_file(name, old, new)
        before, after = (_yaml(home, sha256) for sha256 in (was, is_now))
        told = _TELL.get(kind, _tell_contract)
        found += told(name, before, after, new.recipe.donor) if kind else []
    return found


def _concerns(name: str, new: Laid) -> bool:
    """Whether a file is of the donor, of one of its regions or of their programmes."""
    own = {match[1]: match[2] for file in new.tree if (match := _REGION_FILE.fullmatch(file))
           and match[2] in new.recipe.regions}  # fmt: skip
    if match := _REGION_FILE.fullmatch(name):
        return match[2] in new.recipe.regions
    return not name.startswith(REGIONS) or name.removeprefix(REGIONS).partition("/")[0] in own


def _yaml(home: Path, sha256: str | None) -> Any:
    return YAML(typ="safe").load(archive.get(home, sha256)) if sha256 else None


def _tell_contract(name: str, before: Any, after: Any, donor: str) -> list[Difference]:
    match = _REGION_FILE.fullmatch(name)
    words = _words_apart(name, donor)
    if not match or not words or before is None or after is None:
        source = "" if match else Path(name).stem
        return [
            Difference("contract", name.removeprefix(REGIONS), match[2] if match else "", _source(source))
        ]
    key = words.keys[0]
    found = []
    if before.get(key) != after.get(key):
        found.append(Difference(words.kind, f"places of {match[2]}", match[2]))
    if _without(before, key) != _without(after, key):
        found.append(Difference(words.rest, name.removeprefix(REGIONS), match[2]))
    return found


def _source(name: str) -> str:
    return "" if name == "programme" else name


def _tell_definition(name: str, before: Any, after: Any, donor: str) -> list[Difference]:
    if before is None or after is None:
        return [Difference("definition", name.removeprefix(LOGFRAMES))]
    found = [
        Difference("region", f"{region} joined", region)
        for region in after["donor"]["regions"]
        if region not in before["donor"]["regions"]
    ]
    found += [
        Difference("region", f"{region} left", region)
        for region in before["donor"]["regions"]
        if region not in after["donor"]["regions"]
    ]
    was, is_now = (_by(one["indicators"], "code") for one in (before, after))
    found += [
        Difference("definition", _version(code, was.get(code), is_now.get(code)), indicator=code)
        for code in sorted(was.keys() | is_now.keys())
        if was.get(code) != is_now.get(code)
    ]
    rest = [_without(one, "indicators") for one in (before, after)]
    rest = [one | {"donor": _without(one["donor"], "regions")} for one in rest]
    if rest[0] != rest[1]:
        found.append(Difference("definition", "what holds for all indicators"))
    return found


def _version(code: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str:
    if before is None or after is None:
        return f"{code} {'came' if before is None else 'went'}"
    return f"{code}, version {before.get('version', 1)} → {after.get('version', 1)}"


def _tell_corrections(_name: str, before: Any, after: Any, _donor: str) -> list[Difference]:
    was, is_now = (_by(one or [], "id") for one in (before, after))
    return [
        Difference("correction", str(key), one["region"], one["source"])
        for key in sorted(was.keys() | is_now.keys())
        if was.get(key) != is_now.get(key)
        for one in (is_now.get(key) or was[key],)
    ]


def _tell_decisions(_name: str, before: Any, after: Any, _donor: str) -> list[Difference]:
    """How many decisions came or went, by region; the records are nobody's business."""
    changed = [one for one in after or [] if one not in (before or [])]
    changed += [one for one in before or [] if one not in (after or [])]
    counts = {
        region: sum(one["region"] == region for one in changed) for region in {c["region"] for c in changed}
    }
    return [
        Difference("linkage", f"{count} {'decision' if count == 1 else 'decisions'} in {region}", region)
        for region, count in sorted(counts.items())
    ]


def _tell_region(name: str, before: Any, _after: Any, _donor: str) -> list[Difference]:
    match = _REGION_FILE.fullmatch(name)
    return [Difference("region", f"{match[2]} joined", match[2])] if match and before is None else []


_TELL: dict[str, Callable[[str, Any, Any, str], list[Difference]]] = {
    "definition": _tell_definition,
    "correction": _tell_corrections,
    "linkage": _tell_decisions,
    "region": _tell_region,
}


def _of_deliveries(old: Recipe, new: Recipe) -> list[Difference]:
    was = {(one.path, one.sha256, one.version): one for one in old.arrived}
    is_now = {(one.path, one.sha256, one.version): one for one in new.arrived}
    paths = {one.path for one in old.arrived}
    found = [
        Difference(
            _kind_of_delivery(one, old),
            f"{one.path}{' (replaced)' if one.path in paths else ''}",
            *_whose(one),
        )
        for key, one in is_now.items()
        if was.get(key) != one and not one.version and _kind_of_delivery(one, old) != "region"
    ]
    stay = {one.path for one in new.arrived}
    return found + [
        Difference(_kind_of_delivery(one, old), f"{one.path} (gone)", *_whose(one))
        for one in old.arrived
        if one.path not in stay
    ]


def _whose(one: Arrived) -> tuple[str, str]:
    return ("", "") if one.region == REFERENCE else (one.region, one.source)


def _of_decisions(old: Recipe, new: Recipe) -> list[Difference]:
    about = {one.sha256: one for one in (*old.arrived, *new.arrived)}
    changed = {name for name in old.decisions.keys() | new.decisions.keys()
               if old.decisions.get(name) != new.decisions.get(name)}  # fmt: skip
    there = [about[name.partition("-")[0]] for name in sorted(changed) if name.partition("-")[0] in about]
    return [Difference("data", f"{one.path} (let through)", *_whose(one)) for one in there]


def _by(entries: list[dict[str, Any]], key: str) -> dict[str, dict[str, Any]]:
    return {entry[key]: entry for entry in entries}


def _without(words: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in words.items() if name != key}
