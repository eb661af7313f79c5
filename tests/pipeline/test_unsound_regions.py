"""A region, suite or logframe that does not load stops itself only: through Dagster's real definitions, in a process
of their own, since they load everything when they are imported."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from expectations import suite
from expectations.suite import SUITES
from ingest.contracts import loading
from ingest.contracts.loading import REGIONS
from ingest.errors import SangamError
from orchestration import soundness
from orchestration.checks import holds
from orchestration.warehouse import logframes, programme_words

# What the definitions hold, and what a run of the assets in the place of a region or donor gives.
PROBE = """
import json, sys
import dagster as dg
from orchestration.definitions import defs
from orchestration.jobs import QUARTER
from orchestration.resources import Home
keys = [key.path for key in defs.resolve_asset_graph().materializable_asset_keys]
chosen = [dg.AssetKey(path.split("/")) for path in sys.argv[1:]]
done = defs.resolve_job_def(QUARTER).execute_in_process(
    instance=dg.DagsterInstance.ephemeral(), partition_key="2021-04-01", asset_selection=chosen, raise_on_error=False,
    run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
)
checks = [e.event_specific_data for e in done.all_events if e.event_type_value == "ASSET_CHECK_EVALUATION"]
print(json.dumps({
    "keys": keys,
    "checks": [[c.asset_key.path, c.check_name, c.passed, c.blocking, c.description] for c in checks],
    "failed": [e.step_key for e in done.all_events if e.is_step_failure],
    "done": [e.step_key for e in done.all_events if e.is_step_success],
}))
"""


def plant(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copies of contracts, suites and logframes that everything in this process and its children reads."""
    for variable, folder in (
        ("SANGAM_REGIONS", REGIONS),
        ("SANGAM_SUITES", SUITES),
        ("SANGAM_LOGFRAMES", logframes.FOLDER),
    ):
        shutil.copytree(folder, tmp_path / folder.name)
        monkeypatch.setenv(variable, str(tmp_path / folder.name))
    monkeypatch.setenv("SANGAM_HOME", str(tmp_path / "home"))
    loading.forget()
    return tmp_path


