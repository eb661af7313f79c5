"""Ctrl-C and SIGTERM while a large file is read: the command ends at once, and nothing of the file is recorded."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.deliveries.receipts import receipts
from tests.platform import ROOT, waited

JUNK = b"INSERT INTO `junk` VALUES " + b",".join(b"(%d,'%d')" % (n, n * n) for n in range(50_000)) + b";\n"
TABLE = b"DROP TABLE IF EXISTS `junk`;\nCREATE TABLE `junk` (`a` int, `b` varchar(20));\n"
SOON = 20  # seconds, on a busy machine; the file takes longer


@pytest.fixture(scope="module")
def landing(sample_drops: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The MIS dump of a quarter, with a table before the others that is large and that nobody asks for."""
    (small,) = (sample_drops / "landing" / "sindh" / "mis" / "2021Q1").iterdir()
    packed = small.suffix == ".gz"
    dump = gzip.decompress(small.read_bytes()) if packed else small.read_bytes()
    at = dump.index(b"DROP TABLE")
    large = tmp_path_factory.mktemp("landing") / "sindh" / "mis" / "2021Q1" / small.name
    large.parent.mkdir(parents=True)
    with gzip.open(large, "wb", 1) if packed else large.open("wb") as file:
        file.write(dump[:at] + TABLE)
        for _ in range(250):
            file.write(JUNK)
        file.write(dump[at:])
    return large.parents[3]


def command(home: Path, landing: Path) -> subprocess.Popen[str]:
    words = ["run", "--quarter", "2021Q1", "--region", "sindh", "--landing", str(landing)]
    given = {name: value for name, value in os.environ.items() if name != "SANGAM_DEMO"}
    return subprocess.Popen(
        [sys.executable, "-c", "from orchestration.cli.main import main; main()", *words],
        env=given | {"SANGAM_HOME": str(home), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip


def readers_of(file: Path) -> list[int]:
    """The processes that have a file open."""
    found = []
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            is_open = link.readlink() == file
        except OSError:  # another's, or gone meanwhile
            continue
        if is_open:
            found.append(int(link.parts[2]))
    return found


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc to see what a process reads")
@pytest.mark.parametrize(("by", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_command_ends_at_once_and_nothing_is_recorded(
    home: Path, landing: Path, by: signal.Signals, status: int
) -> None:
    (large,) = (landing / "sindh" / "mis" / "2021Q1").iterdir()
    with command(home, landing) as process:
        waited("the dump to be read", lambda: process.poll() is None and readers_of(large))
        os.kill(process.pid, by)
        said = process.communicate(timeout=SOON)[0]
    assert process.returncode in (status, 128 - status), said
    waited("its reader to end", lambda: not readers_of(large))
    assert receipts(home, "sindh", "mis") == []
    # What it had begun to write beside, of a name that nothing reads, the next runs remove.
    assert not list(home.glob("lake/accepted/**/*.parquet"))
