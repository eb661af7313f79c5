"""A Dagster UI over a home of its own: code server, webserver and daemon on free ports of 127.0.0.1.

The sensors are stopped before the daemon starts, so that nothing runs but what a test starts.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.quarter_run import prepare_dagster_home
from orchestration.settings import PROJECT, Settings
from orchestration.tags import LOCATION, REPOSITORY

PATIENCE = 180.0  # seconds, for a server that starts on a busy machine
ENDS = 10.0  # seconds, for one that ends
_SENSORS = f"""{{ sensorsOrError(repositorySelector: {{
    repositoryName: "{REPOSITORY}", repositoryLocationName: "{LOCATION}"
}}) {{ ... on Sensors {{ results {{ name id }} }} }} }}"""
_STOP = "mutation ($id: String!) { stopSensor(id: $id) { __typename } }"


@dataclass
class Ui:
    """A running UI."""

    home: Path
    folder: Path  # of logs and of the workspace file
    environment: dict[str, str]
    url: str = ""

    def program(self, *words: str) -> subprocess.Popen[bytes]:
        """Start one of the programs beside this Python; what it prints is in the folder, in a file of its name."""
        command = [str(Path(sys.executable).with_name(words[0])), *words[1:]]
        with self.log(*words).open("ab") as stream:
            return subprocess.Popen(
                command, stdout=stream, stderr=stream, env=self.environment, cwd=str(PROJECT)
            )

    def log(self, *words: str) -> Path:
        """Where a program's output goes."""
        return self.folder / f"{words[0]}.log"

    @contextlib.contextmanager
    def running(self, *words: str) -> Iterator[subprocess.Popen[bytes]]:
        """The same, ended afterwards."""
        process = self.program(*words)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(ENDS)
            except subprocess.TimeoutExpired:  # a code server that started runs waits for more of them
                process.kill()
                process.wait(PATIENCE)

    @contextlib.contextmanager
    def webserver(self, *words: str) -> Iterator[str]:
        """A webserver; its address, once it answers."""
        port = free_port()
        at = f"http://127.0.0.1:{port}"
        command = ("dagster-webserver", "-w", str(self.folder / "workspace.yaml"), "-h", "127.0.0.1")
        with self.running(*command, "-p", str(port), *words) as process:
            self.wait_for(port, process, command[0])
            yield at

    def wait_for(self, port: int, process: subprocess.Popen[bytes], name: str) -> None:
        """Return once a program listens on its port. Raises AssertionError with what it printed where it ends."""
        deadline = time.monotonic() + PATIENCE
        while not _listens(port):
            assert process.poll() is None and time.monotonic() < deadline, self.log(name).read_text()[-2000:]
            time.sleep(0.2)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def ask(url: str, query: str, **variables: Any) -> dict[str, Any]:
    """The data that a webserver answers a GraphQL query with."""
    body = json.dumps({"query": query, "variables": variables}).encode()
    request = urllib.request.Request(f"{url}/graphql", body, {"Content-Type": "application/json"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
            said = json.load(answer)
    except urllib.error.HTTPError as error:
        raise AssertionError(error.read().decode()) from error
    assert "errors" not in said, said
    data: dict[str, Any] = said["data"]
    return data


@contextlib.contextmanager
def running(folder: Path, home: Path, landing: Path) -> Iterator[Ui]:
    """The UI over a home; its logs and workspace are in the folder."""
    settings = Settings(home, landing)
    before = os.environ.get("DAGSTER_HOME")
    prepare_dagster_home(settings)
    environment = os.environ | {
        "SANGAM_HOME": str(settings.home),
        "SANGAM_LANDING": str(landing),
        "SANGAM_DEMO": "1",
        "PYTHONPATH": str(PROJECT),
    }
    os.environ.pop("DAGSTER_HOME")
    if before is not None:
        os.environ["DAGSTER_HOME"] = before
    ui = Ui(settings.home, folder, environment)
    port = free_port()
    where = {"host": "127.0.0.1", "port": port, "location_name": LOCATION}
    workspace = folder / "workspace.yaml"
    workspace.write_text(json.dumps({"load_from": [{"grpc_server": where}]}))  # JSON is YAML
    code = ("dagster", "api", "grpc", "-m", "orchestration.definitions", "-h", "127.0.0.1", "-p", str(port))
    with ui.running(*code, "--location-name", LOCATION) as process:
        ui.wait_for(port, process, "dagster")
        with ui.webserver() as ui.url:
            for sensor in ask(ui.url, _SENSORS)["sensorsOrError"]["results"]:
                ask(ui.url, _STOP, id=sensor["id"])
            with ui.running("dagster-daemon", "run", "-w", str(workspace)):
                yield ui


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
        return True
    return False
