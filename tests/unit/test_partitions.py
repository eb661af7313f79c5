"""Quarters as Dagster's partitions: they appear by themselves, and a late delivery concerns those after it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from orchestration.partitions import QUARTERS, UP_TO, partition_key, quarter_of
from orchestration.quarters import all_quarters


def test_every_quarter_has_a_partition_and_back() -> None:
    for now in (datetime(2021, 5, 17, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)):
        keys = QUARTERS.get_partition_keys(current_time=now)
        assert [quarter_of(key) for key in keys] == all_quarters(now)
        assert [partition_key(quarter_of(key)) for key in keys] == keys


@pytest.mark.parametrize(
    "day,last", [((2021, 6, 30), "2021Q2"), ((2021, 7, 1), "2021Q3"), ((2022, 1, 1), "2022Q1")]
)
def test_a_quarter_is_there_on_its_first_day(day: tuple[int, int, int], last: str) -> None:
    keys = QUARTERS.get_partition_keys(current_time=datetime(*day, 0, 0, 1, tzinfo=UTC))
    assert quarter_of(keys[-1]) == last


def test_numbers_of_a_quarter_are_made_of_those_up_to_it() -> None:
    def quarters(subset: object) -> list[str]:
        return [quarter_of(key) for key in subset.get_partition_keys()]  # type: ignore[attr-defined]

    now = datetime(2021, 8, 1, tzinfo=UTC)
    own = QUARTERS.subset_with_partition_keys([partition_key("2018Q3")])
    above = UP_TO.get_upstream_mapped_partitions_result_for_partitions(own, QUARTERS, QUARTERS, now)
    assert quarters(above.partitions_subset) == ["2018Q1", "2018Q2", "2018Q3"]
    late = QUARTERS.subset_with_partition_keys([partition_key("2021Q1")])
    stale = UP_TO.get_downstream_partitions_for_partitions(late, QUARTERS, QUARTERS, now)
    assert quarters(stale) == ["2021Q1", "2021Q2", "2021Q3"]
