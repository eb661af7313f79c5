"""Contracts: inheritance, and the mistakes that stop one from being loaded."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ingest.contracts.loading import fingerprint, forget, load_region, load_source, region_files
from ingest.contracts.yaml_file import Document, WordPlace, merge
from ingest.errors import SangamError

SOURCE = """
title: Register
format: [delimited]
tables:
  person:
    key: [id]
    columns:
      id: {type: code, required: true}
      sex: {vocabulary: sex}
      house: {type: code, ref: house}
      left: {vocabulary: answer}
  house:
    key: [id]
    columns:
      id: {type: code, required: true}
      score: {type: number, min: 0, max: 100}
vocabularies:
  sex: [F, M]
  answer: [yes, no]
"""
PROGRAMME = """
title: A programme
country: PK
vocabularies: {places: {North: [Nord], South: []}}
"""
REGION = """
title: A region
placeholders: [none known]
vocabularies: {places: {East: [Est], South: null}}
sources:
  register:
    title: The register of this region
    tables:
      house: {columns: {score: {max: 50}}}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder of contracts with one programme, source and region."""
    write(tmp_path, "programme", PROGRAMME)
    write(tmp_path, "register", SOURCE)
    write(tmp_path, "regions/here", REGION)
    return tmp_path


def write(root: Path, name: str, text: str) -> None:
    path = root / "prog" / f"{name}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("base", "own", "expected"),
    [
        ({"a": 1}, {}, {"a": 1}),
        ({"a": 1}, {"a": 2}, {"a": 2}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"c": 3}}, {"a": {"b": 1, "c": 3}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": 1, "b": 2}, {"a": None}, {"b": 2}),
        ({"a": {"b": 1}}, {"a": {"b": None}}, {"a": {}}),
        ({"a": {"b": 1}}, {"a": 5}, {"a": 5}),
    ],
)
def test_merge(base: dict[str, Any], own: dict[str, Any], expected: dict[str, Any]) -> None:
    before, nowhere = repr(base), WordPlace(Path("nowhere.yml"), 1)
    assert merge(Document(base, nowhere), Document(own, nowhere)).content == expected
    assert repr(base) == before


def test_a_region_inherits_from_its_programme(root: Path) -> None:
    region = load_region("here", root)
    assert (region.programme, region.title, region.country) == ("prog", "A region", "PK")
    source = region.sources["register"]
    assert source.title == "The register of this region"
    score = source.tables["house"].columns["score"]
    assert (score.type, score.min, score.max) == ("number", 0, 50)
    assert source.vocabularies["places"] == {"North": ["Nord"], "East": ["Est"]}
    assert source.tables["person"].columns["id"].required


def test_yes_and_no_are_words(root: Path) -> None:
    assert load_source("here", "register", root).vocabularies["answer"] == ["yes", "no"]


def test_a_region_may_be_without_a_source(root: Path) -> None:
    write(root, "regions/there", "title: There\nsources: {register: null}\n")
    assert load_region("there", root).sources == {}


def test_parents_are_judged_before_their_children(root: Path) -> None:
    assert load_source("here", "register", root).judging_order() == ["house", "person"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("required: true", "requierd: true", "requierd"),
        ("format: [delimited]", "format: [delimited]\nformta: [x]", "formta"),
        ("type: number", "type: decimal", "columns.score.type: 'decimal' is no plain type"),
        (
            "sex: {vocabulary: sex}",
            "sex: {vocabulary: sex}\n      mobile: {type: phone}",
            "columns.mobile.type: phone numbers need the 'country'",
        ),
        (
            "title: Register",
            "title: Register\nidentifiers: {code: {name: C, pattern: x, expected: {en: x}}}",
            "identifiers.code: is a plain type",
        ),
        (
            "title: Register",
            "title: Register\nbands: {s: [{code: a, below: 2}, {code: b, below: 1}, {code: c}]}",
            "from the lowest to the highest",
        ),
        ("title: Register", "title: Register\nbands: {s: [{code: a, below: 2}]}", "the last without"),
        ("ref: house}", "ref: hose}", "refers to 'hose'"),
        ("ref: house}", "ref: house.code}", "'house' has no column 'code'"),
        ("vocabulary: sex", "vocabulary: sexes", "'sexes' is not listed, did you mean 'sex'"),
        (
            "person:\n    key: [id]",
            "person:\n    key: [code]",
            "'key' names a column the table does not have: 'code'",
        ),
        ("score: {type: number, min: 0, max: 100}", "person: {type: code, ref: person}", "circle"),
        (
            "  person:\n    key: [id]",
            "  person:\n    key: [id]\n    order: [[born, id]]",
            "'order' names a column",
        ),
    ],
)
def test_an_inconsistent_contract_says_what_is_wrong(root: Path, old: str, new: str, message: str) -> None:
    assert old in SOURCE
    write(root, "register", SOURCE.replace(old, new, 1))
    write(root, "programme", "title: A programme\n")
    write(root, "regions/here", "title: Here\n")
    with pytest.raises(SangamError, match=message) as caught:
        load_region("here", root)
    assert re.search(r"/prog/register\.yml:\d+: ", str(caught.value))


def test_unreadable_yaml_names_the_file(root: Path) -> None:
    write(root, "register", "title: [")
    with pytest.raises(SangamError, match=r"register\.yml"):
        load_region("here", root)


def test_unknown_names_are_answered_with_the_known_ones(root: Path) -> None:
    with pytest.raises(SangamError, match=r"'ther'.*here"):
        load_region("ther", root)
    with pytest.raises(SangamError, match=r"'registre'.*register"):
        load_source("here", "registre", root)


def test_the_fingerprint_follows_what_decides(root: Path) -> None:
    before = fingerprint("here", "register", root)
    assert fingerprint("here", "register", root) == before
    forget()
    write(root, "regions/here", REGION.replace("max: 50", "max: 51"))
    assert fingerprint("here", "register", root) != before
    forget()
    write(root, "regions/here", REGION.replace("none known", "unknown"))
    assert fingerprint("here", "register", root) != before
    forget()


@pytest.mark.parametrize("region", sorted(region_files()))
def test_every_shipped_contract_is_consistent(region: str) -> None:
    contract = load_region(region)
    assert contract.sources
    for name, source in contract.sources.items():
        for table_name, table in source.tables.items():
            where = f"{region}/{name}/{table_name}"
            # partners.md: every part of a primary key is required.
            loose = [k for k in table.key if not (table.columns[k].required or table.columns[k].from_context)]
            assert not loose, f"{where}: key column {loose} is not required"
            for column_name, column in table.columns.items():
                is_identifier = column.type in (*source.identifiers, "phone")
                assert not is_identifier or column.personal, f"{where}.{column_name} would leave in clear"
