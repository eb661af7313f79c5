"""The donors' logframes (dbt_project/indicators/<donor>.yml): checked, and handed to dbt as variables.

One entry an indicator; dbt's SQL is written once a kind and is fed with these. SANGAM_LOGFRAMES names a folder that
stands in the place of `dbt_project/indicators`.
No SQL is built here, and nothing is computed.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ingest.contracts.faults import Fault, checked, did_you_mean, line
from ingest.contracts.loading import REFERENCE, fault, load_region, region_files
from ingest.contracts.yaml_file import read_mapping
from ingest.errors import SangamError
from ingest.nearest import unknown
from orchestration.warehouse.fiscal_year import FiscalYear

FOLDER = Path(__file__).resolve().parents[2] / "dbt_project" / "indicators"

OverTime = Literal["in_quarter", "cumulative", "as_at", "round", "cohort"]
Kind = Literal["distinct_count", "sum", "ratio", "survey_share", "median"]
Counted = Literal["units", "records", "value", "denominator"]
FACTS = Literal[
    "bridge_membership",
    "dim_household",
    "dim_institution",
    "dim_person",
    "fct_enterprise_month",
    "fct_enterprise_quarter",
    "fct_outcome_observed",
    "fct_place_total",
    "fct_service_delivered",
]
_COUNTED: dict[Kind, Counted] = {
    "distinct_count": "units",
    "survey_share": "units",
    "sum": "records",
    "median": "records",
    "ratio": "denominator",
}
_PLACES = "places:"
_QUARTER = r"^\d{4}Q[1-4]$"


def _as_text(value: object) -> object:
    """An expression may be a bare number or a truth value in YAML; SQL wants its text."""
    return str(value).lower() if isinstance(value, bool) else str(value) if isinstance(value, int) else value


def _is_one_expression(value: str) -> str:
    if ";" in value or "--" in value or value.count("(") != value.count(")"):
        raise ValueError(f"'{value}' is no single SQL expression: check brackets, leave out ';' and comments")
    return value


Sql = Annotated[str, BeforeValidator(_as_text), AfterValidator(_is_one_expression)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Band(_Strict):
    """A colour of the traffic light from a certain achievement on; the last band has no bound."""

    light: str
    at_least: float | None = None


class ReportedColumn(_Strict):
    """The quarter whose computed value stands beside a column of a printed table; else the drop's."""

    source: str
    column_label: str
    quarter: str | None = Field(default=None, pattern=_QUARTER)


class Donor(_Strict):
    """What is the same for all of a donor's indicators."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    regions: list[str] = Field(min_length=1)
    together: str | None = None  # name of the row of all regions together, such as 'all'
    fiscal_year: FiscalYear
    due_days: int = Field(ge=0)
    suppression_threshold: int = Field(default=10, ge=0)
    bands: list[Band] = []
    reported_columns: list[ReportedColumn] = []

    @model_validator(mode="after")
    def _bands_descend(self) -> Self:
        bounds = [band.at_least for band in self.bands]
        if bounds and (bounds[-1] is not None or None in bounds[:-1]):
            raise ValueError("every band but the last needs 'at_least', and the last must have none")
        if sorted(bounds[:-1], key=lambda b: b or 0.0, reverse=True) != bounds[:-1]:
            raise ValueError("the bands must go from the highest 'at_least' to the lowest")
        return self


class Join(_Strict):
    """A dimension joined to the fact by its identifier; from another source where the fact's own has none."""

    dimension: Literal["household", "person", "institution", "place"]
    source: str | None = None


class Disaggregation(_Strict):
    """One dimension: the expression of a record's category, and the categories that are always listed."""

    dimension: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    category: Sql
    categories: str | list[str]  # a list, the name of one, or 'places:<type>,…': the region's places
    overlapping: bool = False  # the expression gives a list: a record may fall in several categories
    apart: Sql | None = None  # records outside the population, shown in this dimension and not in the total


