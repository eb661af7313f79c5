"""Where things are: SANGAM_HOME and what lies in it, the dbt project, whether this is the demo."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
DBT_PROJECT = PROJECT / "dbt_project"


@dataclass(frozen=True)
class Settings:
    """Paths of one home. `demo` allows the well-known secret and the embedded S3's own credentials."""

    home: Path
    landing: Path
    demo: bool = False

    @property
    def warehouse(self) -> Path:
        """The DuckDB database dbt writes and M&E officers read."""
        return self.home / "warehouse.duckdb"

    @property
    def feeds(self) -> Path:
        """The feeds dbt reads."""
        return self.home / "lake" / "feeds"

    @property
    def dagster_home(self) -> Path:
        """Dagster's own storage."""
        return self.home / "dagster"


def home() -> Path:
    """SANGAM_HOME, by default `.sangam`."""
    return Path(os.environ.get("SANGAM_HOME", ".sangam")).resolve()


def settings(landing: str | Path | None = None) -> Settings:
    """Settings from the environment: SANGAM_HOME (default `.sangam`), SANGAM_LANDING, SANGAM_DEMO=1.

    A landing in S3 is mirrored into the home first. Raises SangamError where it cannot be reached.
    """
    at = home()
    where = str(landing or os.environ.get("SANGAM_LANDING") or at / "landing")
    if where.startswith("s3://"):
        # For start-up: a landing on disk needs no S3.
        from orchestration.s3.landing_mirror import mirrored

        where = str(mirrored(where, at))
    return Settings(at, Path(where).resolve(), os.environ.get("SANGAM_DEMO", "") not in ("", "0"))
