"""The dbt project built by dbt itself on an empty lake, and all its unit tests run: two calls of dbt.

Two, because `dbt build` with unit tests skips what lies below a test that fails, and with it other tests' own results.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ingest.mapping.feeds import write_schemas
from ingest.mapping.write_feeds import write_drops
from orchestration.settings import DBT_PROJECT, Settings
from orchestration.warehouse import dbt
from orchestration.warehouse.build_state import build_path

MODELS = DBT_PROJECT / "models"
# One delivery, so that there is something whose freshness can be asked for.
RECEIVED_AT = dt.datetime.now(dt.UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Built:
    """What dbt wrote: its database, its manifest, and status and message of each node by its unique id."""

    settings: Settings
    database: Path
    manifest: dict[str, Any]
    results: dict[str, tuple[str, str]]
    said: str
    seconds: float

    def nodes(self, kind: str) -> dict[str, dict[str, Any]]:
        """The manifest's nodes of a kind (model, test, seed) by name."""
        return {n["name"]: n for n in self.manifest["nodes"].values() if n["resource_type"] == kind}


def declared_unit_tests() -> list[str]:
    """`model::test` of every unit test in the project's YAML."""
    return sorted(
        f"{test['model']}::{test['name']}"
        for file in MODELS.rglob("*.yml")
        for test in yaml.safe_load(file.read_text(encoding="utf-8")).get("unit_tests", [])
    )


def call(settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    """Real dbt, called as a run calls it; what it says of its work is in the home's folder `target`."""
    where = ["--project-dir", str(DBT_PROJECT), "--target-path", str(settings.home / "target")]
    with dbt.environment(settings):
        return subprocess.run(
            [dbt.executable(), "--no-use-colors", *words, *where, "--vars", dbt.variables(settings)],
            capture_output=True,
            text=True,
            check=False,
        )


def build(home: Path) -> Built:
    """Build everything in a home whose lake has the feeds' columns and one delivery."""
    settings = Settings(home, home / "landing")
    write_schemas(home)
    row = {"file": "a.csv", "sha256": "ab", "status": "current", "cadence": "quarter"}
    partitions = {"region": "r", "source": "s", "quarter": "2021Q2"}
    write_drops(home, partitions, [row | {"received_at": RECEIVED_AT.isoformat()}])
    started = time.perf_counter()
    results, said = {}, ""
    for words in (["build", "--exclude-resource-type", "unit_test"], ["test", "--select", "test_type:unit"]):
        done = call(settings, *words)
        said += done.stdout + done.stderr
        results |= _results(home / "target" / "run_results.json", said)
    seconds = time.perf_counter() - started
    return Built(
        settings,
        build_path(settings),
        json.loads((home / "target" / "manifest.json").read_text(encoding="utf-8")),
        results,
        said,
        seconds,
    )


def _results(path: Path, said: str) -> dict[str, tuple[str, str]]:
    """Status and message by unique id; the file goes, so that the next call's is not taken for this one's."""
    assert path.exists(), f"dbt did not come to running anything:\n{said}"
    results = json.loads(path.read_text(encoding="utf-8"))["results"]
    path.unlink()
    return {r["unique_id"]: (r["status"], r["message"] or "") for r in results}
