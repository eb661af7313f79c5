"""Production as `deploy/` describes it, on loopback: PostgreSQL, S3, code server, daemon, webservers as processes."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.boundary.pseudonyms import SECRET_VARIABLE
from orchestration.settings import PROJECT

DEPLOY = PROJECT / "deploy"
BUCKET = "dagster-logs"
_PATIENCE = 300.0  # seconds, for processes that start on a busy machine
_BIN = Path(sys.executable).parent


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


def until(is_so: Callable[[], Any], what: Callable[[], str]) -> Any:
    """Wait for something that is true in the end; what it is. Raises AssertionError after minutes, saying `what`."""
    deadline = time.monotonic() + _PATIENCE
    while not (found := is_so()):
        assert time.monotonic() < deadline, f"in vain: {what()}"
        time.sleep(0.5)
    return found


@dataclass
class Stack:
    """The processes of one installation, their ports and environment."""

    folder: Path
    environment: dict[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, *words: str, knows_secret: bool = False) -> None:
        """Start a program of Dagster's in a session of its own; only who `knows_secret` is told it."""
        kept = {word: value for word, value in self.environment.items() if word != SECRET_VARIABLE}
        with (self.folder / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(
                [str(_BIN / words[0]), *words[1:]],
                env=self.environment if knows_secret else kept,
                cwd=PROJECT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def log(self, name: str) -> str:
        """The last words of a process."""
        return (self.folder / f"{name}.log").read_text(errors="replace")[-3000:]

    def ask(self, *words: str) -> bool:
        """Whether one of Dagster's own checks says yes."""
        done = subprocess.run(
            [str(_BIN / words[0]), *words[1:]], env=self.environment, capture_output=True, check=False
        )
        return done.returncode == 0

    def end(self, name: str, seconds: float) -> bool:
        """SIGTERM to one process; whether it and all it started were gone in time. What is not is killed."""
        process = self.running.pop(name)
        process.terminate()
        deadline = time.monotonic() + seconds
        while (there := _group_is_there(process)) and time.monotonic() < deadline:
            time.sleep(0.1)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return not there


def _group_is_there(process: subprocess.Popen[bytes]) -> bool:
    process.poll()  # a process that has ended is there until somebody asks
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return False
    return True


@contextlib.contextmanager
def stack(folder: Path, environment: dict[str, str]) -> Iterator[Stack]:
    """An installation with `deploy/dagster.yaml`; whatever still runs at the end is killed."""
    home = Path(environment["DAGSTER_HOME"])
    home.mkdir(parents=True)
    shutil.copy2(DEPLOY / "dagster.yaml", home / "dagster.yaml")
    made = Stack(folder, {**os.environ, **environment, "PYTHONPATH": str(PROJECT)})
    try:
        yield made
    finally:
        for name in list(made.running):
            made.end(name, 0)


def graphql(address: str, query: str, variables: dict[str, Any] | None = None) -> Any:
    """What a webserver answers. Raises AssertionError with its errors."""
    body = json.dumps({"query": query, "variables": variables or {}}).encode()
    request = urllib.request.Request(f"{address}/graphql", body, {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310 - always http://127.0.0.1
        said = json.load(answer)
    assert not said.get("errors"), said["errors"]
    return said["data"]


def is_up(address: str) -> bool:
    """Whether a webserver answers."""
    try:
        with urllib.request.urlopen(f"{address}/server_info", timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
