"""What was delivered before holds the releases it would feed: bytes, records, dates and interviews."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from expectations.batches import check_batches
from expectations.results import BatchResult
from ingest.run import ingest_source
from orchestration.checks import holds

PROGRAMME = {
    "clinic/programme.yml": "title: Clinics\n",
    "clinic/regions/north.yml": "title: North\nlanguages: [en]\n",
    "clinic/visits.yml": """
title: Visits
format: [delimited]
tables:
  visits:
    key: [no]
    layout: {sheet: ".*"}
    columns:
      no: {type: code}
      born_on: {type: date, personal: birth_date}
      visited_on: {type: date}
""",
    "clinic/counts.yml": """
title: Counts by clinic
format: [delimited]
part: 'counts_(\\w+)_'
tables:
  counts:
    key: [clinic]
    layout: {sheet: ".*"}
    columns:
      clinic: {type: code}
      beds: {type: integer}
""",
    "clinic/survey.yml": """
title: Survey
cadence: round
format: [delimited]
tables:
  survey:
    key: [_uuid]
    layout: {sheet: ".*"}
    columns:
      _uuid: {type: code}
      start: {type: date}
""",
}
SUITES = {
    "clinic/survey.yml": """
title: Survey
checks:
  interviews_of_an_earlier_round:
    {title: Interviews, measure: keys_before, at_most: 0, severity: error, means: m, do: d}
"""
}


@pytest.fixture
def landing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty landing beside a programme of one region with an extract, a portal of two parts and a survey."""
    for root, files in (("regions", PROGRAMME), ("suites", SUITES)):
        for name, words in files.items():
            path = tmp_path / root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(words, encoding="utf-8")
        monkeypatch.setenv(f"SANGAM_{root.upper()}", str(tmp_path / root))
    return tmp_path / "landing"


def _deliver(landing: Path, where: str, lines: Iterable[str], ending: str = "\n") -> Path:
    path = landing / "north" / where
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("".join(f"{line}{ending}" for line in lines).encode())
    return path


def _checked(home: Path, landing: Path, source: str) -> dict[str, BatchResult]:
    """The results by quarter, after all that has arrived was taken in."""
    assert not any(r.refused for r in ingest_source(home, landing, "north", source))
    found = check_batches(home, "2021Q4", [("north", source)])
    return {quarter: result for (_, _, quarter), result in found.items()}


def _said(result: BatchResult) -> dict[str, str]:
    return {name: result.checks[name].message for name in result.errors}


def _visits(*days: str) -> list[str]:
    return ["no,born_on,visited_on", *(f"{n},2020-11-0{n},{day}" for n, day in enumerate(days, 1))]


def test_last_quarters_file_sent_again_as_the_new_quarters_is_held(home: Path, landing: Path) -> None:
    _deliver(landing, "visits/2021Q1/a.csv", _visits("2021-01-05", "2021-02-05"))
    _deliver(landing, "visits/2021Q2/b.csv", _visits("2021-01-05", "2021-02-05"))
    results = _checked(home, landing, "visits")
    assert _said(results["2021Q1"]) == {}
    said = _said(results["2021Q2"])
    assert said.keys() == {"sent_before", "nothing_of_the_quarter"}
    assert "the same bytes as north/visits/2021Q1/a.csv" in said["sent_before"]
    assert (
        "no date lies in 2021Q2, the latest is 2021-02-05; 2 of 2021Q1 lay in theirs"
        in said["nothing_of_the_quarter"]
    )
    assert all("most likely" in words for words in said.values())

    held = holds.waiting(home, "north", "visits", "2021Q2")
    assert held
    holds.let_through(home, *held, "Asha", "nobody came")
    assert holds.waiting(home, "north", "visits", "2021Q2") is None
    # What was let through for one quarter is not for the next.
    _deliver(landing, "visits/2021Q3/c.csv", _visits("2021-01-05", "2021-02-05"))
    assert _said(_checked(home, landing, "visits")["2021Q3"]).keys() == {
        "sent_before",
        "nothing_of_the_quarter",
    }
    assert holds.waiting(home, "north", "visits", "2021Q3")
    # An extract of its own takes its place.
    _deliver(landing, "visits/2021Q3/d.csv", _visits("2021-01-05", "2021-02-05", "2021-07-01"))
    assert _said(_checked(home, landing, "visits")["2021Q3"]) == {}


