"""The platform as real processes over a small home: code server, daemon, webserver; a mail server and S3 beside them.

The home is of `himal_light`, a programme of one region and one source, with two donors.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

import dagster as dg

from orchestration.quarter_run import prepare_dagster_home
from orchestration.settings import Settings
from orchestration.tags import LOCATION
from tests.mail_server import SENDER, free_port

T = TypeVar("T")
Name = Literal["code", "daemon", "web"]
ROOT = Path(__file__).resolve().parents[1]
WORDS = ROOT / "tests" / "pipeline" / "himal_light"
REGION, SOURCE, QUARTER = "dolakha", "register", "2021Q3"
DONOR, OTHER_DONOR = "himal_fund", "other_fund"
ENGINEER, OFFICER = "engineer@example.org", "officer@example.org"
LONGEST = 240  # seconds to wait for anything, however busy the machine
RATES = f"quarter,from,to,rate,source\n{QUARTER},NPR,EUR,0.0072,Bank of Nepal\n"
TABLES = {
    "cooperative": ["code,name,district,formed_on", "C1,Jiri,Dolakha,2015-02-01"],
    "household": [
        "number,cooperative,head,card,paper,mobile,score",
        "H1,C1,Maya,,,,19.9",
        "H2,C1,Hari,,,,20",
    ],
    "shop": ["code,opened_on", "S1,2020-01-01"],
    "takings": ["shop,month,sold,bought,rent", "S1,2021-07,1000,300,100"],
}


def delivery(path: Path, worth: int) -> Path:
    """A register as the partner delivers it; `worth`, of its one lamp, tells versions apart."""
    given = [
        "slip,household,shop,what,given_on,worth",
        f"1,H1,,SL-1,2021-07-20,{worth}",
        "7,,S1,VIS,2021-08-01,",
    ]
    with zipfile.ZipFile(path, "w") as file:
        for table, lines in (TABLES | {"given": given}).items():
            file.writestr(f"{table}.csv", "\n".join(lines) + "\n")
    return path


def waited(what: str, find: Callable[[], T | None], seconds: float = LONGEST) -> T:
    """What `find` gives as soon as it gives something. Raises AssertionError that says what was waited for."""
    until, pause = time.monotonic() + seconds, threading.Event()
    while not (found := find()):
        assert time.monotonic() < until, f"Waited {seconds:.0f} s for {what}."
        pause.wait(0.3)
    return found


@dataclass
class Platform:
    """The processes of a home, each in a group of its own; `environment` is theirs."""

    folder: Path
    environment: Mapping[str, str]
    grpc: int = field(default_factory=free_port)
    http: int = field(default_factory=free_port)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return Path(self.environment["SANGAM_HOME"])

    @property
    def landing(self) -> Path:
        return self.home / "landing"

    @property
    def drop(self) -> Path:
        """Where the register of the quarter is delivered."""
        at = self.landing / REGION / SOURCE / QUARTER / "register.zip"
        at.parent.mkdir(parents=True, exist_ok=True)
        return at

    def start(self, *names: Name) -> None:
        """Start processes; returns once those that answer do."""
        workspace = self.folder / "workspace.yaml"
        server = {"host": "127.0.0.1", "port": self.grpc, "location_name": LOCATION}
        workspace.write_text(json.dumps({"load_from": [{"grpc_server": server}]}))
        commands = {
            "code": [
                "dagster", "api", "grpc", "-m", "orchestration.definitions", "--location-name", LOCATION,
                "-h", "127.0.0.1", "-p", str(self.grpc),
            ],
            "daemon": ["dagster-daemon", "run", "-w", str(workspace)],
            "web": ["dagster-webserver", "-w", str(workspace), "-h", "127.0.0.1", "-p", str(self.http)],
        }  # fmt: skip
        for name in names:
            command, *words = commands[name]
            with (self.folder / f"{name}.log").open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    [Path(sys.executable).with_name(command), *words],
                    env=self.environment, cwd=self.folder, stdout=log, stderr=log, start_new_session=True,
                )  # fmt: skip
            if name == "code":
                waited("the code server to answer", self._code_answers)
            if name == "web":
                waited("the webserver to answer", self._web_answers)

    def _code_answers(self) -> bool:
        command = [
            Path(sys.executable).with_name("dagster"),
            "api",
            "grpc-health-check",
            "-p",
            str(self.grpc),
        ]
        assert self.processes["code"].poll() is None, self.said("code")
        done = subprocess.run(command, env=self.environment, capture_output=True, check=False)
        return done.returncode == 0

    def _web_answers(self) -> bool:
        assert self.processes["web"].poll() is None, self.said("web")
        with contextlib.suppress(OSError):
            return bool(self.ask("{ version }"))
        return False

    def end(self, name: Name, by: int = signal.SIGTERM) -> None:
        """End a process, and what it started unless it is killed: then those have to see to themselves."""
        process = self.processes.pop(name)
        os.kill(process.pid, by)
        process.wait(LONGEST)

    def end_all(self) -> None:
        for process in self.processes.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.processes.clear()

    def said(self, name: Name, most: int = 3000) -> str:
        """The end of what a process wrote."""
        return (self.folder / f"{name}.log").read_text(errors="replace")[-most:]

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The webserver's answer to a GraphQL query."""
        words = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.http}/graphql", words, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=LONGEST) as answer:  # noqa: S310 - our own server
            said = json.load(answer)
        assert "errors" not in said, said["errors"]
        found: dict[str, Any] = said["data"]
        return found

    @contextlib.contextmanager
    def instance(self) -> Iterator[dg.DagsterInstance]:
        """Dagster's storage of the home."""
        with dg.DagsterInstance.from_config(self.environment["DAGSTER_HOME"]) as instance:
            yield instance

    def runs(self) -> list[dg.DagsterRun]:
        """All runs, the first first."""
        with self.instance() as instance:
            return [record.dagster_run for record in instance.get_run_records(ascending=True)]

    def ticks(self, sensor: str) -> int:
        """How often a sensor has looked."""
        query = """query ticks($name: String!) {
          sensorOrError(sensorSelector: {repositoryLocationName: "sangam", repositoryName: "__repository__",
                                         sensorName: $name}) {
            ... on Sensor { sensorState { ticks(limit: 1000, statuses: [SUCCESS, SKIPPED]) { id } } }
          }
        }"""
        found = self.ask(query, name=sensor)["sensorOrError"]
        return len(found["sensorState"]["ticks"]) if "sensorState" in found else 0

    def sangam(self, *words: str) -> str:
        """What a command says. Raises AssertionError where it fails."""
        command = [sys.executable, "-c", "from orchestration.cli.main import main; main()", *words]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def logframes(folder: Path, zone: str) -> Path:
    """The programme's donor, and another who asks for the same."""
    folder.mkdir()
    text = (WORDS / "logframes" / f"{DONOR}.yml").read_text(encoding="utf-8")
    words = f"code: {DONOR}\n  time_zone: {zone}\n  officers: [{OFFICER}]"
    for donor in (DONOR, OTHER_DONOR):
        own = text.replace(f"code: {DONOR}", words.replace(DONOR, donor))
        (folder / f"{donor}.yml").write_text(own, encoding="utf-8")
    return folder