@pytest.fixture
def probe(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    def run(*assets: str) -> dict[str, Any]:
        landing = tmp_path / "landing"
        landing.mkdir(exist_ok=True)
        where = {"SANGAM_HOME": str(tmp_path / "home"), "SANGAM_LANDING": str(landing), "SANGAM_DEMO": "1"}
        done = subprocess.run(
            [sys.executable, "-c", PROBE, *assets],
            env={**os.environ, **where},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found

    return run


def test_what_does_not_load_is_one_failing_asset_and_the_others_go_on(
    copies: Path, probe: Callable[..., dict[str, Any]]
) -> None:
    plant(copies / "regions/slg_erlc_khulna/mis.yml", "required: true", "requird: true")
    plant(copies / "indicators/mord_nrlm.yml", "direction: higher", "direction: high")
    found = probe("khulna/contract", "pune/pmc/pmc", "release/mord_nrlm")
    at = {tuple(key) for key in found["keys"]}
    assert {key for key in at if "khulna" in key} == {("khulna", "contract")}
    assert ("sindh", "contract") not in at and ("pune", "contract") not in at  # a healthy region needs none
    assert ("sindh", "mis", "household") in at and ("pune", "cases", "delivery") in at
    assert ("release", "eu_success") in at and ("release", "mord_nrlm") in at
    failing = {
        tuple(key): (name, blocking, why)
        for key, name, passed, blocking, why in found["checks"]
        if not passed
    }
    assert failing.keys() == {("khulna", "contract"), ("release", "mord_nrlm")}
    name, blocking, why = failing["khulna", "contract"]
    assert (name, blocking) == ("contract_loads", True)
    assert "slg_erlc_khulna/mis.yml:" in why and "'requird' here, did you mean 'required'?" in why
    assert "mord_nrlm.yml:" in failing["release", "mord_nrlm"][2]
    assert sorted(found["failed"]) == ["khulna__contract", "release__mord_nrlm"]
    assert any(step.startswith("pune") for step in found["done"])


@pytest.mark.parametrize(
    ("file", "old", "new", "broken"),
    [
        ("regions/success_sindh/mis.yml", "title: MIS dump", "titel: MIS dump", {"sindh"}),
        ("regions/success_sindh/corrections.yml", "#", "- {id: x}\n#", {"sindh"}),
        ("regions/success_sindh/regions/sindh.yml", "title: Sindh", "title: [", {"sindh"}),
        ("regions/success_sindh/mis.yml", "check: score < 24", "check: scor < 24", {"sindh"}),
        ("suites/success_sindh/births.yml", "checks:", "chekcs:", {"sindh"}),
        ("regions/success_sindh/programme.yml", "due_days: {mis:", "due_days: {miss:", {"sindh"}),
        ("regions/success_sindh/programme.yml", "country: PK", "country: XX", {"sindh"}),
        ("regions/success_sindh/programme.yml", "compare: [name,", "compare: [nam,", {"sindh"}),
        (
            "regions/success_sindh/programme.yml",
            "languages: [en, sd, ur]",
            "languages: [en, sd, urd]",
            {"sindh"},
        ),
        ("regions/success_sindh/mis.yml", "tier: \"'village'\"", "tier: \"'vilage'\"", {"sindh"}),
        ("regions/slg_erlc_khulna/mis.yml", "LGI: local_government", "LGI: local_goverment", {"khulna"}),
        ("regions/slg_erlc_khulna/mis.yml", "look_up('tier_of_group'", "look_up('tier_of_grop'", {"khulna"}),
        (
            "regions/success_sindh/programme.yml",
            "tiers:",
            "services: {loan: {name: Loan, kind: finance}}\ntiers:",
            {"sindh"},
        ),
        ("suites/success_sindh/mis.yml", "of: [loans, grants", "of: [loans, grant", {"sindh"}),
        ("suites/success_sindh/mis.yml", "median(amount_pkr)", "median(amount_inr)", {"sindh"}),
        ("suites/success_sindh/mis.yml", "expected: districts", "expected: district", {"sindh"}),
        ("regions/kudumbashree_nro/regions/karnataka.yml", "title:", "titel:", {"karnataka"}),
        (
            "regions/kudumbashree_nro/programme.yml",
            "languages:",
            "langauges:",
            {
                name
                for name, file in loading.region_files().items()
                if file.parents[1].name == "kudumbashree_nro"
            },
        ),
    ],
)
def test_each_fault_stops_its_own_regions(
    copies: Path, file: str, old: str, new: str, broken: set[str]
) -> None:
    assert soundness.faults() == {}
    plant(copies / file, old, new)
    loading.forget()
    suite.forget()
    faults = soundness.faults()
    assert faults.keys() == broken
    assert all(f"{file}:" in why for why in faults.values())
    assert set(soundness.sound_regions()) == set(loading.region_files()) - broken


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "regions: [jharkhand,",
            "regions: [jharkand,",
            "there is no region 'jharkand', did you mean 'jharkhand'?",
        ),
        ("sources: [pts]", "sources: [ptz]", "there is no source 'ptz' of jharkhand, "),
    ],
)
def test_a_logframe_names_what_there_are_contracts_for(copies: Path, old: str, new: str, told: str) -> None:
    assert logframes.faults() == {}
    plant(copies / "indicators/mord_nrlm.yml", old, new)
    faults = logframes.faults()
    assert faults.keys() == {"mord_nrlm"}
    assert "mord_nrlm.yml:" in faults["mord_nrlm"] and told in faults["mord_nrlm"]


def test_sources_of_a_region_that_does_not_load_are_no_fault_of_the_logframe(copies: Path) -> None:
    plant(copies / "regions/slg_erlc_khulna/mis.yml", "required: true", "requird: true")
    loading.forget()
    assert logframes.faults() == {}


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (
            "eu_success.yml",
            "dated_by: joined_on",
            "dated_by: joind_on",
            "there is no column 'joind_on', did you mean 'joined_on'?",
        ),
        (
            "mord_nrlm.yml",
            "places:district",
            "places:distrikt",
            "is a 'distrikt', did you mean 'district'?",
        ),
    ],
)
def test_sql_and_places_of_a_logframe_stop_its_donor_alone(
    copies: Path, file: str, old: str, new: str, told: str
) -> None:
    plant(copies / "indicators" / file, old, new)
    faults = logframes.faults()
    assert faults.keys() == {file.removesuffix(".yml")}
    assert all(f"{file}:" in why and told in why for why in faults.values())
    assert soundness.faults() == {}


