"""Which quarters the warehouse has to build, and putting the built warehouse where people read it.

dbt is the single writer and works on a database of its own; readers get a copy that is swapped in as a whole, so
that neither waits for the other. No SQL here: the models are in `dbt_project`.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ingest.deliveries.delivery import NO_QUARTER
from ingest.files import atomic, write_json
from orchestration.settings import DBT_PROJECT, Settings
from orchestration.warehouse import source_tree
from orchestration.warehouse.logframes import logframes_root
from orchestration.warehouse.released import note_releases

_IN_MANIFEST = ("models", "macros", "seeds", "tests", "dbt_project.yml", "profiles.yml")


def build_path(settings: Settings) -> Path:
    """The database dbt writes."""
    return settings.home / "build" / "warehouse.duckdb"


def project_fingerprint() -> str:
    """A hash of everything in the dbt project and the logframes that decides about a number."""
    digest = hashlib.sha256()
    for at in (*(DBT_PROJECT / name for name in _IN_MANIFEST), logframes_root()):
        for path in [at] if at.is_file() else sorted(p for p in at.rglob("*") if p.is_file()):
            name = path.relative_to(at.parent).as_posix()
            digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def drop_states(feeds: Path) -> dict[str, Any]:
    """What the feeds hold: for each region/source/quarter what it was published from, and how it was linked."""
    linked = {
        f"{path.parent.name.partition('=')[2]}/{path.stem}/{path.stem.split('-')[1]}": json.loads(
            path.read_text(encoding="utf-8")
        )
        for path in sorted((feeds / "feed=crosswalk").glob("region=*/_linked-*.json"))
    }
    return linked | {
        "/".join(part.partition("=")[2] for part in path.parent.parts[-3:]): json.loads(
            path.read_text(encoding="utf-8")
        )
        for path in sorted((feeds / "feed=drop").glob("region=*/source=*/quarter=*/_published.json"))
    }


def feed_version(settings: Settings, quarter: str) -> str:
    """What the feeds of a quarter are made of, and the reference tables; another word: what is read of them differs."""
    states = drop_states(settings.feeds)
    own = {key: state for key, state in states.items() if key.rpartition("/")[2] in (quarter, NO_QUARTER)}
    return hashlib.sha256(json.dumps(own, sort_keys=True).encode()).hexdigest()[:16]


def _state_path(settings: Settings) -> Path:
    return settings.home / "build" / "state.json"


def quarters_to_build(settings: Settings, quarter: str) -> list[str]:
    """The quarters that have to be built anew so that `quarter` and all later ones built before are right.

    From the earliest quarter in which a delivery or a contract changed; all when a definition, a model, a target or
    a rate changed; none where nothing did and the quarter was built before.
    """
    now = drop_states(settings.feeds)
    path = _state_path(settings)
    before: dict[str, Any] = {"drops": {}, "built": [], "project": ""}
    if path.exists() and build_path(settings).exists():
        before = json.loads(path.read_text(encoding="utf-8"))
    there = {key.rpartition("/")[2] for key in now} - {NO_QUARTER}
    built = set(before["built"]) | there | {quarter}
    changed = {key.rpartition("/")[2] for key in now if now[key] != before["drops"].get(key)}
    changed |= {key.rpartition("/")[2] for key in before["drops"] if key not in now}
    if NO_QUARTER in changed or before["project"] != project_fingerprint():
        return sorted(built)
    new = set() if quarter in before["built"] else {quarter}
    return sorted(new | {q for q in built if changed and q >= min(changed)})


def quarters_changed(settings: Settings) -> list[str]:
    """The quarters with deliveries that have to be built anew; see `quarters_to_build`."""
    there = {key.rpartition("/")[2] for key in drop_states(settings.feeds)} - {NO_QUARTER}
    return quarters_to_build(settings, max(there)) if there else []


def feeds_version(settings: Settings) -> str:
    """What all feeds are made of, and the models and definitions that read them."""
    words = json.dumps([drop_states(settings.feeds), project_fingerprint()], sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def is_of_other_models(settings: Settings) -> bool:
    """Whether the database was built by other models or definitions: its tables may have other columns."""
    path = _state_path(settings)
    return path.exists() and json.loads(path.read_text(encoding="utf-8"))["project"] != project_fingerprint()


def as_it_is(settings: Settings) -> dict[str, Any]:
    """What a warehouse that is built from now on is made of. What arrives meanwhile is not of it."""
    return {
        "drops": drop_states(settings.feeds),
        "project": project_fingerprint(),
        "tree": source_tree.keep(settings.home),
    }


def remember(settings: Settings, quarters: list[str], made_of: Mapping[str, Any]) -> None:
    """Note what the warehouse was built from, after it was built and swapped in; see `as_it_is`."""
    path = _state_path(settings)
    before = json.loads(path.read_text(encoding="utf-8"))["built"] if path.exists() else []
    write_json(path, {**made_of, "built": sorted(set(before) | set(quarters))})


def quarters_built(home: Path) -> list[str]:
    """The quarters that the warehouse has, in order; none where nobody built it here."""
    path = home / "build" / "state.json"
    return sorted(json.loads(path.read_text(encoding="utf-8"))["built"]) if path.exists() else []


def tree_built_from(home: Path) -> str | None:
    """The SHA-256 of the source tree that the warehouse was built from; empty for a warehouse of before it was kept.

    None where nobody built it here: such a warehouse holds what somebody put there.
    """
    path = home / "build" / "state.json"
    return json.loads(path.read_text(encoding="utf-8")).get("tree", "") if path.exists() else None


def swap_in(settings: Settings) -> None:
    """Put a copy of the built database where readers find it, as a whole or not at all."""
    with atomic(settings.warehouse) as temporary:
        shutil.copyfile(build_path(settings), temporary)
        note_releases(temporary, settings.home / "releases")
