"""Faults in the words of a YAML file, as lines to a person: file, line, path, what is wrong, the nearest known word.

One style for contracts, logframes, suites, corrections and decisions. Which words there are is in the models.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from ingest.contracts.yaml_file import Document, WordPlace
from ingest.errors import SangamError
from ingest.nearest import nearest

T = TypeVar("T")
Path = tuple[Any, ...]
_SHOWN = 20  # known words that are listed where none is near


class Fault(ValueError):  # noqa: N818 - of words, told as a line
    """What a model found wrong in its words.

    `at`: where, as keys within the model; `word`: the unknown word, if it is one; `known`: those there are.
    """

    def __init__(self, message: str, *at: Any, word: str = "", known: Iterable[str] = ()) -> None:
        super().__init__(message + (did_you_mean(word, known) if word else ""))
        self.at = at


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown word: the nearest known one, or all where none is near."""
    words = sorted({str(one) for one in known})
    if near := nearest([str(word)], {one: one for one in words}):
        return f", did you mean '{near}'?"
    return f", known: {', '.join(words[:_SHOWN])}{' …' if len(words) > _SHOWN else ''}." if words else "."


def checked(kind: type[T], document: Document) -> T:
    """The document's values as a model (or a list of models). Raises SangamError with a line for each fault."""
    try:
        return TypeAdapter(kind).validate_python(document.content)
    except ValidationError as error:
        lines = dict.fromkeys(_told(kind, document, one) for one in error.errors())
        raise SangamError("\n".join(lines)) from error


def line(document: Document, path: Iterable[Any], message: str) -> str:
    """One fault in a line. What of `path` is not in the document (such as the name of a kind) is passed over."""
    place, names = _found(document, path)
    return ": ".join(word for word in (place.shown, names, message) if word)


def _found(document: Document, path: Iterable[Any]) -> tuple[WordPlace, str]:
    place, content, names = document.place, document.content, ""
    for key in path:
        if key not in place.inner:
            continue
        place = place.inner[key]
        content = content[key] if isinstance(content, dict | list) else None
        names += f"[{_title(content, key)}]" if isinstance(key, int) else f"{'.' if names else ''}{key}"
    return place, names


def _title(item: Any, number: int) -> str:
    """How an entry of a list is called: by its own identifier, else by its number."""
    named = (item.get(word) for word in ("id", "code", "dimension")) if isinstance(item, dict) else iter(())
    return next((str(name) for name in named if isinstance(name, str)), str(number + 1))


def _told(kind: Any, document: Document, error: ErrorDetails) -> str:
    path, given, context = error["loc"], error["input"], error.get("ctx", {})
    last = path[-1] if path else ""
    match error["type"]:
        case "extra_forbidden":
            near = did_you_mean(str(last), known_words(kind, path[:-1]))
            return line(document, path, f"there is no word '{last}' here{near}")
        case "missing":
            return _missing(document, path)
        case "literal_error":
            known = re.findall(r"'([^']*)'", context["expected"])
            near = did_you_mean(str(given), known)
            return line(document, path, f"'{given}' is not known{near}")
        case "value_error":
            fault = context["error"]
            return line(document, (*path, *getattr(fault, "at", ())), str(fault))
    expected = re.sub(r"^\w+ should (?:be|have|match) ", "", error["msg"]).partition(", unable to ")[0]
    return line(
        document, path, f"{_short(given)} does not fit, expected {expected[:1].lower()}{expected[1:]}."
    )


def _missing(document: Document, path: Path) -> str:
    """A word that is needed and not given: taken out by what is laid over it, or never there."""
    place, names = _found(document, path[:-1])
    removed = place.taken_out.get(path[-1])
    while place.under:
        place = place.under
    words = f"'{path[-1]}' is needed: " + ("do not take it out." if removed else "give it.")
    return ": ".join(word for word in ((removed or place).shown, names, words) if word)


def _short(value: Any) -> str:
    """A value as it is quoted in a message."""
    if isinstance(value, Mapping):
        return "a mapping (word: value)"
    if isinstance(value, list):
        return "a list"
    return "nothing" if value is None else f"'{value}'"


def in_short(told: str) -> str:
    """The first of several faults, and how many more there are."""
    first, *more = told.splitlines()
    return f"{first} (and {len(more)} more)" if more else first


def known_words(kind: Any, path: Iterable[Any]) -> list[str]:
    """The words a model knows at a place within it."""
    kinds = [kind]
    for key in path:
        # A key that leads nowhere is pydantic's name of a kind among several.
        kinds = [inner for one in kinds for inner in _inner(one, key)] or kinds
    models = [model for one in kinds for model in _models(one)]
    return [field.alias or name for model in models for name, field in model.model_fields.items()]


def _models(kind: Any) -> list[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [kind]
    if get_origin(kind) in (Union, types.UnionType, Annotated):
        return [model for member in get_args(kind) for model in _models(member)]
    return []


def _inner(kind: Any, key: Any) -> list[Any]:
    """The kinds of value that stand under a key of a kind."""
    origin, members = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType, Annotated):
        return [inner for member in members for inner in _inner(member, key)]
    if origin is dict:
        return [members[1]]
    if origin in (list, tuple) and isinstance(key, int):
        return [members[0]]
    fields = kind.model_fields if isinstance(kind, type) and issubclass(kind, BaseModel) else {}
    return [field.annotation for name, field in fields.items() if key in (name, field.alias)]
