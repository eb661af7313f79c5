"""Which runs are at work, by locks that end with their process; and the sensor that ends runs whose process is gone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from orchestration.at_work import at_work, is_at_work, remove_left
from orchestration.automation import lost_runs as module
from orchestration.automation.lost_runs import lost_runs

HOLDS = """
import sys, time
from pathlib import Path
from orchestration.at_work import at_work
with at_work(Path(sys.argv[1]), sys.argv[2]):
    print("held", flush=True)
    time.sleep(60)
"""
RUNS = """
import sys, time
import dagster as dg
from orchestration.resources import Home

@dg.op
def looks(context, home: Home):
    print(context.run_id, flush=True)
    time.sleep(60)

@dg.job(resource_defs={"home": Home()})
def work():
    looks()

with dg.DagsterInstance.local_temp(sys.argv[1]) as instance:
    work.execute_in_process(instance=instance)
"""


def test_a_lock_ends_with_its_process_however_it_ends(tmp_path: Path) -> None:
    assert not is_at_work(tmp_path, "a")
    with at_work(tmp_path, "a"):
        assert is_at_work(tmp_path, "a") and not is_at_work(tmp_path, "b")
    assert not is_at_work(tmp_path, "a") and list(tmp_path.iterdir()) == []
    with subprocess.Popen([sys.executable, "-c", HOLDS, tmp_path, "a"], stdout=subprocess.PIPE) as process:
        assert process.stdout and process.stdout.readline() == b"held\n"
        assert is_at_work(tmp_path, "a")
        process.kill()
    with at_work(tmp_path, "b"):
        remove_left(tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["b"] and is_at_work(tmp_path, "b")


def test_a_run_whose_process_is_gone_is_ended_and_no_other(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that was killed is told from one that goes on; both are of processes of their own."""
    monkeypatch.setenv("SANGAM_HOME", str(home))
    with dg.DagsterInstance.local_temp(str(home)) as instance:
        words = [sys.executable, "-c", RUNS, home]
        pipe = subprocess.PIPE
        with (
            subprocess.Popen(words, stdout=pipe, stderr=subprocess.DEVNULL) as goes_on,
            subprocess.Popen(words, stdout=pipe, stderr=subprocess.DEVNULL) as killed,
        ):
            runs = {}
            for process in (goes_on, killed):
                assert process.stdout
                runs[process] = process.stdout.readline().decode().strip()
            killed.kill()
            killed.wait()
            context = dg.build_sensor_context(instance=instance)
            lost_runs(context)  # as a run that is about to hold its lock, or to say that it has ended
            only_looked = [instance.get_run_by_id(run_id) for run_id in runs.values()]
            assert [run.status for run in only_looked if run] == [dg.DagsterRunStatus.STARTED] * 2
            monkeypatch.setattr(module, "_PATIENCE", 0)
            lost_runs(dg.build_sensor_context(instance=instance, cursor=context.cursor))
            found = {process: instance.get_run_by_id(run_id) for process, run_id in runs.items()}
            goes_on.kill()
    states = [run.status for run in found.values() if run]
    assert states == [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.FAILURE]
