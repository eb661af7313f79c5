"""All four programmes together: every donor's indicators, what is not reported, and contracts that stay data."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.compute as pc
import pytest

from expectations.batches import check_batches
from ingest.contracts.loading import region_files
from orchestration.disclosure import protection
from orchestration.disclosure.attack import certify
from orchestration.disclosure.tables import File
from orchestration.releases.content import donor_quarters, read_content
from orchestration.warehouse import logframes
from orchestration.warehouse.explain import explain
from tests.expected import indicator_differences
from tests.runs import Run
from tests.terminal import sangam

pytestmark = pytest.mark.xdist_group("runs")
SHOWN = 20
ROOT = Path(__file__).resolve().parents[2]
QUARTERS = ["2019Q1", "2019Q2", "2020Q1", "2020Q3", "2020Q4", "2021Q1", "2021Q2", "2021Q3"]
DONORS = {"eu_success": 300, "fcdo_slg_erlc": 100, "three_d_pune": 200, "mord_nrlm": 800}


def rows(made: Run, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(made.settings.warehouse), read_only=True) as connection:
        return connection.execute(sql, list(values)).fetchall()


@pytest.mark.parametrize("donor", list(DONORS))
def test_indicators_are_the_expected_ones(shared_run: Run, donor: str) -> None:
    count, found = indicator_differences(shared_run.settings.warehouse, shared_run.expected, donor, QUARTERS)
    assert count > DONORS[donor]
    assert not found, f"{len(found)} of {count} rows:\n" + "\n".join(found[:SHOWN])


def test_refused_files_have_their_codes_and_the_others_go_through(shared_run: Run) -> None:
    entries = json.loads((shared_run.expected / "records.json").read_text(encoding="utf-8"))
    wanted = {f"{e['region']}/{e['file']}": e["refused"] for e in entries if e["refused"]}
    found = {f"{r.region}/{r.file}": r.refused for r in shared_run.outcome.refused}
    assert found == wanted
    assert shared_run.outcome.failed == []


def test_no_delivery_as_a_whole_raises_an_error(shared_run: Run) -> None:
    results = check_batches(shared_run.settings.home, "2021Q3")
    assert not any(result.checked_now for result in results.values())  # the run has done it
    read = {(r.region, r.source) for r in shared_run.outcome.receipts if not r.refused}
    assert {key[:2] for key in results} == read
    assert [(r.title, r.errors) for r in results.values() if r.errors] == []
    found = {name for r in results.values() for name, check in r.checks.items() if check.verdict == "warning"}
    # A block of the page was held back; another is in rupees, not lakh.
    assert {"places_on_the_page", "totals_against_last_quarter"} <= found


def test_the_run_has_written_data_docs_and_dbt_docs(shared_run: Run) -> None:
    docs = shared_run.settings.home / "docs"
    assert list((docs / "data_docs" / "validations").glob("success_sindh/mis/2021Q3/*/*.html"))
    assert list((docs / "data_docs" / "validations").glob("kudumbashree_nro/pts/2021Q3/*/*.html"))
    assert "model.sangam.indicator_values" in (docs / "dbt" / "static_index.html").read_text(encoding="utf-8")


def test_what_stands_apart_from_the_total_is_explained_as_well(shared_run: Run) -> None:
    whole = explain(shared_run.settings, "three_d_pune", "TD-06", "2021Q2", rows=1000)
    hub = explain(shared_run.settings, "three_d_pune", "TD-06", "2021Q2", where=("hub", "HUB"), rows=1000)
    assert {row.cells["centre"] for row in hub.evidence} == {"HUB"}
    assert len(hub.evidence) == hub.supports[0].records > 0
    assert "HUB" not in {row.cells["centre"] for row in whole.evidence}


def test_nobody_works_out_what_is_withheld(shared_run: Run) -> None:
    """All donors' releases of all quarters, attacked together: the totals alone bound some lines more narrowly."""
    home = shared_run.settings.home
    quarters = sorted(donor_quarters(home), key=lambda one: one[::-1])
    contents = [read_content(home, donor, quarter) for donor, quarter in quarters]
    files = [
        File(f"{one.donor}/{one.quarter}/r001", one.values, one.sha256, one.disclosure) for one in contents
    ]
    found = certify(files, len(files))
    assert found.broken == ()
    assert found.withheld == protection.withheld(home).num_rows > 100
    # With the small cells alone withheld, others could be worked out.
    small = protection.withheld(home).filter(pc.field("is_small"))
    bare = [
        replace(file, values=protection.withhold(read_content(home, *one, small.slice(0, 0)).values, small))
        for file, one in zip(files, quarters, strict=True)
    ]
    assert certify(bare, len(bare)).broken


