"""Accepted records → the canonical feeds, as the contract maps them.

    lake/feeds/feed=…/region=…/source=…/quarter=…/<sha>-<table>-<n>.parquet

A feed holds current deliveries only; what a redelivery replaced leaves the feeds (and stays in the lake).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from ingest.cleaning.look_ups import define_look_ups
from ingest.contracts.source import Source
from ingest.deliveries.places import folder
from ingest.files import atomic
from ingest.mapping.feeds import FEEDS
from ingest.mapping.mapping_faults import column_names, naming_mapping
from ingest.mapping.selects import feed_select
from ingest.sql import copy_to_parquet, parquet_relation, render, sql_name


def fingerprint(source: Source) -> str:
    """A hash of the source's mappings and the feeds' columns; another hash means: map again."""
    words = {feed: [m.model_dump(mode="json") for m in maps] for feed, maps in source.feeds.items()}
    held = source.model_dump(mode="json", include={"look_ups", "bands", "currency"})
    content = json.dumps([words, held, FEEDS], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def write_feeds(
    home: Path, source: Source, partitions: dict[str, str], accepted: dict[str, list[Path]], stem: str
) -> list[Path]:
    """Map one delivery's accepted tables to feed files. Returns the files written.

    `accepted`: the contract's table → its Parquet files; `stem`: how the files are named. Raises SqlFault for
    a mapping whose expression the accepted columns do not bear.
    """
    written: list[Path] = []
    with duckdb.connect(config={"memory_limit": "1500MB", "threads": 2}) as connection:
        for table, paths in accepted.items():
            connection.execute(f"CREATE VIEW {sql_name(table)} AS SELECT * FROM {parquet_relation(paths)}")
        define_look_ups(connection, source)
        for feed, mappings in source.feeds.items():
            for number, mapping in enumerate(mappings):
                at = (
                    folder(home, "feeds", feed=feed, **partitions)
                    / f"{stem}-{mapping.table}-{number}.parquet"
                )
                with naming_mapping(f"feed '{feed}'", mapping, ("feeds", feed, number), connection):
                    select = feed_select(feed, mapping, column_names(connection, mapping.table))
                    with atomic(at) as temporary:
                        connection.execute(copy_to_parquet(select, temporary))
                written.append(at)
    return written


def remove_others(home: Path, partitions: dict[str, str], keep: Iterable[Path]) -> None:
    """Take feed files of a region, source and quarter that are no longer current out of the feeds."""
    kept = set(keep)
    for feed in FEEDS.keys() - {"crosswalk"}:
        at = folder(home, "feeds", feed=feed, **partitions)
        for path in at.glob("*.parquet"):
            if path not in kept:
                path.unlink()


def write_drops(home: Path, partitions: dict[str, str], rows: list[dict[str, Any]]) -> Path:
    """The feed of deliveries of one region, source and quarter: what is current, superseded or refused."""
    path = folder(home, "feeds", feed="drop", **partitions) / "drops.parquet"
    columns = [{"name": name, "sql_type": sql_type} for name, sql_type in FEEDS["drop"].items()]
    select = render(__file__, "drops.sql", columns=columns)
    with duckdb.connect() as connection, atomic(path) as temporary:
        connection.execute(copy_to_parquet(select, temporary), [[json.dumps(row) for row in rows]])
    return path