class Indicator(_Strict):
    """Reference sheet and definition of one indicator."""

    # reference sheet
    code: str = Field(pattern=r"^[A-Z]{2}-\d{2}$")
    name: str
    level: Literal["impact", "outcome", "output"]
    description: str
    numerator_definition: str  # what is counted, added up or measured, in plain words
    denominator_definition: str  # over what; 'None: …' where nothing is divided or stated beside the value
    method: str
    source_note: str
    version: int = Field(default=1, ge=1)
    unit: str
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    convert_to: list[str] = []
    direction: Literal["higher", "lower"]
    # what is counted
    kind: Kind
    over_time: list[OverTime] = Field(min_length=1)
    regions: list[str] = []  # default: the donor's
    sources: list[str] = Field(min_length=1)
    fact: FACTS = Field(alias="from")
    joins: list[Join | Literal["household", "person", "institution", "place"]] = []
    drops_to_date: list[str] = []  # sources of which the drops of all quarters so far are read
    compared_with: str | None = Field(default=None, pattern=_QUARTER)  # round whose record is `baseline`
    dated_by: Sql | None = None
    unit_type: str
    unit_id: Sql
    population: Sql = "true"
    numerator: Sql | None = None
    roll_up: Literal["every", "any"] | None = None
    value: Sql | None = None
    # ratio: 'units' for distinct units, else an expression that is summed; distinct_count: 'units' states the
    # distinct units of the population beside those of the numerator
    denominator: Sql | None = None
    scale: Literal[1, 100] | None = None
    n_counts: Counted | None = None
    n_by_category: bool = True  # false: n belongs to the total alone
    n_of_total: int | None = (
        None  # n of the total where the programme fixes it: the units there are by its design
    )
    disaggregations: list[Disaggregation] = []

    @model_validator(mode="after")
    def _kind_has_what_it_needs(self) -> Self:
        missing = {
            "sum": self.value is None and "value",
            "median": self.value is None and "value",
            "survey_share": self.numerator is None and "numerator",
            "ratio": (self.denominator is None and "denominator")
            or (self.value is None and self.numerator is None and "value or numerator"),
        }.get(self.kind)
        if missing:
            raise Fault(f"the kind {self.kind} needs '{missing}'.", "kind")
        if self.convert_to and not self.currency:
            raise Fault("'convert_to' needs 'currency', the one the amounts are in.", "convert_to")
        if self.kind == "distinct_count" and self.denominator not in (None, "units"):
            raise Fault("the denominator of a distinct_count is 'units' or none.", "denominator")
        for name in sorted(set(self.drops_to_date) - set(self.sources)):
            words = f"'drops_to_date' names no source of its own: '{name}'"
            raise Fault(words, "drops_to_date", word=name, known=self.sources)
        if self.compared_with and self.fact != "fct_outcome_observed":
            words = "'compared_with' needs rounds of observed units: from fct_outcome_observed."
            raise Fault(words, "compared_with")
        if {"in_quarter", "cumulative"} <= set(self.over_time) and not self.dated_by:
            raise Fault("in the quarter and cumulative differ by a date: give 'dated_by'.", "over_time")
        return self

    @model_validator(mode="after")
    def _denominator_is_explained(self) -> Self:
        has_denominator = self.kind == "survey_share" or self.denominator is not None
        if has_denominator == self.denominator_definition.startswith("None: "):
            raise ValueError(
                f"{self.code}: 'denominator_definition' says what the denominator is, or 'None: …' where the "
                f"definition has none; it {'has one' if has_denominator else 'has none'}"
            )
        return self


class Logframe(_Strict):
    """One file: a donor, shared lists of categories, and the indicators."""

    donor: Donor
    categories: dict[str, list[str]] = {}
    indicators: list[Indicator] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        codes: set[str] = set()
        for number, indicator in enumerate(self.indicators):
            at = ("indicators", number)
            if indicator.code in codes:
                raise Fault(f"indicator '{indicator.code}' is defined twice.", *at, "code")
            codes.add(indicator.code)
            for region in sorted(set(indicator.regions) - set(self.donor.regions)):
                words = f"the donor does not name region '{region}'"
                raise Fault(words, *at, "regions", word=region, known=self.donor.regions)
            for place, one in enumerate(indicator.disaggregations):
                name = one.categories
                if isinstance(name, str) and not name.startswith(_PLACES) and name not in self.categories:
                    words = f"no list '{name}' under 'categories'"
                    where = (*at, "disaggregations", place, "categories")
                    raise Fault(words, *where, word=name, known=self.categories)
        return self


def logframes_root() -> Path:
    """The folder of the logframes: SANGAM_LOGFRAMES, else the built-in one."""
    return Path(os.environ.get("SANGAM_LOGFRAMES") or FOLDER)


def load(folder: Path | None = None) -> list[Logframe]:
    """Every logframe of the folder, in the order of their file names.

    Raises SangamError naming file, place and remedy where a file is no valid logframe.
    """
    at = folder or logframes_root()
    files = sorted(at.glob("*.yml"))
    if not files:
        raise SangamError(f"There is no logframe (*.yml) in {at}.")
    return [read(file) for file in files]


def donor_codes() -> list[str]:
    """The donors there is a logframe for, sound or not, by the names of the files."""
    return sorted(file.stem for file in logframes_root().glob("*.yml"))


