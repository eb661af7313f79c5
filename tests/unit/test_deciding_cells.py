"""The delivered cells that decide about a record are those that the definition leads to, through the contract."""

from __future__ import annotations

import duckdb
import pytest

from ingest.contracts.loading import load_region, load_source, region_files
from orchestration.warehouse import logframes
from orchestration.warehouse.deciding_cells import COMPUTED, deciding_cells, words_of
from orchestration.warehouse.logframe_words import Indicator

INDICATORS = {one.code: (frame, one) for frame in logframes.load() for one in frame.indicators}
# What definitions use of the statement they are put into, and of SQL itself.
STATEMENT = {
    "baseline", "fact", "household", "institution", "over", "period", "person", "place", "quarter_end",
    "quarter_start", "source", "unit",
}  # fmt: skip
SQL = {
    name
    for (name,) in duckdb.sql(
        "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category <> 'unreserved' "
        "UNION SELECT function_name FROM duckdb_functions() UNION SELECT type_name FROM duckdb_types()"
    ).fetchall()
}
CELLS = [
    ("EU-01", "sindh/imi", "deliveries", ["delivery/place", "delivery/attendant", "delivery/months_ago"]),
    ("EU-02", "sindh/imi", "children", ["child/vaccination_card", "child/age_months"]),
    ("EU-03", "sindh/imi", "IMI", ["wash/latrine_at_home"]),
    ("EU-11", "sindh/mis", "co", ["gender", "status", "formed_on"]),
    ("EU-11", "sindh/mis", "vo", []),  # a table of other institutions
    ("EU-15", "sindh/mis", "cif_loan", ["amount_pkr", "sanctioned_on"]),
    ("EU-18", "sindh/births", "births", ["boys", "girls"]),
    ("FC-04", "khulna/scorecards", "LGI-01", ["community_score"]),  # a sheet for each institution
    ("NR-01", "jharkhand/pts", "enterprise", ["started_on", "closed_on"]),
    (
        "NR-03", "jharkhand/pts", "enterprise_month",
        ["sales_inr", "raw_material_inr", "wages_inr", "other_cost_inr", "loan_instalment_inr", "month"],
    ),
    ("NR-04", "jharkhand/entitlements", "GP", ["women_attended", "total_attended", "held_on"]),
    ("NR-07", "rajasthan/shg_portal", "shg_status", ["total"]),
    ("NR-08", "rajasthan/shg_portal", "shg_status", ["credit_lakh"]),
    ("TD-03", "pune/cases", "cases", ["decision", "decided_on"]),
]  # fmt: skip


def expressions(one: Indicator) -> list[str | None]:
    denominator = one.denominator if one.denominator != "units" else None
    return [one.numerator, one.value, denominator, one.population, one.dated_by]


@pytest.mark.parametrize(("code", "where", "table", "cells"), CELLS)
def test_the_cells_that_decide(code: str, where: str, table: str, cells: list[str]) -> None:
    source = load_source(*where.split("/"))
    columns = list(source.tables[source.template(table)].columns)
    assert deciding_cells(expressions(INDICATORS[code][1]), source, table, columns) == cells


def test_a_category_adds_its_cell() -> None:
    source = load_source("sindh", "imi")
    words = [*expressions(INDICATORS["EU-03"][1]), "answers['district']"]
    found = deciding_cells(words, source, "IMI", list(source.tables["IMI"].columns))
    assert found == ["wash/latrine_at_home", "design/district"]


@pytest.mark.parametrize("code", list(INDICATORS))
def test_every_word_of_every_definition_leads_to_a_column(code: str) -> None:
    """A new column that a model computes needs a line in COMPUTED."""
    frame, one = INDICATORS[code]
    contract = load_region((one.regions or frame.donor.regions)[0])
    sources = [contract.sources[name] for name in one.sources]
    known = {
        name
        for source in sources
        for feed in source.feeds.values()
        for mapping in feed
        for name in (*mapping.columns, *mapping.attributes)
    }
    names = set(words_of([text for text in expressions(one) if text]).names)
    computed = {part for parts in COMPUTED.values() for part in parts}
    assert names <= known | set(COMPUTED) | computed | STATEMENT | SQL
    assert any(
        deciding_cells(expressions(one), source, table, list(spec.columns))
        for source in sources
        for table, spec in source.tables.items()
    )


def test_what_models_compute_from_is_in_some_feed() -> None:
    """Else a column of a feed was given another name, and the cells behind it are marked no longer."""
    named = {
        name
        for region in region_files()
        for source in load_region(region).sources.values()
        for feed in source.feeds.values()
        for mapping in feed
        for name in (*mapping.columns, *mapping.attributes)
    }
    assert {part for parts in COMPUTED.values() for part in parts} <= named
