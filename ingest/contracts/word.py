"""What all words of a contract have in common."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


class Word(BaseModel):
    """Base of all contract words: an unknown key is a spelling mistake, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"'{pattern}' is no regular expression: {error}.") from error
    return pattern


Regex = Annotated[str, AfterValidator(_compiles)]


def _is_an_encoding(name: str) -> str:
    try:
        if name:
            "".encode(name)
    except LookupError as error:
        raise ValueError(
            f"'{name}' is no encoding of text; write it as utf-8, utf-16, windows-1252, windows-1256."
        ) from error
    return name


Encoding = Annotated[str, AfterValidator(_is_an_encoding)]


def in_order(needs: dict[str, set[str]]) -> list[str]:
    """The names with those they need first. Raises ValueError where they go round in a circle."""
    done: list[str] = []
    waiting = dict(needs)
    while waiting:
        ready = [name for name, needed in waiting.items() if needed <= set(done)]
        if not ready:
            raise ValueError(f"The references among {', '.join(waiting)} go round in a circle.")
        done += ready
        for name in ready:
            del waiting[name]
    return done
