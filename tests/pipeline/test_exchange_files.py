"""What other systems read of each donor's release, made of real deliveries: IATI, SDMX, ADX."""

from __future__ import annotations

import dataclasses
import json
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from orchestration.releases.build import build
from orchestration.releases.content import Content, read_content
from orchestration.releases.sdmx import Sdmx
from orchestration.warehouse import logframes
from tests.exchange import broken_rules, iati_schema, wrong_sdmx
from tests.releases import HEADER
from tests.runs import Run

pytestmark = pytest.mark.xdist_group("runs")
DONORS = sorted(path.stem for path in logframes.FOLDER.glob("*.yml"))
# One in which all has come, and one in which nothing usable has.
QUARTERS = ("2021Q2", "2021Q3")
ADX = "{urn:ihe:qrph:adx:2015}"
Files = dict[str, bytes]


@pytest.fixture(
    scope="module", params=[(donor, quarter) for donor in DONORS for quarter in QUARTERS], ids="-".join
)
def released(shared_run: Run, request: pytest.FixtureRequest) -> tuple[Content, Files]:
    """A donor's quarter and the files of its release, with the words of its logframe and every exchange file."""
    donor, quarter = request.param
    content = read_content(shared_run.settings.home, donor, quarter, comments={})
    header = dataclasses.replace(HEADER, iati=logframes.activity_of(donor), exchange=("adx",))
    return content, build(content, header)


def test_iati_is_valid(released: tuple[Content, Files]) -> None:
    iati_schema().assertValid(etree.fromstring(released[1]["iati.xml"]))


def test_iati_keeps_the_rules(released: tuple[Content, Files]) -> None:
    content, files = released
    root = etree.fromstring(files["iati.xml"])
    assert broken_rules(root) == []
    codes = set(root.xpath("//indicator/reference/@code"))
    assert codes == set(content.values["indicator"].to_pylist())


def test_sdmx_is_read_back(released: tuple[Content, Files], tmp_path: Path) -> None:
    content, files = released
    assert wrong_sdmx(content, Sdmx(files["sdmx.csv"], files["structure.xml"]), tmp_path) == []


def test_adx_holds_each_number_once(released: tuple[Content, Files]) -> None:
    content, files = released
    root = etree.fromstring(files["adx.xml"])
    found = [
        (group.get("orgUnit"), *sorted((name, text) for name, text in one.attrib.items() if name != "value"))
        for group in root
        for one in group
    ]
    assert len(found) == len(set(found)) == len(content.values) - content.values["value"].null_count
    assert all(Decimal(one.get("value", "")).is_finite() for one in root.iter(f"{ADX}dataValue"))
    assert "adx.xml" in {file["name"] for file in json.loads(files["manifest.json"])["files"]}
