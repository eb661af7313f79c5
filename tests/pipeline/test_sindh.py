"""Sindh from delivered files to explained numbers, through Dagster and dbt, against independent answers."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.events import Event, ReleaseDone, SourceDone, Unchanged, WarehouseStarted, listen
from orchestration.warehouse.explain import explain
from tests.expected import csv_rows, indicator_differences, is_close
from tests.runs import Run, run

pytestmark = pytest.mark.xdist_group("runs")

DONOR = "eu_success"
SHOWN = 10
CHANGE_TOLERANCES = {
    "previous": 1e-9,
    "current": 1e-9,
    "difference": 1e-9,
    "se": 1e-6,
    "t": 1e-6,
    "df": 0,
    "p": 1e-6,
}


@pytest.fixture(scope="module", params=["sample_run", "shared_run"])
def done(request: pytest.FixtureRequest) -> Run:
    """A finished run: on our own drops, and on the shared ones where they are."""
    made: Run = request.getfixturevalue(request.param)
    return made


def rows(made: Run, sql: str) -> list[dict[str, Any]]:
    with duckdb.connect(str(made.settings.warehouse), read_only=True) as connection:
        result = connection.execute(sql)
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def test_nothing_fails_and_refused_files_are_reported(done: Run) -> None:
    assert done.outcome.failed == []
    assert done.outcome.exit_status == 3
    found = {r.file: (r.refused, r.message) for r in done.outcome.refused if r.region == "sindh"}
    assert {file: code for file, (code, _) in found.items()} == {
        f: code for f, (code, _) in done.refused.items()
    }
    for file, (_, message) in found.items():
        assert message.startswith(f"{file}: ")
        assert done.refused[file][1] in message


def test_indicators_are_the_expected_ones(done: Run) -> None:
    quarters = ["2019Q2", "2021Q1", "2021Q2", "2021Q3"]
    count, found = indicator_differences(done.settings.warehouse, done.expected, DONOR, quarters)
    assert count > 250
    assert not found, f"{len(found)} of {count} rows:\n" + "\n".join(found[:SHOWN])


def test_no_indicator_row_is_there_twice(done: Run) -> None:
    grain = "donor, indicator, quarter, region, over_time, dimension, category, currency"
    assert rows(done, f"SELECT {grain} FROM marts.indicator_values GROUP BY ALL HAVING count(*) > 1") == []


def test_what_did_not_arrive_is_not_reported_and_says_why(done: Run) -> None:
    found = rows(
        done,
        f"SELECT * FROM marts.indicator_values WHERE donor = '{DONOR}' AND quarter = '2021Q3' "
        "AND indicator = 'EU-10'",
    )
    assert found
    for row in found:
        assert (row["state"], row["value"]) == ("not_reported", None)
        assert "mis_sindh_2021Q3.sql.gz" in row["reason"]
        assert "unreadable_file" in row["reason"]


def test_changes_between_rounds(done: Run) -> None:
    found = {
        (r["indicator"], r["quarter"], r["dimension"], r["category"]): r
        for r in rows(done, f"SELECT * FROM marts.indicator_changes WHERE donor = '{DONOR}'")
    }
    expected = csv_rows(done.expected / "changes.csv")
    assert expected
    for row in expected:
        own = found[(row["indicator"], row["quarter"], row["dimension"] or "all", row["category"] or "all")]
        assert own["previous_round"] == row["previous_round"]
        for column, tolerance in CHANGE_TOLERANCES.items():
            assert is_close(own[column], row[column], tolerance), (row, column, own[column])


def test_tests_of_a_quarter_are_adjusted_by_holm(done: Run) -> None:
    """Against Holm's step-down as it is defined, in pandas: over all tests of a quarter."""
    with duckdb.connect(str(done.settings.warehouse), read_only=True) as connection:
        found = connection.execute(
            "SELECT quarter, p, p_holm FROM marts.indicator_changes WHERE donor = ? AND p IS NOT NULL",
            [DONOR],
        ).df()
    assert found.groupby("quarter").size().min() > 20
    assert (found["p_holm"] > found["p"]).sum() > 20
    for _, tests in found.groupby("quarter"):
        ordered = tests.sort_values("p", ignore_index=True)
        wanted = (ordered["p"] * (len(ordered) - ordered.index)).cummax().clip(upper=1)
        assert ordered["p_holm"].to_numpy() == pytest.approx(wanted.to_numpy(), rel=1e-12)


def test_reported_values_stand_beside_the_computed_ones(done: Run) -> None:
    found = rows(done, "SELECT *, parse_filename(file_name) AS file FROM marts.reported_values")
    expected = csv_rows(done.expected / "reported.csv")

    def key(row: dict[str, Any], column: str) -> tuple[Any, ...]:
        value = None if row["value"] in ("", None) else round(float(row["value"]), 9)
        words = (
            row[w] or ""
            for w in ("region", "source", "quarter", "file", "indicator", "label", column, "note")
        )
        return (*words, value)

    assert sorted(map(str, (key(r, "column_label") for r in found))) == sorted(
        map(str, (key(r, "column") for r in expected))
    )
    computed = {r["indicator"]: r for r in found if r["column_label"] == "IMI 2021" and r["indicator"]}
    own = {
        r["indicator"]: r["value"]
        for r in rows(
            done,
            f"SELECT * FROM marts.indicator_values WHERE donor = '{DONOR}' AND quarter = '2021Q2' "
            "AND dimension = 'all'",
        )
    }
    assert "EU-03" in computed
    for code, row in computed.items():
        assert row["computed"] == own[code]
        assert row["difference"] == pytest.approx(row["value"] - own[code])


