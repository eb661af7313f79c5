"""Findings in one plain line: what is wrong, what was expected, how to mend it. The words are in the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest.contracts.column import Column
from ingest.contracts.source import Source
from ingest.contracts.table import Table
from ingest.feedback.catalogue import ENGLISH, Catalogue, english

_WORDS_SHOWN = 12


def message(code: str, table: Table) -> str:
    """The message of a code, with {column}, {value} and {expected} to be filled in; a rule's is its contract's."""
    rule = table.rules.get(code.removeprefix("rule:"))
    return english().message(code) or (rule.message if rule else "")


def messages(table: Table) -> dict[str, str]:
    """The messages of all reasons there can be for a table's records, by code."""
    own = [f"rule:{name}" for name, rule in table.rules.items() if rule.severity == "error"]
    known = [code for code in english().words["codes"] if english().message(code)]
    return {code: message(code, table) for code in (*known, *own)}


def expected(column: Column, source: Source, words: Catalogue | None = None) -> str:
    """What a cell of a source's column may hold, for a person; empty where its type says it all."""
    say = (words or english()).words.get("expected") or english().words["expected"]
    if column.vocabulary:
        return (
            str(say["within"]).format(column=column.within)
            if column.within
            else _listed(source.vocabularies, column)
        )
    if identifier := source.identifiers.get(column.type):
        texts = identifier.expected
        return f"{identifier.name}: {texts.get((words or english()).code) or texts[ENGLISH]}"
    bounds = (("at_least", column.min), ("at_most", column.max), ("above", column.above))
    parts = [str(say[word]).format(bound=f"{bound:,.12g}") for word, bound in bounds if bound is not None]
    return str(say["and"]).join(parts)


def _listed(vocabularies: Mapping[str, Any], column: Column) -> str:
    words = vocabularies[column.vocabulary]
    names = [str(word) for word in words] if isinstance(words, list | dict) else []
    return ", ".join(names[:_WORDS_SHOWN]) + (" …" if len(names) > _WORDS_SHOWN else "")
