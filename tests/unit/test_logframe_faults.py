# ruff: noqa: E501 - tables of cases
"""Faults planted in a logframe's SQL: each is a line with file, line, path and the nearest known word, before anything
is built, and of its own donor only."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest.contracts import loading
from orchestration.settings import DBT_PROJECT
from orchestration.warehouse import logframe_sound, logframe_trial, logframes
from orchestration.warehouse.logframe_words import Disaggregation, Indicator

SHEET = "level: output, description: d, method: m, source_note: s, unit: thing, direction: higher"
COUNT = f"{SHEET}, numerator_definition: n, denominator_definition: 'None: a count.', sources: [register]"
SHARE = f"{SHEET}, numerator_definition: n, denominator_definition: d, sources: [register]"
LOGFRAME = f"""\
donor: {{code: donor_a, name: A, regions: [here], fiscal_year: {{starts: 04-01}}, due_days: 15}}
categories: {{band: [a, b]}}
indicators:
  - {{code: XX-01, name: Served, {COUNT},
     kind: distinct_count, over_time: [in_quarter, cumulative], from: fct_service_delivered,
     joins: [household, {{dimension: person, source: register}}], drops_to_date: [register],
     unit_type: household, unit_id: fact.household_id,
     dated_by: received_on,
     population: service_code = 'loan' and quantity > 1,
     disaggregations: [
       {{dimension: band, category: household.poverty_band, categories: band}},
       {{dimension: groups, overlapping: true, categories: band,
        category: "split(person.attributes['groups'], ' ')"}}]}}
  - {{code: XX-02, name: Surveyed, {SHARE},
     kind: survey_share, over_time: [round], unit_type: child,
     from: fct_outcome_observed, unit_id: parent_unit_id,
     numerator: "answers['card'] = 'yes'", roll_up: every}}
  - {{code: XX-03, name: Visits, {SHARE},
     kind: ratio, over_time: [in_quarter], from: fct_enterprise_quarter, unit_type: enterprise, unit_id: institution_id,
     value: visit_count,
     denominator: case when is_active then 1 else 0 end}}
  - {{code: XX-04, name: Better, {SHARE},
     kind: distinct_count, over_time: [as_at], from: fct_outcome_observed, unit_type: institution,
     unit_id: fact.institution_id, denominator: units,
     compared_with: 2019Q1,
     numerator: "count_if(fact.answers['score'] > baseline.answers['score']) over unit >= 5"}}
  - {{code: XX-05, name: Sums, {COUNT},
     kind: sum, over_time: [as_at], from: fct_place_total, unit_type: block, unit_id: place_id,
     value: value,
     disaggregations: [
       {{dimension: district, category: "attributes['district']", categories: "places:district"}},
       {{dimension: hub, category: "attributes['hub']", categories: band,
        apart: "measure = 'hub'"}}]}}
"""
REGISTER = """\
title: Register
format: [delimited]
tables:
  person: {key: [id], columns: {id: {type: code, required: true}, kind: {}}}
