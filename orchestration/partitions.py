"""The quarters that assets are partitioned by: time windows, so that a new one is there on its first day.

A partition's key is the quarter's first day, as Dagster writes time windows; everywhere else a quarter is `2021Q2`.
"""

from __future__ import annotations

from datetime import date

import dagster as dg

from orchestration.quarters import FIRST_YEAR

QUARTERS = dg.TimeWindowPartitionsDefinition(
    start=f"{FIRST_YEAR}-01-01",
    cron_schedule="0 0 1 */3 *",
    fmt="%Y-%m-%d",
    end_offset=1,  # the quarter that is running
)
# Numbers of a quarter are made of the deliveries up to it: a late one makes it stale, and those after it.
UP_TO = dg.TimeWindowPartitionMapping(start_offset=-400, allow_nonexistent_upstream_partitions=True)


def partition_key(quarter: str) -> str:
    """The partition of a quarter: `2021-04-01` for `2021Q2`."""
    return f"{quarter[:4]}-{int(quarter[5]) * 3 - 2:02}-01"


def quarter_of(key: str) -> str:
    """The quarter of a partition: `2021Q2` for `2021-04-01`."""
    first = date.fromisoformat(key)
    return f"{first.year}Q{(first.month + 2) // 3}"
