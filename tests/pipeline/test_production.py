"""Production for real: `deploy/dagster.yaml` over PostgreSQL and S3, a run launched over the webserver."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ingest.contracts.loading import load_region
from orchestration.assets.dbt_specs import KEPT
from orchestration.jobs import QUARTER as JOB
from orchestration.partitions import partition_key
from orchestration.s3 import object_store, seaweed
from orchestration.warehouse import dbt
from tests import production, servers
from tests.production import BUCKET, DEPLOY, Stack, graphql, until

pytestmark = [
    pytest.mark.xdist_group("production"),
    pytest.mark.skipif(
        not servers.postgres_folder(), reason="needs Debian's package postgresql, which is not installed"
    ),
]
REGION, SOURCE, QUARTER = "sindh", "births", "2021Q2"
IN_TIME = 20.0  # seconds after SIGTERM, on a busy machine
LAUNCH = """
mutation ($words: ExecutionParams!) {
  launchRun(executionParams: $words) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on RunConfigValidationInvalid { errors { message } }
    ... on PythonError { message }
  }
}
"""
STATUS = "query ($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"
SENSORS = """
{ sensorsOrError(repositorySelector: {repositoryName: "__repository__", repositoryLocationName: "sangam"}) {
    ... on Sensors { results { name sensorState { id } } } } }
"""
STOP = """
mutation ($id: String!) { stopSensor(id: $id) { ... on StopSensorMutationResult { instigationState { status } } } }
"""
LOCATIONS = """
{ workspaceOrError { ... on Workspace { locationEntries { name locationOrLoadError { __typename } } } } }
"""


@dataclass(frozen=True)
class Production:
    """An installation that runs."""

    stack: Stack
    postgres: servers.Postgres
    s3: Any
    address: str
    read_only: str


@pytest.fixture(scope="module")
def installed(sample_drops: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    """PostgreSQL, S3, code server, daemon, a webserver, and one that only reads."""
    folder = tmp_path_factory.mktemp("production")
    home = folder / "home"
    # Made once; what the code server makes of it is kept beside it, there.
    shutil.copytree(dbt.manifest().parent, home / "build" / "manifest", ignore=shutil.ignore_patterns(KEPT))
    database, code, port, read_only = (production.free_port() for _ in range(4))
    with servers.postgres(database) as postgres, seaweed.serve(home) as endpoint:
        postgres.load(
            b"CREATE ROLE dagster LOGIN PASSWORD 'of the test'; CREATE DATABASE dagster OWNER dagster"
        )
        s3 = object_store.connect(endpoint)
        s3.create_bucket(Bucket=BUCKET)
        environment = {
            "SANGAM_HOME": str(home),
            "SANGAM_LANDING": str(sample_drops / "landing"),
            "DAGSTER_HOME": str(home / "dagster"),
            "SANGAM_DBT_TARGET": str(home / "build" / "manifest"),
            "DAGSTER_POSTGRES_HOST": "127.0.0.1",
            "DAGSTER_POSTGRES_PORT": str(database),
            "DAGSTER_POSTGRES_USER": "dagster",
            "DAGSTER_POSTGRES_PASSWORD": "of the test",
            "DAGSTER_POSTGRES_DB": "dagster",
            "DAGSTER_LOGS_BUCKET": BUCKET,
            "SANGAM_CODE_SERVER_HOST": "127.0.0.1",
            "SANGAM_CODE_SERVER_PORT": str(code),
            "AWS_ENDPOINT_URL": endpoint.url,
            "AWS_ACCESS_KEY_ID": endpoint.admin.access_key,
            "AWS_SECRET_ACCESS_KEY": endpoint.admin.secret_key,
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        with production.stack(folder, environment) as stack:
            addresses = _start(stack, code, port, read_only)
            yield Production(stack, postgres, s3, *addresses)


def _start(stack: Stack, code: int, port: int, read_only: int) -> tuple[str, str]:
    """In the order of `docs/operations.md`: the code server first. The addresses of the webservers."""
    module, workspace = ("-m", "orchestration.definitions"), ("-w", str(DEPLOY / "workspace.yaml"))
    serve = ("dagster", "code-server", "start", "-h", "127.0.0.1", "-p", str(code), *module)
    stack.start("code", *serve, knows_secret=True)
    until(
        lambda: stack.ask("dagster", "api", "grpc-health-check", "-p", str(code)), lambda: stack.log("code")
    )
    operate, look = f"http://127.0.0.1:{port}/operate", f"http://127.0.0.1:{read_only}/look"
    words = ("-h", "127.0.0.1", "-p", str(port), "--path-prefix", "/operate", *workspace)
    stack.start("webserver", "dagster-webserver", *words)
    words = ("-h", "127.0.0.1", "-p", str(read_only), "--path-prefix", "/look", "--read-only", *workspace)
    stack.start("read_only", "dagster-webserver", *words)
    until(lambda: production.is_up(operate), lambda: stack.log("webserver"))
    _stop_sensors(operate)
    stack.start("daemon", "dagster-daemon", "run", *workspace)
    until(lambda: production.is_up(look), lambda: stack.log("read_only"))
    until(lambda: stack.ask("dagster-daemon", "liveness-check"), lambda: stack.log("daemon"))
    return operate, look


def _stop_sensors(address: str) -> None:
    """As before an upgrade: nothing starts but what the tests launch."""
    for sensor in graphql(address, SENSORS)["sensorsOrError"]["results"]:
        stopped = graphql(address, STOP, {"id": sensor["sensorState"]["id"]})["stopSensor"]
        assert stopped["instigationState"]["status"] == "STOPPED", sensor["name"]


def _words() -> dict[str, Any]:
    """What launching one source's quarter asks for."""
    tables = load_region(REGION).sources[SOURCE].tables
    assets = [{"path": [REGION, SOURCE, table]} for table in tables]
    selector = {
        "repositoryLocationName": "sangam",
        "repositoryName": "__repository__",
        "jobName": JOB,
        "assetSelection": assets,
    }
    tags = [{"key": "dagster/partition", "value": partition_key(QUARTER)}]
    return {"selector": selector, "runConfigData": {}, "executionMetadata": {"tags": tags}}


