"""What differs between two recipes, in words, by the kind of cause."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.contracts import yaml_file
from ingest.contracts.loading import REFERENCE
from ingest.store import archive
from orchestration.rebuilding.kinds import (
    KINDS,
    REGION_FILE,
    Laid,
    kind_of_delivery,
    kind_of_file,
    words_apart,
)
from orchestration.rebuilding.recipe import Arrived, Recipe, is_content
from orchestration.warehouse import source_tree
from orchestration.warehouse.source_tree import LOGFRAMES, REGIONS


@dataclass(frozen=True)
class Difference:
    """One thing that is not what it was, in words; whom it concerns, where that can be said (empty: everybody)."""

    kind: str
    what: str
    region: str = ""
    source: str = ""
    indicator: str = ""


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
        kind = kind_of_file(name, old, new)
        before, after = (_yaml(home, sha256) for sha256 in (was, is_now))
        told = _TELL.get(kind, _tell_contract)
        found += told(name, before, after, new.recipe.donor) if kind else []
    return found


def _concerns(name: str, new: Laid) -> bool:
    """Whether a file is of the donor, of one of its regions or of their programmes."""
    own = {match[1]: match[2] for file in new.tree if (match := REGION_FILE.fullmatch(file))
           and match[2] in new.recipe.regions}  # fmt: skip
    if match := REGION_FILE.fullmatch(name):
        return match[2] in new.recipe.regions
    return not name.startswith(REGIONS) or name.removeprefix(REGIONS).partition("/")[0] in own


def _yaml(home: Path, sha256: str | None) -> Any:
    return yaml_file.values(archive.get(home, sha256)) if sha256 else None


def _tell_contract(name: str, before: Any, after: Any, donor: str) -> list[Difference]:
    match = REGION_FILE.fullmatch(name)
    words = words_apart(name, donor)
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
        Difference("region", region, region)
        for region in after["donor"]["regions"]
        if region not in before["donor"]["regions"]
    ]
    found += [
        Difference("region", f"{region} (left)", region)
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
    match = REGION_FILE.fullmatch(name)
    return [Difference("region", match[2], match[2])] if match and before is None else []


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
            kind_of_delivery(one, old, new),
            f"{one.path}{' (replaced)' if one.path in paths else ''}",
            *_whose(one),
        )
        for key, one in is_now.items()
        if was.get(key) != one and not one.version and kind_of_delivery(one, old, new) != "region"
    ]
    stay = {one.path for one in new.arrived}
    return found + [
        Difference(kind_of_delivery(one, old, new), f"{one.path} (gone)", *_whose(one))
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
