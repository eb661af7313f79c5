"""What was found in a batch: a verdict and a message for each check, and where they are kept.

    lake/batch_checks/region=…/source=…/quarter=….json

Four verdicts: `error` (releases wait), `warning` (somebody should look), `fine`, and `nothing` where there was nothing
to look at. How verdicts come about is in `batches`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingest.deliveries.places import folder
from ingest.errors import SangamError
from ingest.files import write_json

DATA_DOCS = Path("docs", "data_docs")  # within the home; pages of results are within it
Columns = dict[str, list[str | float | int]]
Verdict = Literal["error", "warning", "fine", "nothing"]
# In the order in which people look at them.
VERDICTS: dict[Verdict, str] = {
    "error": "to be settled",
    "warning": "to look at",
    "fine": "fine",
    "nothing": "nothing to look at",
}


class _Kept(BaseModel):
    """Base of what is written as JSON: whole, and never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Outside(_Kept):
    """A table, column, figure or place whose measure is outside the bounds."""

    subject: str
    value: float
    seen: str  # what the value was worked out from, in words


class CheckResult(_Kept):
    """What one check found in a batch."""

    title: str
    severity: Literal["error", "warning"]
    looked_at: int
    outside: tuple[Outside, ...] = ()
    expected: str
    message: str

    @property
    def verdict(self) -> Verdict:
        """What is to be made of it."""
        if self.outside:
            return self.severity
        return "fine" if self.looked_at else "nothing"


class BatchResult(_Kept):
    """What all checks found in a batch; `state` says of which files, `page` where Data Docs show it."""

    title: str
    region: str
    source: str
    quarter: str
    previous: str | None
    checks: dict[str, CheckResult]
    page: str
    profile: Columns
    state: str = ""
    checked_now: bool = Field(default=False, exclude=True)

    @property
    def errors(self) -> list[str]:
        """Checks that let releases wait."""
        return [name for name, check in self.checks.items() if check.verdict == "error"]

    def count(self, verdict: Verdict) -> int:
        """How many checks came to a verdict."""
        return sum(check.verdict == verdict for check in self.checks.values())


def result_path(home: Path, region: str, source: str, quarter: str) -> Path:
    """Where the result of a batch lies."""
    return folder(home, "batch_checks", region=region, source=source) / f"quarter={quarter}.json"


def read_result(home: Path, region: str, source: str, quarter: str) -> BatchResult | None:
    """The result of a batch, where there is one. Raises SangamError for one that another version wrote."""
    path = result_path(home, region, source, quarter)
    if not path.exists():
        return None
    try:
        return BatchResult.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise SangamError(
            f"{path} was written by another version of sangam, or damaged. "
            "`sangam run` checks the delivery again."
        ) from error


def write_result(home: Path, result: BatchResult) -> None:
    """Keep a result where `read_result` finds it."""
    path = result_path(home, result.region, result.source, result.quarter)
    write_json(path, result.model_dump(mode="json"))


def all_results(home: Path) -> Iterator[BatchResult]:
    """Every result that is kept and can be read."""
    for path in sorted((home / "lake" / "batch_checks").glob("region=*/source=*/quarter=*.json")):
        region, source, quarter = (part.partition("=")[2] for part in path.with_suffix("").parts[-3:])
        try:
            result = read_result(home, region, source, quarter)
        except SangamError:
            continue  # the next run writes it anew
        if result:
            yield result
