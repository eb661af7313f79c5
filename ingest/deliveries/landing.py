"""What has arrived in a landing folder (or an S3 prefix, mirrored).

    landing/<region>/<source>/<quarter>/<file>      drops
    landing/_reference/<source>.csv                 targets, exchange rates
    landing/_received.csv                           the delivery log, where there is one

Files are only read here, never changed. What they hold is the business of `readers` and `judging`. A file in a source's
folder whose name is not of the drop is a delivery all the same, which is refused: so its partner hears of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ingest.contracts.faults import in_short
from ingest.contracts.loading import fault, load_region, region_files
from ingest.deliveries import elsewhere
from ingest.deliveries.delivery import NO_QUARTER, QUARTER, Delivery, part_of, sha256_of
from ingest.deliveries.received_log import NAME as LOG
from ingest.deliveries.received_log import Received, read_log
from ingest.errors import SangamError
from ingest.file_names import is_litter, original_of, stem_of

NOT_TEXT = "Its name is not written in UTF-8; rename it."


@dataclass(frozen=True)
class Stray:
    """A file outside the folders that contracts expect, with what to do about it."""

    relative: str
    message: str


def is_text(name: str) -> bool:
    """Whether a path is text, which names made by old systems need not be."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def place_of(relative: str) -> tuple[str, str, str] | str:
    """Region, source and quarter of a path within a landing, or a message why it is none of a drop."""
    parts = tuple(relative.split("/"))
    if not is_text(relative):
        return NOT_TEXT
    if parts[0] == "_reference" and len(parts) == 2:
        region, source, quarter = "_reference", Path(parts[1]).stem, NO_QUARTER
    elif len(parts) == 4:
        region, source, quarter = parts[0], parts[1], parts[2]
        if not QUARTER.match(quarter):
            return f"'{quarter}' is no quarter such as 2021Q2; rename the folder."
    else:
        return "Files lie in <region>/<source>/<quarter>/; move it there."
    if region not in region_files():
        return f"No contract for region '{region}' (known: {', '.join(r for r in region_files() if r[0] != '_')})."
    if why := fault(region):
        return f"The contract of region '{region}' does not load: {in_short(why)}"
    if source not in load_region(region).sources:
        return (
            f"Region '{region}' has no source '{source}' (known: {', '.join(load_region(region).sources)})."
        )
    return region, source, quarter


def require(landing: Path) -> None:
    """Raises SangamError where there is no such landing."""
    if not landing.is_dir():
        raise SangamError(f"There is no landing folder {landing}. Name one with --landing.")


def _files(landing: Path) -> list[str]:
    """Relative paths of all files of a landing but the log. Raises SangamError where it is none."""
    require(landing)
    paths = (p.relative_to(landing).as_posix() for p in landing.rglob("*") if p.is_file())
    return sorted(p for p in paths if p not in (LOG, elsewhere.NAME))


def litter(landing: Path) -> list[str]:
    """The files that systems and unfinished transfers left: nobody delivered them, and they are not read."""
    return [relative for relative in _files(landing) if is_litter(relative)]


def _delivered(landing: Path) -> list[str]:
    return [relative for relative in _files(landing) if not is_litter(relative)]


def strays(landing: Path) -> list[Stray]:
    """The files outside the folders that contracts expect."""
    placed = ((relative, place_of(relative)) for relative in _delivered(landing))
    return [Stray(relative, where) for relative, where in placed if isinstance(where, str)]


def scan(
    landing: Path, *, up_to: str | None = None, sources: Iterable[tuple[str, str]] | None = None
) -> list[Delivery]:
    """All deliveries up to a quarter, in order of arrival; of some (region, source) only, where named.

    Raises SangamError where the landing does not exist or its log is unreadable.
    """
    wanted = None if sources is None else set(sources)
    files, log, away = _delivered(landing), read_log(landing), elsewhere.read(landing)
    there = _by_stem(files)
    deliveries: list[Delivery] = []
    for relative in files:
        where = place_of(relative)
        if isinstance(where, str):
            continue
        region, source, quarter = where
        if (wanted is not None and (region, source) not in wanted) or (
            up_to and quarter != NO_QUARTER and quarter > up_to
        ):
            continue
        path = landing / relative
        came = away.get(relative) or elsewhere.Bytes(sha256_of(path), path.stat().st_size)
        logged = log.get(relative) or Received(datetime.fromtimestamp(path.stat().st_mtime, UTC), "")
        deliveries.append(
            Delivery(
                region,
                source,
                quarter,
                path,
                relative,
                logged.at,
                came.sha256,
                came.size,
                logged.sha256,
                _stray(region, source, quarter, relative, there),
            )
        )
    deliveries.sort(key=lambda d: (d.received_at, d.relative))
    return deliveries


def _by_stem(files: Iterable[str]) -> dict[tuple[str, str], str]:
    """The files that are no copies by their names, by folder and name without ending."""
    apart = (relative.rpartition("/") for relative in files)
    return {(folder, stem_of(name)): name for folder, _, name in apart if not original_of(name)}


def _stray(
    region: str, source: str, quarter: str, relative: str, there: Mapping[tuple[str, str], str]
) -> str:
    """Why a file is not of its drop, and what to do, in words for its partner; empty where it is.

    A copy is one only beside what it is a copy of: partners do send `x (1).csv` alone.
    """
    folder, _, name = relative.rpartition("/")
    if original := there.get((folder, original_of(name))):
        return (
            f"{name}: by its name this is a copy of {original}, which is there as well: nothing of it is counted. "
            f"Take it out. If it is a later state of {original}, send it under a name of its own, such as "
            f"{_later(original)}."
        )
    words = load_region(region).sources[source]
    if words.part and not part_of(region, source, name):
        expected = ", ".join(one.replace("{quarter}", quarter) for one in words.named or (words.part,))
        return (
            f"{name}: the name does not say which part of the delivery the file is. Names are such as {expected}. "
            "Rename the file and send it again."
        )
    return ""


def _later(name: str) -> str:
    stem, dot, endings = name.partition(".")
    return f"{stem}_v2{dot}{endings}"