def made(folder: Path, look_seconds: int, mail_port: int, zone: str = "Asia/Kathmandu") -> Platform:
    """A home without a delivery, and the environment of its processes; none of them runs yet."""
    home = folder / "home"
    rates = home / "landing" / "_reference" / "exchange_rates.csv"
    rates.parent.mkdir(parents=True)
    rates.write_text(RATES)
    given = {name: value for name, value in os.environ.items() if not name.startswith(("SANGAM_", "AWS_"))}
    words = {
        "SANGAM_HOME": home, "SANGAM_LANDING": home / "landing", "DAGSTER_HOME": home / "dagster",
        "SANGAM_REGIONS": WORDS / "regions", "SANGAM_SUITES": WORDS / "suites",
        "SANGAM_LOGFRAMES": logframes(folder / "logframes", zone), "SANGAM_DEMO": 1,
        "SANGAM_LOOK_SECONDS": look_seconds, "SANGAM_SMTP_HOST": "127.0.0.1", "SANGAM_SMTP_PORT": mail_port,
        "SANGAM_SMTP_SECURITY": "none", "SANGAM_MAIL_FROM": SENDER, "SANGAM_MAIL_TO": ENGINEER,
        "PYTHONPATH": ROOT,
    }  # fmt: skip
    platform = Platform(folder, given | {name: str(value) for name, value in words.items()})
    before = os.environ.get("DAGSTER_HOME")
    prepare_dagster_home(Settings(home, home / "landing"))
    os.environ.pop("DAGSTER_HOME")
    if before is not None:
        os.environ["DAGSTER_HOME"] = before
    return platform


def succeeded(runs: Sequence[dg.DagsterRun], job: str) -> list[dg.DagsterRun]:
    """The runs of a job that went through."""
    return [run for run in runs if run.job_name == job and run.status == dg.DagsterRunStatus.SUCCESS]
