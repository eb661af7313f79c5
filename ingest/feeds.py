"""Accepted records → the canonical feeds, as the contract maps them. The feeds are all that dbt reads.

    lake/feeds/feed=…/region=…/source=…/quarter=…/<sha>-<table>-<n>.parquet

A feed holds current deliveries only; what a redelivery replaced leaves the feeds (and stays in the lake).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from ingest.cleaning import name as sql_name
from ingest.cleaning import quote
from ingest.contracts.model import Mapping, Source
from ingest.errors import SangamError
from ingest.lake import atomic, folder, write_json
from ingest.look_ups import define_look_up

_MAP = "MAP(VARCHAR, VARCHAR)"
_PLACE_IN_FILE = {
    "_file": "VARCHAR",
    "_table": "VARCHAR",
    "_row": "BIGINT",
    "_record": "BIGINT",
    "_sha256": "VARCHAR",
}


def _columns(words: str, **types: str) -> dict[str, str]:
    return dict.fromkeys(words.split(), "VARCHAR") | types | _PLACE_IN_FILE


# The canonical tables: column → SQL type. `attributes` and `answers` hold what one programme alone keeps.
FEEDS: dict[str, dict[str, str]] = {
    "place": _columns("place_id place_type place_name parent_place_id", attributes=_MAP),
    "institution": _columns(
        "institution_id tier local_type institution_name parent_institution_id place_id status",
        formed_on="DATE",
        closed_on="DATE",
        attributes=_MAP,
    ),
    "household": _columns(
        "household_id place_id",
        poverty_score="DECIMAL(9,3)",
        poverty_score_on="DATE",
        household_size="INTEGER",
        attributes=_MAP,
    ),
    "person": _columns(
        "person_id household_id place_id sex disability official_id_key",
        birth_year="INTEGER",
        attributes=_MAP,
    ),
    "membership": _columns("institution_id household_id person_id role", joined_on="DATE", left_on="DATE"),
    "service": _columns(
        "service_id service_code person_id household_id institution_id place_id decision currency",
        opened_on="DATE",
        applied_on="DATE",
        decided_on="DATE",
        received_on="DATE",
        amount="DECIMAL(18,2)",
        quantity="DECIMAL(18,3)",
        attributes=_MAP,
    ),
    "outcome": _columns(
        "unit_id unit_type parent_unit_id person_id household_id institution_id place_id stratum psu",
        observed_on="DATE",
        weight="DECIMAL(18,9)",
        answers=_MAP,
    ),
    "place_total": _columns("place_id measure", value="DECIMAL(20,4)", attributes=_MAP),
    "reported_value": _columns("indicator label column_label note", value="DECIMAL(20,4)"),
    "target": _columns(
        "donor indicator for_quarter baseline_period note", target="DECIMAL(20,6)", baseline="DECIMAL(20,6)"
    ),
    "exchange_rate": _columns("for_quarter from_currency to_currency rate_source", rate="DECIMAL(20,9)"),
    # Who is who, written by `linkage`; a record without a canonical identifier is in no register.
    "crosswalk": _columns("entity local_id canonical_id method status", match_weight="DOUBLE"),
    "drop": {
        "file": "VARCHAR",
        "part": "VARCHAR",
        "sha256": "VARCHAR",
        "received_at": "TIMESTAMP",
        "status": "VARCHAR",
        "refusal": "VARCHAR",
        "cadence": "VARCHAR",
    },
}


def write_schemas(home: Path) -> None:
    """A file without rows for every feed, so that reading a feed never comes up empty."""
    marker = home / "lake" / "feeds" / "_schemas.json"
    if marker.exists() and json.loads(marker.read_text(encoding="utf-8")) == FEEDS:
        return
    with duckdb.connect() as connection:
        for feed, columns in FEEDS.items():
            at = folder(home, "feeds", feed=feed, region="_none", source="_none", quarter="_none")
            fields = ", ".join(
                f"CAST(NULL AS {sql_type}) AS {sql_name(column)}" for column, sql_type in columns.items()
            )
            with atomic(at / "schema.parquet") as temporary:
                connection.execute(
                    f"COPY (SELECT {fields} WHERE false) TO {quote(str(temporary))} (FORMAT parquet)"
                )
    write_json(marker, FEEDS)


def fingerprint(source: Source) -> str:
    """A hash of the source's mappings and the feeds' columns; another hash means: map again."""
    words = {feed: [m.model_dump(mode="json") for m in maps] for feed, maps in source.feeds.items()}
    content = json.dumps([words, source.look_ups, FEEDS], sort_keys=True, ensure_ascii=False)
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
        define_look_up(connection, source)
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


def _map_sql(attributes: dict[str, str]) -> str:
    entries = ", ".join(f"{{'k': {quote(k)}, 'v': CAST({sql} AS VARCHAR)}}" for k, sql in attributes.items())
    return f"map_from_entries(list_filter([{entries}], lambda x: x.v IS NOT NULL))"


def mapping_sql(feed: str, mapping: Mapping, names: list[str]) -> str:
    """The SELECT that turns a table's accepted records into rows of a feed.

    Raises SangamError where the mapping names a column the feed does not have.
    """
    columns = FEEDS.get(feed)
    if columns is None:
        raise SangamError(f"There is no feed '{feed}'. Feeds: {', '.join(FEEDS)}.")
    map_column = next((c for c, sql_type in columns.items() if sql_type == _MAP), None)
    if extra := set(mapping.columns) - set(columns):
        raise SangamError(f"Feed '{feed}' has no column {', '.join(sorted(extra))}; use attributes for it.")
    fields = []
    for column, sql_type in columns.items():
        if column in _PLACE_IN_FILE:
            fields.append(f"{sql_name(column)}")
        elif column == map_column and mapping.attributes:
            fields.append(f"{_map_sql(mapping.attributes)} AS {sql_name(column)}")
        else:
            fields.append(f"CAST({mapping.columns.get(column, 'NULL')} AS {sql_type}) AS {sql_name(column)}")
    group = ", ".join(map(sql_name, mapping.one_per))
    first = f" QUALIFY row_number() OVER (PARTITION BY {group} ORDER BY _record) = 1"
    return (
        f"SELECT {', '.join(fields)} FROM ({relation(mapping, names)}) WHERE {mapping.where}"
        f"{first if mapping.one_per else ''}"
    )


def relation(mapping: Mapping, names: list[str]) -> str:
    """The table's records, each look-up as a struct column under its alias, unpivoted columns as rows."""
    joins = "".join(
        f" LEFT JOIN {sql_name(look.table)} AS {sql_name(alias)} ON {look.on}"
        for alias, look in mapping.look_up.items()
    )
    structs = "".join(f", {sql_name(alias)}" for alias in mapping.look_up)
    relation = f"SELECT base.*{structs} FROM {sql_name(mapping.table)} AS base{joins}"
    if mapping.unpivot is None:
        return relation
    turned = mapping.unpivot.columns
    if isinstance(turned, str):
        turned = {column: column for column in names if re.fullmatch(turned, column)}
    return " UNION ALL ".join(
        f"SELECT *, {quote(label)} AS {sql_name(mapping.unpivot.name)}, {sql_name(column)} AS "
        f"{sql_name(mapping.unpivot.value)} FROM ({relation})"
        for column, label in turned.items()
    )


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
