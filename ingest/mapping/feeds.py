"""The canonical feeds: their columns and SQL types. They are all that dbt reads."""

from __future__ import annotations

import json
from pathlib import Path

from ingest.deliveries.places import folder
from ingest.files import atomic, write_json
from ingest.sql import copy_to_parquet, sql_name

MAP_TYPE = "MAP(VARCHAR, VARCHAR)"
PLACE_IN_FILE = {
    "_file": "VARCHAR",
    "_table": "VARCHAR",
    "_row": "BIGINT",
    "_record": "BIGINT",
    "_sha256": "VARCHAR",
}


def _columns(words: str, **types: str) -> dict[str, str]:
    return dict.fromkeys(words.split(), "VARCHAR") | types | PLACE_IN_FILE


# The canonical tables: column → SQL type. `attributes` and `answers` hold what one programme alone keeps.
FEEDS: dict[str, dict[str, str]] = {
    "place": _columns("place_id place_type place_name parent_place_id", attributes=MAP_TYPE),
    "institution": _columns(
        "institution_id tier local_type institution_name parent_institution_id place_id status",
        formed_on="DATE",
        closed_on="DATE",
        attributes=MAP_TYPE,
    ),
    "household": _columns(
        "household_id place_id poverty_band",
        poverty_score="DECIMAL(9,3)",
        poverty_score_on="DATE",
        household_size="INTEGER",
        attributes=MAP_TYPE,
    ),
    "person": _columns(
        "person_id household_id place_id sex disability official_id_key",
        birth_year="INTEGER",
        attributes=MAP_TYPE,
    ),
    "membership": _columns("institution_id household_id person_id role", joined_on="DATE", left_on="DATE"),
    "service": _columns(
        "service_id service_code common_service_code person_id household_id institution_id place_id decision currency",
        opened_on="DATE",
        applied_on="DATE",
        decided_on="DATE",
        received_on="DATE",
        amount="DECIMAL(18,2)",
        quantity="DECIMAL(18,3)",
        attributes=MAP_TYPE,
    ),
    "outcome": _columns(
        "unit_id unit_type parent_unit_id person_id household_id institution_id place_id stratum psu",
        observed_on="DATE",
        weight="DECIMAL(18,9)",
        answers=MAP_TYPE,
    ),
    "place_total": _columns("place_id measure", value="DECIMAL(20,4)", attributes=MAP_TYPE),
    "reported_value": _columns("indicator label column_label note", value="DECIMAL(20,4)"),
    "target": _columns(
        "donor indicator for_quarter baseline_period note", target="DECIMAL(20,6)", baseline="DECIMAL(20,6)"
    ),
    "exchange_rate": _columns("for_quarter from_currency to_currency rate_source", rate="DECIMAL(20,9)"),
    # Who is who, written by `linkage`; a record without a canonical identifier is in no register.
    "crosswalk": _columns("entity of_quarter local_id canonical_id method status", match_weight="DOUBLE"),
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
    # For start-up: the code location asks for the feeds' names and columns only.
    import duckdb

    with duckdb.connect() as connection:
        for feed, columns in FEEDS.items():
            at = folder(home, "feeds", feed=feed, region="_none", source="_none", quarter="_none")
            fields = ", ".join(
                f"CAST(NULL AS {sql_type}) AS {sql_name(column)}" for column, sql_type in columns.items()
            )
            with atomic(at / "schema.parquet") as temporary:
                connection.execute(copy_to_parquet(f"SELECT {fields} WHERE false", temporary))
    write_json(marker, FEEDS)
