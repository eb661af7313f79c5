"""What the commands say of a real run is whole in windows of 60, 80 and 200 columns and in a pipe."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from rich.cells import cell_len

from orchestration.checks.source_status import quarter_status
from orchestration.cli.progress import show_closing_table
from orchestration.cli.receipts_table import per_source
from orchestration.warehouse import logframes
from orchestration.warehouse.explain import explain
from tests.runs import Run
from tests.terminal import Said, open_window, sangam, without_colours

pytestmark = pytest.mark.xdist_group("runs")

WIDTHS = [60, 80, 200, None]
INDICATORS = [(f.donor.code, one.code) for f in logframes.load() for one in f.indicators]


@pytest.fixture
def made(shared_run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("SANGAM_HOME", str(shared_run.settings.home))
    monkeypatch.setenv("SANGAM_LANDING", str(shared_run.settings.landing))
    return shared_run


def keeps_to(said: Said, width: int | None) -> bool:
    """Whether no line is wider than the window; in a pipe whether there are no escape codes or boxes."""
    if width is None:
        return not re.search(r"[\x1b\u2500-\u257f]", said.out)
    return max(map(cell_len, without_colours(said.out).splitlines())) <= width


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("donor", "indicator"), [("eu_success", "EU-03"), ("mord_nrlm", "NR-04")])
def test_explain_says_every_cell_whole(made: Run, donor: str, indicator: str, width: int | None) -> None:
    said = sangam("explain", donor, indicator, "2021Q2", "--rows", "3", width=width)
    found = explain(made.settings, donor, indicator, "2021Q2", rows=3)
    assert said.status == 0
    assert keeps_to(said, width)
    assert len(found.evidence) == 3
    for row in found.evidence:
        assert said.has(f"{row.unit_id}")
        for name, cell in row.cells.items():
            if cell is not None and not name.endswith("_key"):
                shown = f"{cell.normalize():f}" if isinstance(cell, Decimal) else cell
                assert said.has(f"{name} = {shown}"), (name, cell)
    for file in found.files:
        assert said.has(f"from {file.file}, table {file.table} (SHA-256 {file.sha256})")
    for value in found.values:
        assert said.has(f"region {value.region}")


def test_the_cells_that_decide_come_first_and_are_marked(made: Run) -> None:
    lines = sangam("explain", "mord_nrlm", "NR-04", "2021Q2", "--rows", "1").out.splitlines()
    first = next(at for at, line in enumerate(lines) if line.startswith("1. "))
    marked = [line.split(" = ")[0].strip() for line in lines[first + 1 :] if "▶" in line]
    assert marked == ["▶ women_attended", "▶ total_attended", "▶ held_on"]
    assert not any("▶" in line or "women_attended" in line for line in lines[first + 4 :])


def test_units_and_records_are_told_apart(made: Run) -> None:
    """Several loans of a household are one household."""
    found = explain(made.settings, "eu_success", "EU-14", "2021Q2")
    (value,), (support,) = found.values, found.supports
    assert support.units == value.value
    assert support.records > support.units
    said = sangam("explain", "eu_success", "EU-14", "2021Q2", "--rows", "0")
    assert f"{support.units:,} households; {support.records:,} records support them" in said.text
    share = explain(made.settings, "eu_success", "EU-03", "2021Q2").supports[0]
    assert (
        f"{share.units_in_numerator:,} households of {share.units:,} in the numerator; "
        f"{share.records_in_numerator:,} records support them"
    ) in sangam("explain", "eu_success", "EU-03", "2021Q2", "--rows", "0").text


@pytest.mark.parametrize(("donor", "indicator"), INDICATORS)
def test_what_supports_a_value_adds_up_to_it(made: Run, donor: str, indicator: str) -> None:
    """Each value of each region and way over time is supported by as many units as it counts."""
    found = explain(made.settings, donor, indicator, "2021Q2", rows=0)
    assert sangam("explain", donor, indicator, "2021Q2", "--rows", "0").status == 0
    for value, support in zip(found.values, found.supports, strict=True):
        if value.state == "reported" and found.definition.kind == "distinct_count":
            assert support.units_in_numerator == value.value
            assert value.denominator in (None, support.units)
        if value.state == "reported":
            assert support.records > 0


def test_what_should_have_gone_by_a_day(made: Run) -> None:
    said = sangam("release", "due", "--on", "2021-08-15")
    assert said.status == 1
    assert "eu_success 2021Q2 2021-07-30 16 days overdue not released" in said.text
    assert "2021Q3" not in said.text
    nothing = sangam("release", "due", "--on", "2019-01-01")
    assert (nothing.status, nothing.text.strip()) == (0, "Nothing was due by 2019-01-01.")


@pytest.mark.parametrize("width", WIDTHS)
def test_status_says_every_reason(made: Run, width: int | None) -> None:
    said = sangam("status", "--quarter", "2021Q3", width=width)
    assert keeps_to(said, width)
    rows = quarter_status(made.settings, "2021Q3")
    assert any(len(row.note) > 60 for row in rows)
    for row in rows:
        for datum in (f"{row.region}/{row.source}", row.state, str(row.due), row.note):
            assert said.has(datum), datum


@pytest.mark.parametrize("width", WIDTHS)
def test_the_closing_table_is_whole(
    made: Run, width: int | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    open_window(monkeypatch, width)
    show_closing_table(made.outcome)
    said = Said(0, capsys.readouterr().out, "")
    assert keeps_to(said, width)
    rows = per_source(made.outcome.receipts)
    assert len(rows) > 10
    for row in rows:
        assert said.has(row.name)
        assert said.has(f"{row.accepted:,}")


@pytest.mark.parametrize("width", WIDTHS)
def test_check_says_every_finding(made: Run, width: int | None) -> None:
    (file,) = (made.settings.landing / "sindh" / "births" / "2021Q2").iterdir()
    words = ("check", str(file), "--contract", "sindh/births", "--quarter", "2021Q2")
    said = sangam(*words, width=width)
    assert keeps_to(said, width)
    pipe = sangam(*words)
    told = [part for line in pipe.out.splitlines() for part in re.split(r"  +", line.strip()) if part]
    told.remove("what is wrong")  # the heading of what is itself a heading in a narrow window
    assert len(told) > 12
    for datum in told:
        assert said.has(datum), datum


@pytest.mark.parametrize("width", WIDTHS)
def test_let_through_shows_what_would_change(
    sample_run: Run, width: int | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A receipt that waits, made of a real one: the preview compares the delivery with itself."""
    home = tmp_path / "home"
    (home / "lake").mkdir(parents=True)
    (home / "lake" / "accepted").symlink_to(sample_run.settings.home / "lake" / "accepted")
    receipts = sample_run.settings.home / "lake" / "receipts" / "region=sindh" / "source=mis"
    (found,) = receipts.glob("quarter=2021Q2/*.json")
    receipt = json.loads(found.read_text())
    reason = "table 'household' has 1 rows after 1,000: it shrank by 100%, allowed are 50%"
    waits = {"against": receipt["path"], "reasons": [reason]}
    place = home / "lake" / "receipts" / "region=sindh" / "source=mis" / "quarter=2021Q2" / found.name
    place.parent.mkdir(parents=True)
    place.write_text(json.dumps({**receipt, "status": "paused", "waits": waits}))
    monkeypatch.setenv("SANGAM_HOME", str(home))
    said = sangam("let-through", "sindh/mis", "2021Q2", "--dry-run", width=width)
    assert said.status == 0, said.text
    assert keeps_to(said, width)
    for datum in (
        f"compared with {receipt['path']}: {reason}",
        "training_attendance",
        "rows before",
        "Nothing was let through",
    ):
        assert said.has(datum), datum
