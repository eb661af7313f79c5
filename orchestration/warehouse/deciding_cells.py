"""Which delivered cells of a record decide whether and with what it counts for an indicator.

The words of the definition's expressions are followed back through the contract's feeds to the columns of the table.
Pure: reads no warehouse and no lake.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ingest.contracts.mapping import Mapping
from ingest.contracts.source import Source

# Columns of facts that the models compute, and the columns of feeds they are computed from.
COMPUTED = {
    "common_service_code": ("service_code",),
    "cost_amount": ("costs",),
    "days_to_receipt": ("opened_on", "received_on"),
    "is_active": ("formed_on", "closed_on", "sales"),
    "is_closed": ("status", "closed_on"),
    "is_operating": ("formed_on", "closed_on"),
    "month_on": ("observed_on",),
    "net_income_amount": ("sales", "costs"),
    "quarters_since_start": ("formed_on",),
    "sales_amount": ("sales",),
    "survived_twelve_months": ("formed_on", "closed_on"),
    "visit_count": ("received_on",),
}


@dataclass(frozen=True)
class Words:
    """What SQL expressions name."""

    names: tuple[str, ...]  # columns and keys of answers or attributes, in the order they are used
    literals: frozenset[str]


def deciding_cells(
    expressions: Iterable[str | None], source: Source, table: str, columns: Collection[str]
) -> list[str]:
    """Those of a record's columns that the expressions use, in the order of their use.

    `expressions`: the definition's, those that matter most first; `table`: as delivered.
    """
    words = words_of([expression for expression in expressions if expression])
    mappings = [
        mapping
        for feed in source.feeds.values()
        for mapping in feed
        if mapping.table == source.template(table) and _is_meant(mapping, words)
    ]
    found = (
        column
        for name in words.names
        for mapping in mappings
        for column in _columns_of(name, mapping, words, columns)
    )
    return list(dict.fromkeys(found))


def words_of(expressions: Sequence[str]) -> Words:
    """The names and literals of SQL expressions; `answers['age']` is the name `age`."""
    text = re.sub(r"\w+\['(\w+)'\]", r"\1", " ; ".join(expressions))
    names = re.findall(r"[a-z_]\w*", re.sub(r"'[^']*'", "''", text))
    return Words(
        tuple(dict.fromkeys(part for name in names for part in (name, *COMPUTED.get(name, ())))),
        frozenset(re.findall(r"'([^']*)'", text)),
    )


def _is_meant(mapping: Mapping, words: Words) -> bool:
    """Whether rows of a mapping can be what the expressions ask for: not where it states another constant."""
    stated = (
        (name, constant[1])
        for name, expression in mapping.columns.items()
        if (constant := re.fullmatch(r"\s*'([^']*)'\s*", expression))
    )
    return all(name not in words.names or constant in words.literals for name, constant in stated)


def _columns_of(name: str, mapping: Mapping, words: Words, columns: Collection[str]) -> Iterator[str]:
    """The delivered columns from which a mapping makes a column, or an answer, of a feed."""
    expression = {**mapping.attributes, **mapping.columns}.get(name)
    if expression is None:
        return
    bare = re.sub(r"'[^']*'", "''", expression)
    for alias in mapping.look_up:  # the cells of another record
        bare = re.sub(rf'\b{re.escape(alias)}\.("[^"]*"|\w+)', "", bare)
    named = [quoted or word for quoted, word in re.findall(r'"([^"]*)"|(\w+)', bare)]
    for word in named:
        if mapping.unpivot and word == mapping.unpivot.value:
            yield from _turned(mapping, words, columns)
        elif word in columns:
            yield word


def _turned(mapping: Mapping, words: Words, columns: Collection[str]) -> Iterator[str]:
    """Of the columns that become rows those whose measure is asked for; all where none is told apart."""
    turned = mapping.unpivot.columns if mapping.unpivot else {}
    if isinstance(turned, str):
        yield from (column for column in columns if re.fullmatch(turned, column))
        return
    is_measure = bool(mapping.unpivot and mapping.unpivot.name in mapping.columns.values())
    yield from (
        column
        for column, measure in turned.items()
        if column in columns and (not is_measure or measure in words.literals)
    )
