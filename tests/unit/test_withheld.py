"""What the person who signs off is told of values that the release does not show."""

from __future__ import annotations

import pytest

from orchestration.releases.content import COLUMNS
from orchestration.releases.withheld import told
from tests.release_content import table, value


def _by_sex(*states: str) -> list[dict[str, object]]:
    return [value(dimension="sex", category=str(place), state=state) for place, state in enumerate(states)]


@pytest.mark.parametrize(
    ("states", "words"),
    [
        (["reported", "not_reported"], ""),
        (
            ["reported", "suppressed"],
            "1 of 2 disaggregated values is withheld, since small numbers could tell of single people: A-01 round "
            "by sex (1).",
        ),
        (
            ["suppressed", "suppressed", "unreliable", "unreliable", "reported", "not_applicable"],
            "2 of 5 disaggregated values are withheld, since small numbers could tell of single people: A-01 round by "
            "sex (2), and 2 rest on too few cases.",
        ),
        (["unreliable", "reported"], "Of 2 disaggregated values 1 rests on too few cases."),
    ],
)
def test_withheld_and_unreliable_values_are_counted(states: list[str], words: str) -> None:
    total = value(state="unreliable")  # the total of an indicator is no disaggregated value
    assert told(table([total, *_by_sex(*states)], COLUMNS)) == words


def test_regions_are_named_where_there_are_several() -> None:
    rows = [*_by_sex("suppressed"), value(region="punjab", dimension="sex", category="M", state="suppressed")]
    assert "A-01 punjab round by sex (1), A-01 sindh round by sex (1)" in told(table(rows, COLUMNS))