def delivered_sheet(path: Path, sheet: str) -> dict[int, dict[str, str]]:
    """The sheet's records by the row a person sees, by openpyxl: no code of the project."""
    import openpyxl

    table = openpyxl.load_workbook(path, data_only=True)[sheet]
    lines = {n: list(cells) for n, cells in enumerate(table.iter_rows(values_only=True), 1)}
    header_at = next(n for n, cells in lines.items() if "_uuid" in [plain(c) for c in cells])
    header = [plain(c).lower() for c in lines[header_at]]
    return {
        n: {name: plain(c) for name, c in zip(header, cells, strict=False)}
        for n, cells in lines.items()
        if n > header_at
    }


def plain(cell: Any) -> str:
    text = re.sub("[\u200b\u200e\u200f\u2060\ufeff\u00ad]", "", "" if cell is None else str(cell))
    return unicodedata.normalize("NFC", " ".join(text.split()))


def test_a_number_is_explained_down_to_the_delivered_cell(done: Run) -> None:
    found = explain(done.settings, DONOR, "EU-03", "2021Q2", rows=5)
    assert len(found.evidence) == 5
    (file,) = found.files
    sheet = delivered_sheet(done.settings.landing / file.file, "IMI")
    for evidence in found.evidence:
        cells = sheet[evidence.row]
        assert evidence.file == file.file
        assert evidence.table == "IMI"
        assert evidence.in_numerator
        assert cells["_uuid"] == evidence.unit_id == evidence.cells["_uuid"]
        assert cells["wash/latrine_at_home"] == "yes"
        assert evidence.deciding == ["wash/latrine_at_home"]


def test_all_evidence_of_a_number_makes_the_number(done: Run) -> None:
    found = explain(done.settings, DONOR, "EU-03", "2021Q2", rows=100_000)
    (value,) = found.values
    sheet = delivered_sheet(done.settings.landing / found.files[0].file, "IMI")
    assert len(found.evidence) == found.supports[0].units == value.n
    weights = {True: 0.0, False: 0.0}
    for evidence in found.evidence:
        cells = sheet[evidence.row]
        assert cells["_uuid"] == evidence.unit_id
        assert evidence.in_numerator == (cells["wash/latrine_at_home"] == "yes")
        weights[bool(evidence.in_numerator)] += float(cells["design/weight"].replace(",", ""))
    share = 100 * weights[True] / (weights[True] + weights[False])
    assert share == pytest.approx(value.value, rel=1e-9)


def test_a_category_is_explained_by_its_own_rows(done: Run) -> None:
    found = explain(done.settings, DONOR, "EU-03", "2021Q2", where=("district", "Dadu"), rows=1000)
    (value,) = found.values
    assert len(found.evidence) == (value.n or 0) > 0
    assert {e.cells["design/district"] for e in found.evidence} == {"Dadu"}


def snapshot(made: Run) -> dict[str, Any]:
    home = made.settings.home
    lake = {
        p.relative_to(home).as_posix(): (p.read_bytes(), p.stat().st_mtime_ns)
        for p in (home / "lake").rglob("*")
        if p.is_file()
    }
    with duckdb.connect(str(made.settings.warehouse), read_only=True) as connection:
        tables = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'marts' ORDER BY 1"
        ).fetchall()
        marts = {t: connection.execute(f"SELECT * FROM marts.{t} ORDER BY ALL").fetchall() for (t,) in tables}
    return {"lake": lake, "marts": marts}


def test_a_second_run_changes_nothing(sample_run: Run) -> None:
    """It says of which regions nothing is new, and starts neither their steps nor dbt nor releases."""
    before = snapshot(sample_run)
    built = (sample_run.settings.home / "build" / "dbt_target" / "build.log").stat().st_mtime_ns
    heard: list[Event] = []
    stop = listen(heard.append)
    _, outcome = run(sample_run.settings.home, sample_run.settings.landing, "sindh")
    stop()
    assert not [one for one in heard if isinstance(one, WarehouseStarted)]
    assert not [one for one in heard if isinstance(one, SourceDone | ReleaseDone)]
    assert [one.regions for one in heard if isinstance(one, Unchanged)] == [["_reference", "sindh"]]
    assert (sample_run.settings.home / "build" / "dbt_target" / "build.log").stat().st_mtime_ns == built
    assert outcome.exit_status == 3
    assert outcome.receipts
    assert not any(receipt.read_now for receipt in outcome.receipts)
    after = snapshot(sample_run)
    assert before["lake"] == after["lake"]
    assert before["marts"].keys() == after["marts"].keys()
    for name, content in before["marts"].items():
        assert content == after["marts"][name], name
