"""Recipes of CONTRIBUTING that made-up deliveries know nothing of: a region before its first one, a correction."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

from ingest.contracts.loading import REGIONS, load_corrections, load_region
from orchestration.warehouse import logframes
from tests.shipped import of_delivered_regions, without_corrections

CORRECTION = {
    "id": "S-1", "region": "sindh", "source": "mis", "table": "cif_loan", "key": "CIF-1", "action": "flag",
    "reason": "Doubtful.", "said_by": "An officer", "date": "2021-07-20", "status": "active",
}  # fmt: skip


def landing(folder: Path, *regions: str) -> Path:
    for region in regions:
        (folder / region).mkdir(parents=True)
    return folder


def test_a_region_without_deliveries_is_not_waited_for(tmp_path: Path) -> None:
    states = logframes.of_donor("mord_nrlm").donor.regions
    there = landing(tmp_path / "landing", "sindh", *states[1:])
    cut = of_delivered_regions(logframes.FOLDER, there, tmp_path / "cut")
    assert cut
    frames = {frame.donor.code: frame for frame in logframes.load(cut)}
    assert frames["mord_nrlm"].donor.regions == states[1:]
    assert frames["mord_nrlm"].indicators == logframes.of_donor("mord_nrlm").indicators
    others = {frame.donor.code: frame for frame in logframes.load() if frame.donor.code != "mord_nrlm"}
    assert {code: frames[code] for code in others} == others


def test_where_all_regions_deliver_the_shipped_logframes_are_used(tmp_path: Path) -> None:
    regions = [region for frame in logframes.load() for region in frame.donor.regions]
    there = landing(tmp_path / "landing", *regions)
    assert of_delivered_regions(logframes.FOLDER, there, tmp_path / "cut") is None


def test_partners_records_are_corrected_in_no_made_up_delivery(tmp_path: Path) -> None:
    shipped = Path(shutil.copytree(REGIONS, tmp_path / "regions"))
    for file in shipped.glob("*/corrections.yml"):
        file.write_text("[]\n", encoding="utf-8")
    assert without_corrections(shipped, tmp_path / "none") is None
    file = shipped / "success_sindh" / "corrections.yml"
    file.write_text(yaml.safe_dump([CORRECTION]), encoding="utf-8")
    assert load_corrections("sindh", "mis", shipped)
    copy = without_corrections(shipped, tmp_path / "copy")
    assert copy
    assert load_corrections("sindh", "mis", copy) == ()
    assert load_region("sindh", copy) == load_region("sindh", shipped)