def test_the_code_server_serves_both_webservers(installed: Production) -> None:
    assert (Path(installed.stack.environment["SANGAM_DBT_TARGET"]) / KEPT).exists()
    for address in (installed.address, installed.read_only):
        (entry,) = graphql(address, LOCATIONS)["workspaceOrError"]["locationEntries"]
        assert (entry["name"], entry["locationOrLoadError"]["__typename"]) == ("sangam", "RepositoryLocation")


def test_a_run_launched_over_the_webserver_is_kept_in_postgresql_and_s3(installed: Production) -> None:
    done = graphql(installed.address, LAUNCH, {"words": _words()})["launchRun"]
    assert done["__typename"] == "LaunchRunSuccess", done
    run = done["run"]["runId"]

    def status() -> str:
        return str(graphql(installed.address, STATUS, {"id": run})["runOrError"]["status"])

    until(
        lambda: status() in ("SUCCESS", "FAILURE", "CANCELED"),
        lambda: installed.stack.log("daemon") + installed.stack.log("code"),
    )
    assert status() == "SUCCESS", installed.stack.log("code")

    counts = installed.postgres.ask(
        "dagster",
        "SELECT json_object_agg(kind, number) FROM (SELECT dagster_event_type AS kind, count(*) AS number "
        f"FROM event_logs WHERE run_id = '{run}' AND dagster_event_type IS NOT NULL GROUP BY 1) AS events",
    )
    tables = load_region(REGION).sources[SOURCE].tables
    # Dagster stores these under the names of before: through the queue, and to the end.
    assert counts["PIPELINE_ENQUEUED"] == counts["PIPELINE_SUCCESS"] == 1
    assert counts["ASSET_MATERIALIZATION"] >= len(tables)
    assert counts["ASSET_CHECK_EVALUATION"] >= len(tables)

    listed = installed.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])
    assert [one["Key"] for one in listed if run in one["Key"]], [one["Key"] for one in listed]


def test_the_webserver_for_readers_launches_nothing(installed: Production) -> None:
    before = installed.postgres.ask("dagster", "SELECT to_json(count(*)) FROM runs")
    said = graphql(installed.read_only, LAUNCH, {"words": _words()})
    assert said["launchRun"]["__typename"] == "UnauthorizedError"
    assert installed.postgres.ask("dagster", "SELECT to_json(count(*)) FROM runs") == before


def test_processes_end_on_sigterm(installed: Production) -> None:
    """A code server that has run something may stay (Dagster's own): the service manager ends it in the end."""
    late = [name for name in ("daemon", "webserver", "read_only") if not installed.stack.end(name, IN_TIME)]
    installed.stack.end("code", IN_TIME)
    assert late == []


def test_the_history_is_migrated_and_restored_from_a_backup(installed: Production) -> None:
    assert installed.stack.running == {}
    count = "SELECT to_json(count(*)) FROM event_logs"
    events = installed.postgres.ask("dagster", count)
    assert installed.stack.ask("dagster", "instance", "migrate"), "as before each start of another version"
    assert installed.postgres.ask("dagster", count) == events > 0
    backup = installed.postgres.dump("dagster", "-Fc")
    installed.postgres.new("restored")
    servers.run(installed.postgres.client("pg_restore", "-d", "restored"), backup)
    assert installed.postgres.ask("restored", count) == events
