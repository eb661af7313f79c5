"""Running dbt: its manifest for Dagster, its variables and its environment. One dbt call a run."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

from ingest.errors import SangamError
from ingest.files import atomic
from orchestration.settings import DBT_PROJECT, Settings
from orchestration.warehouse import logframes as definitions
from orchestration.warehouse import programme_words
from orchestration.warehouse.build_state import build_path, is_of_other_models, project_fingerprint

# An installation may not write where its code lies.
TARGET = Path(os.environ.get("SANGAM_DBT_TARGET") or DBT_PROJECT / "target")


def executable() -> str:
    """The dbt of this Python."""
    return str(Path(sys.executable).with_name("dbt"))


def variables(settings: Settings) -> str:
    """dbt's --vars as JSON: where the feeds are, all indicator definitions, what programmes declare."""
    return _as_json(str(settings.feeds))


def _as_json(feeds: str) -> str:
    words = definitions.as_dbt_vars(definitions.sound(), feeds)
    return json.dumps(words | programme_words.as_dbt_vars())


def target(settings: Settings) -> Path:
    """Where dbt keeps what it knows of the project between runs of a home."""
    return settings.home / "build" / "dbt_target"


def _environment(settings: Settings) -> dict[str, str]:
    return {
        "SANGAM_WAREHOUSE": str(build_path(settings)),
        "DBT_PROFILES_DIR": str(DBT_PROJECT),
        "DBT_LOG_PATH": str(settings.home / "build" / "dbt_logs"),
        "DBT_LOG_LEVEL_FILE": "info",  # writing each query into the log costs a second a run; target/run has them
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


@contextmanager
def environment(settings: Settings, quarters: Iterable[str] = ()) -> Iterator[None]:
    """dbt's environment while it runs: the database it writes, the quarters it builds, quiet logs within the home."""
    build_path(settings).parent.mkdir(parents=True, exist_ok=True)
    words = _environment(settings) | {"SANGAM_QUARTERS": " ".join(sorted(set(quarters)))}
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


@contextmanager
def parsing_ahead(settings: Settings) -> Iterator[None]:
    """While the sources are read, dbt parses the project, which takes it seconds; the build then finds it parsed.

    Nothing depends on it: where it is late or fails, the build parses by itself and says what is wrong.
    """
    work = Thread(target=_parse_if_possible, args=(settings,))
    work.start()
    try:
        yield
    finally:
        work.join()


def _parse_if_possible(settings: Settings) -> None:
    with suppress(OSError, SangamError):  # such as a full disk: the build meets it too, and says so
        _parse(settings)


def _parse(settings: Settings) -> None:
    """Parse into a folder of its own, and put the result beside where the build looks as a whole."""
    found, mark = target(settings) / "partial_parse.msgpack", target(settings) / "parsed_ahead"
    words = variables(settings)
    state = hashlib.sha256(f"{project_fingerprint()} {words}".encode()).hexdigest()
    if found.exists() and mark.exists() and mark.read_text() == state:
        return
    target(settings).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target(settings)) as made:
        done = _dbt(["parse", "--target-path", made], words, _environment(settings))
        if not done.returncode:
            (Path(made) / found.name).replace(found)
            mark.write_text(state)


def _dbt(command: list[str], words: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    where = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT), "--vars", words]
    return subprocess.run(  # noqa: S603 - our own dbt
        [executable(), *command, *where],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def build(settings: Settings, quarters: Iterable[str]) -> None:
    """Build seeds and models for some quarters, without tests. Raises SangamError with dbt's own words."""
    with environment(settings, quarters):
        arguments = ["build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test"]
        arguments += ["--target-path", str(target(settings))]
        if is_of_other_models(settings):
            arguments.append("--full-refresh")
        done = _dbt(arguments, variables(settings), {})
    if done.returncode:
        raise SangamError(f"dbt cannot build {DBT_PROJECT}:\n{done.stdout[-2000:]}{done.stderr[-1000:]}")


def manifest() -> Path:
    """dbt's manifest, and beside it its documentation as one page, made anew when the project changed.

    Raises SangamError with dbt's own words where the project does not parse.
    """
    path, mark = TARGET / "manifest.json", TARGET / "manifest.fingerprint"
    state = project_fingerprint()
    if path.exists() and mark.exists() and mark.read_text() == state and documentation().exists():
        return path
    # Definitions are loaded without a home: the manifest knows models and tests, not where data is.
    words = _as_json("feeds")
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=TARGET) as made:
        # Writing the documentation parses the project, and costs hardly more than parsing; it opens no warehouse.
        command = ["docs", "generate", "--static", "--empty-catalog", "--target-path", made]
        quiet = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DBT_LOG_PATH": str(TARGET / "logs")}
        done = _dbt(command, words, {**quiet, "SANGAM_WAREHOUSE": ":memory:"})
        if done.returncode:
            raise SangamError(f"dbt cannot parse {DBT_PROJECT}:\n{done.stdout[-2000:]}{done.stderr[-1000:]}")
        for result in (path, documentation()):
            (Path(made) / result.name).replace(result)
    mark.write_text(state)
    return path


def documentation() -> Path:
    """dbt's documentation of the project as one page; `manifest` makes it."""
    return TARGET / "static_index.html"


def write_documentation(where: Settings) -> None:
    """Put dbt's documentation into the home's pages, anew when the project changed."""
    manifest()
    page, made = where.home / "docs" / "dbt" / "static_index.html", documentation()
    if page.exists() and page.stat().st_mtime_ns == made.stat().st_mtime_ns:
        return
    with atomic(page) as temporary:
        shutil.copy2(made, temporary)
