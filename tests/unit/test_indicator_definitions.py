"""The logframes: what is shipped loads, what is wrong is named, and dbt gets what it needs."""

from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from ingest.errors import SangamError
from orchestration import services
from orchestration.warehouse import programme_words
from orchestration.warehouse.fiscal_year import FiscalYear
from orchestration.warehouse.logframes import FOLDER, as_dbt_vars, load
from tests.expected import csv_rows

EXPECTED = Path(__file__).resolve().parents[1] / "drops" / "expected" / "indicators.csv"


def logframe(**indicator: Any) -> dict[str, Any]:
    """A small valid logframe; keywords change its one indicator, None leaves a field out."""
    entry: dict[str, Any] = {
        "code": "XX-01",
        "name": "Things",
        "level": "output",
        "description": "Things there are.",
        "numerator_definition": "Things.",
        "denominator_definition": "None: a count.",
        "method": "Count.",
        "source_note": "Register",
        "unit": "thing",
        "direction": "higher",
        "kind": "distinct_count",
        "over_time": ["as_at"],
        "sources": ["mis"],
        "from": "dim_person",
        "unit_type": "person",
        "unit_id": "person_id",
    } | indicator
    return {
        "donor": {
            "code": "donor_a",
            "name": "Donor A",
            "regions": ["r", "s"],
            "fiscal_year": {"starts": "04-01"},
            "due_days": 15,
        },
        "categories": {"sex": ["F", "M", "T"]},
        "indicators": [{key: value for key, value in entry.items() if value is not None}],
    }


def written(folder: Path, content: object, name: str = "donor_a.yml") -> Path:
    text = content if isinstance(content, str) else yaml.safe_dump(content)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_the_shipped_logframes_define_all_that_is_expected_of_them() -> None:
    defined = {(one.donor.code, i.code) for one in load(FOLDER) for i in one.indicators}
    expected = {(row["donor"], row["indicator"]) for row in csv_rows(EXPECTED)}
    assert expected
    assert expected - defined == set()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "average"}, "kind"),
        ({"kind": "sum"}, "the kind sum needs 'value'"),
        ({"kind": "median"}, "the kind median needs 'value'"),
        ({"kind": "survey_share"}, "the kind survey_share needs 'numerator'"),
        ({"kind": "ratio", "numerator": "true"}, "the kind ratio needs 'denominator'"),
        ({"kind": "ratio", "denominator": "units"}, "the kind ratio needs 'value or numerator'"),
        ({"code": "XX-1"}, "code"),
        ({"from": "household"}, "from"),
        ({"sources": []}, "sources"),
        ({"over_time": ["in_quarter", "cumulative"]}, "give 'dated_by'"),
        ({"convert_to": ["EUR"]}, "'convert_to' needs 'currency'"),
        ({"denominator": "sum(1)"}, "the denominator of a distinct_count is 'units' or none"),
        ({"drops_to_date": ["lists"]}, "'drops_to_date' names no source of its own: 'lists'"),
        ({"compared_with": "2019Q1"}, "'compared_with' needs rounds of observed units"),
        ({"compared_with": "2019"}, "compared_with"),
        ({"regions": ["t"]}, "the donor does not name region 't'"),
        ({"population": "left(sex, 1 = 'F'"}, "no single SQL expression"),
        ({"population": "true; drop table x"}, "no single SQL expression"),
        ({"populaton": "true"}, "populaton"),
        ({"name": None}, "name"),
        ({"numerator_definition": None}, "numerator_definition"),
        ({"denominator_definition": None}, "denominator_definition"),
        ({"denominator_definition": "All things."}, "'None: …' where the definition has none; it has none"),
        ({"kind": "ratio", "value": "1", "denominator": "units"}, "it has one"),
        (
            {"disaggregations": [{"dimension": "sex", "category": "sex", "categories": "gender"}]},
            "no list 'gender' under 'categories'",
        ),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    with pytest.raises(SangamError) as error:
        load(written(tmp_path, logframe(**change)))
    assert "donor_a.yml" in str(error.value)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("bands", "said"),
    [
        ([{"light": "green", "at_least": 0.5}], "the last must have none"),
        ([{"light": "red"}, {"light": "green"}], "every band but the last"),
        (
            [{"light": "amber", "at_least": 0.5}, {"light": "green", "at_least": 0.9}, {"light": "red"}],
            "highest",
        ),
    ],
)
def test_bands_go_from_high_to_low(tmp_path: Path, bands: list[dict[str, Any]], said: str) -> None:
    content = logframe()
    content["donor"]["bands"] = bands
    with pytest.raises(SangamError, match=said):
        load(written(tmp_path, content))


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        ("a: [", "donor_a.yml", "not readable as YAML"),
        ("", "donor_a.yml", "'donor' is needed: give it"),
        (logframe(), "other.yml", "name it donor_a.yml"),
    ],
)
def test_a_file_that_is_no_logframe(tmp_path: Path, content: object, name: str, said: str) -> None:
    with pytest.raises(SangamError, match=said):
        load(written(tmp_path, content, name))


