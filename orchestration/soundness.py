"""Which regions can be run: their contract, corrections, decisions and suites load, and their SQL works.

A region of which something does not is left out with its reason, and stops nobody else. What is done about it is the
business of assets, holds and commands.
"""

from __future__ import annotations

from expectations.suite import load_suite
from ingest.contracts import loading
from ingest.errors import SangamError
from ingest.trial import require_sound
from orchestration.settings import home


def fault(region: str) -> str:
    """Why nothing of a region can be run, naming file and line; empty where all of it loads."""
    if why := loading.fault(region):
        return why
    contract = loading.load_region(region)
    try:
        for source in contract.sources:
            load_suite(contract.programme, source)
            require_sound(region, source, home())
    except SangamError as error:
        return str(error)
    return ""


def sound_regions() -> list[str]:
    """The regions that can be run."""
    return [region for region in loading.region_files() if not fault(region)]


def faults() -> dict[str, str]:
    """The regions that cannot be run, each with the reason."""
    return {region: why for region in loading.region_files() if (why := fault(region))}
