"""`adx.xml`: there where a donor asks for it, a group a region, and only values that have a number."""

from __future__ import annotations

import dataclasses
import json
from decimal import Decimal

from lxml import etree

from orchestration.releases.build import build
from orchestration.releases.header import header_of
from orchestration.warehouse.logframe_words import Logframe
from orchestration.warehouse.logframes import exchange_of, of_donor
from tests.releases import HEADER, content, of_every_state, value
from tests.releases import of_donor as content_of_donor

ASKED = dataclasses.replace(HEADER, exchange=("adx",))
ADX = "{urn:ihe:qrph:adx:2015}"


def test_only_who_asks_gets_it() -> None:
    assert "adx.xml" not in build(of_every_state(), HEADER)
    files = build(of_every_state(), ASKED)
    assert "adx.xml" in files
    assert "adx.xml" in files["README.txt"].decode()
    assert header_of(json.loads(files["manifest.json"])) == dataclasses.replace(ASKED, changes=[])


def test_the_logframe_asks() -> None:
    assert exchange_of("eu_success") == []
    assert exchange_of("no_such_donor") == []
    frame = of_donor("eu_success").model_dump(by_alias=True)
    frame["donor"]["exchange"] = ["adx"]
    assert Logframe.model_validate(frame).donor.exchange == ["adx"]


def test_values_with_a_number_and_no_others() -> None:
    root = etree.fromstring(build(of_every_state(), ASKED)["adx.xml"])
    assert (root.tag, root.get("exported")) == (f"{ADX}adx", HEADER.approved_at)
    (group,) = root
    assert dict(group.attrib) == {"orgUnit": "sindh", "period": "2021-04-01/P3M", "dataSet": "a_donor"}
    assert [dict(one.attrib) for one in group] == [
        {"dataElement": "A-01.round", "value": "81.0"},
        {"dataElement": "A-01.round", "value": "0.0", "DISTRICT": "=1+1"},
        {"dataElement": "A-01.round", "value": "61.3", "DISTRICT": "Larkana"},
        {"dataElement": "A-01.round", "value": "66.7", "DISTRICT": "Tando Allahyar"},
        {"dataElement": "A-02.in_quarter.PKR", "value": "-3399500.00"},
    ]


def test_a_group_for_each_region_and_no_value_twice() -> None:
    made, header = content_of_donor("mord_nrlm")
    body = build(made, dataclasses.replace(header, exchange=("adx",)))["adx.xml"]
    assert body == build(made, dataclasses.replace(header, exchange=("adx",)))["adx.xml"]
    root = etree.fromstring(body)
    regions = [group.get("orgUnit") for group in root]
    assert regions == ["all", "jharkhand", "karnataka", "maharashtra", "rajasthan"]
    for group in root:
        keys = [tuple(sorted((k, v) for k, v in one.attrib.items() if k != "value")) for one in group]
        assert len(set(keys)) == len(keys)
        assert all(Decimal(one.get("value", "")) for one in group)
    number = sum(one is not None for one in made.values["value"].to_pylist())
    assert len(root.findall(f".//{ADX}dataValue")) == number


def test_nothing_reported_is_an_empty_file() -> None:
    made = content([value(value=None, state="not_reported")], [])
    assert len(etree.fromstring(build(made, ASKED)["adx.xml"])) == 0
