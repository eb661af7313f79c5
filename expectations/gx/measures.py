"""Expectation classes, one for each kind of measure of a suite, with their words. Importing it registers them.

A batch of Great Expectations is the profiles of all deliveries of one kind of source: a row for each measure of a
table, column, figure or place. Each expectation looks at the rows of its measure. How pages are put together from these
words is in `pages`; how measures are worked out is in `expectations.measuring`.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from great_expectations.compatibility import pydantic
from great_expectations.core import ExpectationValidationResult
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.render import LegacyRendererType, RenderedStringTemplateContent
from great_expectations.render.renderer.renderer import renderer

from expectations.gx.profile_metric import PROFILE, found_by_delivery
from expectations.suite import Check


class ExpectMeasure(BatchExpectation):
    """The words that all kinds of measure share; they are those of a check in a suite's YAML."""

    name: str  # of the check in its suite
    measure: str
    title: str
    of: tuple[str, ...] = ("*",)
    at_least: float | None = None
    at_most: float | None = None
    from_records: int = 0
    means: str
    do: str

    looks_at: ClassVar[str] = ""
    metric_dependencies: ClassVar[tuple[str, ...]] = (PROFILE,)
    success_keys: ClassVar[tuple[str, ...]] = ("measure", "of", "at_least", "at_most", "from_records")
    args_keys: ClassVar[tuple[str, ...]] = ("name", "title", "of", "at_least", "at_most")

    @classmethod
    def is_abstract(cls) -> bool:
        """Whether it is no kind of measure itself: such are not registered."""
        return not cls.looks_at

    @pydantic.root_validator(skip_on_failure=True)
    def _words_fit(
        cls,  # noqa: N805 - a class method, by pydantic's decorator
        values: dict[str, Any],
    ) -> dict[str, Any]:
        check_of(values)
        return values

    def _validate(
        self, metrics: dict[str, Any], runtime_configuration: Any = None, execution_engine: Any = None
    ) -> dict[str, Any]:
        """Great Expectations' hook: the measures outside the bounds, delivery by delivery."""
        deliveries = found_by_delivery(check_of(self.dict()), metrics[PROFILE])
        outside = sum(len(one["outside"]) for one in deliveries)
        return {
            "success": not outside,
            "result": {
                "observed_value": f"{outside:,} outside of {sum(one['looked_at'] for one in deliveries):,}",
                "details": {"deliveries": deliveries},
            },
        }

    @classmethod
    @renderer(renderer_type=LegacyRendererType.PRESCRIPTIVE)
    def _prescriptive_renderer(
        cls,
        configuration: ExpectationConfiguration | None = None,
        result: ExpectationValidationResult | None = None,
        runtime_configuration: dict[Any, Any] | None = None,
    ) -> list[RenderedStringTemplateContent]:
        """Great Expectations' hook: what is expected, for Data Docs."""
        if configuration is None:
            return []
        check = check_in(configuration)
        of = "" if check.of == ("*",) else f" Only {', '.join(check.of)}."
        few = f" With fewer than {check.from_records} records nothing is said." if check.from_records else ""
        template = f"$looks_at: $expected.$of{few}"
        words = {"looks_at": cls.looks_at, "of": of, "expected": check.expected}
        styling = {"params": {"expected": {"tag": "b"}}}
        return [
            RenderedStringTemplateContent(
                string_template={"template": template, "params": words, "styling": styling}
            )
        ]


class ExpectRows(ExpectMeasure):
    """A table has so many accepted records."""

    measure: Literal["rows"] = "rows"
    looks_at = "Accepted records of each table"


class ExpectRowsBesideLastTime(ExpectMeasure):
    """A table has so many accepted records beside last time's."""

    measure: Literal["rows_ratio"] = "rows_ratio"
    looks_at = "Accepted records of each table, as a share of last time's"


class ExpectKeysKept(ExpectMeasure):
    """Keys that were there last time are still there."""

    measure: Literal["keys_kept"] = "keys_kept"
    looks_at = "Last time's keys of each table that are still there"


