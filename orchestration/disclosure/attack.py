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
    secrets, news = list(now.secrets()), list(now.news())
    broken = [f"{line}: another file states it" for line, cell, _ in secrets if cell is None]
    cells = [(line, cell, threshold) for line, cell, threshold in secrets if cell is not None]
    found = now.intervals([cell for _, cell, _ in cells])
    bounded = set()
    narrow = [
        (line, cell, ends)
        for (line, cell, threshold), ends in zip(cells, found, strict=True)
        if ends[1] - ends[0] < threshold + 1
    ]
    widths = hidden.widths([cell for _, cell, _ in narrow])
    for (line, _, (low, high)), width in zip(narrow, widths, strict=True):
        if high - low >= width:
            bounded.add(line)
        else:
            broken.append(f"{line}: between {low} and {high}")
    # Nobody sees whether a change that may be nothing is small or none: what is proved is what is surely small.
    small = [
        (line, change, ends)
        for (line, change, threshold), ends in zip(
            news, now.intervals([change for _, change, _ in news]), strict=True
        )
        if ends[0] > 0 and ends[1] < threshold
    ]
    for (line, _, (low, high)), width in zip(
        small, hidden.widths([change for _, change, _ in small]), strict=True
    ):
        if high - low < width:
            broken.append(f"{line}: new since the quarter before are {low} to {high}")
    attacked = "\n".join(sorted(f"{file.path} {file.sha256}" for file in files))
    return Certificate(
        withheld=len({line for line, _, _ in secrets}),
        narrowest=min((high - low for low, high in found), default=None),
        bounded=len(bounded),
        attacked_sha256=hashlib.sha256(attacked.encode()).hexdigest(),
        broken=tuple(sorted(broken)),
    )
