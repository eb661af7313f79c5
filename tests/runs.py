"""A run of the whole pipeline through Dagster, for tests: how it is made and what is expected of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from orchestration.quarter_run import Outcome
    from orchestration.settings import Settings

QUARTER = "2021Q3"


@dataclass(frozen=True)
class Run:
    """A home after a run for `QUARTER`, and what was expected of it in region sindh."""

    settings: Settings
    expected: Path
    outcome: Outcome
    refused: dict[str, tuple[str, str]]  # file: code, a word of the remedy


def run(home: Path, landing: Path, *regions: str) -> tuple[Settings, Outcome]:
    """The quarter through Dagster, of all regions or of some. The environment is as it was afterwards."""
    from orchestration.quarter_run import run_quarter
    from orchestration.settings import Settings

    settings = Settings(home, landing)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("SANGAM_HOME", "SANGAM_LANDING", "DAGSTER_HOME"):
            patch.setenv(name, str(home))
        return settings, run_quarter(settings, QUARTER, regions)
