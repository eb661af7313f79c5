"""A trial of a contract: every SQL expression of a source bound against empty tables, before a delivery is read.

A misspelt column is told with file and line, and so is a look-up or a tier that nobody declares. What only fails with
records in the tables is told where it fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import duckdb

from ingest import empty_tables
from ingest.cleaning import phones
from ingest.cleaning.look_ups import define_look_ups
from ingest.contracts.faults import did_you_mean
from ingest.contracts.loading import load_region, source_words
from ingest.contracts.region import Region
from ingest.contracts.source import Source
from ingest.errors import SangamError
from ingest.judging import rules
from ingest.judging.judged_drop import JudgedDrop
from ingest.judging.sql_faults import SqlFault
from ingest.mapping import identities, selects
from ingest.mapping.constants import constants
from ingest.mapping.mapping_faults import column_names, naming_mapping
from ingest.sql import sql_name

_FINDINGS = "(tbl VARCHAR, record BIGINT, code VARCHAR, col VARCHAR"
_DECLARED = re.compile(r"\b(look_up|band)\s*\(\s*'([^']*)'", re.IGNORECASE)


def faults(region: str, source: str) -> list[str]:
    """What is wrong with the expressions of a source's contract, each with file and line; none where all work."""
    document, name = source_words(region, source), f"{region}/{source}"
    return [str(fault.placed(document, name)) for fault in _faults(load_region(region), source)]


def _faults(contract: Region, name: str) -> Iterator[SqlFault]:
    source = contract.sources[name]
    if fault := _phone_fault(source):
        yield fault
        return
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(f"CREATE TABLE findings {_FINDINGS})")
        connection.execute(f"CREATE TABLE warnings {_FINDINGS}, key VARCHAR, message VARCHAR)")
        define_look_ups(connection, source)
        drop = empty_tables.empty_drop(connection, source)
        yield from _rule_faults(drop, _outside(drop, contract, name))
        yield from _identity_faults(drop)
        yield from _feed_faults(drop)
        yield from _tier_faults(connection, source, contract.tiers)
    yield from _declared_faults(source)


def _phone_fault(source: Source) -> SqlFault | None:
    """A country whose numbering plan nobody knows, where some column has phone numbers."""
    if any(c.type == "phone" for table in source.tables.values() for c in table.columns.values()):
        try:
            phones.plan(source.country)
        except SangamError as error:
            return SqlFault(str(error), "country")
    return None


def _outside(drop: JudgedDrop, contract: Region, name: str) -> dict[str, str]:
    """SQL of the records outside the drop that rules look up, by the name judging knows them under."""
    looks = [
        look
        for table in drop.source.tables.values()
        for rule in table.rules.values()
        for look in rule.related.values()
        if look.outside
    ]
    relations = {}
    for number, look in enumerate(looks):
        other = contract.sources[look.source or name]
        there = replace(drop, source=other, cells=empty_tables.cells(other))
        relation = sql_name(f"outside_{number}")
        empty_tables.create(there, look.table, relation, judged=False)
        relations[look.outside] = empty_tables.published(there, look.table, relation)
    return relations


def _rule_faults(drop: JudgedDrop, outside: dict[str, str]) -> Iterator[SqlFault]:
    for name, table in drop.source.tables.items():
        for rule_name, rule in table.rules.items():
            alone = table.model_copy(update={"rules": {rule_name: rule}})
            try:
                rules.apply_each(drop, name, alone, rule.severity, outside)
            except SqlFault as fault:
                yield fault


def _identity_faults(drop: JudgedDrop) -> Iterator[SqlFault]:
    identities.create_views(drop)
    for number, mapping in enumerate(drop.source.identities):
        try:
            with naming_mapping("identities", mapping, ("identities", number), drop.connection):
                drop.connection.execute(identities.identity_select(mapping, "", ""))
        except SqlFault as fault:
            yield fault
    identities.drop_views(drop)


def _feed_faults(drop: JudgedDrop) -> Iterator[SqlFault]:
    empty_tables.publish(drop)
    for feed, mappings in drop.source.feeds.items():
        for number, mapping in enumerate(mappings):
            names = column_names(drop.connection, mapping.table)
            try:
                with naming_mapping(f"feed '{feed}'", mapping, ("feeds", feed, number), drop.connection):
                    drop.connection.execute(selects.feed_select(feed, mapping, names))
            except SqlFault as fault:
                yield fault


def _tier_faults(
    connection: duckdb.DuckDBPyConnection, source: Source, tiers: tuple[str, ...]
) -> Iterator[SqlFault]:
    """Levels of institutions, as constants or through a look-up, that the programme does not declare."""
    for number, mapping in enumerate(source.feeds.get("institution", ())):
        found = constants(connection, mapping.columns.get("tier", "NULL"), source)
        for tier, declared_at in found.values.items():
            if tier not in tiers:
                at = declared_at or ("feeds", "institution", number, "columns", "tier")
                words = f"there is no tier '{tier}' under 'tiers'{did_you_mean(tier, tiers)}"
                yield SqlFault(f"feed 'institution', table '{mapping.table}': {words}", *at)


def _declared_faults(source: Source) -> Iterator[SqlFault]:
    """Look-ups and bands that an expression asks for by a name that is not declared: they would be empty."""
    known = {"look_up": list(source.look_ups), "band": list(source.bands)}
    words = source.model_dump(mode="json", include={"tables", "feeds", "identities"})
    for at, text in _texts(words, ()):
        for kind, name in _DECLARED.findall(text):
            if name not in known[kind.lower()]:
                near = did_you_mean(name, known[kind.lower()])
                yield SqlFault(f"there is no {kind.lower().replace('_', '-')} '{name}'{near}", *at)


def _texts(words: Any, at: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Every text within some words, with where it stands."""
    if isinstance(words, str):
        yield at, words
    elif isinstance(words, dict | list):
        for key, inner in words.items() if isinstance(words, dict) else enumerate(words):
            yield from _texts(inner, (*at, key))
