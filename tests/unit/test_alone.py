"""What two runs must not do at once: the second waits until the first is done, or was killed."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.alone import alone

HOLDS = """
import sys, pathlib
from orchestration.alone import alone
with alone(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def is_free(folder: Path) -> bool:
    looked = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(looked, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        return True
    finally:
        os.close(looked)


@pytest.mark.parametrize("end", ["done", "killed"])
def test_a_folder_is_held_until_its_process_ends(tmp_path: Path, end: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout and first.stdin and first.stdout.readline() == "held\n"
        assert not is_free(tmp_path)
        first.kill() if end == "killed" else first.stdin.close()
        first.wait()
    with alone(tmp_path):
        assert not is_free(tmp_path)
    assert is_free(tmp_path) and list(tmp_path.iterdir()) == [], "no file is left"
