"""Running dbt: its manifest for Dagster, its variables and its environment. One dbt call a run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.errors import SangamError
from orchestration import indicator_definitions as definitions
from orchestration.settings import DBT_PROJECT, Settings
from orchestration.warehouse import build_path, project_fingerprint

TARGET = DBT_PROJECT / "target"


def executable() -> str:
    """The dbt of this Python."""
    return str(Path(sys.executable).with_name("dbt"))


def variables(settings: Settings, quarters: list[str]) -> str:
    """dbt's --vars as JSON: where the feeds are, which quarters, all indicator definitions."""
    return json.dumps(definitions.as_dbt_vars(definitions.load(), quarters, settings.feeds))


@contextmanager
def environment(settings: Settings) -> Iterator[None]:
    """dbt's environment while it runs: the database it writes, quiet logs within the home."""
    build_path(settings).parent.mkdir(parents=True, exist_ok=True)
    words = {
        "SANGAM_WAREHOUSE": str(build_path(settings)),
        "DBT_PROFILES_DIR": str(DBT_PROJECT),
        "DBT_LOG_PATH": str(settings.home / "build" / "dbt_logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    before = {word: os.environ.get(word) for word in words}
    os.environ.update(words)
    try:
        yield
    finally:
        for word, value in before.items():
            if value is None:
                os.environ.pop(word, None)
            else:
                os.environ[word] = value


def manifest() -> Path:
    """dbt's manifest, made anew when the project changed.

    Raises SangamError with dbt's own words where the project does not parse.
    """
    path, mark = TARGET / "manifest.json", TARGET / "manifest.fingerprint"
    state = project_fingerprint()
    if path.exists() and mark.exists() and mark.read_text() == state:
        return path
    # Definitions are loaded without a home: the manifest knows models and tests, not where data is.
    words = json.dumps(definitions.as_dbt_vars(definitions.load(), [], "feeds"))
    done = subprocess.run(  # noqa: S603 - our own dbt
        [
            executable(),
            "parse",
            "--project-dir",
            str(DBT_PROJECT),
            "--profiles-dir",
            str(DBT_PROJECT),
            "--vars",
            words,
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DBT_LOG_PATH": str(TARGET / "logs")},
    )
    if done.returncode:
        raise SangamError(f"dbt cannot parse {DBT_PROJECT}:\n{done.stdout[-2000:]}{done.stderr[-1000:]}")
    mark.write_text(state)
    return path


def docs(settings: Settings, target: Path) -> None:
    """Write dbt's documentation into a folder as one page, `static_index.html`. No warehouse is opened for it.

    Raises SangamError with dbt's own words where the project does not parse.
    """
    target.mkdir(parents=True, exist_ok=True)
    words = [executable(), "docs", "generate", "--static", "--empty-catalog"]
    words += [
        "--project-dir",
        str(DBT_PROJECT),
        "--profiles-dir",
        str(DBT_PROJECT),
        "--target-path",
        str(target),
    ]
    with environment(settings):
        done = subprocess.run(  # noqa: S603 - our own dbt
            [*words, "--vars", variables(settings, [])],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "SANGAM_WAREHOUSE": ":memory:"},
        )
    if done.returncode:
        raise SangamError(f"dbt cannot document {DBT_PROJECT}:\n{done.stdout[-2000:]}{done.stderr[-1000:]}")
