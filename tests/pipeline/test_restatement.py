"""What a released number was made of, why the next one differs, and the first one made again, byte for byte.

One donor's quarter in three regions of the made-up programme `himal_light`. Between two releases deliveries, a
correction, a definition, a target and the regions change, all at once.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import SangamError
from ingest.store import archive
from orchestration.releases import approvals, shelf, verify
from orchestration.releases.publish import Published, publish
from orchestration.releases.rebuild import rebuild
from orchestration.s3 import object_store, seaweed
from tests.pipeline.test_new_programme import QUARTER, TABLES, WORDS

DONOR = "himal_fund"
BUILD = """
import sys
from orchestration.remake import build_warehouse
from orchestration.settings import settings
build_warehouse(settings(), sys.argv[1], sys.argv[2:], ["2021Q2"])
"""
Row = dict[str, Any]


@dataclass(frozen=True)
class Programme:
    """A home, and the words that its regions and donor go by at a time."""

    home: Path
    words: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            "SANGAM_REGIONS": str(self.words / "regions"), "SANGAM_LOGFRAMES": str(self.words / "logframes"),
            "SANGAM_SUITES": str(self.words / "suites"), "SANGAM_HOME": str(self.home),
            "SANGAM_LANDING": str(self.home / "landing"),
        }  # fmt: skip

    def edit(self, file: str, old: str, new: str) -> None:
        at = self.words / file
        text = at.read_text(encoding="utf-8")
        assert old in text, (file, old)
        at.write_text(text.replace(old, new), encoding="utf-8")

    def region(self, name: str) -> None:
        """A contract for another region, with places of its own."""
        at = self.words / "regions/himal_light/regions" / f"{name}.yml"
        at.write_text(
            f"title: {name.title()}\nvocabularies:\n  districts: {{{name.title()}: [], Dolakha: [दोलखा]}}\n"
        )

    def deliver(self, region: str, name: str = "register.zip", **more: str) -> None:
        """A drop of the register; `more`: further lines of its tables."""
        drop = self.home / "landing" / region / "register" / QUARTER / name
        drop.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(drop, "w") as file:
            for table, lines in TABLES.items():
                file.writestr(
                    f"{table}.csv", "\n".join([*lines, *filter(None, [more.get(table, "")])]) + "\n"
                )

    def reference(self, rate: str, target: str) -> None:
        at = self.home / "landing" / "_reference"
        at.mkdir(exist_ok=True)
        (at / "exchange_rates.csv").write_text(
            f"quarter,from,to,rate,source\n{QUARTER},NPR,EUR,{rate},Bank of Nepal\n"
        )
        (at / "targets.csv").write_text(
            "donor,indicator,quarter,target,baseline,baseline_period,note\n"
            f"{DONOR},HL-01,{QUARTER},{target},0,2020Q1,\n"
        )

    def build(self, *regions: str) -> None:
        """The way of a run without Dagster, in a process that reads the words anew."""
        subprocess.run(
            [sys.executable, "-c", BUILD, QUARTER, "_reference", *regions],
            env=os.environ | self.environment, check=True, capture_output=True,
        )  # fmt: skip


@dataclass(frozen=True)
class Released:
    """Two releases of a quarter, and the S3 where they are."""

    home: Path
    client: Any
    first: Published
    second: Published
    refusal: str  # what was said before the definition got its version

    @property
    def changes(self) -> list[Row]:
        found: list[Row] = shelf.manifest(self.client, DONOR, QUARTER, "r002")["changes"]
        return found

    def change(self, **wanted: str) -> Row:
        [found] = [one for one in self.changes if all(one[name] == word for name, word in wanted.items())]
        return found


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Released]:
    folder = tmp_path_factory.mktemp("restatement")
    home = folder / "home"
    old = Programme(home, folder / "words_1")
    shutil.copytree(WORDS, old.words)
    old.edit(
        "logframes/himal_fund.yml", "regions: [dolakha]", "regions: [dolakha, sindhuli]\n  together: all"
    )
    old.region("sindhuli")
    for region in ("dolakha", "sindhuli"):
        old.deliver(region)
    old.reference("0.0072", "10")
    old.build("dolakha", "sindhuli")

    new = Programme(home, folder / "words_2")
    shutil.copytree(old.words, new.words)
    with seaweed.serve(home, [DONOR]) as endpoint, pytest.MonkeyPatch.context() as patch:
        client = object_store.connect(endpoint)
        for name, word in old.environment.items():
            patch.setenv(name, word)
        first = release(home, client)

        new.edit("logframes/himal_fund.yml", "[dolakha, sindhuli]", "[dolakha, sindhuli, ramechhap]")
        new.edit("logframes/himal_fund.yml", "    value: amount\n", "    value: amount + 1\n")
        new.edit("regions/himal_light/corrections.yml", "status: active", "status: withdrawn")
        new.region("ramechhap")
        new.deliver("ramechhap")
        new.deliver("sindhuli", "register_v2.zip", given="11,H2,,SL-1,2021-08-09,40")
        new.reference("0.0072", "2")
        for name, word in new.environment.items():
            patch.setenv(name, word)
        with pytest.raises(SangamError) as refused:
            approvals.approve(home, DONOR, QUARTER, "Amina Soomro")
        new.edit(
            "logframes/himal_fund.yml", "    value: amount + 1\n", "    value: amount + 1\n    version: 2\n"
        )
        with pytest.raises(SangamError, match=r"built by other .*himal_fund\.yml"):
            approvals.approve(home, DONOR, QUARTER, "Amina Soomro")
        new.build("dolakha", "sindhuli", "ramechhap")
        second = release(home, client)
        yield Released(home, client, first, second, str(refused.value))


def release(home: Path, client: Any) -> Published:
    approvals.approve(home, DONOR, QUARTER, "Amina Soomro")
    return publish(home, client, DONOR, QUARTER)


def test_a_definition_with_other_words_needs_another_version(released: Released) -> None:
    assert "HL-02: value (version 1)" in released.refusal and "himal_fund.yml" in released.refusal


def test_parts_add_up_to_the_difference(released: Released) -> None:
    assert (released.second.release, released.second.predecessor) == ("r002", "r001")
    change = released.change(indicator="HL-02", currency="NPR", region="all")
    assert [one["kind"] for one in change["causes"]] == ["definition", "data", "correction", "region"]
    parts = [Decimal(repr(one["part"])) for one in change["causes"]]
    assert all(parts)
    assert sum(parts) == Decimal(repr(change["new_value"])) - Decimal(repr(change["old_value"]))
    assert [one["part"] for one in change["causes"][1:3]] == [41.0, 9900.0]
    assert change["causes"][1]["what"] == (
        f"late or corrected data: sindhuli/register/{QUARTER}/register_v2.zip"
    )
    assert change["causes"][2]["what"] == "correction: DLK-2021-001"
    assert change["causes"][3]["what"] == "region that joined: ramechhap"
    assert "(+41)" in change["reason"] and "(+9,900)" in change["reason"]


def test_each_number_has_its_own_causes(released: Released) -> None:
    sindhuli = released.change(indicator="HL-02", currency="NPR", region="sindhuli")
    assert [one["kind"] for one in sindhuli["causes"]] == ["definition", "data"]
    dolakha = released.change(indicator="HL-02", currency="NPR", region="dolakha")
    assert [one["kind"] for one in dolakha["causes"]] == ["definition", "correction"]
    shops = released.change(indicator="HL-05", region="all")
    assert [one["kind"] for one in shops["causes"]] == ["region"]


def test_a_changed_target_is_a_restatement(released: Released) -> None:
    """Of sindhuli the value of HL-01 stays, its target does not."""
    change = released.change(indicator="HL-01", region="all", dimension="all")
    assert "target" in [one["kind"] for one in change["causes"]]
    moved = {one["column"]: (one["old"], one["new"]) for one in change["moved"]}
    assert moved["target"] == ("10.0", "2.0")
    assert "achievement" in moved


def test_causes_are_told_to_donors_and_by_diff(released: Released) -> None:
    [*_, found] = verify.diff(released.client, DONOR, QUARTER, "r001", "r002")
    assert found.causes
    text = (released.second.folder / "indicators.csv").read_text(encoding="utf-8")
    assert "correction: DLK-2021-001 (+9,900)" in text
    assert "correction: DLK-2021-001" in (released.second.folder / "README.txt").read_text(encoding="utf-8")


def test_any_release_is_built_again_from_what_it_was_made_of(
    released: Released, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The first one, on another machine: the archive is there, no landing, no contracts, another place and time."""
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(released.home / "archive", elsewhere / "archive")
    for name, word in {"TZ": "Asia/Kathmandu", "LC_ALL": "C", "SANGAM_HOME": str(elsewhere)}.items():
        monkeypatch.setenv(name, word)
    for name in ("SANGAM_REGIONS", "SANGAM_LOGFRAMES", "SANGAM_SUITES", "SANGAM_LANDING"):
        monkeypatch.delenv(name, raising=False)
    proof = rebuild(elsewhere, released.client, DONOR, QUARTER, "r001", tmp_path / "out")
    assert proof.is_whole, proof
    assert not list((elsewhere / "build").glob("world-*"))
    files = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert files["manifest.json"] == object_store.get(
        released.client, seaweed.bucket_name(DONOR), shelf.key(DONOR, QUARTER, "r001", "manifest.json")
    )


def test_a_damaged_archive_is_told(released: Released, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(released.home / "archive", elsewhere / "archive")
    named = shelf.manifest(released.client, DONOR, QUARTER, "r001")["recipe"]
    recipe = elsewhere / "archive" / "objects" / named[:2] / named
    drop = json.loads(archive.get(elsewhere, named))["arrived"][0]["sha256"]
    (elsewhere / "archive" / "deliveries" / drop[:2] / drop).unlink()
    with pytest.raises(SangamError, match="archive of this home has no"):
        rebuild(elsewhere, released.client, DONOR, QUARTER, "r001")
    recipe.chmod(0o600)
    recipe.write_text("{}", encoding="utf-8")
    with pytest.raises(SangamError, match="is damaged"):
        rebuild(elsewhere, released.client, DONOR, QUARTER, "r001")