feeds:
  place:
    - {table: person, columns: {place_id: id, place_type: "CASE WHEN kind = 'ward' THEN 'block' ELSE 'district' END"}}
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A logframe without a fault, with the contract of its region."""
    files = {
        "regions/prog/programme.yml": "title: Programme\n",
        "regions/prog/register.yml": REGISTER,
        "regions/prog/regions/here.yml": "title: Here\n",
        "logframes/donor_a.yml": LOGFRAME,
        "logframes/donor_b.yml": LOGFRAME.replace("donor_a", "donor_b"),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setenv("SANGAM_REGIONS", str(tmp_path / "regions"))
    monkeypatch.setenv("SANGAM_LOGFRAMES", str(tmp_path / "logframes"))
    monkeypatch.setenv("SANGAM_HOME", str(tmp_path / "home"))
    loading.forget()
    return tmp_path / "logframes" / "donor_a.yml"


FAULTS = [
    ("unit_id: fact.household_id", "unit_id: fact.houshold_id", 7, "indicators[XX-01].unit_id: from fct_service_delivered: there is no column 'houshold_id', did you mean 'household_id'?"),
    ("unit_id: fact.household_id", "unit_id: household_id", 7, "Ambiguous reference to column name \"household_id\""),
    ("dated_by: received_on", "dated_by: recieved_on", 8, "dated_by: from fct_service_delivered: there is no column 'recieved_on', did you mean 'received_on'?"),
    ("dated_by: received_on", "dated_by: quantity", 8, "dated_by: from fct_service_delivered: this SQL does not work"),
    ("service_code = 'loan'", "service_cod = 'loan'", 9, "population: from fct_service_delivered: there is no column 'service_cod', did you mean 'service_code'?"),
    ("household.poverty_band", "household.powerty_band", 11, "disaggregations[band].category: from fct_service_delivered: there is no column 'powerty_band', did you mean 'poverty_band'?"),
    ("household.poverty_band", "houshold.poverty_band", 11, "there is no column 'houshold', did you mean 'household'?"),
    ("split(person.attributes", "split(person.attribute", 13, "disaggregations[groups].category: from fct_service_delivered: there is no column 'attribute', did you mean 'attributes'?"),
    ("split(person", "splt(person", 13, "name splt does not exist"),
    ("from: fct_outcome_observed, unit_id: parent_unit_id", "from: dim_person, unit_id: person_id", 16, "from: from dim_person: there is no column 'weight'"),
    ("answers['card'] = 'yes'", "answer['card'] = 'yes'", 17, "numerator: from fct_outcome_observed: there is no column 'answer', did you mean 'answers'?"),
    ("value: visit_count", "value: visit_cout", 20, "indicators[XX-03].value: from fct_enterprise_quarter: there is no column 'visit_cout', did you mean 'visit_count'?"),
    ("value: visit_count", "value: quarter_starts", 20, "did you mean 'quarter_start'?"),
    ("when is_active", "when is_activ", 21, "denominator: from fct_enterprise_quarter: there is no column 'is_activ', did you mean 'is_active'?"),
    ("baseline.answers", "basline.answers", 26, "indicators[XX-04].numerator: from fct_outcome_observed: there is no column 'basline', did you mean 'baseline'?"),
    ("over unit >=", "over units >=", 26, "numerator: from fct_outcome_observed: this SQL does not work"),
    ("attributes['district']", "attribute['district']", 31, "disaggregations[district].category: from fct_place_total: there is no column 'attribute'"),
    ("places:district", "places:distrct,block", 31, "disaggregations[district].categories: no place of here is a 'distrct', did you mean 'district'?"),
    ("measure = 'hub'", "measur = 'hub'", 33, "disaggregations[hub].apart: from fct_place_total: there is no column 'measur', did you mean 'measure'?"),
    ("unit_id: place_id", "joins: [institution], unit_id: place_id", 28, "indicators[XX-05].joins: from fct_place_total: there is no column 'institution_id'"),
]  # fmt: skip


def plant(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_without_a_fault_all_load(file: Path) -> None:
    assert logframes.faults() == {}


@pytest.mark.parametrize(("old", "new", "line", "words"), FAULTS, ids=[f[1][:40] for f in FAULTS])
def test_a_fault_is_told_and_stops_its_donor_only(
    file: Path, old: str, new: str, line: int, words: str
) -> None:
    plant(file, old, new)
    faults = logframes.faults()
    assert faults.keys() == {"donor_a"}
    told = next(one for one in faults["donor_a"].splitlines() if f"donor_a.yml:{line}: " in one)
    assert words.casefold() in told.casefold(), told
    assert "LINE 1" not in told and "select" not in told.casefold()
    assert [frame.donor.code for frame in logframes.sound()] == ["donor_b"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("labels: {bend: {a: A}}", "labels.bend: nothing is disaggregated by 'bend', did you mean 'band'?"),
        ("labels: {band: {aa: A}}", "labels.band.aa: 'band' has no code 'aa', did you mean 'a'?"),
        (
            "labels: {unit: {thin: A thing}}",
            "labels.unit.thin: 'unit' has no code 'thin', did you mean 'thing'?",
        ),
        # of a donor that states nothing of all regions together
        ("labels: {region: {all: All of them}}", "labels.region.all: 'region' has no code 'all'"),
        ("not_computed: {XX-01: Why}", "not_computed.XX-01: indicator 'XX-01' is computed."),
        ("not_computed: {X1: Why}", "not_computed"),
    ],
)
def test_labels_are_of_codes_that_are_there(file: Path, words: str, said: str) -> None:
    plant(file, "indicators:", f"{words}\nindicators:")
    assert said in logframes.faults()["donor_a"]
    sound = "labels: {band: {a: First}, unit: {thing: a thing}, dimension: {hub: Hubs}}\nnot_computed: {XX-09: Why}"
    plant(file, words, sound)
    assert logframes.faults() == {}


def test_all_faults_are_told_at_once(file: Path) -> None:
    for old, new in (
        ("received_on", "recieved_on"),
        ("visit_count", "visit_cout"),
        ("'hub'\"", "'hub' and x\""),
    ):
        plant(file, old, new)
    assert len(logframes.faults()["donor_a"].splitlines()) == 3


def _expressions(model: type[Indicator] | type[Disaggregation]) -> list[str]:
    return [
        name
        for name, field in model.model_fields.items()
        if "_is_one_expression" in repr((field.metadata, field.annotation))
    ]


@pytest.mark.parametrize("word", [*_expressions(Indicator), *_expressions(Disaggregation)])
def test_every_expression_is_tried(file: Path, word: str) -> None:
    content: dict[str, Any] = yaml.safe_load(LOGFRAME)
    one = content["indicators"][2 if word in ("value", "denominator") else 0]
    (one["disaggregations"][0] if word in Disaggregation.model_fields else one)[word] = "nowhere"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    assert "there is no column 'nowhere'" in logframes.faults()["donor_a"]


def test_there_are_expressions() -> None:
    assert {"unit_id", "population", "dated_by"} <= set(_expressions(Indicator))
    assert _expressions(Disaggregation) == ["category", "apart"]


def test_a_trial_that_went_well_is_not_made_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert logframes.faults() == {}

    def tried(*_: object) -> list[str]:
        return ["tried again"]

    monkeypatch.setattr(logframe_trial, "faults", tried)
    assert logframes.faults() == {}
    plant(file, "quantity > 1", "quantity > 2")
    assert logframes.faults() == {"donor_a": "tried again"}
    register = file.parents[1] / "regions" / "prog" / "register.yml"
    plant(register, "'block'", "'village'")
    loading.forget()
    assert logframes.faults().keys() == {"donor_a", "donor_b"}  # types of places may have gone
    plant(register, "'village'", "'block'")
    monkeypatch.setattr(logframe_sound, "code", lambda: "other code, or other columns of the models")
    loading.forget()
    assert logframes.faults().keys() == {"donor_a", "donor_b"}


@pytest.mark.parametrize(
    "place_type", ["kind", "'block'", "CASE kind WHEN 'a' THEN 'block' ELSE lower(kind) END"]
)
def test_a_type_of_place_that_records_say_may_be_any(file: Path, place_type: str) -> None:
    register = file.parents[1] / "regions" / "prog" / "register.yml"
    plant(register, "CASE WHEN kind = 'ward' THEN 'block' ELSE 'district' END", place_type)
    loading.forget()
    assert bool(logframes.faults()) == (place_type == "'block'")


def test_what_is_bound_against_is_what_evidence_reads() -> None:
    """Relations and the names they bear, in dbt's macro and in the template of the trial."""
    macro = (DBT_PROJECT / "macros" / "indicators" / "evidence.sql").read_text(encoding="utf-8")
    template = Path(logframe_trial.__file__).with_suffix(".sql").read_text(encoding="utf-8")
    for text in (macro, template):
        named = set(re.findall(r"\b(?:from|join) \S.* as (.+)", text))
        assert {name.partition(" on ")[0].strip().replace("one.dimension", "name") for name in named} == {
            "fact", "period", "baseline", "{{ name }}", "{{ name }}_identity", "{{ name }}_to_date",
        }  # fmt: skip
        assert "window unit as (partition by fact.region, period.quarter, " in text
    reads = re.search(r"evidence_relations\(\) -%}\s+{{ return\(\[(.*?)\]\)", macro, re.DOTALL)
    assert reads and set(re.findall(r"'(\w+)'", reads[1])) <= logframe_trial.conformed_relations().keys()