def test_a_folder_without_logframes(tmp_path: Path) -> None:
    with pytest.raises(SangamError, match="no logframe"):
        load(tmp_path)


def test_one_code_twice(tmp_path: Path) -> None:
    content = logframe()
    content["indicators"] *= 2
    with pytest.raises(SangamError, match="'XX-01' is defined twice"):
        load(written(tmp_path, content))


def test_dbt_gets_an_entry_for_each_way_over_time(tmp_path: Path) -> None:
    content = logframe(over_time=["in_quarter", "cumulative"], dated_by="received_on")
    given = as_dbt_vars(load(written(tmp_path, content)), "/lake/feeds")
    assert given["feeds"] == "/lake/feeds"
    assert [(i["over_time"], i["has_target"]) for i in given["indicators"]] == [
        ("in_quarter", True),
        ("cumulative", False),
    ]
    assert given["indicators"][0]["regions"] == ["r", "s"]


@pytest.mark.parametrize(
    ("change", "n_counts", "scale"),
    [
        ({}, "units", 1),
        ({"kind": "sum", "value": "1"}, "records", 1),
        (
            {"kind": "ratio", "value": "1", "denominator": "units", "unit": "percent"}
            | {"denominator_definition": "All things."},
            "denominator",
            100,
        ),
        ({"kind": "sum", "value": "1", "n_counts": "value"}, "value", 1),
    ],
)
def test_what_a_kind_takes_for_granted(
    tmp_path: Path, change: dict[str, Any], n_counts: str, scale: int
) -> None:
    (entry,) = as_dbt_vars(load(written(tmp_path, logframe(**change))), "f")["indicators"]
    assert (entry["n_counts"], entry["scale"]) == (n_counts, scale)


@pytest.mark.parametrize(
    ("categories", "listed", "place_types"),
    [
        ("sex", ["F", "M", "T"], []),
        (["F"], ["F"], []),
        ("places:district", [], ["district"]),
        ("places:ward, union", [], ["ward", "union"]),
    ],
)
def test_categories_are_spelled_out(
    tmp_path: Path, categories: object, listed: list[str], place_types: list[str]
) -> None:
    one = {"dimension": "d", "category": "sex", "categories": categories}
    (entry,) = as_dbt_vars(load(written(tmp_path, logframe(disaggregations=[one]))), "f")["indicators"]
    (given,) = entry["disaggregations"]
    assert (given["categories"], given["place_types"]) == (listed, place_types)


def test_a_bare_number_or_truth_value_is_an_expression(tmp_path: Path) -> None:
    over = {"denominator": "units", "denominator_definition": "All things."}
    content = logframe(kind="ratio", population=True, value=1, **over)
    (entry,) = as_dbt_vars(load(written(tmp_path, content)), "f")["indicators"]
    assert (entry["population"], entry["value"]) == ("true", "1")


@pytest.mark.parametrize(
    ("year", "said"),
    [
        ({"starts": "07"}, "such as 04-01 or 07-16, not on '07'"),
        ({"starts": "02-30"}, "not on '02-30'"),
        ({"starts": "04-01", "label": "FY{jahr} Q{quarter}"}, "it cannot have {jahr}"),
        ({"starts": "04-01", "label": "FY{year}"}, "names the year"),
        ({"starts": "04-01", "label": "Q{quarter}"}, "names the year"),
        ({"begins": "04-01"}, "begins"),
    ],
)
def test_what_is_wrong_with_a_fiscal_year_is_named(tmp_path: Path, year: dict[str, str], said: str) -> None:
    content = logframe()
    content["donor"]["fiscal_year"] = year
    with pytest.raises(SangamError, match=r"donor_a\.yml") as error:
        load(written(tmp_path, content))
    assert said in str(error.value)


def test_a_calendar_year_is_called_plainly(tmp_path: Path) -> None:
    assert FiscalYear(starts="01-01").label == "{year} Q{quarter}"
    assert (
        FiscalYear(starts="01-14").label == FiscalYear(starts="04-01").label == "FY{year}-{next} Q{quarter}"
    )


def test_programmes_bring_services_and_levels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert {"primary", "enterprise", "helpdesk"} <= set(
        cast("list[str]", programme_words.as_dbt_vars()["tiers"])
    )
    for name, kind in (("a", "home"), ("b", "home"), ("c", "health")):
        regions = tmp_path / name / "regions"
        regions.mkdir(parents=True)
        (regions / f"{name}.yml").write_text("title: Here\n", encoding="utf-8")
        words = f"services: {{lamp: {{name: Lamp, kind: {kind}}}}}\ntiers: [group, t{name}]\n"
        (tmp_path / name / "programme.yml").write_text(words, encoding="utf-8")
    monkeypatch.setenv("SANGAM_REGIONS", str(tmp_path))
    assert [region for region in ("a", "b", "c") if services.service_fault(region)] == ["c"]
    assert programme_words.as_dbt_vars() == {
        "services": [{"code": "lamp", "name": "Lamp", "kind": "home"}],
        "tiers": ["group", "ta", "tb", "tc"],
    }
