"""What went out last, from the local copies, and how far the values of today are from it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from orchestration.releases.build import read_values
from orchestration.releases.changes import Change
from orchestration.releases.header import MANIFEST


@dataclass(frozen=True)
class LastRelease:
    """A release of a donor, its values with `content.COLUMNS`, and its manifest."""

    quarter: str
    release: str
    values: pa.Table
    manifest: dict[str, Any]

    @property
    def name(self) -> str:
        """As people say it: `2021Q1 r002`."""
        return f"{self.quarter} {self.release}"


def last_release(home: Path, donor: str, quarter: str) -> LastRelease | None:
    """The last release of the quarter or, where it has none, of the quarter before that has one; None without any."""
    found = [
        (at.parent.parent.name, int(at.parent.name[1:]), at.parent)
        for at in Path(home, "releases", donor).glob(f"[0-9]*/r[0-9]*/{MANIFEST}")
        if at.parent.parent.name <= quarter
    ]
    if not found:
        return None
    of_quarter, _, folder = max(found)
    values = read_values((folder / "indicators.parquet").read_bytes())
    return LastRelease(
        of_quarter, folder.name, values, json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    )


def largest(changes: Iterable[Change], count: int) -> list[Change]:
    """The changes that restate, the largest beside the old value first; a number that is gone leads."""
    of_values = [one for one in changes if one.is_restated]
    return sorted(of_values, key=_size, reverse=True)[:count]


def _size(change: Change) -> float:
    old, new = change.old_value, change.new_value
    if old is None or new is None:
        return float("inf") if old is not None else 0.0
    return abs(new - old) / abs(old) if old else float("inf")
