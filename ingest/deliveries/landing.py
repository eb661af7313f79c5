"""What has arrived in a landing folder (or an S3 prefix, mirrored).

    landing/<region>/<source>/<quarter>/<file>      drops
    landing/_reference/<source>.csv                 targets, exchange rates
    landing/_received.csv                           the delivery log, where there is one

Files are only read here, never changed. What they hold is the business of `readers` and `judging`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ingest.contracts.faults import in_short
from ingest.contracts.loading import fault, load_region, region_files
from ingest.deliveries.delivery import NO_QUARTER, QUARTER, Delivery, sha256_of
from ingest.deliveries.received_log import NAME as LOG
from ingest.deliveries.received_log import Received, read_log
from ingest.errors import SangamError

NOT_TEXT = "Its name is not written in UTF-8; rename it."


@dataclass(frozen=True)
class Stray:
    """A file that no contract expects, with what to do about it."""

    relative: str
    message: str


def is_text(name: str) -> bool:
    """Whether a path is text, which names made by old systems need not be."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def _where(parts: tuple[str, ...]) -> tuple[str, str, str] | str:
    """Region, source and quarter of a relative path, or a message why it is none of a drop."""
    if not is_text("/".join(parts)):
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


def _files(landing: Path) -> list[str]:
    """Relative paths of all files of a landing but hidden ones and the log. Raises SangamError where it is none."""
    if not landing.is_dir():
        raise SangamError(f"There is no landing folder {landing}. Name one with --landing.")
    paths = (p.relative_to(landing).as_posix() for p in landing.rglob("*") if p.is_file())
    return sorted(p for p in paths if p != LOG and not p.rpartition("/")[2].startswith("."))


def strays(landing: Path) -> list[Stray]:
    """The files that no contract expects."""
    placed = ((relative, _where(tuple(relative.split("/")))) for relative in _files(landing))
    return [Stray(relative, where) for relative, where in placed if isinstance(where, str)]


def scan(
    landing: Path, *, up_to: str | None = None, sources: Iterable[tuple[str, str]] | None = None
) -> list[Delivery]:
    """All deliveries up to a quarter, in order of arrival; of some (region, source) only, where named.

    Raises SangamError where the landing does not exist or its log is unreadable.
    """
    wanted = None if sources is None else set(sources)
    files, log = _files(landing), read_log(landing)
    deliveries: list[Delivery] = []
    for relative in files:
        where = _where(tuple(relative.split("/")))
        if isinstance(where, str):
            continue
        region, source, quarter = where
        if (wanted is not None and (region, source) not in wanted) or (
            up_to and quarter != NO_QUARTER and quarter > up_to
        ):
            continue
        path = landing / relative
        logged = log.get(relative) or Received(datetime.fromtimestamp(path.stat().st_mtime, UTC), "")
        deliveries.append(
            Delivery(
                region,
                source,
                quarter,
                path,
                relative,
                logged.at,
                sha256_of(path),
                path.stat().st_size,
                logged.sha256,
            )
        )
    deliveries.sort(key=lambda d: (d.received_at, d.relative))
    return deliveries
