"""The receipt of a delivery: what became of it, and where in SANGAM_HOME what came of it lies.

The platform's central record. It is never changed, only replaced by another one; writing it is the business of `run`
and `mapping.publish_feeds`, finding it of `receipts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ingest.deliveries.places import parquet_path

Status = Literal["current", "superseded", "refused", "paused", "broken"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TableCounts(_Part):
    """What became of the records of one delivered table."""

    read: int
    accepted: int
    quarantined: int
    by_reason: Mapping[str, int] = {}  # records by reason code
    warnings: Mapping[str, int] = {}  # warnings by name
    of: str = ""  # the contract's table, where the delivered one is one of many sheets of its kind
    broken: tuple[str, ...] = ()  # what accepted records break of the contract, in plain words


class FindingCounts(_Part):
    """Findings beside the last delivery's."""

    new: int = 0
    open: int = 0
    resolved: int = 0


class Told(_Part):
    """What the partner was told: findings by table (a resolved refusal under ''), and where the return slip lies."""

    findings: FindingCounts = FindingCounts()
    by_table: Mapping[str, FindingCounts] = {}
    slip: str | None = None  # within the home


class Waits(_Part):
    """Why a delivery waits for a person: it changed too much against another one."""

    against: str  # path of the delivery compared with, in the landing
    reasons: tuple[str, ...]


class JudgedAs(_Part):
    """All that decided about the records, beside the file's bytes: when one of these changes, judge again."""

    contract: str
    engine: str
    key_id: str
    late_up_to: str = ""  # of an extract that came late: the day of its receipt, where that decides anything
    is_changed: bool = False  # since it arrived, as the delivery log has it
    stray: str = ""  # why its name is not of the drop
    last: tuple[str, ...] = ()  # deliveries that findings are compared with
    compared_with: Mapping[str, tuple[str, ...]] = {}  # deliveries that rules look up


class Receipt(_Part):
    """One delivered file and what became of it."""

    region: str
    source: str
    quarter: str
    path: str  # within the landing
    file: str
    sha256: str
    size: int
    received_at: datetime
    judged_as: JudgedAs
    status: Status = "current"
    refused: str | None = None  # the refusal's code
    message: str = ""  # and its words
    tables: Mapping[str, TableCounts] = {}
    unread: Mapping[str, str] = {}  # files of a zip that are no table of the contract, with why
    litter: tuple[str, ...] = ()  # files that systems left in a zip
    verified_by: str = ""  # the code that held the accepted records against the contract once more
    told: Told = Told()
    waits: Waits | None = None
    seconds: float = 0.0
    read_now: bool = Field(default=False, exclude=True)  # in this run; not kept

    @property
    def left_out(self) -> list[str]:
        """What of the file was not read, and why, in a line each."""
        return [f"{self.file}: {member}: {why}." for member, why in self.unread.items()]

    @property
    def broken(self) -> dict[str, tuple[str, ...]]:
        """What the accepted records of each table break of the contract."""
        return {name: counts.broken for name, counts in self.tables.items() if counts.broken}

    def tables_of(self, table: str) -> list[str]:
        """The delivered tables that are a contract's table: itself, or every sheet that is of its kind."""
        return [name for name, counts in self.tables.items() if (counts.of or name) == table]

    def rows_read(self, table: str) -> int:
        """Records read of a contract's table."""
        return sum(self.tables[name].read for name in self.tables_of(table))

    def accepted_file(self, home: Path, name: str) -> Path:
        """The Parquet file with the accepted records of a delivered table."""
        return parquet_path(home, "accepted", self, name)

    def accepted_files(self, home: Path, table: str) -> list[Path]:
        """The Parquet files with the accepted records of a contract's table."""
        return [self.accepted_file(home, name) for name in self.tables_of(table)]

    def layer_file(self, home: Path, layer: str) -> Path:
        """The Parquet file of a layer that has one a delivery: quarantine, warnings, findings."""
        return parquet_path(home, layer, self)

    def slip_file(self, home: Path) -> Path | None:
        """The return slip, where there was anything to tell."""
        return home / self.told.slip if self.told.slip else None

    @property
    def mark(self) -> str:
        """What decides about this delivery's records, in one word, for those that are compared with them."""
        return ":".join((self.sha256, self.judged_as.contract, self.judged_as.engine))
