"""Suites as Great Expectations knows them: its tooling lists and edits the YAML, and each class judges its measure."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import great_expectations as gx
import pandas as pd
import pytest
from great_expectations.expectations.registry import (
    get_renderer_impl,
    list_registered_expectation_implementations,
)
from great_expectations.render import LegacyRendererType

from expectations.gx.measures import KINDS, check_in
from expectations.gx.profile_metric import batch_frame
from expectations.gx.project import project
from expectations.measuring.profile import COLUMNS
from expectations.suite import COMMON, MEASURES, SUITES, load_suite, suite_names
from ingest.errors import SangamError


@pytest.fixture
def suites(tmp_path: Path) -> Path:
    """A copy of the suites, to edit."""
    return Path(shutil.copytree(SUITES, tmp_path / "suites"))


@pytest.fixture
def context(tmp_path: Path, suites: Path) -> Any:
    return project(tmp_path / "home", suites)


def _named(suite: Any, name: str) -> Any:
    return next(one for one in suite.expectations if one.name == name)


def _texts(folder: Path) -> dict[Path, str]:
    return {path: path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.yml"))}


def test_every_measure_is_a_registered_class_with_words_of_its_own() -> None:
    assert KINDS.keys() == MEASURES.keys()
    registered = set(list_registered_expectation_implementations())
    assert {kind.expectation_type for kind in KINDS.values()} <= registered
    assert "expect_measure" not in registered
    assert len({kind.looks_at for kind in KINDS.values()}) == len(MEASURES)


def test_its_tooling_lists_every_suite_as_the_yaml_has_it(context: Any) -> None:
    listed = {suite.name: suite for suite in context.suites.all()}
    assert listed.keys() == {COMMON, *(f"{programme}.{source}" for programme, source in suite_names())}
    for programme, source in suite_names():
        suite = listed[f"{programme}.{source}"]
        there = {one.name: check_in(one.configuration) for one in suite.expectations}
        assert there == load_suite(programme, source).checks
        assert suite.meta["title"] == load_suite(programme, source).title


def test_any_project_of_great_expectations_opens_it(context: Any, tmp_path: Path) -> None:
    again = gx.get_context(mode="file", project_root_dir=str(tmp_path / "home"))
    assert again.suites.get("success_sindh.mis") == context.suites.get("success_sindh.mis")


def test_an_edit_is_one_line_of_the_yaml(context: Any, suites: Path) -> None:
    before = _texts(suites)
    suite = context.suites.get("kudumbashree_nro.shg_portal")
    check = _named(suite, "rows_lost_or_doubled")
    check.at_least = 0.5
    check.save()
    after = _texts(suites)
    path = suites / "kudumbashree_nro" / "shg_portal.yml"
    assert [p for p in after if after[p] != before[p]] == [path]
    changed = zip(before[path].splitlines(), after[path].splitlines(), strict=True)
    assert [new.strip() for old, new in changed if old != new] == [
        "rows_lost_or_doubled: {from_records: 6, at_least: 0.5, severity: warning}"
    ]
    assert load_suite("kudumbashree_nro", "shg_portal", suites).checks["rows_lost_or_doubled"].at_least == 0.5
    again = context.suites.get("kudumbashree_nro.shg_portal")
    assert _named(again, "rows_lost_or_doubled").at_least == 0.5


@pytest.mark.parametrize(("programme", "source"), suite_names())
def test_an_edit_that_is_undone_leaves_the_files_as_they_were(
    context: Any, suites: Path, programme: str, source: str
) -> None:
    before = _texts(suites)
    suite = context.suites.get(f"{programme}.{source}")
    for one in suite.expectations:
        one.from_records += 7
    suite.save()
    assert _texts(suites) != before
    for one in suite.expectations:
        one.from_records -= 7
    suite.save()
    after = _texts(suites)
    assert {path: text for path, text in after.items() if text != before.get(path)}.keys() <= {
        suites / programme / f"{source}.yml"
    }
    assert load_suite(programme, source, suites) == load_suite(programme, source)
    comments = [
        line for line in before.get(suites / programme / f"{source}.yml", "").splitlines() if "#" in line
    ]
    assert all(line in after[suites / programme / f"{source}.yml"] for line in comments)


def test_a_check_is_added_and_taken_away(context: Any, suites: Path) -> None:
    suite = context.suites.get("success_sindh.imi")
    words = {"title": "Enough answers", "means": "Few were asked.", "do": "Ask why."}
    suite.add_expectation(KINDS["rows"](name="enough", at_least=10, severity="warning", **words))
    suite.delete_expectation(_named(suite, "category_shift"))
    there = load_suite("success_sindh", "imi", suites).checks
    assert (there["enough"].at_least, there["enough"].severity) == (10, "warning")
    assert "category_shift" not in there
    assert "category_shift: null" in (suites / "success_sindh" / "imi.yml").read_text()
    assert "category_shift" in load_suite("success_sindh", "mis", suites).checks


def test_a_bound_of_the_common_suite_is_changed_for_all(context: Any, suites: Path) -> None:
    suite = context.suites.get(COMMON)
    _named(suite, "category_shift").at_most = 0.2
    suite.save()
    assert load_suite("success_sindh", "mis", suites).checks["category_shift"].at_most == 0.2
    assert (suites / "_common.yml").read_text().startswith("# Checks of every delivery")


def test_what_would_be_no_suite_is_refused_and_nothing_changes(context: Any, suites: Path) -> None:
    before = _texts(suites)
    suite = context.suites.get("success_sindh.mis")
    with pytest.raises(ValueError, match="give 'at_least' or 'at_most'"):
        KINDS["rows"](name="x", title="X", means="m", do="d")
    suite.expectations[0].title = suite.expectations[1].title
    with pytest.raises(SangamError, match=r"success_sindh\.mis is not saved: .*two checks bear the title"):
        suite.save()
    suite = context.suites.get("success_sindh.mis")
    suite.add_expectation(KINDS["rows"](name="of_rows", title="Rows", at_least=1, means="m", do="d"))
    with pytest.raises(SangamError, match="two checks are called 'of_rows'"):
        suite.add_expectation(KINDS["rows"](name="of_rows", title="Rows!", at_least=2, means="m", do="d"))
    suite.delete_expectation(_named(suite, "of_rows"))
    with pytest.raises(SangamError, match="'expect_table_row_count_to_equal' is none of the kinds"):
        suite.add_expectation(gx.expectations.ExpectTableRowCountToEqual(value=3))
    assert _texts(suites) == before


def test_a_suite_is_neither_made_nor_deleted_without_a_source(context: Any) -> None:
    with pytest.raises(SangamError, match=r"no contract for nobody\.nothing"):
        context.suites.add(gx.ExpectationSuite(name="nobody.nothing"))
    with pytest.raises(SangamError, match="is not deleted"):
        context.suites.delete("success_sindh.mis")


def _frame(*rows: tuple[str, str, str, float, int]) -> pd.DataFrame:
    """A profile of (name, subject, measure, value, records)."""
    told = [("table", *row, f"seen {row[3]}") for row in rows]
    return pd.DataFrame(told, columns=list(COLUMNS))


def _validated(context: Any, expectation: Any, *profiles: tuple[str, str, pd.DataFrame]) -> Any:
    whole = context.data_sources.get("deliveries").get_asset("profiles").get_batch_definition("deliveries")
    batch = whole.get_batch(batch_parameters={"dataframe": batch_frame(list(profiles))})
    return batch.validate(expectation)


@pytest.mark.parametrize("measure", MEASURES)
def test_each_class_judges_its_measure_and_no_other(context: Any, measure: str) -> None:
    other = next(name for name in MEASURES if name != measure)
    words = {"title": "T", "means": "m", "do": "d"}
    expectation = KINDS[measure](name="x", at_least=0.6, at_most=3, of=("t*",), from_records=30, **words)
    sindh = _frame(
        ("t", "t", measure, 0.59, 30),  # outside
        ("t2", "t2", measure, 5.0, 30),  # further outside
        ("t3", "t3", measure, 0.6, 30),  # on the bound
        ("t4", "t4", measure, 0.1, 29),  # of too few records
        ("u", "u", measure, 0.1, 99),  # not meant
        ("t5", "t5", measure, float("nan"), 99),  # no number
        ("t", "t", other, 0.1, 99),
    )
    result = _validated(
        context, expectation, ("sindh", "2021Q1", sindh), ("pune", "", _frame()), ("khulna", "", sindh[2:3])
    )
    assert not result.success
    assert result.result["observed_value"] == "2 outside of 4"
    found = {one["delivery"]: one for one in result.result["details"]["deliveries"]}
    assert found["sindh"]["looked_at"] == 3
    assert [row["subject"] for row in found["sindh"]["outside"]] == ["t2", "t"]
    assert found["sindh"]["outside"][1] == {"subject": "t", "value": 0.59, "seen": "seen 0.59"}
    assert found["pune"] == {"delivery": "pune", "beside": "", "looked_at": 0, "outside": []}
    assert found["khulna"]["looked_at"] == 1
    assert not found["khulna"]["outside"]


@pytest.mark.parametrize("bounds", [{"at_least": 0.6}, {"at_most": 0.4}])
def test_one_bound_is_enough(context: Any, bounds: dict[str, float]) -> None:
    expectation = KINDS["rows_ratio"](name="x", title="T", means="m", do="d", **bounds)
    profile = _frame(("t", "t", "rows_ratio", 0.5, 9))
    assert not _validated(context, expectation, ("sindh", "", profile)).success
    near = _frame(("t", "t", "rows_ratio", next(iter(bounds.values())), 9))
    assert _validated(context, expectation, ("sindh", "", near)).success


def test_the_registered_words_say_what_is_expected() -> None:
    words = {"title": "T", "means": "m", "do": "d"}
    expectation = KINDS["mean_shift"](
        name="x", at_least=-0.5, at_most=0.5, of=("loan.*",), from_records=30, **words
    )
    _, prescribe = get_renderer_impl(expectation.expectation_type, LegacyRendererType.PRESCRIPTIVE)
    (block,) = prescribe(configuration=expectation.configuration)
    template = block.string_template
    assert template["template"] == "$looks_at: $expected.$of With fewer than 30 records nothing is said."
    assert template["params"] == {
        "looks_at": "How far the mean of each number has moved",
        "of": " Only loan.*.",
        "expected": "-0.50 to 0.50 standard deviations",
    }
