"""Everything that Dagster knows of sangam, as text that a review reads: assets, jobs, and what starts them.

`SANGAM_WRITE_SNAPSHOT=1` writes it anew.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

SNAPSHOT = Path(__file__).resolve().parents[1] / "snapshots" / "definitions.txt"


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    from orchestration.definitions import defs

    return defs


@pytest.fixture(scope="module")
def assets(definitions: dg.Definitions) -> list[Any]:
    graph = definitions.resolve_asset_graph()
    return [graph.get(key) for key in sorted(graph.materializable_asset_keys)]


def test_every_asset_says_whose_it_is_what_and_how_fresh(assets: list[Any]) -> None:
    assert len(assets) > 100
    for asset in assets:
        name = asset.key.to_user_string()
        assert asset.owners and asset.description and asset.group_name and asset.kinds, name
        why_not = asset.metadata.get("freshness")
        assert (asset.freshness_policy is None) == bool(why_not), f"{name}: a policy, or why there is none"
        assert asset.partitions_def is not None, f"{name} is of no quarter"
        assert asset.pools or asset.key.path[0] != "marts", f"{name}: two runs could write the warehouse"


def test_the_groups_are_regions_and_layers(assets: list[Any]) -> None:
    groups = {asset.group_name for asset in assets}
    assert {"sindh", "jharkhand", "feeds", "marts", "release"} <= groups
    assert max(sum(asset.group_name == group for asset in assets) for group in groups) <= 30, (
        "a screen's worth"
    )


def test_contracts_and_models_are_found_from_the_graph(assets: list[Any]) -> None:
    by_key = {asset.key.to_user_string(): asset for asset in assets}
    for key, file, line in (
        ("sindh/births/births", "births.yml", True),
        ("marts/indicator_values", "indicator_values.sql", False),
    ):
        (reference,) = by_key[key].metadata["dagster/code_references"].code_references
        assert Path(reference.file_path).name == file and Path(reference.file_path).exists()
        assert bool(reference.line_number) == line


def test_the_definitions_are_those_that_were_reviewed(definitions: dg.Definitions, assets: list[Any]) -> None:
    text = "\n".join([*map(_asset, assets), *_jobs(definitions), *_starters(definitions)]) + "\n"
    if os.environ.get("SANGAM_WRITE_SNAPSHOT"):
        SNAPSHOT.write_text(text, encoding="utf-8")
    assert text.splitlines() == SNAPSHOT.read_text(encoding="utf-8").splitlines(), (
        "What Dagster knows has changed. If it is meant: SANGAM_WRITE_SNAPSHOT=1, and look at the difference."
    )


def _asset(asset: Any) -> str:
    policy = asset.freshness_policy
    fresh = f"{policy.fail_window.to_timedelta().days} days" if policy else "no policy"
    checks = ", ".join(
        f"{key.name}{'!' if asset.check_keys and _is_blocking(asset, key) else ''}"
        for key in sorted(asset.check_keys)
    )
    words = {
        "group": asset.group_name,
        "kinds": ", ".join(sorted(asset.kinds)),
        "owners": ", ".join(asset.owners),
        "fresh": fresh,
        "pools": ", ".join(sorted(asset.pools or ())),
        "checks": checks,
        "of": ", ".join(sorted(key.to_user_string() for key in asset.parent_keys)),
    }
    return f"{asset.key.to_user_string()}  " + json.dumps(
        {name: text for name, text in words.items() if text}
    )


def _is_blocking(asset: Any, key: dg.AssetCheckKey) -> bool:
    return any(spec.blocking for spec in asset.assets_def.check_specs if spec.key == key)


def _jobs(definitions: dg.Definitions) -> list[str]:
    jobs = sorted(definitions.resolve_all_job_defs(), key=lambda job: job.name)
    return [f"job {job.name}: {job.description}" for job in jobs if not job.name.startswith("__")]


def _starters(definitions: dg.Definitions) -> list[str]:
    schedules = [
        f"schedule {one.name}: {one.cron_schedule} {one.execution_timezone}, {one.default_status.value}"
        for one in definitions.schedules or ()
    ]
    sensors = [
        f"sensor {one.name}: every {one.minimum_interval_seconds} s, {one.default_status.value}"
        for one in definitions.sensors or ()
    ]
    return sorted([*schedules, *sensors])
