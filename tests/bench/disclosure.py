"""`make disclosure N=500`: so many made-up programmes of few people, what is withheld of them, and the attack on it.

Beside what is withheld stand the least that any safe choice could withhold (the solver's bound, in the weights of what
is lost) and what a simple way withholds: whole tables. SANGAM_DISCLOSURE_HOME names a home whose warehouse is tried as
well. Status 1 where something could be worked out.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

from orchestration.disclosure import protection
from orchestration.disclosure.attack import certify
from orchestration.disclosure.cells import Cells, cells
from orchestration.disclosure.choose import Pattern, choose
from orchestration.disclosure.shapes import shapes
from orchestration.disclosure.tables import File
from orchestration.releases.content import donor_quarters, read_content
from orchestration.warehouse import logframes
from tests.disclosure import QUARTERS, simple, world

_SIDE_BY_SIDE = 2


@dataclass
class Tried:
    """Lines in all, withheld, small themselves, withheld by the simple way; what was lost and must be; seconds; what
    could be worked out with the choice, and with the small ones alone withheld."""

    lines: int = 0
    withheld: int = 0
    small: int = 0
    simple: int = 0
    cost: float = 0.0
    bound: float = 0.0
    choosing: float = 0.0
    attacking: float = 0.0
    broken: int = 0
    broken_alone: int = 0

    def add(self, other: Tried) -> None:
        """Add up."""
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def __str__(self) -> str:
        share = f"{100 * self.withheld / max(self.lines, 1):.1f} %"
        gap = max(100 * (self.cost - self.bound) / max(self.cost, 1), 0.0)  # not -0.00 %
        by_hand = f"{self.simple:,} ({100 * self.simple / max(self.lines, 1):.1f} %)"
        return (
            f"{self.lines:,} lines, {self.small:,} small themselves; withheld {self.withheld:,} ({share}), gap to the "
            f"least there could be {gap:.2f} %; simple way {by_hand}; chosen in {self.choosing:.1f} s, attacked in "
            f"{self.attacking:.1f} s: {self.broken} could be worked out, with the small ones alone withheld "
            f"{self.broken_alone}"
        )


def _made(seed: int) -> Tried:
    made = world(Random(seed))
    system, pattern, seconds = _chosen(made.system())
    started = time.perf_counter()
    found = certify(made.files(pattern.is_withheld, system), 2 * len(QUARTERS))
    attacking = time.perf_counter() - started
    alone = certify(made.files(pattern.is_small, system), 2 * len(QUARTERS))
    if found.broken:
        print(f"BROKEN {seed}: {found.broken[0]}", flush=True)
    return _tried(system, pattern, seconds, attacking, len(found.broken), len(alone.broken))


def _chosen(system: Cells) -> tuple[Cells, Pattern, float]:
    started = time.perf_counter()
    return system, choose(system), time.perf_counter() - started


def _tried(
    system: Cells, pattern: Pattern, choosing: float, attacking: float, broken: int, alone: int
) -> Tried:
    return Tried(
        len(system.rows), int(pattern.is_withheld.sum()), int(pattern.is_small.sum()), int(simple(system).sum()),
        pattern.cost, pattern.bound, choosing, attacking, broken, alone,
    )  # fmt: skip


def _home(home: Path) -> Tried:
    """All releases of a home at once."""
    values = protection.values_of(home)
    system, pattern, choosing = _chosen(cells(values, shapes(logframes.sound()), protection.places_of(home)))
    quarters = sorted(donor_quarters(home), key=lambda one: one[::-1])
    rows = protection.withheld(home)
    files = []
    for donor, quarter in quarters:
        whole = read_content(home, donor, quarter, rows.slice(0, 0))
        files.append(File(f"{donor}/{quarter}/r001", whole.values, whole.sha256, whole.disclosure))
    started = time.perf_counter()
    safe = [
        File(one.path, protection.withhold(one.values, rows), one.sha256, one.disclosure) for one in files
    ]
    broken = len(certify(safe, len(safe)).broken)
    attacking = time.perf_counter() - started
    small = rows.filter(rows["is_small"])
    bare = [
        File(one.path, protection.withhold(one.values, small), one.sha256, one.disclosure) for one in files
    ]
    return _tried(system, pattern, choosing, attacking, broken, len(certify(bare, len(bare)).broken))


def _side_by_side(count: int) -> Iterator[Tried]:
    words = [sys.executable, "-m", "tests.bench.disclosure", "part", str(count)]
    parts = [
        subprocess.Popen([*words, str(place)], stdout=subprocess.PIPE, text=True)
        for place in range(_SIDE_BY_SIDE)
    ]
    for part in parts:
        for line in part.communicate()[0].splitlines():
            if line.startswith("TRIED\t"):
                yield Tried(**json.loads(line.removeprefix("TRIED\t")))
            else:
                print(line)


def main() -> None:
    """Try so many; print the sums."""
    if sys.argv[1] == "part":
        for seed in range(int(sys.argv[3]), int(sys.argv[2]), _SIDE_BY_SIDE):
            print(f"TRIED\t{json.dumps(asdict(_made(seed)))}", flush=True)
        return
    total, started = Tried(), time.perf_counter()
    for one in _side_by_side(int(sys.argv[1])):
        total.add(one)
    print(f"{int(sys.argv[1]):,} made-up programmes in {time.perf_counter() - started:.0f} s: {total}")
    broken = total.broken
    if home := os.environ.get("SANGAM_DISCLOSURE_HOME"):
        found = _home(Path(home))
        print(f"{home}: {found}")
        broken += found.broken
    raise SystemExit(bool(broken))


if __name__ == "__main__":
    main()