def test_an_extract_without_one_event_of_its_quarter_is_held_and_a_first_one_is_not(
    home: Path, landing: Path
) -> None:
    # Birth dates are no events of the quarter.
    _deliver(landing, "visits/2020Q4/a.csv", _visits("2020-01-05"))
    _deliver(landing, "visits/2021Q1/a.csv", _visits("2020-01-05", "2021-02-05"))
    _deliver(landing, "visits/2021Q2/a.csv", _visits("2020-01-05", "2021-02-05", "2021-03-05"))
    _deliver(landing, "visits/2021Q3/a.csv", _visits("2020-01-05", "2021-02-05", "2021-03-05", ""))
    results = _checked(home, landing, "visits")
    assert {quarter: list(_said(result)) for quarter, result in results.items()} == {
        "2020Q4": [], "2021Q1": [], "2021Q2": ["nothing_of_the_quarter"], "2021Q3": ["nothing_of_the_quarter"],
    }  # fmt: skip
    assert results["2020Q4"].checks["nothing_of_the_quarter"].verdict == "nothing"


def test_the_records_of_another_quarter_in_another_file_are_held(home: Path, landing: Path) -> None:
    lines = ["clinic,beds", "A,10", "B,12"]
    for part, rows in (("east", lines), ("west", ["clinic,beds", "C,3"])):
        _deliver(landing, f"counts/2021Q1/counts_{part}_1.csv", rows)
        _deliver(landing, f"counts/2021Q2/counts_{part}_2.csv", rows, ending="\r\n")
        _deliver(landing, f"counts/2021Q3/counts_{part}_3.csv", [*rows, f"{part},1"])
    results = _checked(home, landing, "counts")
    assert _said(results["2021Q1"]) == _said(results["2021Q3"]) == {}
    assert "all 3 records are those of 2021Q1" in _said(results["2021Q2"])["sent_before"]


def test_one_parts_file_as_another_part_is_held(home: Path, landing: Path) -> None:
    _deliver(landing, "counts/2021Q1/counts_east_1.csv", ["clinic,beds", "A,10"])
    _deliver(landing, "counts/2021Q1/counts_west_1.csv", ["clinic,beds", "A,10"])
    said = _said(_checked(home, landing, "counts")["2021Q1"])
    assert (
        "counts_west_1.csv 1 (the same bytes as north/counts/2021Q1/counts_east_1.csv)" in said["sent_before"]
    )


def test_interviews_of_an_older_round_are_held(home: Path, landing: Path) -> None:
    def round_of(quarter: str, *interviews: str) -> None:
        _deliver(landing, f"survey/{quarter}/{quarter}.csv", ["_uuid,start", *interviews])

    round_of("2019Q2", "u1,2019-05-01T10:00:00.000+05:00", "u2,2019-06-30")
    round_of("2020Q2", "u3,2020-03-01", "u4,2020-05-01")  # field work may begin before the quarter
    round_of("2021Q2", "u5,2021-05-01", "u1,2019-05-01")  # one of the first round among its own
    round_of("2021Q4", "u6,2021-10-01", "u3,2021-11-01")
    results = _checked(home, landing, "survey")
    assert _said(results["2019Q2"]) == _said(results["2020Q2"]) == {}
    said = _said(results["2021Q2"])
    assert "1 of 2 keys are those of 2019Q2" in said["interviews_of_an_earlier_round"]
    assert (
        "1 of 2 records are dated up to 2020-06-30, the end of 2020Q2" in said["records_of_an_earlier_round"]
    )
    assert list(_said(results["2021Q4"])) == ["interviews_of_an_earlier_round"]
    assert results["2021Q4"].checks["nothing_of_the_quarter"].verdict == "nothing"  # a round is no extract
