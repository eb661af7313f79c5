"""What `deploy/` and its documentation say agrees with the code, with Dagster, and with each other."""

from __future__ import annotations

import ast
import copy
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from orchestration.settings import PROJECT
from tests.house import files
from tests.production import DEPLOY

UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
VARIABLE = r"(?:SANGAM|DAGSTER|AWS|PG)_?[A-Z0-9_]+"
KeyPath = tuple[str, ...]


def _yaml(name: str) -> Any:
    return yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))


INSTANCE = _yaml("dagster.yaml")


def _documented() -> set[str]:
    text = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
    table = text.partition("## Environment")[2].partition("\n## ")[0]
    names = (row.split("|")[1] for row in table.splitlines() if row.startswith("| `"))
    return {name for cell in names for name in re.findall(rf"`({VARIABLE})`", cell)}


def _read_by_the_code() -> set[str]:
    constants = (
        node.value
        for file in files(PROJECT)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    found = {text for text in constants if re.fullmatch(r"SANGAM_[A-Z0-9_]+", text)}
    models = (PROJECT / "dbt_project").rglob("*.[ys][mq]l")
    return found | {
        name
        for file in models
        if "target" not in file.parts
        for name in re.findall(r"env_var\('(SANGAM_\w+)'", file.read_text(encoding="utf-8"))
    }


def _asked_for_by_deploy() -> set[str]:
    told = (DEPLOY / "sangam.env").read_text(encoding="utf-8")
    found = set(re.findall(rf"^({VARIABLE})=", told, re.M))
    for name in ("dagster.yaml", "workspace.yaml", "compose.yaml", "helm/values.yaml"):
        text = (DEPLOY / name).read_text(encoding="utf-8")
        found |= set(re.findall(rf"env: ({VARIABLE})", text)) | set(re.findall(rf"\$\{{({VARIABLE})", text))
    return found


def test_the_table_of_variables_has_all_there_are_and_no_others() -> None:
    assert len(_read_by_the_code()) > 20
    of_us = {name for name in _documented() if name.startswith("SANGAM_")}
    for_others = {name for name in _asked_for_by_deploy() if name.startswith("SANGAM_")}
    assert of_us == _read_by_the_code() | for_others
    assert _asked_for_by_deploy() <= _documented()


def test_the_environment_file_sets_what_the_instance_asks_for() -> None:
    told = (DEPLOY / "sangam.env").read_text(encoding="utf-8")
    for name in ("dagster.yaml", "workspace.yaml"):
        for variable in re.findall(r"env: (\w+)", (DEPLOY / name).read_text(encoding="utf-8")):
            assert re.search(rf"^{variable}=", told, re.M), variable


def _paths(words: Any, above: KeyPath = ()) -> Iterator[KeyPath]:
    if isinstance(words, dict):
        for name, value in words.items():
            yield (*above, name)
            yield from _paths(value, (*above, name))


def _load(words: Any, folder: Path) -> dg.DagsterInstance:
    """The instance; settings of classes are looked at when they are asked for."""
    (folder / "dagster.yaml").write_text(yaml.safe_dump(words), encoding="utf-8")
    instance = dg.DagsterInstance.from_config(str(folder))
    assert instance.compute_log_manager and instance.run_coordinator
    return instance


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in re.findall(r"env: (\w+)", (DEPLOY / "dagster.yaml").read_text(encoding="utf-8")):
        monkeypatch.setenv(name, "5432" if name.endswith("PORT") else "x")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


def _in_a_file(folder: Path) -> Any:
    """The instance without a server."""
    return INSTANCE | {"storage": {"sqlite": {"base_dir": str(folder / "storage")}}}


@pytest.mark.usefixtures("variables")
def test_the_instance_is_what_the_file_says(tmp_path: Path) -> None:
    with _load(_in_a_file(tmp_path), tmp_path) as instance:
        assert type(instance.run_coordinator).__name__ == "QueuedRunCoordinator"
        assert type(instance.compute_log_manager).__name__ == "S3ComputeLogManager"
        assert instance.run_monitoring_enabled and instance.run_retries_enabled
        assert not instance.telemetry_enabled and not instance.nux_enabled


@pytest.mark.usefixtures("variables")
@pytest.mark.parametrize("path", list(_paths(INSTANCE)), ids=".".join)
def test_a_key_that_dagster_does_not_know_is_refused(path: KeyPath, tmp_path: Path) -> None:
    words = copy.deepcopy(INSTANCE if path[0] == "storage" else _in_a_file(tmp_path))
    within = words
    for name in path[:-1]:
        within = within[name]
    within[f"{path[-1]}_"] = within.pop(path[-1])
    with pytest.raises((dg.DagsterInvalidConfigError, dg.DagsterInvariantViolationError)):
        _load(words, tmp_path)


def test_helm_says_the_same_as_the_instance() -> None:
    def snake(words: Any) -> Any:
        if isinstance(words, dict):
            return {re.sub(r"(?=[A-Z])", "_", name).lower(): snake(value) for name, value in words.items()}
        return words

    values = _yaml("helm/values.yaml")
    daemon = snake(values["dagsterDaemon"])
    for name in ("run_monitoring", "run_retries", "sensors", "schedules"):
        assert daemon[name] == INSTANCE[name], name
    for name in ("retention", "concurrency"):
        assert snake(values[name]) == INSTANCE[name] | {"enabled": True}, name
    logs = values["computeLogManager"]["config"]["s3ComputeLogManager"]
    assert snake(logs) == INSTANCE["compute_logs"]["config"]
    assert (
        values["postgresql"]["postgresqlScheme"] == INSTANCE["storage"]["postgres"]["postgres_db"]["scheme"]
    )


def test_compose_publishes_on_loopback_alone_and_looks_after_everything() -> None:
    services = _yaml("compose.yaml")["services"]
    assert {"postgres", "s3", "code", "daemon", "webserver", "webserver-read-only"} == set(services)
    for name, service in services.items():
        assert service["healthcheck"]["test"], name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name
        if service["image"] == "sangam":
            assert service["read_only"] and service["cap_drop"] == ["ALL"], name
    assert "--read-only" in services["webserver-read-only"]["command"]
    assert "--read-only" not in services["webserver"]["command"]


def test_the_image_is_built_by_hash_and_run_by_nobody_special() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    assert "--require-hashes" in text
    (user,) = re.findall(r"^USER (\d+):\d+$", text, re.M)
    assert int(user) > 0
    for source in re.findall(r"^COPY (?!--from)(.*) \S+$", text, re.M):
        assert all((PROJECT / one).exists() for one in source.split()), source


def _locked(name: str) -> dict[str, tuple[str, ...]]:
    text = (PROJECT / name).read_text(encoding="utf-8")
    found = re.findall(r"^(\S+==\S+)[^\n]*\\\n((?:    --hash=\S+(?: \\)?\n)+)", text, re.M)
    return {package: tuple(sorted(re.findall(r"sha256:\w+", hashes))) for package, hashes in found}


def test_the_image_installs_what_a_checkout_does() -> None:
    image, checkout = _locked("deploy/requirements.lock"), _locked("requirements.lock")
    assert image.items() <= checkout.items()
    names = {package.partition("==")[0] for package in image}
    assert {"dagster", "dagster-aws", "dagster-postgres", "psycopg2-binary", "setuptools"} <= names
    assert not {"pytest", "mypy", "ruff"} & names


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_a_unit_starts_a_program_that_is_there_with_few_rights(unit: Path) -> None:
    text = unit.read_text(encoding="utf-8")
    (start,) = re.findall(r"^ExecStart=(.*)$", text, re.M)
    program, *words = start.split()
    assert (Path(sys.executable).parent / Path(program).name).exists()
    assert words[words.index("-h") + 1] == "127.0.0.1" if "-h" in words else "daemon" in unit.stem
    for line in ("NoNewPrivileges=yes", "ProtectSystem=strict", "User=sangam", "CapabilityBoundingSet=\n"):
        assert line in text
    assert "UnsetEnvironment=SANGAM_SECRET" in text or unit.stem == "sangam-code"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_knows_every_word_of_the_units(tmp_path: Path) -> None:
    for unit in UNITS:
        text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(encoding="utf-8"), flags=re.M)
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    words = ["systemd-analyze", "verify", *(str(tmp_path / unit.name) for unit in UNITS)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if str(tmp_path) in line] == []


