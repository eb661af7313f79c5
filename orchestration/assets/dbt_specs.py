"""dbt's models and tests as assets and checks: as dagster-dbt makes them, kept beside dbt's manifest between loads.

dagster-dbt imports dbt, which takes a code location longer than all else; so it is asked only when the project changed.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from pathlib import Path
from typing import Any, NamedTuple

import dagster as dg

from ingest.files import write_json
from orchestration.warehouse import dbt

KEPT = "assets.json"


class Specs(NamedTuple):
    """The models and seeds of the project, and its tests."""

    models: list[dg.AssetSpec]
    tests: list[dg.AssetCheckSpec]


def specs() -> Specs:
    """Every model and test, made anew when the project, dagster-dbt or what we ask of it changed.

    Raises SangamError with dbt's own words where the project does not parse.
    """
    manifest = dbt.manifest()
    kept, state = manifest.with_name(KEPT), _state(manifest)
    if kept.exists():
        words = json.loads(kept.read_text(encoding="utf-8"))
        if words["state"] == state:
            return _read(words["specs"])
    # For start-up: dagster-dbt imports all of dbt.
    from orchestration.assets.dbt_build import assets_and_checks

    written = _written(Specs(*assets_and_checks(manifest)))
    write_json(kept, {"state": state, "specs": written})
    return _read(written)


def _state(manifest: Path) -> str:
    """What the specs are made of: the manifest, the code that makes them of it, and the libraries that do."""
    code = [Path(__file__), Path(__file__).with_name("dbt_build.py")]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in (manifest, *code)))
    for package in ("dagster", "dagster-dbt", "dbt-core"):
        digest.update(importlib.metadata.version(package).encode())
    return digest.hexdigest()


def _written(found: Specs) -> str:
    words = {
        "models": [
            {
                "key": one.key,
                "deps": [dep.asset_key for dep in one.deps],
                "group_name": one.group_name,
                "description": one.description,
                "code_version": one.code_version,
                "skippable": one.skippable,
                "tags": dict(one.tags),
                "metadata": dict(one.metadata),
            }
            for one in found.models
        ],
        "tests": [
            {
                "name": one.name,
                "asset": one.asset_key,
                "additional_deps": [dep.asset_key for dep in one.additional_deps],
                "description": one.description,
                "blocking": one.blocking,
                "metadata": dict(one.metadata or {}),
            }
            for one in found.tests
        ],
    }
    return dg.serialize_value(words)


def _read(written: str) -> Specs:
    words: Any = dg.deserialize_value(written)
    return Specs(
        [dg.AssetSpec(**one) for one in words["models"]], [dg.AssetCheckSpec(**one) for one in words["tests"]]
    )
