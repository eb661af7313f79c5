"""The words of a batch suite, and loading it: what a whole delivery must look like beside the one before.

    suites/_common.yml                  checks of every source; also the suite of a source that has none of its own
    suites/<programme>/<source>.yml     merged over them: mappings key by key, `null` removes a check

Bounds and explanations are data for an M&E officer to read and change; how measures are worked out is in `measuring`.
SANGAM_SUITES names a folder that stands in the place of `expectations/suites`.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, Field, model_validator

from ingest.contracts.faults import Fault, checked
from ingest.contracts.loading import fault, load_region, region_files
from ingest.contracts.word import Word
from ingest.contracts.yaml_file import Document, merge, read_mapping

SUITES = Path(__file__).parent / "suites"
COMMON = "_common"
DELIVERY = "delivery"  # the name under which a delivery as a whole is measured
_file = cache(read_mapping)
Kind = Literal["table", "column", "figure", "place", "delivery"]


@dataclass(frozen=True)
class Measure:
    """What a measure is of, and how its values are written: as a share, a number, or in standard deviations."""

    kind: Kind
    unit: Literal["share", "number", "deviations"]


MEASURES: dict[str, Measure] = {
    # accepted records; beside those before; keys before that are still there; held back of those read
    "rows": Measure("table", "number"),
    "rows_ratio": Measure("table", "share"),
    "keys_kept": Measure("table", "share"),
    "quarantined_share": Measure("table", "share"),
    # empty cells; empty share minus the one before
    "empty_share": Measure("column", "share"),
    "empty_growth": Measure("column", "share"),
    # largest change of a category's share, of columns with a vocabulary
    "category_shift": Measure("column", "share"),
    # of numbers: change of the mean in standard deviations before; values above zero that are as before, by key
    "mean_shift": Measure("column", "deviations"),
    "unchanged_share": Measure("column", "share"),
    # a number of the suite's own; beside the one before
    "figure": Measure("figure", "number"),
    "figure_ratio": Measure("figure", "share"),
    # records of a place; beside those before
    "place_rows": Measure("place", "number"),
    "place_rows_ratio": Measure("place", "share"),
    # files that were delivered before: their bytes for another quarter or part, their records for an earlier quarter
    "sent_before": Measure("delivery", "number"),
    # of an extract: dates that lie in its quarter, where an earlier extract has some in its own
    "dated_in_quarter": Measure("delivery", "number"),
    # of a round: records of the time of the round before, by all their dates; keys that an earlier round has
    "dated_before": Measure("table", "share"),
    "keys_before": Measure("table", "share"),
}


class SuiteWord(Word):
    """Base of all suite words; what YAML calls `from` bears another name in Python."""

    model_config = ConfigDict(populate_by_name=True)


class Figure(SuiteWord):
    """A number of a delivery: an SQL aggregate over the accepted records of a table (or a join of tables)."""

    label: str
    source: str = Field(alias="from")
    value: str


class Place(SuiteWord):
    """Places, areas, centres or institutions: records counted by an SQL expression.

    Expected are those of last time, and those of a vocabulary where one is named.
    """

    label: str
    source: str = Field(alias="from")
    place: str
    expected: str = ""
    nested: bool = False  # the vocabulary has its words under keys; places are then written `key / word`
    but: tuple[str, ...] = ()  # words of the vocabulary that are not expected here


class Check(SuiteWord):
    """One expectation: a measure of some tables, columns, figures or places within bounds."""

    title: str
    measure: str
    of: tuple[str, ...] = ("*",)  # names, with * for any: household, cif_loan.amount_pkr, *.sex
    at_least: float | None = None
    at_most: float | None = None
    from_records: int = 0  # fewer records than this, now and last time, say nothing
    severity: Literal["error", "warning"] = "warning"
    means: str
    do: str

    @model_validator(mode="after")
    def _can_fail(self) -> Check:
        if self.measure not in MEASURES:
            raise Fault(f"there is no measure '{self.measure}'", "measure", word=self.measure, known=MEASURES)
        if self.at_least is None and self.at_most is None:
            raise ValueError("give 'at_least' or 'at_most'.")
        return self

    def covers(self, name: str) -> bool:
        """Whether a table, column, figure or place is among those meant."""
        return any(fnmatchcase(name, pattern) for pattern in self.of)

    def shown(self, value: float) -> str:
        """A value as people read it."""
        unit = MEASURES[self.measure].unit
        if unit == "share":
            return f"{value:.1%}"
        return f"{value:.2f} standard deviations" if unit == "deviations" else f"{value:,.10g}"

    @property
    def expected(self) -> str:
        """The bounds in words."""
        low, high = (
            None if b is None else self.shown(b).replace(".0%", "%").replace(".00 ", " ")
            for b in (self.at_least, self.at_most)
        )
        if low and high:
            return f"{low.partition(' ')[0]} to {high}"
        return f"at least {low}" if low else f"at most {high}"


class Suite(SuiteWord):
    """What a delivery of one kind of source must look like."""

    title: str
    figures: dict[str, Figure] = Field(default_factory=dict)
    places: dict[str, Place] = Field(default_factory=dict)
    checks: dict[str, Check]

    @model_validator(mode="after")
    def _titles_differ(self) -> Suite:
        first: dict[str, str] = {}
        for name, check in self.checks.items():
            if (other := first.setdefault(check.title, name)) != name:
                raise Fault(
                    f"two checks bear the title '{check.title}', see '{other}'.", "checks", name, "title"
                )
        return self

    def asks(self, measure: str, name: str) -> bool:
        """Whether any check wants this measure of this table, column, figure or place."""
        return any(c.measure == measure and c.covers(name) for c in self.checks.values())

    @property
    def fingerprint(self) -> str:
        """A hash of all words; another hash means: check again."""
        words = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(words.encode()).hexdigest()[:16]


def suites_root() -> Path:
    """The folder of the suites: SANGAM_SUITES, else the built-in one."""
    return Path(os.environ.get("SANGAM_SUITES") or SUITES)


def suite_names() -> list[tuple[str, str]]:
    """Every (programme, source) there is a contract for that can be read, and with it a suite."""
    regions = [load_region(name) for name in region_files() if not fault(name)]
    return sorted({(region.programme, source) for region in regions for source in region.sources})


def suite_file(key: tuple[str, ...], root: Path) -> Path:
    """The file of a suite: (programme, source), or (`_common`,)."""
    return root.joinpath(*key).with_suffix(".yml")


def load_suite(programme: str, source: str = "", root: Path | None = None) -> Suite:
    """The suite of a programme's source; the common one for `_common`, and for a source that has none of its own.

    Raises SangamError for an inconsistent one. A folder without `_common.yml` has the built-in one.
    """
    return _read_suite(programme, source, root or suites_root())


def suite_at(key: tuple[str, ...], root: Path) -> Suite:
    """The suite whose file `suite_file` names."""
    programme, source = (*key, "")[:2]
    return load_suite(programme, source, root)


def forget() -> None:
    """Read every file anew when it is next asked for."""
    for cached in (_read_suite, _words, _file, as_read):
        cached.cache_clear()


@cache
def as_read() -> object:
    """A token that stands for the suites as read; after `forget` it is another one."""
    return object()


def suite_words(programme: str, source: str, root: Path | None = None) -> Document:
    """What a suite is made of, with the file and line of every word."""
    return _words(programme, source, root or suites_root())


@cache
def _read_suite(programme: str, source: str, root: Path) -> Suite:
    return checked(Suite, _words(programme, source, root))


@cache
def _words(programme: str, source: str, root: Path) -> Document:
    common = suite_file((COMMON,), root)
    words = _file(common if common.exists() else suite_file((COMMON,), SUITES))
    if source and (own := suite_file((programme, source), root)).exists():
        words = merge(words, _file(own))
    return words
