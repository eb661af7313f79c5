"""The attacker: what somebody can prove of withheld values who holds every file that donors were ever given.

A program of its own, so that a fault in how lines are chosen is not repeated in how they are proved safe.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.disclosure.knowledge import Knowledge
from orchestration.disclosure.tables import File, tables_of


@dataclass(frozen=True)
class Certificate:
    """What the attack showed. `withheld`: lines without a value; `narrowest`: how many whole numbers lie at least
    between the ends of an interval, None where nothing is withheld; `bounded`: lines that all other releases and the
    totals bound more narrowly than the threshold; `broken`: lines that are not safe."""

    withheld: int
    narrowest: int | None
    bounded: int
    attacked_sha256: str
    broken: tuple[str, ...] = ()


def certify(files: Sequence[File], new: int = 1) -> Certificate:
    """Attack all that is out, in the order in which it went out, the last of them (`new`) being about to go."""
    tables = [table for file in files for table in tables_of(file)]
    now = Knowledge(tables)
    hidden = Knowledge(tables, hide=frozenset(file.path for file in files[-new:]))
    broken, bounded, widths, lines = [], set(), [], set()
    for line, cell, threshold in now.secrets():
        lines.add(line)
        if cell is None:
            broken.append(f"{line}: another file states it")
            continue
        low, high = now.interval(cell)
        widths.append(high - low)
        if high - low < threshold + 1:
            if high - low >= hidden.width(cell):
                bounded.add(line)
            else:
                broken.append(f"{line}: between {low} and {high}")
    for line, cell, before, threshold in now.news():
        low, high = now.interval(cell, before)
        # Nobody sees whether a change that may be nothing is small or none: what is proved is what is surely small.
        if low > 0 and high < threshold and high - low < hidden.width(cell, before):
            broken.append(f"{line}: new since the quarter before are {low} to {high}")
    attacked = "\n".join(sorted(f"{file.path} {file.sha256}" for file in files))
    return Certificate(
        len(lines), min(widths, default=None), len(bounded), hashlib.sha256(attacked.encode()).hexdigest(),
        tuple(sorted(broken)),
    )  # fmt: skip
