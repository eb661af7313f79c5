"""What an indicator's words cannot mean together: each is refused when loading, so that none states a wrong number.

Words that nothing would read, units that would not be one count, sums of what is not added up. What a single word may
be is in `logframe_words`; whether its SQL works is in `logframe_trial`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ingest.contracts.faults import line
from ingest.contracts.yaml_file import Document
from ingest.errors import SangamError
from orchestration.warehouse.logframe_words import Indicator, Logframe

Found = tuple[tuple[Any, ...], str]
# Registers and full extracts: what they hold is not of a quarter by itself.
_EXTRACTS = {"bridge_membership", "dim_household", "dim_institution", "dim_person", "fct_service_delivered"}


def faults_of(one: Indicator, logframe: Logframe) -> list[Found]:
    """Each contradiction in the words of an indicator: where in them, and what is wrong."""
    return [*_faults(one), *_together(one, logframe)]


def require_meant(logframe: Logframe, document: Document) -> None:
    """Raises SangamError, naming file and line, for each indicator whose words contradict each other."""
    found = [
        line(document, ("indicators", number, *at), words)
        for number, one in enumerate(logframe.indicators)
        for at, words in faults_of(one, logframe)
    ]
    if found:
        raise SangamError("\n".join(found))


def _faults(one: Indicator) -> Iterator[Found]:
    yield from _unread(one)
    yield from _amounts(one)
    yield from _units(one)
    yield from _drops(one)
    yield from _dimensions(one)


def counts_units(one: Indicator) -> bool:
    """Whether the value is made of units, each counted once."""
    return one.kind == "distinct_count" or (
        one.kind == "ratio" and one.denominator == "units" and one.value is None
    )


def _unread(one: Indicator) -> Iterator[Found]:
    """Words that the kind does not read."""
    unread = {
        "distinct_count": ("value", "scale"),
        "survey_share": ("value", "denominator", "scale"),
        "sum": ("numerator", "denominator", "scale"),
        "median": ("numerator", "denominator", "scale"),
        "ratio": (),
    }[one.kind]
    for name in unread:
        if getattr(one, name) is not None:
            words = f"the kind {one.kind} does not use '{name}': leave it out, or choose the kind that does."
            yield (name,), words
    if one.kind == "ratio" and one.value is not None and one.numerator is not None:
        yield (
            ("numerator",),
            "a ratio has a 'value' that is added up or a 'numerator' that is counted, not both.",
        )


def _amounts(one: Indicator) -> Iterator[Found]:
    if one.convert_to and one.kind != "sum":
        words = f"only a sum is converted, at the quarter's rate: a {one.kind} is not."
        yield ("convert_to",), words
    if one.unit == "percent" and (one.kind in ("distinct_count", "sum") or one.scale == 1):
        yield ("unit",), f"a {one.kind}{' of scale 1' if one.scale == 1 else ''} is not in percent."
    counted = {
        "value": one.kind == "sum",
        "denominator": one.kind == "ratio" or one.denominator == "units",
        "records": one.kind != "survey_share",
    }
    if one.n_counts and not counted.get(one.n_counts, True):
        yield ("n_counts",), f"the kind {one.kind} has no '{one.n_counts}' that n could count."


def _units(one: Indicator) -> Iterator[Found]:
    """What of units could be counted several times, or above and below in different ways."""
    if one.roll_up and one.numerator is None:
        yield ("roll_up",), "'roll_up' is about a 'numerator': there is none."
    elif one.roll_up and one.kind == "ratio" and one.denominator != "units":
        words = "'roll_up' counts units above, and the denominator adds up records: use 'denominator: units'."
        yield ("roll_up",), words
    if one.kind == "ratio" and one.denominator != "units" and "over unit" in (one.numerator or ""):
        yield ("numerator",), "'over unit' needs 'denominator: units': units above and below."
    is_record = one.unit_id.removeprefix("fact.") == "unit_id"
    if one.kind == "survey_share" and one.roll_up is None and not is_record:
        words = "a unit may have several records: say with 'roll_up' whether every or any of them decides."
        yield ("unit_id",), words
    if one.kind == "survey_share" and len(one.sources) > 1:
        yield ("sources",), "a survey share is of one sample: give one source."
    if len(one.sources) > 1 and counts_units(one) and not _of_one_register(one):
        words = (
            f"{', '.join(one.sources)} number their own records: a unit of several sources is counted once only by "
            "a register, such as joins: [{dimension: person, source: …}] and unit_id: person.person_id."
        )
        yield ("unit_id",), words


def _of_one_register(one: Indicator) -> bool:
    return any(
        join.source and re.search(rf"\b{join.dimension}(\.{join.dimension})?_id\b", one.unit_id)
        for join in one.joined
    )


def _drops(one: Indicator) -> Iterator[Found]:
    if one.drops_to_date and not counts_units(one):
        words = (
            f"'drops_to_date' reads a record again in each quarter's drop: a {one.kind} would add it up as "
            "often. Only counts of units can."
        )
        yield ("drops_to_date",), words
    elif one.drops_to_date and re.fullmatch(r"(fact\.)?person_id", one.unit_id):
        words = (
            "a person's identifier may change from drop to drop: join the dimension 'person' and count "
            "person.person_id, as the quarter's register knows it."
        )
        yield ("unit_id",), words
    is_dated = one.dated_by or "quarter_start" in one.population
    if "in_quarter" in one.over_time and one.fact in _EXTRACTS and not is_dated:
        words = f"{one.fact} holds all there is, not what is of the quarter: give 'dated_by'."
        yield ("over_time",), words


def _dimensions(one: Indicator) -> Iterator[Found]:
    seen = {"all"}  # the total's own
    for number, each in enumerate(one.disaggregations):
        if each.dimension in seen:
            words = f"there are two dimensions '{each.dimension}'; the total is called 'all'."
            yield ("disaggregations", number, "dimension"), words
        seen.add(each.dimension)


def _together(one: Indicator, logframe: Logframe) -> Iterator[Found]:
    regions = one.regions or logframe.donor.regions
    if one.kind == "survey_share" and logframe.donor.together and len(regions) > 1:
        words = (
            "samples of several regions are not made one: a donor with 'together' has survey shares of one "
            "region alone (regions: […])."
        )
        yield ("regions",) if one.regions else ("kind",), words
