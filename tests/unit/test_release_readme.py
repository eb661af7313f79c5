"""`README.txt`: what a donor reads first."""

from __future__ import annotations

import dataclasses
import re

from hypothesis import given
from hypothesis import strategies as st

from orchestration.releases.build import build
from orchestration.releases.changes import compare
from orchestration.releases.content import COLUMNS
from orchestration.warehouse.iati_words import Activity
from tests.releases import HEADER, of_donor, of_every_state, table


def text(**header: object) -> str:
    given_header = dataclasses.replace(HEADER, **header)  # type: ignore[arg-type]
    return build(of_every_state(), given_header)["README.txt"].decode("utf-8")


def plain(readme: str) -> str:
    return " ".join(readme.split())


def test_it_names_every_file_and_what_it_is() -> None:
    files = build(of_every_state(), HEADER)
    assert next(iter(files)) == "README.txt"
    said = files["README.txt"].decode()
    for name in set(files) - {"README.txt"}:
        assert re.search(rf"^  {re.escape(name)} +\S", said, re.M), name


def test_it_says_states_sign_off_and_how_to_verify() -> None:
    said = plain(text())
    for words in (
        "A Donor, Some Programme Indicators of 2021Q2 (FY2020-21 Q4), release r001",
        "Signed off by Amina Soomro on 2021-07-20 09:15:00 UTC",
        "reported Computed from what was delivered. Zero is a reported value. Here: 5.",
        "unreliable Withheld, since it rests on too few unweighted cases of a survey; n says how many. Here: 1.",
        "Values that say bracketed under reliability",
        "suppressed Withheld. See below. Here: 1.",
        "somebody might be recognised",
        "A Donor, Some Programme: indicators of 2021Q2, release r001, 2021-07-20.",
        "manifest.json names the SHA-256 of every other file.",
        "Amina Soomro, who signed off this release. Name",
    ):
        assert words in said
    assert "replaces release" not in said


def test_it_says_what_it_replaces_and_whom_to_write_to() -> None:
    content = of_every_state()
    rows = content.values.to_pylist()
    rows[0]["value"] = 70.0
    changes = compare(table(rows, COLUMNS), content.values, "late delivery")
    more = {"predecessor": "r001", "reason": "late delivery", "changes": changes}
    said = plain(text(number=2, iati=Activity(contact="m@example.org"), **more))
    assert "It replaces release r001: late delivery. 1 value differs; manifest.json lists them." in said
    assert "who signed off this release at m@example.org." in said


@given(st.text(min_size=1), st.text(min_size=1))
def test_it_is_plain_text_of_eighty_columns(name: str, officer: str) -> None:
    names = (one.encode("utf-8", "ignore").decode() for one in (name, officer))
    said = text(**dict(zip(("donor_name", "approved_by"), names, strict=True)))
    assert all(
        len(line) <= 81 for line in said.split("\n")
    )  # with an apostrophe before what would be a formula
    assert not re.search("[\x00-\x09\x0b-\x1f]", said)


def test_the_same_bytes() -> None:
    content, header = of_donor("fcdo_slg_erlc")
    assert build(content, header)["README.txt"] == build(content, header)["README.txt"]
