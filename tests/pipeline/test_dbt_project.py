"""The dbt project: its unit tests are run; each model, indicator kind, data test and donor has what it needs."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any, get_args

import pytest

from orchestration.settings import DBT_PROJECT, Settings
from orchestration.warehouse import dbt, logframes
from orchestration.warehouse.logframe_words import Kind
from tests import dbt_build
from tests.dbt_build import Built

pytestmark = pytest.mark.xdist_group("dbt_project")

GRAIN = {"grain", "supports_once"}
# Models whose grain is tested elsewhere: testing them too would compute all evidence once more.
GRAIN_ELSEWHERE = {
    "evidence": [f"evidence_{kind}" for kind in get_args(Kind)],
    "indicator_evidence": ["mart_holds_the_evidence_of_its_periods"],
}
DONORS = [frame.donor.code for frame in logframes.load()]


@pytest.mark.parametrize("unit_test", dbt_build.declared_unit_tests())
def test_dbt_unit_test(dbt_built: Built, unit_test: str) -> None:
    model, name = unit_test.split("::")
    status, message = dbt_built.results.get(f"unit_test.sangam.{model}.{name}", ("not run", dbt_built.said))
    assert status == "pass", f"{unit_test} ({status}):\n{message}"


def test_all_else_is_built_and_its_data_tests_pass(
    dbt_built: Built, record_property: pytest.RecordProperty
) -> None:
    count = len([node for node in dbt_built.results if node.startswith("unit_test.")])
    record_property("measured", f"dbt: {count} unit tests with all models built: {dbt_built.seconds:.1f} s")
    bad = {
        node: message
        for node, (status, message) in dbt_built.results.items()
        if status not in ("success", "pass", "no-op") and not node.startswith("unit_test.")
    }
    assert bad == {}, dbt_built.said
    assert set(dbt_built.manifest["nodes"]) <= set(dbt_built.results)


@pytest.mark.parametrize("kind", get_args(Kind))
def test_each_indicator_kind_has_a_unit_test(dbt_built: Built, kind: str) -> None:
    tested = {test["model"] for test in dbt_built.manifest["unit_tests"].values()}
    assert f"evidence_{kind}" in tested


def test_each_conformed_model_and_mart_with_logic_has_a_unit_test(dbt_built: Built) -> None:
    tested = {test["model"] for test in dbt_built.manifest["unit_tests"].values()}
    without = {
        name
        for name, model in dbt_built.nodes("model").items()
        if model["schema"] in ("conformed", "evidence", "marts") and name not in tested and _has_logic(model)
    }
    assert without == set()


def _has_logic(model: dict[str, Any]) -> bool:
    """Whether a model does more than choose columns of another one."""
    code = re.sub(r"--.*|{{ config\(.*?\) }}", "", model["raw_code"])
    return not re.fullmatch(r"\s*select [*\w\s,]+ from {{ ref\('\w+'\) }}\s*", re.sub(r"\s+", " ", code))


def test_each_model_has_a_test_of_its_grain(dbt_built: Built) -> None:
    tests = dbt_built.nodes("test").values()
    tested = {
        test["attached_node"].rpartition(".")[2]
        for test in tests
        if test.get("attached_node") and test["test_metadata"]["name"] in GRAIN
    }
    singular = {test["name"] for test in tests if not test.get("attached_node")}
    tested |= {model for model, others in GRAIN_ELSEWHERE.items() if set(others) <= tested | singular}
    assert set(dbt_built.nodes("model")) - tested == set()


def test_each_data_test_says_what_to_do(dbt_built: Built) -> None:
    tests = dbt_built.nodes("test")
    assert {name for name, test in tests.items() if not test["config"]["meta"].get("remedy")} == set()


def test_each_donor_has_an_exposure_and_each_exposure_a_donor(dbt_built: Built) -> None:
    exposures = {one["name"]: one for one in dbt_built.manifest["exposures"].values()}
    assert sorted(exposures) == sorted(DONORS)
    marts = {f"model.sangam.{name}" for name, m in dbt_built.nodes("model").items() if m["schema"] == "marts"}
    for one in exposures.values():
        assert set(one["depends_on"]["nodes"]) == marts


def test_each_staging_model_reads_its_feed_and_nothing_else(dbt_built: Built) -> None:
    reads = {
        name: model["depends_on"]["nodes"]
        for name, model in dbt_built.nodes("model").items()
        if model["schema"] == "staging"
    }
    assert reads == {name: [f"source.sangam.feeds.{name.removeprefix('stg_')}"] for name in reads}


def test_how_fresh_deliveries_are_can_be_asked(dbt_built: Built) -> None:
    done = dbt_build.call(dbt_built.settings, "source", "freshness")
    assert done.returncode == 0, done.stdout
    found = json.loads((dbt_built.settings.home / "target" / "sources.json").read_text(encoding="utf-8"))
    (result,) = found["results"]
    assert (result["unique_id"], result["status"]) == ("source.sangam.feeds.drop", "pass")
    assert result["max_loaded_at"] == dbt_build.RECEIVED_AT.isoformat()


def test_a_project_parsed_ahead_is_not_parsed_again(tmp_path: Path) -> None:
    settings = Settings(tmp_path, tmp_path / "landing")
    with dbt.parsing_ahead(settings):
        pass
    found = dbt.target(settings) / "partial_parse.msgpack"
    where = ["--project-dir", str(DBT_PROJECT), "--target-path", str(dbt.target(settings))]
    with dbt.environment(settings, ["2021Q1", "2021Q2"]):
        words = ["parse", *where, "--vars", dbt.variables(settings)]
        subprocess.run([dbt.executable(), *words], check=True, capture_output=True)
    said = (settings.home / "build" / "dbt_logs" / "dbt.log").read_text(encoding="utf-8")
    assert said.count("Starting full parse") == 1  # that of the parse ahead
    written = found.stat().st_mtime_ns
    with dbt.parsing_ahead(settings):
        pass
    assert found.stat().st_mtime_ns == written  # nothing changed, nothing is done
