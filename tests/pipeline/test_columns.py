"""Columns from feed to donor's file: nothing declared that is not there, nothing there that is not declared."""

from __future__ import annotations

import duckdb
import pytest
import yaml

from ingest.mapping.feeds import FEEDS
from orchestration.releases import content
from tests import dbt_build, marts
from tests.dbt_build import Built

pytestmark = pytest.mark.xdist_group("dbt_project")

PARTITIONS = dict.fromkeys(("region", "source", "quarter"), "varchar")
RENAMED = {"drop": {"file": "file_name"}}
# Columns of the marts that stay in the house, or that the release gives itself; all others are published.
NOT_PUBLISHED = {
    "indicator_values": {"status", "release"},
    "indicator_changes": {"donor", "quarter", "over_time"},
    "indicator_definitions": {
        "donor", "donor_name", "currency", "fact", "unit_type", "unit_id", "dated_by", "population", "numerator",
        "roll_up", "value_expression", "denominator", "n_counts", "together", "compared_with", "scale", "position",
        "has_target", "n_by_category", "n_of_total", "sources", "drops_to_date",
    },
}  # fmt: skip
PUBLISHED = {
    "indicator_values": set(content.COLUMNS) - content.OWN,
    "indicator_changes": set(content.CHANGE) - content.OWN,
    "indicator_definitions": set(content.DEFINITION),
}


def _plain(sql_type: str) -> str:
    return sql_type.lower().replace(" ", "")


def sources() -> dict[str, dict[str, str]]:
    """Feed → column → type, as dbt's sources declare them."""
    text = (dbt_build.MODELS / "staging" / "_sources.yml").read_text(encoding="utf-8")
    (source,) = yaml.safe_load(text)["sources"]
    return {
        table["name"]: {column["name"]: _plain(column["data_type"]) for column in table["columns"]}
        for table in source["tables"]
    }


@pytest.fixture(scope="module")
def built_columns(dbt_built: Built) -> dict[str, dict[str, str]]:
    """Table → column → type, as they are in the database dbt built."""
    with duckdb.connect(str(dbt_built.database), read_only=True) as db:
        rows = db.execute(
            "select table_name, column_name, data_type from information_schema.columns order by ordinal_position"
        ).fetchall()
    tables: dict[str, dict[str, str]] = {}
    for table, column, sql_type in rows:
        tables.setdefault(table, {})[column] = _plain(sql_type)
    return tables


def test_the_sources_declare_what_ingest_writes() -> None:
    written = {
        feed: PARTITIONS | {column: _plain(sql_type) for column, sql_type in columns.items()}
        for feed, columns in FEEDS.items()
    }
    assert sources() == written


@pytest.mark.parametrize("feed", FEEDS)
def test_staging_has_every_column_of_its_feed(built_columns: dict[str, dict[str, str]], feed: str) -> None:
    renamed = RENAMED.get(feed, {})
    declared = {renamed.get(column, column): sql_type for column, sql_type in sources()[feed].items()}
    assert built_columns[f"stg_{feed}"] == declared


def test_models_and_seeds_have_the_columns_they_declare(
    dbt_built: Built, built_columns: dict[str, dict[str, str]]
) -> None:
    declared = {
        name: set(node["columns"])
        for kind in ("model", "seed")
        for name, node in dbt_built.nodes(kind).items()
    }
    assert {table: set(columns) for table, columns in built_columns.items()} == declared


def test_columns_have_the_types_they_declare(
    dbt_built: Built, built_columns: dict[str, dict[str, str]]
) -> None:
    """Logframes are tried against what is declared, before anything is built."""
    declared = {
        name: {column: _plain(words["data_type"] or "none") for column, words in node["columns"].items()}
        for kind in ("model", "seed")
        for name, node in dbt_built.nodes(kind).items()
    }
    assert declared == {name: built_columns[name] for name in declared}
    assert len(declared) > 50


def test_the_documentation_opens_with_a_page_of_ours(dbt_built: Built) -> None:
    from orchestration.warehouse import dbt

    dbt.manifest()
    page = dbt.documentation().read_text(encoding="utf-8")
    assert "From partners' records to donors' numbers" in page and "swapped in as a whole" in page


def test_every_column_is_described(dbt_built: Built) -> None:
    without = {
        f"{name}.{column}"
        for kind in ("model", "seed")
        for name, node in dbt_built.nodes(kind).items()
        for column, words in node["columns"].items()
        if not words["description"]
    }
    assert without == set()


@pytest.mark.parametrize("mart", PUBLISHED)
def test_releases_read_what_the_marts_have(built_columns: dict[str, dict[str, str]], mart: str) -> None:
    assert PUBLISHED[mart] & NOT_PUBLISHED[mart] == set()
    assert PUBLISHED[mart] | NOT_PUBLISHED[mart] == set(built_columns[mart])


def test_numbers_of_a_release_are_numbers_in_the_marts(built_columns: dict[str, dict[str, str]]) -> None:
    for mart, published in (("indicator_values", content.COLUMNS), ("indicator_changes", content.CHANGE)):
        numbers = {column for column, is_number in published.items() if is_number}
        numeric = {c for c, sql_type in built_columns[mart].items() if sql_type not in ("varchar", "boolean")}
        assert numbers == (numeric & set(published)) - {"definition_version"}


def test_the_test_warehouses_have_the_marts_columns(built_columns: dict[str, dict[str, str]]) -> None:
    for mart, columns in marts.declared().items():
        assert {column: _plain(sql_type) for column, sql_type in columns.items()} == built_columns[mart]