class ExpectQuarantinedShare(ExpectMeasure):
    """So many of the records read were held back."""

    measure: Literal["quarantined_share"] = "quarantined_share"
    looks_at = "Records of each table that were held back, of those read"


class ExpectEmptyShare(ExpectMeasure):
    """So many cells of a column are empty."""

    measure: Literal["empty_share"] = "empty_share"
    looks_at = "Empty cells of each column"


class ExpectEmptyGrowth(ExpectMeasure):
    """A column is as filled as last time."""

    measure: Literal["empty_growth"] = "empty_growth"
    looks_at = "Empty cells of each column, less last time's share"


class ExpectCategoryShift(ExpectMeasure):
    """A category's share of the records is about what it was."""

    measure: Literal["category_shift"] = "category_shift"
    looks_at = "The largest change of a category's share, of each column with a vocabulary"


class ExpectMeanShift(ExpectMeasure):
    """The mean of a number is about where it was, for its spread."""

    measure: Literal["mean_shift"] = "mean_shift"
    looks_at = "How far the mean of each number has moved"


class ExpectUnchangedShare(ExpectMeasure):
    """So many values under the same key are what they were."""

    measure: Literal["unchanged_share"] = "unchanged_share"
    looks_at = "Values above zero that are last time's under the same key"


class ExpectFigure(ExpectMeasure):
    """A number of the suite's own is so large."""

    measure: Literal["figure"] = "figure"
    looks_at = "The suite's own numbers"


class ExpectFigureBesideLastTime(ExpectMeasure):
    """A number of the suite's own is so large beside last time's."""

    measure: Literal["figure_ratio"] = "figure_ratio"
    looks_at = "The suite's own numbers, as a share of last time's"


class ExpectSentBefore(ExpectMeasure):
    """A delivery's files and records were not delivered before."""

    measure: Literal["sent_before"] = "sent_before"
    looks_at = "Whether files were delivered before, for another quarter or part"


class ExpectDatedInQuarter(ExpectMeasure):
    """So many dates of an extract lie in its quarter."""

    measure: Literal["dated_in_quarter"] = "dated_in_quarter"
    looks_at = "Dates of an extract that lie in its quarter, where an earlier one has some in its own"


class ExpectDatedBefore(ExpectMeasure):
    """So many of a round's records are dated in the time of the round before."""

    measure: Literal["dated_before"] = "dated_before"
    looks_at = "Records of a round that are dated in the time of the round before"


class ExpectKeysBefore(ExpectMeasure):
    """So many of a round's keys are an earlier round's."""

    measure: Literal["keys_before"] = "keys_before"
    looks_at = "Keys of a round that an earlier round has"


class ExpectPlaceRows(ExpectMeasure):
    """Each expected place has so many records."""

    measure: Literal["place_rows"] = "place_rows"
    looks_at = "Records of each place"


class ExpectPlaceRowsBesideLastTime(ExpectMeasure):
    """Each place has so many records beside last time's."""

    measure: Literal["place_rows_ratio"] = "place_rows_ratio"
    looks_at = "Records of each place, as a share of last time's"


KINDS: dict[str, type[ExpectMeasure]] = {
    kind.__fields__["measure"].default: kind for kind in ExpectMeasure.__subclasses__()
}


_TYPES = {kind.expectation_type: measure for measure, kind in KINDS.items()}


def check_in(configuration: ExpectationConfiguration) -> Check:
    """The check of a suite that a configuration is. Raises ValueError where it is none of the kinds."""
    if configuration.type not in _TYPES:
        raise ValueError(f"'{configuration.type}' is none of the kinds {', '.join(sorted(_TYPES))}")
    measure, severity = _TYPES[configuration.type], configuration.severity
    return check_of({**configuration.kwargs, "measure": measure, "severity": severity})


def check_of(words: dict[str, Any]) -> Check:
    """The words of an expectation as a check of a suite. Raises ValueError for words that do not fit together."""
    own = {word: value for word, value in words.items() if word in Check.model_fields and value is not None}
    severe = str(words.get("severity") or "critical").rpartition(".")[2].lower()
    return Check.model_validate({**own, "severity": "error" if severe == "critical" else "warning"})
