"""Vocabularies of a contract: drawn from one another, and every spelling with its code."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from ingest.contracts.column import Column
from ingest.contracts.faults import did_you_mean, line
from ingest.contracts.yaml_file import Document
from ingest.errors import SangamError

VOCABULARY_SEPARATOR = "\x1f"


def flat_vocabulary(words: Any) -> dict[str, str]:
    """Every spelling with its code: from a list of codes, or codes with their spellings, or a mix of both."""
    if isinstance(words, Mapping):
        return {
            match_spelling(s): str(code)
            for code, spellings in words.items()
            for s in (code, *([spellings] if isinstance(spellings, str) else spellings or ()))
        }
    return {match_spelling(w): str(w) for w in words}


def match_spelling(word: Any) -> str:
    """A spelling of a vocabulary as cleaned text is matched to it: without joiners."""
    return unicodedata.normalize("NFC", " ".join(str(word).split())).translate({0x200C: None, 0x200D: None})


def spellings(column: Column, vocabularies: Mapping[str, Any]) -> dict[str, str]:
    """The column's spellings with their codes; keyed by parent and spelling where the vocabulary is nested."""
    words = vocabularies[column.vocabulary]
    if not column.within:
        return flat_vocabulary(words)
    return {
        f"{parent}{VOCABULARY_SEPARATOR}{spelling}": code
        for parent, inner in words.items()
        for spelling, code in flat_vocabulary(inner).items()
    }


def drawn_vocabularies(document: Document) -> dict[str, Any]:
    """A source's vocabularies with `keys of …` and `values of …` worked out.

    Raises SangamError, naming file and line, where the named vocabulary is not there or has no words under keys.
    """
    vocabularies: dict[str, Any] = document.content["vocabularies"]
    drawn = dict(vocabularies)
    for name, words in vocabularies.items():
        if isinstance(words, list | dict):
            continue
        match = re.fullmatch(r"(keys|values) of (\S+)", str(words).strip())
        nested = vocabularies.get(match.group(2)) if match else None
        if match is None or not isinstance(nested, dict):
            keyed = {n for n, w in vocabularies.items() if isinstance(w, dict)}
            near = did_you_mean(match.group(2), keyed) if match else "."
            expected = "a list, or 'keys of <vocabulary>' or 'values of …' with one that has words under keys"
            raise SangamError(
                line(
                    document,
                    ("vocabularies", name),
                    f"vocabulary '{name}' is '{words}', expected {expected}{near}",
                )
            )
        drawn[name] = list(nested) if match.group(1) == "keys" else _all_words(nested)
    return drawn


def _all_words(nested: dict[str, Any]) -> dict[str, list[str]]:
    """Every word under any key with its spellings; a word under two keys keeps those of both."""
    words: dict[str, list[str]] = {}
    for inner in nested.values():
        for word in inner or ():
            spellings = (inner[word] or ()) if isinstance(inner, dict) else ()
            words.setdefault(str(word), []).extend([spellings] if isinstance(spellings, str) else spellings)
    return words
