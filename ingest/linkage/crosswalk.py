"""What linking hands on: the feed `crosswalk` and the review list. No name, number or date of a person is in them.

lake/feeds/feed=crosswalk/region=…/source=…/quarter=…/<entity>.parquet      who is who
lake/review/region=…/source=…/quarter=…/<entity>.parquet                    doubtful pairs, for people
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingest.deliveries.places import folder
from ingest.files import atomic
from ingest.linkage.resolve import Resolved
from ingest.mapping.feeds import FEEDS
from ingest.sql import copy_to_parquet, render


@dataclass(frozen=True)
class Target:
    """What is being written: one entity of a region and quarter."""

    home: Path
    region: str
    quarter: str
    entity: str


@dataclass(frozen=True)
class LinkageSummary:
    """What linking came to for one entity of a region, quarter and source."""

    region: str
    quarter: str
    entity: str
    source: str
    records: int
    linked: int
    review: int  # records with a doubtful pair
    own: int  # on their own
    seconds: float = 0.0
    linked_now: bool = False


def publish(
    connection: duckdb.DuckDBPyConnection, resolved: Resolved, target: Target, sources: list[str]
) -> tuple[list[LinkageSummary], list[Path]]:
    """Write crosswalk and review list of each source; gives a summary a source and the files written."""
    connection.register("who", resolved.who)
    connection.register("doubts", resolved.doubts.astype({"l": "int64", "r": "int64", "weight": "float64"}))
    connection.execute(render(__file__, "crosswalk.sql", entity=target.entity))
    written = [path for source in sources for path in _write(connection, target, source)]
    summaries = [_summary(connection, target, source) for source in sources]
    return [one for one in summaries if one.records], written


def _write(connection: duckdb.DuckDBPyConnection, target: Target, source: str) -> list[Path]:
    partitions = {"region": target.region, "source": source, "quarter": target.quarter}
    own = {"source_name": source, "quarter": target.quarter}
    columns = [f"cast({name} as {sql_type}) as {name}" for name, sql_type in FEEDS["crosswalk"].items()]
    selects = {
        folder(target.home, "feeds", feed="crosswalk", **partitions): render(
            __file__, "crosswalk_feed.sql", columns=columns, **own
        ),
        folder(target.home, "review", **partitions): render(
            __file__, "review.sql", entity=target.entity, **own
        ),
    }
    for at, select in selects.items():
        with atomic(at / f"{target.entity}.parquet") as temporary:
            connection.execute(copy_to_parquet(select, temporary))
    return [at / f"{target.entity}.parquet" for at in selects]


def _summary(connection: duckdb.DuckDBPyConnection, target: Target, source: str) -> LinkageSummary:
    counts = dict(
        connection.execute(
            "select status, count(*) from crosswalk where source = ? and quarter = ? group by status",
            [source, target.quarter],
        ).fetchall()
    )
    return LinkageSummary(
        region=target.region,
        quarter=target.quarter,
        entity=target.entity,
        source=source,
        records=sum(counts.values()),
        linked=counts.get("linked", 0),
        review=counts.get("review", 0),
        own=counts.get("own", 0),
    )