def test_the_proxy_leads_to_the_webservers_as_they_are_started() -> None:
    text = (DEPLOY / "proxy" / "nginx.conf").read_text(encoding="utf-8")
    servers = dict(re.findall(r"upstream (\w+)\s*\{ server 127\.0\.0\.1:(\d+); \}", text))
    led = {
        (prefix, servers[upstream])
        for prefix, upstream in re.findall(r"location (/\w+) \{[^}]*proxy_pass http://(\w+);", text)
    }
    started = {
        found.groups()[::-1]
        for unit in UNITS
        if (found := re.search(r"-p (\d+) --path-prefix (\S+)", unit.read_text(encoding="utf-8")))
    }
    composed = {
        (service["command"][service["command"].index("--path-prefix") + 1], service["ports"][0].split(":")[1])
        for service in _yaml("compose.yaml")["services"].values()
        if "--path-prefix" in service.get("command", [])
    }
    assert led == started == composed
    assert len(led) == 2


def test_old_runs_are_deleted_but_the_last_of_each_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (told,) = re.findall(
        r"```python\n(.*?)```", (PROJECT / "docs" / "operations.md").read_text("utf-8"), re.S
    )
    assert "days=730" in told
    (tmp_path / "dagster.yaml").touch()
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))

    @dg.op
    def nothing(context) -> None:  # type: ignore[no-untyped-def]  # Dagster reads annotations, which are texts here
        if context.run.tags.get("fails"):
            raise dg.Failure("on purpose")

    job = dg.GraphDefinition(name="quarter", node_defs=[nothing]).to_job(executor_def=dg.in_process_executor)
    with dg.DagsterInstance.get() as instance:

        def run(quarter: str, **more: str) -> str:
            tags = {"sangam/quarter": quarter, **more}
            return job.execute_in_process(instance=instance, tags=tags, raise_on_error=False).run_id

        old, last, other, failed = run("2021Q1"), run("2021Q1"), run("2021Q2"), run("2021Q1", fails="1")
        exec(compile(told, "operations.md", "exec"), {})  # noqa: S102 - none of them is two years old
        assert len(instance.get_run_records()) == 4
        exec(compile(told.replace("days=730", "days=-1"), "operations.md", "exec"), {})  # noqa: S102
        left = {record.dagster_run.run_id for record in instance.get_run_records()}
    assert left == {last, other, failed} and old not in left
