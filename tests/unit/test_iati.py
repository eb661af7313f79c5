"""`iati.xml` by the official schemas and by the rules of IATI's standard ruleset and validator that concern it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
from pathlib import Path

import pytest
from lxml import etree

from ingest.errors import SangamError
from orchestration.releases.build import build
from orchestration.releases.changes import annotate, compare
from orchestration.releases.content import COLUMNS
from orchestration.releases.header import header_of
from orchestration.releases.iati import to_iati
from orchestration.warehouse import logframes
from orchestration.warehouse.iati_words import Activity
from tests.exchange import broken_rules, iati_schema, texts
from tests.releases import HEADER, of_donor, of_every_state, table

DONORS = sorted(path.stem for path in logframes.FOLDER.glob("*.yml"))
STATED = {
    "identifier": "XM-DAC-7-PPR-1", "title": "A title", "description": "What it does.", "status": "closed",
    "reporting_org": {"name": "A Support Programme", "ref": "XM-DAC-7", "type": 22},
    "participating_orgs": [{"name": "A Union", "ref": "XI-A", "type": 15, "role": "funding"},
                           {"name": "A Network", "role": "implementing"}],
    "planned_start": "2015-10-01", "actual_start": "2015-10-02", "planned_end": "2021-12-31",
    "countries": {"PK": 60, "BD": 40}, "sectors": {"43040": 100}, "currency": "EUR", "contact": "m@example.org",
}  # fmt: skip


def made(donor: str) -> bytes:
    content, header = of_donor(donor)
    return to_iati(content, header, annotate(content.values, [], header.release))


def of_states(**header: object) -> etree._Element:
    content = of_every_state()
    given = dataclasses.replace(HEADER, **header)  # type: ignore[arg-type]
    return etree.fromstring(to_iati(content, given, annotate(content.values, [], given.release)))


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    return iati_schema()


@pytest.mark.parametrize("donor", DONORS)
def test_a_donor_s_file_is_valid(donor: str, schema: etree.XMLSchema) -> None:
    schema.assertValid(etree.fromstring(made(donor)))


@pytest.mark.parametrize("said", [Activity(), Activity.model_validate(STATED)])
def test_every_state_is_valid_with_and_without_words(said: Activity, schema: etree.XMLSchema) -> None:
    schema.assertValid(of_states(iati=said))


@pytest.mark.parametrize("donor", DONORS)
def test_a_donor_s_file_keeps_the_rules(donor: str) -> None:
    assert broken_rules(etree.fromstring(made(donor))) == []


@pytest.mark.parametrize("said", [Activity(), Activity.model_validate(STATED)])
def test_every_state_keeps_the_rules(said: Activity) -> None:
    assert broken_rules(of_states(iati=said)) == []


def test_the_rules_find_what_breaks_them() -> None:
    root = of_states()
    root.xpath("//actual")[0].attrib.pop("value")
    root.xpath("//period-end")[0].set("iso-date", "2020-01-01")
    root.xpath("//sector")[0].set("percentage", "99")
    assert [rule.partition(":")[0] for rule in broken_rules(root)] == [
        "date_order, 8.6.1", "strict_sum", "8.8.1, 8.9.1, 8.10.1",
    ]  # fmt: skip


def test_values_without_a_number_have_no_actual_and_are_named() -> None:
    root = of_states()
    first, second, third = root.findall(".//indicator")
    actuals = first.findall(".//actual")
    assert [(one.get("value"), texts(one, "dimension/@value")) for one in actuals] == [
        ("81.0", []), ("0.0", ["=1+1"]), ("61.3", ["Larkana"]), ("66.7", ["Tando Allahyar"]),
    ]  # fmt: skip
    said = first.findtext("description/narrative") or ""
    assert "Withheld, because it could point to individual people or households: district دادو." in said
    assert "Not applicable, because nobody and nothing was in the population: district Matiari." in said
    assert (
        "Unreliable, because it rests on too few unweighted cases: district Sujawal. "
        "Unreliable: based on fewer than 25 unweighted cases."
    ) in said
    assert actuals[2].findtext("comment/narrative") == (
        "Based on 25-49 unweighted cases: to be read with caution."
    )
    assert second.find(".//actual") is None
    assert "Not reported, which is not zero: total. No rate from PKR to EUR" in (
        second.findtext("description/narrative") or ""
    )
    assert [one.get("value") for one in third.findall(".//actual")] == ["-3399500.00"]
    assert first.findtext(".//actual/comment/narrative") == "Of 2021Q1."
    assert (first.find("baseline").get("year"), first.find("baseline").get("value")) == ("2014", "49.7")
    assert [one.get("value") for one in first.findall(".//target")] == ["85.0"]


def test_an_undated_baseline_is_said_in_words() -> None:
    content = of_every_state()
    rows = content.values.to_pylist()
    rows[0]["baseline_period"] = None
    values = annotate(table(rows, COLUMNS), [], "r001")
    root = etree.fromstring(to_iati(content, HEADER, values))
    assert root.find(".//baseline") is None
    assert (
        "Baseline 49.7, of a time that is not stated."
        in texts(root, "//indicator/description/narrative/text()")[0]
    )


def test_without_words_nothing_is_claimed() -> None:
    root = of_states()
    assert root.findtext(".//iati-identifier") == "ZZ-a_donor-a_donor"
    assert root.findtext(".//reporting-org/narrative") == "Not stated in the logframe"
    assert texts(root, "//participating-org/narrative/text()") == ["A Donor, Some Programme"]
    assert texts(root, "//activity-date/@iso-date") == ["2021-04-01"]
    assert texts(root, "//sector/@code") == ["99810"]
    assert root.find(".//recipient-country") is None


def test_what_the_logframe_states_stands_in_the_file() -> None:
    root = of_states(iati=Activity.model_validate(STATED))
    assert root.findtext(".//iati-identifier") == "XM-DAC-7-PPR-1"
    assert texts(root, "//activity-status/@code") == ["4"]
    assert texts(root, "//activity-date/@type") == ["1", "2", "3"]
    assert texts(root, "//recipient-country/@percentage") == ["60", "40"]
    assert texts(root, "//participating-org/@role") == ["1", "4"]
    assert root.findtext(".//contact-info/email") == "m@example.org"


def test_an_actual_date_after_the_sign_off_is_left_out() -> None:
    said = Activity(actual_start=dt.date(2021, 8, 1), planned_end=dt.date(2021, 1, 1))
    root = of_states(iati=said)
    assert broken_rules(root) == []
    assert texts(root, "//activity-date/@iso-date") == ["2021-01-01", "2021-01-01"]


def test_a_restated_value_says_what_it_was() -> None:
    content = of_every_state()
    rows = content.values.to_pylist()
    rows[0]["value"] = 70.0
    changes = compare(table(rows, COLUMNS), content.values, "late delivery")
    header = dataclasses.replace(
        HEADER, number=2, predecessor="r001", reason="late delivery", changes=changes
    )
    root = etree.fromstring(to_iati(content, header, annotate(content.values, changes, "r002")))
    assert root.findtext(".//actual/comment/narrative") == "Of 2021Q1. Restated: late delivery. It was 70.0."


def test_regions_are_dimensions_where_there_are_several() -> None:
    root = etree.fromstring(made("mord_nrlm"))
    period = root.find(".//period")
    assert period is not None
    assert texts(period, "target/dimension/@value") == ["jharkhand", "karnataka", "maharashtra", "rajasthan"]
    totals = [one for one in period.findall("actual") if one.find("dimension") is None]
    assert len(totals) == 1  # that of all states together


def test_the_same_words_come_back_from_the_manifest() -> None:
    header = dataclasses.replace(HEADER, iati=Activity.model_validate(STATED))
    manifest = json.loads(build(of_every_state(), header)["manifest.json"])
    assert header_of(manifest).iati == header.iati
    assert "contact" in manifest["iati"]


def test_the_same_bytes_and_no_other_time_than_the_sign_off_s() -> None:
    content, header = of_donor("eu_success")
    body = build(content, header)["iati.xml"]
    assert body == build(content, header)["iati.xml"]
    assert set(re.findall(rb"\d{4}-\d\d-\d\dT[^\"]+", body)) == {header.approved_at.encode()}


def test_characters_that_xml_cannot_hold_are_replaced() -> None:
    root = of_states(donor_name="A\x00B \x1b[1m\ud7ff", iati=Activity())
    assert root.findtext(".//title/narrative") == "A\ufffdB \ufffd[1m\ud7ff"


@pytest.mark.parametrize(
    "donor, country, currency",
    [
        ("three_d_pune", "IN", "INR"),
        ("mord_nrlm", "IN", "INR"),
        ("fcdo_slg_erlc", "BD", "BDT"),
        ("eu_success", "PK", "EUR"),
    ],
)
def test_country_and_currency_are_the_programme_s(donor: str, country: str, currency: str) -> None:
    said = logframes.activity_of(donor)
    assert (said.countries, said.currency) == ({country: 100}, currency)


def test_without_a_logframe_there_are_no_words() -> None:
    assert logframes.activity_of("nobody") == Activity()


@pytest.mark.parametrize(
    "said, told",
    [
        ("countries: {PK: 60, BD: 30}", "the shares of 'countries' add up to 90 percent, not to 100"),
        ("actual_start: 2021-01-01, actual_end: 2020-01-01", "'actual_start' is after 'actual_end'"),
        ("identifier: A/B", "identifier"),
        ("titel: x", "did you mean 'title'"),
    ],
)
def test_a_mistake_in_the_words_is_told(said: str, told: str, tmp_path: Path) -> None:
    text = (logframes.FOLDER / "three_d_pune.yml").read_text(encoding="utf-8")
    file = tmp_path / "three_d_pune.yml"
    file.write_text(
        re.sub(r"\n  iati:.*(\n    .*)*", "", text).replace("donor:\n", f"donor:\n  iati: {{{said}}}\n", 1)
    )
    with pytest.raises(SangamError, match=re.escape(told)):
        logframes.read(file)
