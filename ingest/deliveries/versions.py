"""Versions of the reference tables: each accepted one is kept, since the next overwrites it in the landing.

    SANGAM_HOME/reference/<source>/<sha256>/<file>

So a refused `targets.csv` takes no target away: the last accepted version stays current, like an earlier drop beside a
refused redelivery. Which one counts is decided in `standing`.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ingest.deliveries.delivery import NO_QUARTER, Delivery
from ingest.files import atomic


def keep(home: Path, delivery: Delivery) -> None:
    """Keep an accepted reference table as it is; other deliveries have a file each in the landing."""
    if delivery.quarter != NO_QUARTER or "@" in delivery.relative:
        return
    path = home / "reference" / delivery.source / delivery.sha256 / delivery.file
    if not path.exists():
        with atomic(path) as temporary:
            shutil.copyfile(delivery.path, temporary)
    # After all that were accepted before it, also where its time is an older one's, as after a copy.
    others = [other.stat().st_mtime + 1 for other in _kept(home, delivery) if other != path]
    os.utime(path, (max(delivery.received_at.timestamp(), *others, 0),) * 2)


def earlier(home: Path, delivery: Delivery) -> list[Delivery]:
    """The kept versions of a reference table other than the one in the landing, each as a delivery before it."""
    if delivery.quarter != NO_QUARTER:
        return []
    kept = [path for path in _kept(home, delivery) if path.parent.name != delivery.sha256]
    # What lies in the landing is the latest, also where its time is an older one's.
    ages = range(len(kept), 0, -1)
    return [
        _as_delivery(path, delivery, timedelta(seconds=age)) for path, age in zip(kept, ages, strict=True)
    ]


def _as_delivery(path: Path, now: Delivery, at_least: timedelta) -> Delivery:
    at = min(datetime.fromtimestamp(path.stat().st_mtime, UTC), now.received_at - at_least)
    sha256 = path.parent.name
    return replace(
        now,
        path=path,
        relative=f"{now.relative}@{sha256[:12]}",
        received_at=at,
        sha256=sha256,
        size=path.stat().st_size,
        logged_sha256="",
    )


def _kept(home: Path, delivery: Delivery) -> list[Path]:
    """The kept versions in the order in which they were accepted."""
    files = (home / "reference" / delivery.source).glob(f"*/{delivery.file}")
    return sorted(files, key=lambda path: (path.stat().st_mtime, path.parent.name))
