"""Which regions have nothing new: what decides about their records is as it was after the last run that read them.

A run need not start the steps of such a region. Whatever is in doubt counts as new: reading it again changes nothing.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from ingest.boundary import pseudonyms
from ingest.contracts.loading import REFERENCE
from ingest.deliveries import elsewhere, received_log
from ingest.deliveries.delivery import NO_QUARTER
from ingest.deliveries.receipt import Receipt
from ingest.files import write_json
from orchestration.settings import Settings
from orchestration.warehouse import source_tree

_PACKAGES = (
    "duckdb", "great-expectations", "lxml", "numpy", "pandas", "pandera", "phonenumbers", "pyarrow",
    "python-calamine", "selectolax", "splink",
)  # fmt: skip
_NOT_OF_RECORDS = ("SANGAM_HOME", "SANGAM_LANDING", "SANGAM_SECRET")
_SEEN = "seen"


def unchanged(settings: Settings, quarter: str, regions: Iterable[str]) -> list[str]:
    """The regions of which nothing is new up to a quarter. Raises SangamError where the secret is missing."""
    everywhere = _everywhere(settings.demo)
    return [
        one for one in regions if _noted(settings, quarter, one) == _state(settings, quarter, one, everywhere)
    ]


def remember(settings: Settings, quarter: str, receipts: Iterable[Receipt], regions: Iterable[str]) -> None:
    """Note how regions are after all of their sources were read, and linked where they are.

    One with a delivery that is tried again in the next run is not noted.
    """
    everywhere = _everywhere(settings.demo)
    tried_again = {receipt.region for receipt in receipts if receipt.status == "broken"}
    for region in set(regions) - tried_again:
        write_json(_path(settings, quarter, region), _state(settings, quarter, region, everywhere))


def _path(settings: Settings, quarter: str, region: str) -> Path:
    return settings.home / "lake" / _SEEN / f"region={region}" / f"{quarter}.json"


def _noted(settings: Settings, quarter: str, region: str) -> str | None:
    path = _path(settings, quarter, region)
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def _state(settings: Settings, quarter: str, region: str, everywhere: str) -> str:
    """What decides about a region's records, and the files that were made of it, in one word."""
    digest = hashlib.sha256(everywhere.encode())
    for line in (quarter, *_delivered(settings.landing, region, quarter), *_made(settings.home, region)):
        digest.update(line.encode(errors="surrogateescape") + b"\n")
    return digest.hexdigest()


def _everywhere(demo: bool) -> str:
    """What decides in all regions: code, contracts, suites, libraries, settings, secret."""
    own = {name: text for name, text in os.environ.items() if name.startswith("SANGAM_")}
    words = {name: text for name, text in own.items() if name not in _NOT_OF_RECORDS}
    versions = {name: importlib.metadata.version(name) for name in _PACKAGES}
    key = pseudonyms.key_id(pseudonyms.secret(demo=demo))
    return json.dumps([source_tree.code_version(), versions, words, key], sort_keys=True)


def _delivered(landing: Path, region: str, quarter: str) -> Iterator[str]:
    """The region's files up to the quarter, and what the delivery log and the archive say of them."""
    for path in sorted((landing / region).rglob("*")):
        of = path.relative_to(landing / region).parts
        if path.is_file() and (
            region == REFERENCE or len(of) < 2 or of[1] in (NO_QUARTER,) or of[1] <= quarter
        ):
            yield f"{path.relative_to(landing)} {_stat(path)}"
    log = landing / received_log.NAME
    if log.exists():
        yield from (line for line in log.read_text("utf-8", "surrogateescape").splitlines() if region in line)
    away = elsewhere.read(landing)
    yield from (f"{path} {away[path]}" for path in sorted(away) if path.startswith(f"{region}/"))


def _made(home: Path, region: str) -> Iterator[str]:
    """What was made of the region's deliveries, and people's decisions about deliveries."""
    of_region = f"region={region}"
    folders = [*(home / "lake").glob(f"*/{of_region}"), *(home / "lake" / "feeds").glob(f"*/{of_region}")]
    folders += [*(home / "vault").glob(f"**/{of_region}"), home / "decisions"]
    for folder in sorted(folders):
        if _SEEN not in folder.parts:
            yield from (
                f"{path.relative_to(home)} {_stat(path)}"
                for path in sorted(folder.rglob("*"))
                if path.is_file()
            )


def _stat(path: Path) -> str:
    found = path.stat()
    return f"{found.st_size} {found.st_mtime_ns}"
