"""A trial of a suite on a region's contract: what its checks are of is there, and its SQL works on empty tables.

What a suite says of itself is checked where it is loaded, in `suite`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

import duckdb

from expectations.measuring.questions import figure_sql, places_sql, words
from expectations.suite import DELIVERY, MEASURES, Kind, Place, Suite, suite_words
from ingest import empty_tables
from ingest.cleaning.look_ups import define_look_ups
from ingest.contracts.faults import did_you_mean, line
from ingest.contracts.source import Source
from ingest.judging.sql_faults import SqlFault, naming
from ingest.mapping.mapping_faults import column_names

_INSIDE = ("_delivered", "_notes", "_file", "_table", "_sha256", "_row", "_record")


def faults(suite: Suite, source: Source, programme: str, name: str) -> list[str]:
    """What of a suite does not fit the contract of a source, named `region/source`, each with file and line."""
    document = suite_words(programme, name.partition("/")[2])
    return [
        f"{line(document, fault.at, str(fault))} (suite of {name})" for fault in suite_faults(suite, source)
    ]


def suite_faults(suite: Suite, source: Source) -> Iterator[SqlFault]:
    """What of a suite does not fit the contract of a source, each with where it stands in the suite."""
    with duckdb.connect(config={"threads": 1}) as connection:
        define_look_ups(connection, source)
        empty_tables.publish(empty_tables.empty_drop(connection, source))
        columns = _columns(connection, source)
        yield from _names(suite, source, columns)
        yield from _expressions(connection, suite, columns)
    for name, place in suite.places.items():
        yield from _expected(name, place, source)


def _columns(connection: duckdb.DuckDBPyConnection, source: Source) -> dict[str, list[str]]:
    """The columns of each table's accepted records; some may stand for many, such as `IMI {1}`."""
    return {
        table: [column for column in column_names(connection, table) if column not in _INSIDE]
        for table in source.tables
    }


def _names(suite: Suite, source: Source, columns: dict[str, list[str]]) -> Iterator[SqlFault]:
    """Names and patterns under `of` that are of nothing there is."""
    known: dict[Kind, list[str]] = {
        "table": list(columns),
        "column": [f"{table}.{column}" for table, names in columns.items() for column in names],
        "figure": list(suite.figures),
        "place": list(suite.places),
        "delivery": [DELIVERY],
    }
    named_by_header = [
        re.escape(f"{table}.") + re.sub(r"\\{\d+\\}", ".+", re.escape(column))
        for table, spec in source.tables.items()
        for column, word in spec.columns.items()
        if word.header_like
    ]
    for name, check in suite.checks.items():
        kind = MEASURES[check.measure].kind
        for number, pattern in enumerate(check.of):
            there = any(fnmatchcase(one, pattern) for one in known[kind]) or (
                kind == "column" and any(re.fullmatch(header, pattern) for header in named_by_header)
            )
            if not there:
                words = f"'{pattern}' names no {kind} of this source{did_you_mean(pattern, known[kind])}"
                yield SqlFault(words, "checks", name, "of", number)


def _expressions(
    connection: duckdb.DuckDBPyConnection, suite: Suite, columns: dict[str, list[str]]
) -> Iterator[SqlFault]:
    """SQL of figures and places that does not work."""
    known = {column for names in columns.values() for column in names} | columns.keys()
    asked: list[tuple[str, tuple[str, ...], dict[tuple[str, ...], str], str]] = []
    for name, figure in suite.figures.items():
        parts: dict[tuple[str, ...], str] = {("value",): figure.value, ("from",): figure.source}
        asked.append((f"figure '{name}'", ("figures", name), parts, figure_sql(figure)))
    for name, place in suite.places.items():
        parts = {("place",): place.place, ("from",): place.source}
        asked.append((f"place '{name}'", ("places", name), parts, places_sql(place, "now")))
    for what, at, parts, sql in asked:
        try:
            with naming(what, at, parts, known, columns):
                connection.execute(sql)
        except SqlFault as fault:
            yield fault


def _expected(name: str, place: Place, source: Source) -> Iterator[SqlFault]:
    """The vocabulary of expected places, and the words of it that are not expected."""
    if not place.expected:
        return
    at = ("places", name)
    vocabulary = source.vocabularies.get(place.expected)
    if vocabulary is None:
        near = did_you_mean(place.expected, source.vocabularies)
        yield SqlFault(f"vocabulary '{place.expected}' is not listed{near}", *at, "expected")
        return
    there = words(vocabulary, place.nested)
    yield from (
        SqlFault(f"'{word}' is no word of '{place.expected}'{did_you_mean(word, there)}", *at, "but", number)
        for number, word in _unknown(place.but, there)
    )


def _unknown(given: Iterable[str], known: Iterable[str]) -> Iterator[tuple[int, str]]:
    there = set(known)
    yield from ((number, word) for number, word in enumerate(given) if word not in there)
