"""Where things are: SANGAM_HOME and what lies in it, the dbt project, whether this is the demo."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import SangamError

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

    @property
    def runs_at_work(self) -> Path:
        """A file for each run that goes on, held by its process."""
        return self.dagster_home / "at_work"


def home() -> Path:
    """SANGAM_HOME, by default `.sangam`."""
    return Path(os.environ.get("SANGAM_HOME", ".sangam")).resolve()


def settings(landing: str | Path | None = None) -> Settings:
    """Settings from the environment: SANGAM_HOME (default `.sangam`), SANGAM_LANDING, SANGAM_DEMO=1.

    A landing in S3 is mirrored into the home first. Raises SangamError where it cannot be reached.
    """
    at = home()
    where = str(landing or landing_address())
    if where.startswith("s3://"):
        key: bytes | None = None
        # For start-up: a landing on disk needs no S3.
        from ingest.boundary.pseudonyms import secret
        from orchestration.s3.landing_mirror import mirrored

        with suppress(SangamError):  # without it nothing is taken in, and the archive stays shut
            key = secret(demo=is_demo())
        where = str(mirrored(where, at, key))
    return Settings(at, Path(where).resolve(), is_demo())


def landing_address() -> str:
    """Where deliveries arrive: SANGAM_LANDING, a folder or `s3://bucket/prefix`; by default the home's `landing`."""
    return os.environ.get("SANGAM_LANDING") or str(home() / "landing")


def of_home() -> Settings:
    """Settings for what does not look at the landing, so that one in S3 is not mirrored first."""
    at = home()
    return Settings(at, at / "landing", is_demo())


def is_demo() -> bool:
    """Whether this is the demo, with its well-known secret: SANGAM_DEMO=1."""
    return os.environ.get("SANGAM_DEMO", "") not in ("", "0")


def look_seconds() -> int:
    """How often sensors look at what has arrived: SANGAM_LOOK_SECONDS, by default 30. Raises SangamError."""
    text = os.environ.get("SANGAM_LOOK_SECONDS", "").strip() or "30"
    if not (text.isascii() and text.isdigit() and int(text)):
        raise SangamError(f"SANGAM_LOOK_SECONDS is '{text}', expected whole seconds such as 30.")
    return int(text)
