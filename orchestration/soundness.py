"""Which regions can be run: their contract, corrections, decisions and suites load, and all their words are known.

A region of which something does not is left out with its reason, and stops nobody else. What is done about it is the
business of assets, holds and commands.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from expectations.suite import as_read as suites_as_read
from expectations.suite import suites_root
from expectations.suite_sound import require_sound_suite
from ingest.contracts import loading
from ingest.errors import SangamError
from ingest.feedback.languages import require_texts
from ingest.sound import require_sound
from orchestration.services import service_fault
from orchestration.settings import home


def fault(region: str) -> str:
    """Why nothing of a region can be run, naming file and line; empty where all of it loads."""
    return _fault(region, loading.regions_root(), suites_root(), home(), loading.as_read(), suites_as_read())


@cache
def _fault(region: str, _regions: Path, _suites: Path, where: Path, *_as_read: object) -> str:
    """Looked into once for what has been read: commands and steps ask again and again."""
    if why := loading.fault(region) or service_fault(region):
        return why
    try:
        require_texts(region)
        for source in loading.load_region(region).sources:
            require_sound(region, source, where)
            require_sound_suite(region, source, where)
    except SangamError as error:
        return str(error)
    return ""


def sound_regions() -> list[str]:
    """The regions that can be run."""
    return [region for region in loading.region_files() if not fault(region)]


def faults() -> dict[str, str]:
    """The regions that cannot be run, each with the reason."""
    return {region: why for region in loading.region_files() if (why := fault(region))}
