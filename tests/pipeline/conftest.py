"""Runs of the whole pipeline, each made once: on our own sample drops, and on the shared ones."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.releases import approvals, donor_store
from orchestration.releases.publish import publish
from orchestration.warehouse import logframes
from tests.dbt_build import Built, build
from tests.runs import QUARTER, Run, run
from tests.shipped import of_delivered_regions

REFUSED = {
    "mis_sindh_2021Q3.sql.gz": ("unreadable_file", "Send it again, whole"),
    "UC_birth_registration_2021Q3.xls": ("missing_table", "Export it again"),
}


@pytest.fixture(scope="session")
def sample_run(sample_drops: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Our own drops, and for the last quarter a dump that was cut off and a page without a table."""
    folder = tmp_path_factory.mktemp("sample_run")
    landing = folder / "landing"
    shutil.copytree(sample_drops / "landing", landing)
    earlier = next((landing / "sindh" / "mis" / "2021Q2").iterdir()).read_bytes()
    for source, file, content in (
        ("mis", "mis_sindh_2021Q3.sql.gz", earlier[: len(earlier) // 2]),
        ("births", "UC_birth_registration_2021Q3.xls", b"<html><body><p>Session expired</p></body></html>"),
    ):
        path = landing / "sindh" / source / QUARTER / file
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    settings, outcome = run(folder / "home", landing, "sindh")
    yield Run(settings, sample_drops / "expected", outcome, REFUSED)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def released_run(sample_run: Run) -> Run:
    """The run of our own drops, and the European Union's 2021Q2 of it released into the embedded S3."""
    home = sample_run.settings.home
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SANGAM_HOME", str(home))
        approvals.approve(home, "eu_success", "2021Q2", "An M&E officer")
        with donor_store.store(publishing_for="eu_success") as client:
            publish(home, client, "eu_success", "2021Q2", None, {})
    return sample_run


@pytest.fixture(scope="session")
def shared_run(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """The deliveries of the folder beside the repository, of all regions; indicators are of the regions there."""
    drops = shared / "data" / "drops"
    home = tmp_path_factory.mktemp("shared_run")
    cut = of_delivered_regions(logframes.FOLDER, drops / "landing", home / "indicators")
    with pytest.MonkeyPatch.context() as patch:
        if cut:
            patch.setenv("SANGAM_LOGFRAMES", str(cut))
        settings, outcome = run(home, drops / "landing")
    yield Run(settings, drops / "expected", outcome, REFUSED)
    shutil.rmtree(home)


@pytest.fixture(scope="session")
def dbt_built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The dbt project built on an empty lake; its tests share one xdist group, so that it is built once."""
    return build(tmp_path_factory.mktemp("dbt_built"))
