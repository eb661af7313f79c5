"""A home's feeds by real dbt into the marts, for some logframes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
from dbt.cli.main import dbtRunner

from orchestration.settings import DBT_PROJECT, Settings
from orchestration.warehouse import dbt, logframes
from orchestration.warehouse.build_state import build_path
from orchestration.warehouse.logframe_words import Logframe


def build(home: Path, frames: list[Logframe], quarters: Iterable[str]) -> None:
    """Build what leads from the feeds to indicator values and their evidence."""
    settings = Settings(home, home / "landing")
    words = logframes.as_dbt_vars(frames, str(settings.feeds)) | {"services": [], "tiers": []}
    with dbt.environment(settings, quarters):
        for command in (["seed"], ["run", "--select", "+indicator_values", "+indicator_evidence"]):
            done = dbtRunner().invoke(
                ["--quiet", *command, "--project-dir", str(DBT_PROJECT), "--target-path", str(home / "target"),
                 "--vars", json.dumps(words)]
            )  # fmt: skip
            assert done.success, done.exception or [
                r.message for r in getattr(done.result, "results", []) if r.status == "error"
            ]


def rows(home: Path, sql: str) -> list[tuple[Any, ...]]:
    """What a query of the marts gives."""
    with duckdb.connect(str(build_path(Settings(home, home / "landing")))) as connection:
        return connection.execute(sql).fetchall()
