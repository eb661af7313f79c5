"""`make bench`: seconds and peak memory of each step at full SUCCESS size, each in a process of its own.

Prints figures and asserts nothing. SANGAM_BENCH_SCALE (default 1.0) and SANGAM_BENCH_HOME change size and place.
"""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

QUARTER = "2021Q2"
console = Console(highlight=False)

READ = """
import sys
from ingest.readers import read
print(sum(chunk.cells.num_rows for chunk in read(__import__('pathlib').Path(sys.argv[1]))))
"""
JUDGE = """
import sys
from datetime import date
from pathlib import Path
from ingest.contracts.delivery_contract import load_delivery_contract
from ingest.judging.delivered_file import judge_file
judged = judge_file(Path(sys.argv[1]), load_delivery_contract('sindh', 'mis'), date(2021, 6, 30))
print(sum(judged.records.values()))
"""
# In one process, as a run does both: libraries that ingest has loaded are there for validation.
VALIDATE = """
import sys, time
from pathlib import Path
started = time.perf_counter()
from ingest.contracts.loading import load_region
from ingest.run import ingest_source
home, landing, quarter = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
sources = load_region('sindh').sources
for source in sources:
    ingest_source(home, landing, 'sindh', source)
ingested = time.perf_counter()
from expectations.batches import check_batches
from expectations.schemas import broken_promises
for source, spec in sources.items():
    for table in spec.tables:
        for path in home.glob(f'lake/accepted/region=sindh/source={source}/table={table}/**/*.parquet'):
            assert not broken_promises(path, spec, table)
check_batches(home, quarter)
print(ingested - started, time.perf_counter() - ingested)
"""


def timed(words: list[str], environment: dict[str, str]) -> tuple[float, float, str]:
    """Run a command; seconds, peak memory in MiB, and what it printed. Raises where the command fails."""
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            words, env={**os.environ, **environment}, stdout=output, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        printed = output.read()
        if process.returncode:
            raise SystemExit(f"{' '.join(words[:4])} ended with {process.returncode}:\n{printed[-3000:]}")
    return time.perf_counter() - started, usage.ru_maxrss / 1024, printed


def main() -> None:
    """Make full-size drops, run every step, print the table."""
    scale = os.environ.get("SANGAM_BENCH_SCALE", "1.0")
    base = Path(os.environ.get("SANGAM_BENCH_HOME") or tempfile.mkdtemp(prefix="sangam-bench-"))
    python, sangam = sys.executable, str(Path(sys.executable).with_name("sangam"))
    home, drops = base / "home", base / "drops"
    environment = {"SANGAM_HOME": str(home), "SANGAM_SECRET": "bench only, not a secret"}
    shutil.rmtree(home, ignore_errors=True)
    table = Table(
        title=f"SUCCESS Sindh at scale {scale}, {QUARTER}, {os.cpu_count()} cores", title_justify="left"
    )
    for column in ("step", "seconds", "MiB peak", "MB/s of dump text"):
        table.add_column(column, justify="left" if column == "step" else "right")

    def step(name: str, words: list[str], megabytes: float = 0.0) -> str:
        seconds, peak, printed = timed(words, environment)
        rate = f"{megabytes / seconds:.0f}" if megabytes else ""
        table.add_row(name, f"{seconds:.1f}", f"{peak:,.0f}", rate)
        console.print(f"{name}: {seconds:.1f} s, {peak:,.0f} MiB")
        return printed

    make = [
        sangam,
        "sample",
        str(drops),
        "--scale",
        scale,
        "--programme",
        "success_sindh",
        "--quarter",
        QUARTER,
    ]
    step("make sample drops", make)
    dump = next((drops / "landing/sindh/mis").glob("*/*.sql.gz"))
    with gzip.open(dump) as stream:
        size = sum(len(block) for block in iter(lambda: stream.read(1 << 22), b"")) / 1e6
    step(f"read the dump ({size:.0f} MB of text)", [python, "-c", READ, str(dump)], size)
    step("read, clean, judge the dump", [python, "-c", JUDGE, str(dump)], size)
    lake = str(base / "lake_alone")
    shutil.rmtree(lake, ignore_errors=True)
    both = "ingest of all four sources, then validation: pandera, profiles, suites, Data Docs"
    printed = step(both, [python, "-c", VALIDATE, lake, str(drops / "landing"), QUARTER])
    ingest, checks = map(float, printed.split()[-2:])
    run = [sangam, "run", "--quarter", QUARTER, "--landing", str(drops / "landing"), "--region", "sindh"]
    step("whole run, landing to releases waiting", run)
    step("sign off and publish to S3", [sangam, "approve", "eu_success", QUARTER, "--by", "Bench", "--yes"])
    step("the same run again, nothing new", run)
    console.print(table)
    console.print(f"Ingest {ingest:.1f} s, validation {checks:.1f} s: {checks / ingest:.0%} of it.")
    if not os.environ.get("SANGAM_BENCH_HOME"):
        shutil.rmtree(base)


if __name__ == "__main__":
    main()
