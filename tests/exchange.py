"""The files that other systems read, as those systems' own programs judge them: IATI's schema and rules, pysdmx."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from lxml import etree
from pysdmx.io import get_datasets, read_sdmx
from pysdmx.io.pd import PandasDataset
from pysdmx.model import Codelist, DataStructureDefinition, Role

from orchestration.releases.content import Content
from orchestration.releases.sdmx import Sdmx
from tests.releases import HEADER

SCHEMA = Path(__file__).resolve().parents[2] / "shared" / "data" / "iati" / "iati-activities-schema.xsd"


def iati_schema() -> etree.XMLSchema:
    """The official schema of IATI 2.03; the test is skipped where it is not beside the repository."""
    if not SCHEMA.exists():
        pytest.skip(f"IATI's schemas are not there: {SCHEMA}")
    return etree.XMLSchema(etree.parse(str(SCHEMA)))


def texts(root: etree._Element, path: str) -> list[str]:
    return [str(one) for one in root.xpath(path)]


def broken_rules(root: etree._Element) -> list[str]:
    """The rules that a file breaks: of the ruleset of 2.03 (standard.json) and of the validator, by its numbers."""
    (activity,) = root.findall("iati-activity")
    signed = dt.datetime.fromisoformat(HEADER.approved_at)
    dates = {kind: day(activity, f"activity-date[@type='{kind}']/@iso-date") for kind in "1234"}
    refs = texts(activity, "iati-identifier/text() | reporting-org/@ref | participating-org/@ref")
    reporter = texts(activity, "reporting-org/@ref")[0]
    numbers = texts(activity, ".//baseline/@value | .//target/@value | .//actual/@value")
    rules = {
        "atleast_one: planned or actual start": dates["1"] or dates["2"],
        "atleast_one: sector": activity.find("sector") is not None,
        "atleast_one: participating-org has ref or narrative": all(
            one.get("ref") or one.find("narrative") is not None
            for one in activity.findall("participating-org")
        ),
        "one_or_all, 4.1.1: default language": activity.get("{http://www.w3.org/XML/1998/namespace}lang"),
        "one_or_all: default currency": activity.get("default-currency"),
        "date_now, 11.1.1: last update is not later than the sign-off": all(
            dt.datetime.fromisoformat(one) <= signed
            for one in texts(root, "//@last-updated-datetime | //@generated-datetime")
        ),
        "date_order: planned": not (dates["1"] and dates["3"]) or dates["1"] <= dates["3"],
        "date_order: actual": not (dates["2"] and dates["4"]) or dates["2"] <= dates["4"],
        "date_order: actual dates are past": all(
            dates[kind] is None or dates[kind] <= signed.date() for kind in "24"
        ),
        "date_order, 8.6.1: periods": all(
            day(one, "period-start/@iso-date") <= day(one, "period-end/@iso-date")
            for one in activity.iter("period")
        ),
        "regex_matches, 1.3.13: identifiers": all(re.fullmatch(r"[^/&|?\s]+", one) for one in refs),
        "strict_sum: sectors": sum(map(Decimal, texts(activity, "sector/@percentage"))) == 100,
        "sum: countries": sum(map(Decimal, texts(activity, "recipient-country/@percentage"))) in (0, 100),
        "1.1.21: the identifier begins with the organisation's": refs[0].startswith(f"{reporter}-"),
        "1.3.1: no space at the ends": all(
            text == text.strip() for text in [*texts(root, "//narrative/text()"), *texts(root, "//@*")]
        ),
        "8.8.1, 8.9.1, 8.10.1: every baseline, target and actual has a value": len(numbers)
        == len(texts(activity, ".//baseline/@year")) + len(activity.xpath(".//target | .//actual")),
        "8.8.2, 8.9.2, 8.10.2: values are decimals": all(
            re.fullmatch(r"-?\d+(\.\d+)?", one) for one in numbers
        ),
        "8.11.1: reference at result or indicator": not activity.findall("result/reference"),
        "code lists": all(
            [
                set(texts(activity, "result/@type")) <= {"1", "2", "3", "9"},
                set(texts(activity, ".//indicator/@measure")) <= {"1", "2", "4"},
                set(texts(activity, ".//reference/@vocabulary")) == {"99"},
            ]
        ),
        "narratives say something": all((one.text or "").strip() for one in root.iter("narrative")),
    }
    return [rule for rule, kept in rules.items() if not kept]


def day(element: etree._Element, path: str) -> dt.date | None:
    found = texts(element, path)
    return dt.date.fromisoformat(found[0]) if found else None


def read_back(files: Sdmx, folder: Path) -> tuple[PandasDataset, DataStructureDefinition]:
    """The data set by its structure, both as pysdmx reads them; the structure is valid against the schemas of 3.0."""
    (folder / "sdmx.csv").write_bytes(files.data)
    (folder / "structure.xml").write_bytes(files.structure)
    (dataset,) = get_datasets(folder / "sdmx.csv", folder / "structure.xml", validate=True)
    assert isinstance(dataset, PandasDataset)
    (definition,) = read_sdmx(folder / "structure.xml", validate=True).get_data_structure_definitions()
    return dataset, definition


def code_lists(files: Sdmx, folder: Path) -> dict[str, Codelist]:
    (folder / "lists.xml").write_bytes(files.structure)
    return {one.id: one for one in read_sdmx(folder / "lists.xml", validate=True).get_codelists()}


def wrong_sdmx(content: Content, files: Sdmx, folder: Path) -> list[str]:
    """What is not in the files as in the content, or not in a code list; empty where all is well."""
    dataset, definition = read_back(files, folder)
    dimensions = [one.id for one in definition.components if one.role == Role.DIMENSION]
    reported = content.values.filter(pa.compute.is_valid(content.values["value"]))
    lists = code_lists(files, folder)
    checks = {
        "an observation for each value": len(dataset.data) == len(content.values),
        "no observation twice": not dataset.data.duplicated(dimensions).any(),
        "a number for each that is reported": (dataset.data["OBS_VALUE"] != "").sum() == len(reported),
    } | {
        f"codes of {column}": set(dataset.data[column]) <= {code.id for code in lists[f"CL_{column}"]}
        for column in dataset.data.columns
        if f"CL_{column}" in lists
    }
    return [name for name, holds in checks.items() if not holds]
