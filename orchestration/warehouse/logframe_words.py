"""The words of a logframe: a donor, shared lists of categories, and one entry an indicator.

Words and their consistency within the file; what they must find elsewhere (regions, columns) is in `logframe_trial` and
`logframes`. No SQL is built here.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ingest.contracts.faults import Fault
from ingest.contracts.word import MailAddress, TimeZone
from orchestration.warehouse.fiscal_year import FiscalYear
from orchestration.warehouse.iati_words import Activity

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
COUNTED: dict[Kind, Counted] = {
    "distinct_count": "units",
    "survey_share": "units",
    "sum": "records",
    "median": "records",
    "ratio": "denominator",
}
PLACES = "places:"
_QUARTER = r"^\d{4}Q[1-4]$"
_INDICATOR = r"^[A-Z]{2}-\d{2}$"


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


class Reliability(_Strict):
    """From how many unweighted cases on a survey share is stated, and stated without a caution; DHS's bounds."""

    withheld_below: int = Field(default=25, ge=0)
    bracketed_below: int = Field(default=50, ge=0)

    @model_validator(mode="after")
    def _brackets_come_after(self) -> Self:
        if self.bracketed_below < self.withheld_below:
            raise ValueError("'bracketed_below' must not be less than 'withheld_below'")
        return self


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
    since: dict[
        str, Annotated[str, Field(pattern=_QUARTER)]
    ] = {}  # first quarter of a region that joined later
    until: dict[str, Annotated[str, Field(pattern=_QUARTER)]] = {}  # last quarter of one that left
    fiscal_year: FiscalYear
    due_days: int = Field(ge=0)
    time_zone: TimeZone = Field(default="UTC", min_length=1)  # whose days the calendar goes by
    remind_days: list[Annotated[int, Field(ge=1)]] = [14, 7, 1]  # so many days before, what lacks is told
    officers: list[MailAddress] = []  # who gets the reminders; those of SANGAM_MAIL_TO where nobody is named
    suppression_threshold: int = Field(default=10, ge=0)
    reliability: Reliability = Reliability()
    signatures: int = Field(default=1, ge=1)  # how many different people sign off a release
    bands: list[Band] = []
    reported_columns: list[ReportedColumn] = []
    iati: Activity = Activity()
    exchange: list[Literal["adx"]] = []  # files that a release has for this donor beside those of all

    @model_validator(mode="after")
    def _bands_descend(self) -> Self:
        bounds = [band.at_least for band in self.bands]
        if bounds and (bounds[-1] is not None or None in bounds[:-1]):
            raise ValueError("every band but the last needs 'at_least', and the last must have none")
        if sorted(bounds[:-1], key=lambda b: b or 0.0, reverse=True) != bounds[:-1]:
            raise ValueError("the bands must go from the highest 'at_least' to the lowest")
        return self

    @model_validator(mode="after")
    def _spans_are_of_regions(self) -> Self:
        for word, quarters in (("since", self.since), ("until", self.until)):
            for region in sorted(set(quarters) - set(self.regions)):
                words = f"'{word}' names no region of the donor: '{region}'"
                raise Fault(words, word, region, word=region, known=self.regions)
        for region in sorted(set(self.since) & set(self.until)):
            if self.since[region] > self.until[region]:
                raise Fault(f"'{region}' leaves before it joins.", "until", region)
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
    unknown: str | None = None  # why the category of a record may not be known, for the donor's readers

    @property
    def place_types(self) -> list[str]:
        """The types of place whose names are the categories; none where they are listed."""
        if not isinstance(self.categories, str) or not self.categories.startswith(PLACES):
            return []
        return [word.strip() for word in self.categories.removeprefix(PLACES).split(",")]


class Indicator(_Strict):
    """Reference sheet and definition of one indicator."""

    # reference sheet
    code: str = Field(pattern=_INDICATOR)
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

    @property
    def joined(self) -> list[Join]:
        """The dimensions joined to the fact."""
        return [Join(dimension=one) if isinstance(one, str) else one for one in self.joins]

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
    """One file: a donor, shared lists of categories, what codes are called, and the indicators."""

    donor: Donor
    categories: dict[str, list[str]] = {}
    labels: dict[
        str, dict[str, str]
    ] = {}  # of a dimension's categories; of 'dimension', 'unit' and all regions together themselves
    not_computed: dict[Annotated[str, Field(pattern=_INDICATOR)], str] = {}  # numbers left out, each with why
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
                if isinstance(name, str) and not name.startswith(PLACES) and name not in self.categories:
                    words = f"no list '{name}' under 'categories'"
                    where = (*at, "disaggregations", place, "categories")
                    raise Fault(words, *where, word=name, known=self.categories)
        return self

    @model_validator(mode="after")
    def _labels_are_of_codes(self) -> Self:
        for kind, labels in self.labels.items():
            known = self._labelled.get(kind)
            if known is None:
                words = f"nothing is disaggregated by '{kind}'"
                raise Fault(words, "labels", kind, word=kind, known=self._labelled)
            for code in sorted(set(labels) - known):
                words = f"'{kind}' has no code '{code}'"
                raise Fault(words, "labels", kind, code, word=code, known=known)
        for code in sorted(set(self.not_computed) & {one.code for one in self.indicators}):
            raise Fault(f"indicator '{code}' is computed.", "not_computed", code)
        return self

    @property
    def _labelled(self) -> dict[str, set[str]]:
        """The codes that may have a label: of dimensions, these and units themselves, all regions together."""
        codes: dict[str, set[str]] = {}
        for indicator in self.indicators:
            for one in indicator.disaggregations:
                codes.setdefault(one.dimension, set()).update(self.listed(one))
        codes["region"] = {self.donor.together} if self.donor.together else set()
        return {**codes, "dimension": set(codes), "unit": {one.unit for one in self.indicators}}

    def listed(self, one: Disaggregation) -> list[str]:
        """The categories of a disaggregation, in their order; none where they are the region's places."""
        if isinstance(one.categories, list):
            return one.categories
        return self.categories.get(one.categories, [])
