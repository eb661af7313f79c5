"""What is new in the landing since somebody last looked. Knows nothing of Dagster.

A file is taken once it was the same in two looks: one that is still being written is not. An object in S3 is whole
from the start, and waits as long.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from ingest.deliveries import landing
from ingest.deliveries.delivery import NO_QUARTER
from ingest.file_names import is_litter
from orchestration.settings import home


@dataclass(frozen=True, order=True)
class Arrival:
    """New or replaced files of a source's quarter; `key` is the same for the same files."""

    region: str
    source: str
    quarter: str
    key: str
    files: tuple[str, ...]


@dataclass(frozen=True)
class Looked:
    """What was there when somebody last looked, and what of it was taken: path → mark. As text, a sensor's cursor."""

    there: Mapping[str, str]
    taken: Mapping[str, str]

    @classmethod
    def of(cls, text: str | None) -> Self | None:
        """From text; None where nobody has looked yet."""
        return cls(**json.loads(text)) if text else None

    def __str__(self) -> str:
        return json.dumps({"there": dict(self.there), "taken": dict(self.taken)}, ensure_ascii=False)


def marks(folder: str) -> dict[str, str]:
    """Every file of a landing, a folder or `s3://bucket/prefix`, with what changes when it is replaced.

    Raises SangamError where there is no such folder, or S3 stays away or refuses.
    """
    if folder.startswith("s3://"):
        # For start-up: a landing on disk needs no S3.
        from orchestration.s3.landing_mirror import etags

        found = etags(folder, home())
    else:
        at = Path(folder)
        landing.require(at)
        stats = {p.relative_to(at).as_posix(): p.stat() for p in at.rglob("*") if p.is_file()}
        found = {path: f"{stat.st_size}:{stat.st_mtime_ns}" for path, stat in stats.items()}
    return {path: mark for path, mark in found.items() if landing.is_text(path) and not is_litter(path)}


def look(there: Mapping[str, str], before: Looked) -> tuple[list[Arrival], Looked]:
    """What has arrived since, of files that have not changed since the last look; and what to remember."""
    new = {
        path: mark
        for path, mark in there.items()
        if before.there.get(path) == mark and before.taken.get(path) != mark
    }
    taken = {path: mark for path, mark in before.taken.items() if path in there} | new
    return _arrivals(new, there), Looked(dict(there), taken)


def latest_quarter(there: Mapping[str, str]) -> str | None:
    """The last quarter that anything was delivered for."""
    places = (landing.place_of(path) for path in there)
    return max(
        (place[2] for place in places if not isinstance(place, str) and place[2] != NO_QUARTER), default=None
    )


def _arrivals(new: Mapping[str, str], there: Mapping[str, str]) -> list[Arrival]:
    """New files by source and quarter. A reference table is of no quarter, and is read with the latest."""
    groups: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for path in sorted(new):
        place = landing.place_of(path)
        if isinstance(place, str):
            continue  # a stray; the next run names it
        region, source, quarter = place
        known = latest_quarter(there) if quarter == NO_QUARTER else quarter
        if known:
            groups[region, source, known].append(path)
    return [
        Arrival(*where, _key([f"{p} {new[p]}" for p in files]), tuple(files))
        for where, files in groups.items()
    ]


def _key(words: list[str]) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]
