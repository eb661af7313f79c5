"""Every region with a contract: what is accepted, quarantined, refused and flagged is exactly what is expected."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ingest.contracts.loading import load_region, region_files
from ingest.deliveries.receipt import Receipt
from ingest.run import ingest_source
from tests.conftest import SINDH
from tests.expected import differences, expected_files
from tests.runs import Run

pytestmark = pytest.mark.xdist_group("runs")
SOURCES = [(region, source) for region in region_files() for source in load_region(region).sources]
SHOWN = 10
Receipts = dict[str, list[Receipt]]
COMMITTED = Path(__file__).resolve().parents[1] / "drops"


def expected_sources(expected: Path) -> list[tuple[str, str]]:
    """Regions and sources of which deliveries are expected; a new region has none as yet."""
    entries = json.loads((expected / "records.json").read_text(encoding="utf-8"))
    return sorted({(entry["region"], entry["source"]) for entry in entries})


@pytest.mark.parametrize(("region", "source"), SOURCES)
def test_shared_deliveries(region: str, source: str, shared_run: Run) -> None:
    if (region, source) not in expected_sources(shared_run.expected):
        pytest.skip(f"No delivery of {region}/{source} is there to be compared.")
    receipts = [r for r in shared_run.outcome.receipts if (r.region, r.source) == (region, source)]
    assert receipts
    found = differences(shared_run.settings.home, receipts, shared_run.expected, region, source)
    assert not found, f"{len(found)} differences:\n" + "\n".join(found[:SHOWN])


def test_every_shared_delivery_is_compared(shared_run: Run) -> None:
    found = {(r.region, r.source) for r in shared_run.outcome.receipts}
    assert found == set(expected_sources(shared_run.expected)) <= set(SOURCES)


@pytest.fixture(scope="module")
def lake_of_committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One lake for the deliveries that are committed."""
    return tmp_path_factory.mktemp("lake_of_committed")


@pytest.mark.parametrize(
    ("region", "source"),
    [pair for pair in expected_sources(COMMITTED / "expected") if pair[0] != "_reference"],
)
def test_committed_deliveries(region: str, source: str, lake_of_committed: Path) -> None:
    receipts = ingest_source(lake_of_committed, COMMITTED / "landing", region, source)
    assert receipts
    found = differences(lake_of_committed, receipts, COMMITTED / "expected", region, source)
    assert not found, f"{len(found)} differences:\n" + "\n".join(found[:SHOWN])


@pytest.fixture(scope="module")
def sample_taken_in(sample_run: Run) -> tuple[Path, Receipts]:
    """The home of the run of our own drops, and the receipts of each source but of what was refused."""
    receipts: Receipts = {source: [] for source in SINDH}
    for receipt in sample_run.outcome.receipts:
        if receipt.file not in sample_run.refused and receipt.region == "sindh":
            receipts[receipt.source].append(receipt)
    return sample_run.settings.home, receipts


@pytest.mark.parametrize("source", SINDH)
def test_sample_drops(source: str, sample_drops: Path, sample_taken_in: tuple[Path, Receipts]) -> None:
    home, receipts = sample_taken_in
    assert len(receipts[source]) == len(expected_files(sample_drops / "expected", "sindh", source)) > 0
    found = differences(home, receipts[source], sample_drops / "expected", "sindh", source)
    assert not found, f"{len(found)} differences:\n" + "\n".join(found[:SHOWN])


def test_the_sample_drops_have_every_kind_of_finding(sample_taken_in: tuple[Path, Receipts]) -> None:
    """A comparison of nothing with nothing would prove nothing."""
    tables = [t for receipts in sample_taken_in[1].values() for r in receipts for t in r.tables.values()]
    reasons = {code for table in tables for code in table.by_reason}
    flags = {code for table in tables for code in table.warnings}
    assert reasons >= {
        "missing_required", "bad_date", "future_date", "bad_number", "ambiguous_grouping", "out_of_range",
        "bad_identifier", "unknown_code", "exact_duplicate", "duplicate_key", "orphan_reference", "date_order",
        "conflicting_label", "rule:parts_sum",
    }  # fmt: skip
    assert flags >= {"sex_id_mismatch", "ineligible_recipient", "loan_before_plan", "total_mismatch"}


def test_the_comparison_sees_a_difference(
    sample_drops: Path, sample_taken_in: tuple[Path, Receipts], tmp_path: Path
) -> None:
    home, receipts = sample_taken_in
    expected = tmp_path / "expected"
    shutil.copytree(sample_drops / "expected", expected)
    path = expected / "quarantine.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    births = next(n for n, line in enumerate(lines) if line.startswith("sindh,births,"))
    path.write_text("".join(lines[:births] + lines[births + 1 :]), encoding="utf-8")
    assert len(differences(home, receipts["births"], expected, "sindh", "births")) == 1
    assert len(differences(home, receipts["births"][1:], expected, "sindh", "births")) >= 1
