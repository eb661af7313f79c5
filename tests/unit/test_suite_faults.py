# ruff: noqa: E501 - tables of cases
"""Faults planted in a suite: what its checks are of, and its SQL, tried on the tables of a contract."""

from __future__ import annotations

from pathlib import Path

import pytest

from expectations import suite
from expectations.suite_sound import require_sound_suite
from ingest.contracts import loading
from ingest.errors import SangamError

SOURCE = """\
title: Loans
format: [delimited]
vocabularies: {places: [North, South, West], areas: {North: [A], South: [B]}}
tables:
  loan:
    key: [id]
    columns:
      id: {type: code}
      name: {personal: name}
      card: {personal: identifier}
      place: {vocabulary: places}
      amount: {type: number}
      'round {1}': {type: number, header_like: 'round ([0-9]+)'}
"""
SUITE = """\
figures:
  lent: {label: Lent,
    from: loan,
    value: sum(amount)}
places:
  place: {label: Place,
    from: loan JOIN loan AS again USING (id),
    place: again.place,
    expected: places,
    but: [West]}
  area: {label: Area, from: loan, place: place, expected: areas, nested: true, but: [North / A]}
checks:
  rows: {title: Rows, measure: rows, at_least: 1, means: m, do: d,
    of: [loan]}
  empty: {title: Empty, measure: empty_share, at_most: 1, means: m, do: d,
    of: ['*.amount', loan.card_key, loan.round 2021, 'loan.*']}
  total: {title: Total, measure: figure, at_least: 1, means: m, do: d,
    of: [lent]}
  everywhere: {title: Everywhere, measure: place_rows, at_least: 1, means: m, do: d,
    of: [place, ar*]}
"""
FAULTS = [
    ("of: [loan]", "of: [laon]", 14, "checks.rows.of[1]: 'laon' names no table of this source, did you mean 'loan'?"),
    ("'*.amount'", "'*.amonut'", 16, "checks.empty.of[1]: '*.amonut' names no column of this source, did you mean"),
    ("loan.card_key", "loan.card", 16, "checks.empty.of[2]: 'loan.card' names no column of this source, did you mean 'loan.card_key'?"),
    ("loan.round 2021", "loan.ruond 2021", 16, "'loan.ruond 2021' names no column of this source, did you mean 'loan.round 1'?"),
    ("of: [lent]", "of: [lend]", 18, "checks.total.of[1]: 'lend' names no figure of this source, did you mean 'lent'?"),
    ("ar*]", "ae*]", 20, "checks.everywhere.of[2]: 'ae*' names no place of this source"),
    ("from: loan,", "from: loans,", 3, "figures.lent.from: figure 'lent': there is no table 'loans', did you mean 'loan'?"),
    ("sum(amount)", "sum(amuont)", 4, "figures.lent.value: figure 'lent': there is no column 'amuont', did you mean 'amount'?"),
    ("sum(amount)", "sum(name)", 4, "figures.lent.value: figure 'lent': there is no column 'name'"),
    ("sum(amount)", "summ(amount)", 4, "figures.lent.value: figure 'lent': this SQL does not work"),
    ("USING (id)", "USING (idd)", 7, "places.place.from: place 'place': there is no column 'idd', did you mean 'id'?"),
    ("again.place", "agin.place", 8, "places.place.place: place 'place': there is no column 'agin'"),
    ("expected: places", "expected: plces", 9, "places.place.expected: vocabulary 'plces' is not listed, did you mean 'places'?"),
    ("but: [West]", "but: [Wst]", 10, "places.place.but[1]: 'Wst' is no word of 'places', did you mean 'West'?"),
    ("North / A", "North / B", 11, "places.area.but[1]: 'North / B' is no word of 'areas', did you mean"),
]  # fmt: skip


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files = {
        "regions/prog/programme.yml": "title: Programme\n",
        "regions/prog/loans.yml": SOURCE,
        "regions/prog/regions/here.yml": "title: Here\n",
        "suites/prog/loans.yml": SUITE,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setenv("SANGAM_REGIONS", str(tmp_path / "regions"))
    monkeypatch.setenv("SANGAM_SUITES", str(tmp_path / "suites"))
    loading.forget()
    suite.forget()
    return tmp_path


def test_without_a_fault_nothing_is_told(root: Path) -> None:
    require_sound_suite("here", "loans", root)
    assert list((root / "lake" / "trials").iterdir())  # and other processes need not try


@pytest.mark.parametrize(("old", "new", "line", "words"), FAULTS, ids=[f[1][:40] for f in FAULTS])
def test_a_fault_is_told(root: Path, old: str, new: str, line: int, words: str) -> None:
    file = root / "suites" / "prog" / "loans.yml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    suite.forget()
    with pytest.raises(SangamError) as error:
        require_sound_suite("here", "loans", root)
    [told] = str(error.value).splitlines()
    assert f"suites/prog/loans.yml:{line}: " in told, told
    assert words in told and told.endswith("(suite of here/loans)"), told
    assert not (root / "lake" / "trials").exists()


def test_a_contract_that_changes_is_tried_with_the_suite_again(root: Path) -> None:
    require_sound_suite("here", "loans", root)
    contract = root / "regions" / "prog" / "loans.yml"
    contract.write_text(SOURCE.replace("      amount:", "      sum_lent:"), encoding="utf-8")
    loading.forget()
    with pytest.raises(SangamError, match=r"suites/prog/loans\.yml:4: .*no column 'amount'"):
        require_sound_suite("here", "loans", root)
