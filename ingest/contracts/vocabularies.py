"""Vocabularies of a contract: drawn from one another, and every spelling with its code."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from ingest.contracts.column import Column
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


def drawn_vocabularies(vocabularies: dict[str, Any], where: str) -> dict[str, Any]:
    """The vocabularies with `keys of …` and `values of …` worked out.

    Raises SangamError where the named vocabulary is not there or has no words under keys.
    """
    drawn = dict(vocabularies)
    for name, words in vocabularies.items():
        if not isinstance(words, str):
            continue
        match = re.fullmatch(r"(keys|values) of (\S+)", words.strip())
        nested = vocabularies.get(match.group(2)) if match else None
        if match is None or not isinstance(nested, dict):
            raise SangamError(
                f"The contract {where}: vocabulary '{name}' is '{words}'. Give a list, or 'keys of <vocabulary>' or "
                "'values of <vocabulary>' with one that has its words under keys."
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
