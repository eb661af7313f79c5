"""What an indicator's words cannot mean together is refused when loading, with file and line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ingest.errors import SangamError
from orchestration.warehouse.logframes import as_dbt_vars, load
from tests.unit.test_indicator_definitions import logframe, written

RATIO = {"kind": "ratio", "denominator_definition": "d"}
SERVICE = {"from": "fct_service_delivered", "unit_id": "service_id"}
SURVEY = {
    "kind": "survey_share", "from": "fct_outcome_observed", "unit_id": "unit_id", "over_time": ["round"],
    "numerator": "true", "denominator_definition": "d",
}  # fmt: skip
LISTS = {"sources": ["mis", "lists"], "drops_to_date": ["lists"]}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (RATIO | {"numerator": "sex = 'F'", "denominator": "1", "roll_up": "any"}, "use 'denominator: units'"),
        (RATIO | {"numerator": "true", "value": "1", "denominator": "units"}, "not both"),
        (RATIO | {"numerator": "bool_or(true) over unit", "denominator": "1"}, "'over unit' needs"),
        ({"roll_up": "any"}, "there is none"),
        ({"value": "1"}, "does not use 'value'"),
        ({"kind": "sum", "value": "1", "numerator": "true"}, "does not use 'numerator'"),
        ({"kind": "median", "value": "1", "scale": 100}, "does not use 'scale'"),
        ({"unit": "percent"}, "is not in percent"),
        (RATIO | {"numerator": "true", "denominator": "units", "unit": "percent", "scale": 1}, "not in percent"),
        ({"n_counts": "value"}, "no 'value' that n could count"),
        (RATIO | {"value": "1", "denominator": "1", "currency": "PKR", "convert_to": ["EUR"]}, "a ratio is not"),
        (SURVEY | {"unit_id": "parent_unit_id"}, "say with 'roll_up'"),
        (SURVEY | {"sources": ["imi", "mis"]}, "a survey share is of one sample"),
        (SERVICE | {"sources": ["mis", "lists"]}, "number their own records"),
        (SERVICE | LISTS | {"kind": "sum", "value": "amount"}, "would add it up as often"),
        (SERVICE | LISTS | {"unit_id": "person_id"}, "may change from drop to drop"),
        (SERVICE | {"over_time": ["in_quarter"]}, "holds all there is"),
        ({"disaggregations": [{"dimension": "all", "category": "sex", "categories": []}]}, "is called 'all'"),
        (
            {"disaggregations": [{"dimension": "sex", "category": "sex", "categories": []}] * 2},
            "two dimensions 'sex'",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(tmp_path: Path, words: dict[str, Any], said: str) -> None:
    with pytest.raises(SangamError) as error:
        load(written(tmp_path, logframe(**words)))
    assert "donor_a.yml:" in str(error.value)
    assert said in str(error.value)


def test_samples_of_several_regions_are_not_made_one(tmp_path: Path) -> None:
    content = logframe(**SURVEY)
    content["donor"]["together"] = "all"
    with pytest.raises(SangamError, match="samples of several regions"):
        load(written(tmp_path, content))


def test_one_region_has_no_row_of_all_regions_together(tmp_path: Path) -> None:
    content = logframe(**SURVEY, regions=["r"])
    content["donor"]["together"] = "all"
    content["indicators"].append(logframe(code="XX-02")["indicators"][0])
    entries = as_dbt_vars(load(written(tmp_path, content)), "feeds")["indicators"]
    assert [one["together"] for one in entries] == [None, "all"]


@pytest.mark.parametrize(
    ("spans", "said"),
    [
        ({"since": {"t": "2021Q1"}}, "'since' names no region of the donor: 't'"),
        ({"until": {"r": "2021"}}, "until"),
        ({"since": {"r": "2021Q3"}, "until": {"r": "2021Q1"}}, "'r' leaves before it joins"),
    ],
)
def test_spans_of_regions_are_quarters_in_order(tmp_path: Path, spans: dict[str, Any], said: str) -> None:
    content = logframe()
    content["donor"] |= spans
    with pytest.raises(SangamError) as error:
        load(written(tmp_path, content))
    assert said in str(error.value)