def test_of_two_regions_that_mean_different_things_by_a_code_the_later_stops(copies: Path) -> None:
    for programme, name in (("slg_erlc_khulna", "Solar lamp"), ("success_sindh", "Street lamp")):
        own = copies / "regions" / programme / "programme.yml"
        plant(own, "tiers:", f"services:\n  lamp: {{name: {name}, kind: home}}\ntiers:")
    loading.forget()
    assert soundness.faults().keys() == {"sindh"}
    why = soundness.fault("sindh")
    assert (
        "success_sindh/programme.yml:" in why
        and "services.lamp: service 'lamp' is 'Solar lamp' (home)" in why
    )
    brought = programme_words.as_dbt_vars()["services"]
    assert brought == [{"code": "lamp", "name": "Solar lamp", "kind": "home"}]


def test_a_service_of_the_catalogue_may_be_said_again_and_is_there_once(copies: Path) -> None:
    own = copies / "regions" / "success_sindh" / "programme.yml"
    plant(own, "tiers:", "services:\n  toilet: {name: Toilet, kind: home}\ntiers:")
    loading.forget()
    assert soundness.faults() == {}
    assert programme_words.as_dbt_vars()["services"] == []


def test_a_decision_that_does_not_load_stops_its_programme(copies: Path) -> None:
    (copies / "regions/success_sindh/decisions.yml").write_text("- {region: sindh}\n", encoding="utf-8")
    loading.forget()
    assert soundness.faults().keys() == {"sindh"}


def test_releases_of_donors_it_feeds_are_held_with_the_reason(copies: Path, home: Path) -> None:
    plant(copies / "regions/slg_erlc_khulna/mis.yml", "required: true", "requird: true")
    plant(copies / "indicators/mord_nrlm.yml", "direction: higher", "direction: high")
    loading.forget()
    holds.feeding.cache_clear()
    with pytest.raises(SangamError, match=r"region khulna is not read: .*slg_erlc_khulna/mis\.yml:\d+"):
        holds.require_none(home, "fcdo_slg_erlc", "2021Q2")
    with pytest.raises(SangamError, match=r"its logframe does not load: .*mord_nrlm\.yml:\d+"):
        holds.require_none(home, "mord_nrlm", "2021Q2")
    holds.require_none(home, "eu_success", "2021Q2")
    holds.feeding.cache_clear()


def test_status_shows_what_does_not_load(
    copies: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from orchestration.checks.source_status import quarter_status
    from orchestration.settings import Settings

    plant(copies / "regions/slg_erlc_khulna/mis.yml", "required: true", "requird: true")
    loading.forget()
    landing = tmp_path / "landing"
    landing.mkdir()
    rows = quarter_status(Settings(tmp_path / "home", landing), "2021Q2")
    [broken] = [row for row in rows if row.state == "broken"]
    assert broken.region == "khulna" and "did you mean 'required'?" in broken.note
    assert {row.region for row in rows} >= {"sindh", "pune", "karnataka"}


def test_files_of_a_region_that_does_not_load_are_told_and_stop_nobody(copies: Path, tmp_path: Path) -> None:
    from ingest.deliveries.landing import scan, strays

    plant(copies / "regions/slg_erlc_khulna/mis.yml", "required: true", "requird: true")
    loading.forget()
    for region, source in (("khulna", "mis"), ("pune", "pmc")):
        file = tmp_path / "landing" / region / source / "2021Q2" / "a.csv"
        file.parent.mkdir(parents=True)
        file.write_text("a\n", encoding="utf-8")
    assert [d.region for d in scan(tmp_path / "landing")] == ["pune"]
    [stray] = strays(tmp_path / "landing")
    assert "The contract of region 'khulna' does not load" in stray.message and "mis.yml:" in stray.message