def test_why_a_value_is_withheld_is_said_in_house_alone(
    shared_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANGAM_HOME", str(shared_run.settings.home))
    rows_ = protection.withheld(shared_run.settings.home).to_pylist()
    for is_small, words in ((True, "is a small number of people"), (False, "for the sake of others")):
        row = next(one for one in rows_ if one["is_small"] is is_small)
        where = f"{row['dimension']}={row['category']}"
        told = (
            "explain",
            row["donor"],
            row["indicator"],
            row["quarter"],
            "--where",
            where,
            "--region",
            row["region"],
        )
        assert words in sangam(*told, "--rows", "0").text
    for donor, quarter in donor_quarters(shared_run.settings.home):
        values = read_content(shared_run.settings.home, donor, quarter).values
        assert set(values.filter(pc.equal(values["state"], "suppressed"))["reason"].to_pylist()) <= {
            protection.REASON
        }


@pytest.mark.parametrize("donor", list(DONORS))
def test_what_did_not_arrive_is_not_reported(shared_run: Run, donor: str) -> None:
    """2021Q3 brought nothing usable: no zero, nothing carried over but survey rounds, and a reason each."""
    frame = next(f for f in logframes.load() if f.donor.code == donor)
    rounds = {i.code for i in frame.indicators if "round" in i.over_time or i.compared_with}
    found = rows(
        shared_run,
        "SELECT indicator, state, value, reason FROM marts.indicator_values WHERE donor = ? AND quarter = '2021Q3'",
        donor,
    )
    others = [row for row in found if row[0] not in rounds]
    assert {row[0] for row in others} == {i.code for i in frame.indicators} - rounds
    assert [row for row in others if row[1] != "not_reported" or row[2] is not None or not row[3]] == []


def test_services_cases_persons_and_households_are_different_counts(shared_run: Run) -> None:
    values = dict(
        rows(
            shared_run,
            "SELECT indicator || ' ' || over_time, value FROM marts.indicator_values "
            "WHERE quarter = '2021Q2' AND dimension = 'all' AND indicator IN ('FC-01', 'FC-05', 'TD-01', 'TD-02')",
        )
    )
    assert values["FC-01 cumulative"] != values["FC-05 in_quarter"]
    cases = rows(
        shared_run,
        "SELECT count(*), count(DISTINCT person_id), count(DISTINCT household_id) FROM conformed.fct_service_delivered "
        "WHERE region = 'pune' AND quarter = '2021Q2' AND opened_on BETWEEN '2021-04-01' AND '2021-06-30'",
    )[0]
    assert values["TD-01 in_quarter"] == cases[1]
    assert len(set(cases)) == 3
    assert values["TD-02 in_quarter"] < values["TD-01 in_quarter"]


def test_a_state_of_a_known_programme_takes_a_short_file() -> None:
    lines = {
        name: len(path.read_text(encoding="utf-8").splitlines())
        for name, path in region_files().items()
        if path.parents[1].name == "kudumbashree_nro"
    }
    assert lines
    assert max(lines.values()) <= 40


def test_no_code_asks_which_region_it_is() -> None:
    asks = re.compile(r"\bregion(?:_name)?\s*(?:==|=|!=|<>|in)\s*\(?['\"](?!all\b)[a-z]", re.I)
    names = "|".join(name for name in region_files() if name[0] != "_")
    found = []
    for folder, ending in (("ingest", "*.py"), ("orchestration", "*.py"), ("dbt_project/models", "*.sql"),
                           ("dbt_project/macros", "*.sql")):  # fmt: skip
        for path in (ROOT / folder).rglob(ending):
            if "samples" in path.parts:
                continue
            text = path.read_text(encoding="utf-8")
            found += [
                f"{path.name}: {m.group()}"
                for m in asks.finditer(text)
                if re.search(names, text[m.start() : m.end() + 12])
            ]
    assert found == []
