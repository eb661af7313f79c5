"""`make fuzz N=10000`: as many deliveries with faults, and what became of them by format, fault and outcome.

Status 1 where one crashed, hung, or changed or lost records without a word. Those are left in a folder to look at.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.faults import Delivery, far_apart
from tests.fuzz.outcome import FINE, WRONG, outcome, write_contract

Counts = Counter[tuple[str, str, str]]
_SIDE_BY_SIDE = 2


def fuzzed(count: int, first: int, keep: Path) -> Counts:
    """Take in so many deliveries; how many of each format and fault came to which outcome."""
    counts: Counts = Counter()

    @seed(first)
    @settings(
        max_examples=count, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(far_apart(first))
    def one(delivery: Delivery) -> None:
        became = outcome(delivery)
        counts[delivery.format.name, delivery.fault, became.what] += 1
        if became.is_wrong:
            at = keep / f"{delivery.format.kind}-{first}-{counts.total()}"
            at.mkdir(parents=True)
            (at / delivery.format.file).write_bytes(delivery.content)
            told = [f"{delivery.format.name}, {delivery.fault}: {became.what}", became.detail, "were there:"]
            (at / "told.txt").write_text("\n".join([*told, *map(str, delivery.records)]), encoding="utf-8")
            print("\t".join(("WRONG", str(at), *told[:2])), flush=True)

    one()
    return counts


def _part(count: int, first: int, keep: Path) -> None:
    """One process of those that run side by side: its counts as lines."""
    with tempfile.TemporaryDirectory() as folder:
        write_contract(Path(folder, "regions"))
        os.environ["SANGAM_REGIONS"] = str(Path(folder, "regions"))
        for key, number in fuzzed(count, first, keep).items():
            print("\t".join(("COUNT", *key, str(number))))
    print(f"PEAK\t{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}")


def _printed(counts: Counts, title: str, at: tuple[int, ...]) -> None:
    print(f"\n{title:44}" + "".join(f"{what.split(' in ')[0][:18]:>20}" for what in (*FINE, *WRONG)))
    rows: Counter[tuple[str, str]] = Counter()
    for key, number in counts.items():
        rows[" · ".join(key[one] for one in at), key[2]] += number
    for name in sorted({name for name, _ in rows}):
        print(f"{name:44}" + "".join(f"{rows[name, what] or '':>20}" for what in (*FINE, *WRONG)))


def main(count: int, first: int = 1) -> int:
    """Run processes side by side, print what came of all."""
    keep = Path(os.environ.get("SANGAM_FUZZ_KEEP") or tempfile.mkdtemp(prefix="sangam_fuzz_"))
    started, counts, peak = time.perf_counter(), Counter(), 0
    parts = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz", "part", str(count // _SIDE_BY_SIDE), str(first + at), str(keep)],
            stdout=subprocess.PIPE, text=True,
        )
        for at in range(_SIDE_BY_SIDE)
    ]  # fmt: skip
    for part in parts:
        for line in part.stdout or ():
            kind, *words = line.rstrip("\n").split("\t")
            if kind == "COUNT":
                counts[words[0], words[1], words[2]] += int(words[3])
            elif kind == "PEAK":
                peak = max(peak, int(words[0]))
            else:
                print(line, end="", flush=True)
    ended = [part.wait() for part in parts]
    _printed(counts, "format · fault", (0, 1))
    _printed(counts, "format", (0,))
    _printed(counts, "fault", (1,))
    wrong = {what: sum(n for key, n in counts.items() if key[2] == what) for what in WRONG}
    print(
        f"\n{counts.total():,} deliveries in {time.perf_counter() - started:.0f} s, at most {peak:,} MiB: {wrong}"
    )
    return int(any(wrong.values()) or any(ended) or counts.total() < count // _SIDE_BY_SIDE * _SIDE_BY_SIDE)


if __name__ == "__main__":
    if sys.argv[1] == "part":
        _part(int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
    else:
        sys.exit(main(int(sys.argv[1]), *map(int, sys.argv[2:3])))
