"""Deliveries as a whole: ours raise no error, spoilt ones are found, and only what they feed waits."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import dagster as dg
import duckdb
import pytest

from expectations.batch import Batch, batches
from expectations.batches import check_batches
from expectations.gx.project import project
from expectations.results import BatchResult, read_result, result_path
from ingest.errors import SangamError
from orchestration.checks import holds

Lake = tuple[Path, dict[str, list[dict[str, Any]]]]
QUARTER = "2021Q2"


def _errors(results: dict[tuple[str, str, str], BatchResult]) -> list[str]:
    return [r.checks[name].message for r in results.values() for name in r.errors]


@pytest.fixture(scope="module")
def checked(sindh_lake: Lake, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample lake of Sindh, checked."""
    home = tmp_path_factory.mktemp("checked") / "home"
    shutil.copytree(sindh_lake[0], home)
    assert not _errors(check_batches(home, QUARTER))
    return home


@pytest.fixture
def spoilt(checked: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy to spoil a delivery of."""
    home = tmp_path / "home"
    shutil.copytree(checked, home)
    yield home
    shutil.rmtree(home)


def _files(home: Path, source: str, table: str, quarter: str) -> list[Path]:
    at = (
        home
        / "lake"
        / "accepted"
        / "region=sindh"
        / f"source={source}"
        / f"table={table}"
        / f"quarter={quarter}"
    )
    return list(at.glob("*.parquet"))


def _spoil(home: Path, source: str, table: str, select: str) -> BatchResult:
    """The result after the accepted records of a table were put through a SELECT from `t`, last quarter's in `b`."""
    now, before = _files(home, source, table, QUARTER), _files(home, source, table, "2021Q1")
    assert len(now) == len(before) == 1
    with duckdb.connect() as connection:
        for name, path in (("t", now[0]), ("b", before[0])):
            connection.execute(
                f"CREATE TABLE {name} AS SELECT * FROM read_parquet('{path}', hive_partitioning = false)"
            )
        connection.execute(f"COPY ({select}) TO '{now[0]}' (FORMAT parquet)")
    result_path(home, "sindh", source, QUARTER).unlink()
    return check_batches(home, QUARTER, [("sindh", source)])["sindh", source, QUARTER]


@pytest.mark.parametrize(
    ("source", "table", "select", "check", "severity", "says"),
    [
        ("mis", "household", "FROM t WHERE hash(id) % 2 = 0", "rows_lost_or_doubled", "error", "household"),
        ("mis", "member", "FROM t UNION ALL FROM t UNION ALL FROM t UNION ALL FROM t", "rows_lost_or_doubled", "error",
         "member"),
        ("mis", "cif_loan", "SELECT * REPLACE (amount_pkr * 100000 AS amount_pkr) FROM t", "control_totals", "error",
         "Loans disbursed, PKR"),
        ("mis", "cif_loan", "SELECT * REPLACE (amount_pkr * 100000 AS amount_pkr) FROM t", "unit_of_amounts", "error",
         "Median loan, PKR"),
        ("mis", "household", "SELECT * REPLACE ('x' || id AS id) FROM t", "keys_kept", "warning", "household"),
        ("mis", "member", "SELECT * REPLACE (NULL::VARCHAR AS sex) FROM t", "emptier_columns", "warning", "member.sex"),
        ("mis", "member", "SELECT * REPLACE ('M' AS sex) FROM t", "category_shift", "warning", "member.sex 'M'"),
        ("mis", "household", "SELECT * REPLACE (psc_score / 100 AS psc_score) FROM t", "mean_shift", "warning",
         "household.psc_score"),
        ("births", "births", "FROM t WHERE district <> 'Dadu'", "every_district", "error", "District Dadu 0 (0 rec"),
        ("births", "births", "FROM b", "frozen_values", "warning", "births.total 100.0%"),
        ("births", "births", "FROM b", "sent_before", "error", "records are those of 2021Q1"),
        ("births", "births", "SELECT * REPLACE (girls + 40 AS total) FROM t", "parts_and_total", "error",
         "Boys and girls of the total"),
    ],
)  # fmt: skip
def test_a_spoilt_delivery_is_found(
    spoilt: Path, source: str, table: str, select: str, check: str, severity: str, says: str
) -> None:
    result = _spoil(spoilt, source, table, select)
    found = result.checks[check]
    assert found.verdict == severity
    assert says.split(" '")[0] in found.message
    assert "Expected " in found.message
    assert (check in result.errors) is (severity == "error")
    page = (spoilt / "docs" / "data_docs" / result.page).read_text(encoding="utf-8")
    assert f'class="check {severity}" id="{check}"' in page
    assert found.title in page
    assert "sindh/" + source in page


def test_data_docs_need_nothing_from_the_network(checked: Path) -> None:
    docs = checked / "docs" / "data_docs"
    pages = list(docs.rglob("*.html"))
    assert {page.relative_to(docs).parts[0] for page in pages} == {
        "index.html",
        "expectations",
        "validations",
    }
    assert len(pages) == 1 + 4 + 4
    for page in pages:
        html = page.read_text(encoding="utf-8")
        assert not re.search(r"<script|src=|@import|url\(|//[a-z0-9]", html), page
        for link in re.findall(r'href="([^"#]*)', html):
            there = (page.parent / unquote(link)).resolve()
            assert link == "data:," or there == checked.resolve() / "docs" / "index.html" or there.exists(), (
                link
            )


def test_where_there_was_nothing_to_look_at_nothing_is_fine(checked: Path) -> None:
    first = read_result(checked, "sindh", "mis", "2021Q1")
    assert first
    assert first.previous is None
    check = first.checks["keys_kept"]
    assert (check.verdict, check.looked_at) == ("nothing", 0)
    assert check.message.startswith("Nothing to look at: no earlier delivery")
    assert first.checks["quarantined_share"].verdict == "fine"
    assert first.count("nothing") + first.count("fine") == len(first.checks)
    page = (checked / "docs" / "data_docs" / first.page).read_text(encoding="utf-8")
    assert re.search(rf'<span class="nothing" >\s*{first.count("nothing")}\s*</span>', page)


def test_every_check_of_a_batch_has_its_section(checked: Path) -> None:
    result = read_result(checked, "sindh", "births", QUARTER)
    assert result
    page = (checked / "docs" / "data_docs" / result.page).read_text(encoding="utf-8")
    assert sorted(re.findall(r'<section class="check \w+" id="(\w+)"', page)) == sorted(result.checks)


def test_the_project_holds_what_was_run(checked: Path) -> None:
    context = project(checked)
    assert {one.name for one in context.checkpoints.all()} == {
        f"success_sindh.{source}" for source in ("births", "imi", "mis", "results")
    }
    definition = context.validation_definitions.get("success_sindh.mis")
    assert definition.suite == context.suites.get("success_sindh.mis")
    assert len(context.validation_results_store.list_keys()) == 4


def test_what_did_not_change_is_not_checked_again(checked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "expectations.checking", None)  # importing it would fail
    again = check_batches(checked, QUARTER)
    assert len(again) >= 6
    assert not any(result.checked_now for result in again.values())


def test_a_changed_delivery_and_the_one_after_it_are_checked_again(spoilt: Path) -> None:
    receipt = next((spoilt / "lake" / "receipts").glob("region=sindh/source=births/quarter=2021Q1/*.json"))
    words = json.loads(receipt.read_text())
    receipt.write_text(json.dumps({**words, "judged_as": {**words["judged_as"], "contract": "another"}}))
    again = check_batches(spoilt, QUARTER)
    assert {key[1:] for key, r in again.items() if r.checked_now} == {
        ("births", "2021Q1"),
        ("births", QUARTER),
    }


def test_pages_that_were_deleted_are_written_again(spoilt: Path) -> None:
    shutil.rmtree(spoilt / "docs" / "data_docs")
    shutil.rmtree(spoilt / "gx")
    again = check_batches(spoilt, QUARTER)
    assert again
    assert all((spoilt / "docs" / "data_docs" / result.page).exists() for result in again.values())


def test_the_previous_delivery_is_the_last_one_there_is(checked: Path) -> None:
    found = {(b.source, b.quarter): b.previous for b in batches(checked, QUARTER)}
    assert found["mis", "2021Q1"] is None
    assert found["mis", QUARTER].quarter == "2021Q1"  # type: ignore[union-attr]
    assert not batches(checked, "2021Q1", [("sindh", "nothing")])
    assert {b.quarter for b in batches(checked, "2021Q1", [("sindh", "mis")])} == {"2021Q1"}


def test_dagster_is_told_where_there_was_nothing_to_look_at(
    checked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestration.assets.batch_checks import batch_checks, batch_key
    from orchestration.partitions import partition_key
    from orchestration.resources import Home

    monkeypatch.setenv("SANGAM_HOME", str(checked))
    key = batch_key("sindh", "mis")
    done = dg.materialize(
        [batch_checks],
        selection=dg.AssetSelection.assets(key),
        partition_key=partition_key("2021Q1"),
        resources={"home": Home()},
    )
    (suite,) = done.get_asset_check_evaluations()
    assert suite.check_name == "suite" and suite.passed
    lines = str(suite.metadata["verdicts"].value).splitlines()
    assert [line for line in lines if "[keys_kept]" in line and "| nothing | 0 |" in line]
    assert [line for line in lines if "[quarantined_share]" in line and "| fine |" in line]


def test_a_warning_has_not_passed_and_holds_nothing(spoilt: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from orchestration.assets.batch_checks import batch_checks, batch_key
    from orchestration.partitions import partition_key
    from orchestration.resources import Home

    monkeypatch.setenv("SANGAM_HOME", str(spoilt))
    assert not _spoil(
        spoilt, "births", "births", "FROM b WHERE _record > (SELECT min(_record) FROM b)"
    ).errors
    key = batch_key("sindh", "births")
    done = dg.materialize(
        [batch_checks],
        selection=dg.AssetSelection.assets(key),
        partition_key=partition_key(QUARTER),
        resources={"home": Home()},
    )
    (warning,) = done.get_asset_check_evaluations()
    assert (warning.passed, warning.severity) == (False, dg.AssetCheckSeverity.WARN)
    listed = str(warning.metadata["verdicts"].value).splitlines()[2:]
    assert "[frozen_values]" in listed[0] and "| warning |" in listed[0], "what is wrong comes first"
    assert [event.asset_key for event in done.get_asset_materialization_events()] == [key]


def test_which_deliveries_are_behind_a_quarters_numbers() -> None:
    """Of a survey the latest round, of all else the quarter's own."""
    there = [
        Batch("sindh", source, quarter, ())
        for source, quarters in (("imi", ("2019Q2", "2021Q2")), ("births", ("2021Q1", "2021Q2", "2021Q3")))
        for quarter in quarters
    ]

    def serving(source: str, quarter: str) -> list[str]:
        up_to = [batch for batch in there if batch.quarter <= quarter]
        return [batch.quarter for batch in holds.serving(up_to, "sindh", source, quarter)]

    assert serving("imi", "2021Q3") == ["2021Q2"]
    assert serving("imi", "2021Q1") == ["2019Q2"]
    assert serving("births", "2021Q2") == ["2021Q2"]
    assert serving("births", "2021Q4") == []


def test_only_what_a_held_delivery_feeds_waits(spoilt: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from orchestration.assets.batch_checks import batch_checks, batch_key
    from orchestration.cli.let_through import let_through
    from orchestration.partitions import QUARTERS, partition_key
    from orchestration.resources import Home

    monkeypatch.setenv("SANGAM_HOME", str(spoilt))
    _spoil(spoilt, "births", "births", "FROM t WHERE district <> 'Dadu'")
    ran: list[str] = []

    def release(name: str, source: str) -> dg.AssetsDefinition:
        @dg.asset(name=name, deps=[batch_key("sindh", source)], partitions_def=QUARTERS)
        def made() -> None:
            ran.append(name)

        return made

    def run() -> dg.ExecuteInProcessResult:
        ran.clear()
        assets = [batch_checks, release("of_births", "births"), release("of_mis", "mis")]
        keys = [batch_key("sindh", "births"), batch_key("sindh", "mis")]
        chosen = dg.AssetSelection.assets(*keys, "of_births", "of_mis")
        return dg.materialize(
            assets, selection=chosen, partition_key=partition_key(QUARTER), resources={"home": Home()}
        )

    done = run()
    assert done.success
    assert ran == ["of_mis"]
    failed = [check for check in done.get_asset_check_evaluations() if not check.passed]
    errors = [check for check in failed if check.severity == dg.AssetCheckSeverity.ERROR]
    assert [(check.asset_key.path[1], check.check_name) for check in errors] == [("births", "suite")]
    assert "District Dadu" in (errors[0].description or "")
    first = str(errors[0].metadata["verdicts"].value).splitlines()[2]
    assert re.search(
        r"/data_docs/validations/success_sindh/births/2021Q2/.*#every_district\) \| error \|", first
    )

    with pytest.raises(SangamError, match=r"eu_success 2021Q2 is not released yet:\n.*District Dadu"):
        holds.require_none(spoilt, "eu_success", QUARTER)
    holds.require_none(spoilt, "three_d_pune", QUARTER)
    holds.require_none(spoilt, "eu_success", "2021Q1")

    let_through(spoilt, "sindh", "births", QUARTER, "Asha", "the office in Dadu closed", dry_run=True)
    assert holds.waiting(spoilt, "sindh", "births", QUARTER)
    let_through(spoilt, "sindh", "births", QUARTER, "Asha", "the office in Dadu closed", dry_run=False)
    assert run().success
    assert ran == ["of_births", "of_mis"]
    holds.require_none(spoilt, "eu_success", QUARTER)
