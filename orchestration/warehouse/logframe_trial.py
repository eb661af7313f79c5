"""A trial of a logframe: each expression bound against empty relations like those its evidence is read from.

A misspelt column is told with file and line before anything is built. The relations' columns and types are those that
dbt_project/models/conformed declares. What a logframe says of itself is checked in `logframe_words`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import duckdb
import yaml

from ingest.contracts.faults import did_you_mean, line
from ingest.contracts.loading import load_region
from ingest.contracts.yaml_file import Document
from ingest.judging.sql_faults import SqlFault, naming
from ingest.mapping.constants import constants
from ingest.sql import render, sql_name
from orchestration.settings import DBT_PROJECT
from orchestration.warehouse.logframe_words import Indicator, Logframe

MODELS = DBT_PROJECT / "models" / "conformed"
Relations = dict[str, dict[str, str]]


@dataclass(frozen=True)
class _Use:
    """An expression as evidence uses it: as a field of a record, or as a condition; `at` in the indicator's words."""

    at: tuple[Any, ...]
    sql: str
    is_condition: bool = False


@cache
def conformed_relations() -> Relations:
    """Column and type of every conformed model, as its YAML declares them."""
    load = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    models = [
        model
        for file in sorted(MODELS.glob("*.yml"))
        for model in yaml.load(file.read_text(encoding="utf-8"), load)["models"]  # noqa: S506 - a safe one
    ]
    return {m["name"]: {c["name"]: c["data_type"] for c in m["columns"]} for m in models}


def faults(logframe: Logframe, document: Document, regions: Iterable[str]) -> list[str]:
    """What of a logframe's SQL does not work, each with file and line; `regions`: those asked for types of places."""
    with duckdb.connect(config={"threads": 1}) as connection:
        for name, columns in conformed_relations().items():
            fields = ", ".join(f"{sql_name(column)} {sql_type}" for column, sql_type in columns.items())
            connection.execute(f"CREATE TABLE {sql_name(name)} ({fields})")
        found = [
            SqlFault(str(fault), "indicators", number, *fault.at)
            for number, indicator in enumerate(logframe.indicators)
            for fault in _faults(connection, indicator)
        ]
        found += _place_faults(connection, logframe, regions)
    return [line(document, fault.at, str(fault)) for fault in found]


def _faults(connection: duckdb.DuckDBPyConnection, indicator: Indicator) -> Iterator[SqlFault]:
    """What of an indicator's SQL does not work: all at once; where that fails, one expression after the other."""
    uses = list(_uses(indicator))
    if _works(connection, indicator, uses, indicator.unit_id):
        return
    if not _works(connection, indicator, [], "1"):
        yield from _fault(connection, indicator, _Use(("joins",), "1"), "1")
        return
    unit = _Use(("unit_id",), indicator.unit_id)
    unit_works = _works(connection, indicator, [unit], "1")
    for use in uses:
        yield from _fault(connection, indicator, use, indicator.unit_id if unit_works else "1")


def _uses(i: Indicator) -> Iterator[_Use]:
    """Every expression of an indicator, as `indicator_evidence` of dbt's macros uses it."""
    yield _Use(("unit_id",), i.unit_id)
    if i.kind == "survey_share":
        yield _Use(("from",), "struct_pack(w := fact.weight, s := fact.stratum, p := fact.psu)")
    yield _Use(("population",), f"({i.population})", is_condition=True)
    if i.numerator is not None:
        answer = f"coalesce({i.numerator}, false)"
        function = {"every": "bool_and", "any": "bool_or"}.get(i.roll_up or "")
        yield _Use(("numerator",), f"{function}({answer}) over unit" if function else answer)
    if i.value is not None:
        yield _Use(("value",), f"cast({i.value} as decimal(28, 6))")
    if i.denominator not in (None, "units"):
        yield _Use(("denominator",), f"cast({i.denominator} as decimal(18, 9))")
    if i.dated_by is not None:
        yield _Use(("dated_by",), f"{i.dated_by} between quarter_start and quarter_end", is_condition=True)
    for number, one in enumerate(i.disaggregations):
        at = ("disaggregations", number)
        listed = f"cast({one.category} as varchar[])"
        yield _Use((*at, "category"), listed if one.overlapping else f"coalesce({one.category}, 'unknown')")
        if one.apart is not None:
            yield _Use((*at, "apart"), f"({one.apart})", is_condition=True)


def _bind(connection: duckdb.DuckDBPyConnection, i: Indicator, uses: Iterable[_Use], unit: str) -> None:
    there = list(uses)
    sql = render(
        __file__,
        "logframe_trial.sql",
        fact=i.fact,
        fields=[use.sql for use in there if not use.is_condition] or ["1"],
        conditions=[use.sql for use in there if use.is_condition] or ["true"],
        joins=i.joined,
        to_date=bool(i.drops_to_date),
        compared_with=i.compared_with,
        unit=unit,
    )
    connection.execute(sql)


def _works(connection: duckdb.DuckDBPyConnection, i: Indicator, uses: Iterable[_Use], unit: str) -> bool:
    try:
        _bind(connection, i, uses, unit)
    except duckdb.Error:
        return False
    return True


def _fault(connection: duckdb.DuckDBPyConnection, i: Indicator, use: _Use, unit: str) -> Iterator[SqlFault]:
    relations = conformed_relations()
    tables = [i.fact, "dim_period", *(f"dim_{join.dimension}" for join in i.joined)]
    names = [
        "fact",
        "period",
        *(join.dimension for join in i.joined),
        *(["baseline"] if i.compared_with else []),
    ]
    known = {column for table in tables for column in relations[table]} | set(names)
    try:
        with naming(f"from {i.fact}", use.at, {}, known, relations):
            _bind(connection, i, [use], unit)
    except SqlFault as fault:
        yield fault


def _place_faults(
    connection: duckdb.DuckDBPyConnection, logframe: Logframe, regions: Iterable[str]
) -> Iterator[SqlFault]:
    """Types of places that no region of the indicator has; of one that does not load nobody knows them."""
    found = {
        region: [
            constants(connection, mapping.columns.get("place_type", "NULL"), source)
            for source in load_region(region).sources.values()
            for mapping in source.feeds.get("place", ())
        ]
        for region in regions
    }
    for number, indicator in enumerate(logframe.indicators):
        own = indicator.regions or logframe.donor.regions
        if any(region not in found or any(one.open for one in found[region]) for region in own):
            continue
        known = {value for region in own for one in found[region] for value in one.values}
        for place, one in enumerate(indicator.disaggregations):
            for word in one.place_types:
                if word not in known:
                    at = ("indicators", number, "disaggregations", place, "categories")
                    words = f"no place of {', '.join(own)} is a '{word}'{did_you_mean(word, known)}"
                    yield SqlFault(words, *at)