def of_donor(donor: str) -> Logframe:
    """One donor's logframe. Raises SangamError where there is none, or no valid one."""
    if donor not in donor_codes():
        raise unknown("donor", donor, donor_codes())
    return read(logframes_root() / f"{donor}.yml")


def sound(folder: Path | None = None) -> list[Logframe]:
    """The logframes that load; what is wrong with the others says `faults`."""
    return [one for one in _each(folder).values() if isinstance(one, Logframe)]


def faults(folder: Path | None = None) -> dict[str, str]:
    """The donors whose logframe does not load, by the name of its file, each with the reason."""
    return {donor: one for donor, one in _each(folder).items() if isinstance(one, str)}


def _each(folder: Path | None) -> dict[str, Logframe | str]:
    found: dict[str, Logframe | str] = {}
    for file in sorted((folder or logframes_root()).glob("*.yml")):
        try:
            found[file.stem] = _known(read(file), file)
        except SangamError as error:
            found[file.stem] = str(error)
    return found


def _known(logframe: Logframe, file: Path) -> Logframe:
    """The logframe, where there are contracts for all it names. Raises SangamError, naming file and line.

    Of a region that does not load nobody knows the sources; it has a fault of its own.
    """
    document = read_mapping(file)
    regions = [name for name in region_files() if name != REFERENCE]
    for number, name in enumerate(logframe.donor.regions):
        if name not in regions:
            words = f"there is no region '{name}'{did_you_mean(name, regions)}"
            raise SangamError(line(document, ("donor", "regions", number), words))
    for place, indicator in enumerate(logframe.indicators):
        own = indicator.regions or logframe.donor.regions
        known = {source for region in own if not fault(region) for source in load_region(region).sources}
        for number, name in enumerate(indicator.sources):
            if name not in known and not any(fault(region) for region in own):
                words = f"there is no source '{name}' of {', '.join(own)}{did_you_mean(name, known)}"
                raise SangamError(line(document, ("indicators", place, "sources", number), words))
    return logframe


def read(file: Path) -> Logframe:
    """One logframe. Raises SangamError, naming file and line, where it is no valid one."""
    document = read_mapping(file)
    logframe = checked(Logframe, document)
    if file.stem != logframe.donor.code:
        words = f"the file defines donor '{logframe.donor.code}': name it {logframe.donor.code}.yml."
        raise SangamError(line(document, ("donor", "code"), words))
    return logframe


def as_dbt_vars(logframes: list[Logframe], feeds: Path | str) -> dict[str, Any]:
    """The variables of one dbt call: `dbt build --vars '<this as JSON>'`.

    `feeds` is the folder of the lake's feeds.
    An indicator stated twice over time (in the quarter, and cumulative) becomes two entries.
    """
    return {
        "feeds": str(feeds),
        "donors": [logframe.donor.model_dump() for logframe in logframes],
        "indicators": [
            _entry(logframe, position, indicator, over_time)
            for logframe in logframes
            for position, indicator in enumerate(logframe.indicators, 1)
            for over_time in indicator.over_time
        ],
    }


def _entry(logframe: Logframe, position: int, indicator: Indicator, over_time: str) -> dict[str, Any]:
    entry = indicator.model_dump(by_alias=True, exclude={"disaggregations", "joins"})
    return entry | {
        "donor": logframe.donor.code,
        "donor_name": logframe.donor.name,
        "position": position,
        "over_time": over_time,
        "has_target": over_time == indicator.over_time[0],  # a target belongs to the first way of stating it
        "regions": indicator.regions or logframe.donor.regions,
        "together": logframe.donor.together,
        "scale": indicator.scale or (100 if indicator.unit == "percent" else 1),
        "n_counts": indicator.n_counts or _COUNTED[indicator.kind],
        "joins": [(Join(dimension=j) if isinstance(j, str) else j).model_dump() for j in indicator.joins],
        "disaggregations": [_disaggregation(logframe, one) for one in indicator.disaggregations],
    }


def _disaggregation(logframe: Logframe, one: Disaggregation) -> dict[str, Any]:
    listed, place_types = one.categories, list[str]()
    if isinstance(listed, str) and listed.startswith(_PLACES):
        place_types = [word.strip() for word in listed.removeprefix(_PLACES).split(",")]
        listed = []
    elif isinstance(listed, str):
        listed = logframe.categories[listed]
    return {
        "dimension": one.dimension,
        "category": one.category,
        "overlapping": one.overlapping,
        "apart": one.apart,
        "categories": listed,
        "place_types": place_types,
    }
