"""What is new in the landing since somebody last looked. Knows nothing of Dagster.

A file is taken once it was the same in two looks: one that is still being written is not. Nor are the others of its
source meanwhile: a run reads all files of a source. An object in S3 is whole from the start, and waits as long.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
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
        found = {p.relative_to(at).as_posix(): mark for p in at.rglob("*") if (mark := _mark(p))}
    return {path: mark for path, mark in found.items() if landing.is_text(path) and not is_litter(path)}


def _mark(path: Path) -> str:
    """Size and time of a file; empty for what is none, or was taken away or renamed since it was listed."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return ""
    return f"{stat.st_size}:{stat.st_mtime_ns}" if S_ISREG(stat.st_mode) else ""


def look(
    there: Mapping[str, str], before: Looked, regions: Collection[str], quarters: Collection[str]
) -> tuple[list[Arrival], Looked]:
    """What has arrived since, of files that have not changed since the last look; and what to remember.

    Only files of these regions and quarters are taken: others wait until their contract is mended or their quarter
    has begun.
    """
    known = {path: mark for path, mark in before.taken.items() if path in there}
    groups: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    unrested: set[tuple[str, str]] = set()
    latest = _latest_quarter(there, regions, quarters)
    for path in sorted(path for path, mark in there.items() if known.get(path) != mark):
        place = landing.place_of(path)
        if isinstance(place, str) or place[0] not in regions:
            continue  # a stray, which each run of everything names; or of a region that cannot be read
        region, source, quarter = place
        if before.there.get(path) != there[path]:
            unrested.add((region, source))
        # A reference table is of no quarter, and is read with the latest.
        elif (served := latest if quarter == NO_QUARTER else quarter) in quarters:
            groups[region, source, str(served)].append(path)
    found = [
        Arrival(*where, _key([f"{path} {there[path]}" for path in files]), tuple(files))
        for where, files in groups.items()
        if where[:2] not in unrested
    ]
    taken = {path: there[path] for one in found for path in one.files}
    return found, Looked(dict(there), known | taken)


def everything(found: Sequence[Arrival]) -> Arrival:
    """All that has arrived as one, of the latest quarter of any of it."""
    files = tuple(path for one in found for path in one.files)
    return Arrival("", "", max(one.quarter for one in found), _key([one.key for one in found]), files)


def _latest_quarter(there: Iterable[str], regions: Collection[str], quarters: Collection[str]) -> str | None:
    """The last of these quarters that one of these regions delivered anything for."""
    places = (place for path in there if not isinstance(place := landing.place_of(path), str))
    return max(
        (quarter for region, _, quarter in places if region in regions and quarter in quarters), default=None
    )


def _key(words: list[str]) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]
