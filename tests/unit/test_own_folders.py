"""Contracts, suites and logframes outside the package: a folder named in the environment, read when it is asked for."""

from pathlib import Path

import pytest

from expectations.suite import load_suite
from ingest.contracts.loading import load_region, region_files
from orchestration.warehouse import build_state, logframes
from tests.unit.test_indicator_definitions import logframe, written


def test_contracts_lie_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    regions = tmp_path / "made_up" / "regions"
    regions.mkdir(parents=True)
    (tmp_path / "made_up" / "programme.yml").write_text("title: Made up\n", encoding="utf-8")
    (regions / "nowhere.yml").write_text("languages: [en]\n", encoding="utf-8")
    assert "sindh" in region_files()
    monkeypatch.setenv("SANGAM_REGIONS", str(tmp_path))
    assert list(region_files()) == ["_reference", "nowhere"]
    assert load_region("nowhere").programme == "made_up"
    assert load_region("_reference").sources  # exchange rates and targets are every region's
    monkeypatch.delenv("SANGAM_REGIONS")
    assert "nowhere" not in region_files()


def test_a_folder_may_have_reference_tables_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    regions = tmp_path / "_reference" / "regions"
    regions.mkdir(parents=True)
    (tmp_path / "_reference" / "programme.yml").write_text("title: Our own\n", encoding="utf-8")
    (regions / "_reference.yml").write_text("languages: [en]\n", encoding="utf-8")
    monkeypatch.setenv("SANGAM_REGIONS", str(tmp_path))
    assert load_region("_reference").title == "Our own"
    assert load_region("_reference").sources == {}


def test_suites_lie_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "p").mkdir()
    check = "{title: Rows, measure: rows, at_least: 1, means: m, do: d}"
    (tmp_path / "p" / "s.yml").write_text(f"checks: {{own: {check}}}\n", encoding="utf-8")
    assert "own" not in load_suite("p", "s").checks
    monkeypatch.setenv("SANGAM_SUITES", str(tmp_path))
    assert {"own", "rows_lost_or_doubled"} <= load_suite("p", "s").checks.keys()  # the common ones as well
    (tmp_path / "_common.yml").write_text("title: Ours\nchecks: {}\n", encoding="utf-8")
    assert load_suite("p", "other").title == "Ours"


def test_logframes_lie_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = build_state.project_fingerprint()
    monkeypatch.setenv("SANGAM_LOGFRAMES", str(written(tmp_path, logframe())))
    assert [frame.donor.code for frame in logframes.load()] == ["donor_a"]
    there = build_state.project_fingerprint()
    assert there != before
    written(tmp_path, logframe(name="Other things"))
    assert build_state.project_fingerprint() != there  # the warehouse is built anew
