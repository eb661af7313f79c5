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
from ingest.errors import SangamError
from ingest.files import atomic
from ingest.mapping.feeds import FEEDS
from ingest.mapping.selects import mapping_sql
from ingest.sql import quote, sql_name


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

    `accepted`: the contract's table → its Parquet files; `stem`: how the files are named. Raises SangamError for
    a mapping whose expression the accepted columns do not bear.
    """
    written: list[Path] = []
    with duckdb.connect(config={"memory_limit": "1500MB", "threads": 2}) as connection:
        for table, paths in accepted.items():
            files = ", ".join(quote(str(path)) for path in paths)
            relation = f"read_parquet([{files}], hive_partitioning = false, union_by_name = true)"
            connection.execute(f"CREATE VIEW {sql_name(table)} AS SELECT * FROM {relation}")
        define_look_ups(connection, source)
        for feed, mappings in source.feeds.items():
            for number, mapping in enumerate(mappings):
                at = (
                    folder(home, "feeds", feed=feed, **partitions)
                    / f"{stem}-{mapping.table}-{number}.parquet"
                )
                try:
                    select = mapping_sql(feed, mapping, _names(connection, mapping.table))
                    with atomic(at) as temporary:
                        connection.execute(
                            f"COPY ({select}) TO {quote(str(temporary))} "
                            "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
                        )
                except duckdb.Error as error:
                    where = "/".join(partitions.values())
                    raise SangamError(
                        f"Contract {where}: the mapping of table '{mapping.table}' to feed '{feed}' "
                        f"does not work: {error}"
                    ) from error
                written.append(at)
    return written


def _names(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    rows = connection.execute(f"SELECT column_name FROM (DESCRIBE {sql_name(table)})").fetchall()
    return [str(row[0]) for row in rows]


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
    with duckdb.connect() as connection, atomic(path) as temporary:
        fields = ", ".join(
            f"CAST(x->>'{column}' AS {sql_type}) AS {column}" for column, sql_type in FEEDS["drop"].items()
        )
        connection.execute(
            f"COPY (SELECT {fields} FROM (SELECT unnest(CAST(? AS JSON[])) AS x)) "
            f"TO {quote(str(temporary))} (FORMAT parquet)",
            [[json.dumps(row) for row in rows]],
        )
    return path
