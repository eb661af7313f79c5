"""A trial of a contract: every SQL expression of a source bound against empty tables, before a delivery is read.

A misspelt column is told with file and line. What only fails with records in the tables is told where it fails.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import duckdb

from ingest.boundary.published import published_columns
from ingest.cleaning import phones
from ingest.cleaning.columns import CellSql, cell_sql
from ingest.cleaning.look_ups import define_look_ups
from ingest.cleaning.naming import e, v
from ingest.code_state import code_fingerprint
from ingest.contracts.loading import load_region, source_words
from ingest.contracts.region import Region
from ingest.contracts.source import Source
from ingest.errors import SangamError
from ingest.judging import rules
from ingest.judging.judged_drop import JudgedDrop
from ingest.judging.sql_faults import SqlFault
from ingest.mapping import identities, selects
from ingest.mapping.mapping_faults import column_names, naming_mapping
from ingest.sql import quote, sql_name

_DAY = date(2000, 12, 31)
_KEY = b"no secret: nothing is made with it"
_FINDINGS = "(tbl VARCHAR, record BIGINT, code VARCHAR, col VARCHAR"


def require_sound(region: str, source: str, home: Path | None = None) -> None:
    """Raises SangamError, naming file and line, where an expression of a source's contract does not work.

    `home`: where a trial that went well is noted, so that the same contract is not tried again.
    """
    contract = load_region(region)
    looked_up = sorted(contract.sources[source].looked_up_sources() | {source})
    words = json.dumps([contract.sources[name].model_dump(mode="json") for name in looked_up], sort_keys=True)
    mark = hashlib.sha256(f"{_code()} {words}".encode()).hexdigest()[:16]
    noted = home / "lake" / "trials" / mark if home else None
    if noted and noted.exists():
        return
    if faults := _tried(region, source, mark):
        raise SangamError("\n".join(faults))
    if noted:
        with contextlib.suppress(OSError):  # a home that is only read: the next one tries again
            noted.parent.mkdir(parents=True, exist_ok=True)
            noted.touch()


@cache
def _code() -> str:
    return code_fingerprint("ingest.trial", packages=("duckdb",))


@cache
def _tried(region: str, source: str, mark: str) -> tuple[str, ...]:
    """What is wrong with a contract; `mark` is another one when it says something else."""
    document, name = source_words(region, source), f"{region}/{source}"
    return tuple(str(fault.placed(document, name)) for fault in _faults(load_region(region), source))


def _faults(contract: Region, name: str) -> Iterator[SqlFault]:
    source = contract.sources[name]
    if fault := _phone_fault(source):
        yield fault
        return
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(f"CREATE TABLE findings {_FINDINGS})")
        connection.execute(f"CREATE TABLE warnings {_FINDINGS}, key VARCHAR, message VARCHAR)")
        define_look_ups(connection, source)
        drop = JudgedDrop(connection, source, _DAY, _KEY, _cells(source))
        for table in source.tables:
            _create(drop, table)
        yield from _rule_faults(drop, _outside(drop, contract, name))
        yield from _identity_faults(drop)
        yield from _feed_faults(drop)


def _phone_fault(source: Source) -> SqlFault | None:
    """A country whose numbering plan nobody knows, where some column has phone numbers."""
    if any(c.type == "phone" for table in source.tables.values() for c in table.columns.values()):
        try:
            phones.plan(source.country)
        except SangamError as error:
            return SqlFault(str(error), "country")
    return None


def _cells(source: Source) -> dict[str, list[CellSql]]:
    """The columns of every table; one of each kind that a header may name in many ways."""
    return {
        name: [
            cell_sql(column.replace("{", "").replace("}", ""), words, source, (), _DAY)
            for column, words in table.columns.items()
        ]
        for name, table in source.tables.items()
    }


def _create(drop: JudgedDrop, table: str) -> None:
    cells = drop.cells[table]
    values = "".join(f", {v(cell.name)} {cell.sql_type}, {e(cell.name)} UTINYINT" for cell in cells)
    maps = "_delivered MAP(VARCHAR, VARCHAR), _notes MAP(VARCHAR, VARCHAR)"
    drop.connection.execute(f"CREATE TABLE {drop.table(table)} (_record BIGINT, _row BIGINT, {maps}{values})")


def _published(drop: JudgedDrop, table: str) -> str:
    """The table as the lake has it: pseudonyms, no names."""
    columns = published_columns(drop.cells[table], drop.source.tables[table], _KEY)
    shown = ", ".join(f"{sql} AS {sql_name(column)}" for column, sql in columns)
    place = f"'' AS _file, {quote(table)} AS _table, '' AS _sha256, _row, _record, _delivered, _notes"
    return f"(SELECT {shown}, {place} FROM {drop.table(table)})"


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
        there = replace(drop, source=other, cells=_cells(other))
        relation = sql_name(f"outside_{number}")
        create = _published(there, look.table).replace(drop.table(look.table), relation)
        cells = there.cells[look.table]
        values = "".join(f", {v(cell.name)} {cell.sql_type}" for cell in cells)
        maps = "_delivered MAP(VARCHAR, VARCHAR), _notes MAP(VARCHAR, VARCHAR)"
        drop.connection.execute(f"CREATE TABLE {relation} (_record BIGINT, _row BIGINT, {maps}{values})")
        relations[look.outside] = create
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
    for table in drop.source.tables:
        drop.connection.execute(f"CREATE VIEW {sql_name(table)} AS SELECT * FROM {_published(drop, table)}")
    for feed, mappings in drop.source.feeds.items():
        for number, mapping in enumerate(mappings):
            names = column_names(drop.connection, mapping.table)
            try:
                with naming_mapping(f"feed '{feed}'", mapping, ("feeds", feed, number), drop.connection):
                    drop.connection.execute(selects.feed_select(feed, mapping, names))
            except SqlFault as fault:
                yield fault
