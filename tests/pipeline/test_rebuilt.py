"""A release of real deliveries, small cells and survey rounds among them, built again from its recipe."""

from __future__ import annotations

import pytest

from orchestration.releases import donor_store
from orchestration.releases.build import read_parquet
from orchestration.releases.rebuild import rebuild
from tests.runs import Run

pytestmark = pytest.mark.xdist_group("runs")
DONOR, QUARTER = "eu_success", "2021Q2"


def test_a_release_with_withheld_lines_and_earlier_rounds_comes_out_the_same(
    released_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of earlier quarters the home has lines that are withheld, and quarters without a delivery of this donor."""
    home = released_run.settings.home
    for name, word in {"SANGAM_HOME": str(home), "TZ": "Asia/Karachi", "LC_ALL": "C"}.items():
        monkeypatch.setenv(name, word)
    folder = home / "releases" / DONOR / QUARTER / "r001"
    values = read_parquet((folder / "indicators.parquet").read_bytes())
    assert "suppressed" in values["state"].to_pylist()
    with donor_store.store(DONOR) as client:
        proof = rebuild(home, client, DONOR, QUARTER)
    assert proof.is_whole, proof
