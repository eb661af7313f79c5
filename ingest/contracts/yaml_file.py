"""YAML as the project's files are written in: values with the place of each, and one file laid over another.

YAML 1.2's booleans: `yes`, `no` and `on` are words, as they are in surveys and in SQL. Which words are known, and how
a fault in them is told, is in `faults`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ingest.errors import SangamError

# libyaml's parser, ten times as fast as the one in Python, where PyYAML was built with it.
_Fast: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MERGE = "tag:yaml.org,2002:merge"


class _Loader(_Fast):
    """YAML 1.2's booleans."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


@dataclass(slots=True)
class WordPlace:
    """Where a value stands: its file and line, and the places of what is in it, by key or number."""

    file: Path
    line: int
    inner: dict[Any, WordPlace] = field(default_factory=dict)
    under: WordPlace | None = None  # where the mapping stands that this one is laid over
    taken_out: dict[Any, WordPlace] = field(default_factory=dict)  # keys that are removed here by `null`

    @property
    def shown(self) -> str:
        """File and line as people read them: below the folder they work in, without it."""
        return f"{shown(self.file)}:{self.line}"


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, or several laid over each other, with the places."""

    content: Any
    place: WordPlace

    def part(self, *path: str) -> Document:
        """What stands under some keys; an empty mapping where nothing does."""
        content, place = self.content, self.place
        for key in path:
            content = content.get(key) if isinstance(content, dict) else None
            place = place.inner.get(key, WordPlace(place.file, place.line))
        return Document({} if content is None else content, place)

    def without(self, *keys: str) -> Document:
        """The same without some keys."""
        return Document({k: v for k, v in self.content.items() if k not in keys}, self.place)


def shown(file: Path) -> str:
    """A file's path as people read it."""
    return str(file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file)


def read_mapping(file: Path) -> Document:
    """A file of words and values. Raises SangamError as `read` does, and where it is a list or one value."""
    found = read(file)
    if not isinstance(found.content, dict):
        raise SangamError(
            f"{found.place.shown}: expected words with their values (word: value), not a list or text."
        )
    return found


def read(file: Path, *, as_text: bool = False) -> Document:
    """A file's values and their places; an empty mapping for an empty file.

    `as_text`: every scalar as the text it is written as. Raises SangamError, naming file and line, where it is no
    YAML, or says a key twice.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise SangamError(f"{shown(file)}: there is no such file. Write it; a sibling shows how.") from error
    except UnicodeDecodeError as error:
        raise SangamError(f"{shown(file)}: not UTF-8 ({error}). Save it as UTF-8.") from error
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            reading = _Reading(loader, file, as_text)
            found = Document({}, WordPlace(file, 1)) if node is None else reading.read(node, node)
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise SangamError(_unreadable(file, error)) from error
    if reading.faults:
        raise SangamError("\n".join(reading.faults))
    return found


def values(content: bytes) -> Any:
    """What YAML says, without places: a copy of a file that was read before."""
    return yaml.load(content, _Loader)  # noqa: S506 - a safe one


def _unreadable(file: Path, error: yaml.YAMLError) -> str:
    """Where and why a file is no YAML."""
    mark, words = None, [" ".join(str(error).split())]
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        words = [word for word in (error.problem, error.context) if word]
    where = f"{shown(file)}:{mark.line + 1}" if mark else shown(file)
    return f"{where}: not readable as YAML: {', '.join(words)}. Check blanks, quotes and colons."


class _Reading:
    """One file's nodes as values; faults that leave a value readable are gathered."""

    def __init__(self, loader: Any, file: Path, as_text: bool) -> None:
        self._loader, self._file, self._as_text = loader, file, as_text
        self._open: set[int] = set()
        self.faults: list[str] = []

    def read(self, node: Any, at: Any) -> Document:
        """A node's value; its place is the line of `at`, the key it stands under."""
        place = WordPlace(self._file, at.start_mark.line + 1)
        if isinstance(node, yaml.ScalarNode):
            return Document(self._scalar(node), place)
        if id(node) in self._open:
            self._fault(at, "a value that holds itself (by & and *)")
            return Document(None, place)
        self._open.add(id(node))
        content: Any = {} if isinstance(node, yaml.MappingNode) else [None] * len(node.value)
        for key, value, where in self._items(node):
            inner = self.read(value, where)
            content[key], place.inner[key] = inner.content, inner.place
        self._open.discard(id(node))
        return Document(content, place)

    def _items(self, node: Any) -> Iterator[tuple[Any, Any, Any]]:
        if isinstance(node, yaml.SequenceNode):
            yield from ((number, value, value) for number, value in enumerate(node.value))
            return
        inherited = [value for key, value in node.value if key.tag == _MERGE]
        own = [(key, value) for key, value in node.value if key.tag != _MERGE]
        lines: dict[Any, int] = {}
        for key_node, value in own:
            if not isinstance(key_node, yaml.ScalarNode):
                self._fault(key_node, "a key has to be one word: write it out, or put it in quotes")
                continue
            key = self._scalar(key_node)
            if key in lines:
                self._fault(
                    key_node, f"'{key}' is given twice, first in line {lines[key]}. Take one of them out"
                )
            lines.setdefault(key, key_node.start_mark.line + 1)
            yield key, value, key_node
        for other in inherited:
            for mapping in other.value if isinstance(other, yaml.SequenceNode) else [other]:
                yield from (item for item in self._items(mapping) if item[0] not in lines)

    def _scalar(self, node: Any) -> Any:
        if self._as_text:
            return node.value
        try:
            return self._loader.construct_object(node)
        except ValueError as error:  # a date that does not exist, for example
            self._fault(node, f"'{node.value}' is no value: {error}")
            return None

    def _fault(self, node: Any, words: str) -> None:
        self.faults.append(f"{shown(self._file)}:{node.start_mark.line + 1}: {words}.")


def merge(base: Document, own: Document) -> Document:
    """`base` with `own` laid over it: mappings merge, other values replace, null removes. Places follow the values."""
    content, inner = dict(base.content), dict(base.place.inner)
    taken_out: dict[Any, WordPlace] = dict(base.place.taken_out)
    for key, value in own.content.items():
        at = own.place.inner.get(key, own.place)
        if value is None:
            content.pop(key, None)
            inner.pop(key, None)
            taken_out[key] = at
        elif isinstance(value, dict) and isinstance(content.get(key), dict):
            there = Document(content[key], inner.get(key, base.place))
            merged = merge(there, Document(value, at))
            content[key], inner[key] = merged.content, merged.place
        else:
            content[key], inner[key] = value, at
    if not own.content:
        return Document(
            content, WordPlace(base.place.file, base.place.line, inner, base.place.under, taken_out)
        )
    return Document(content, WordPlace(own.place.file, own.place.line, inner, base.place, taken_out))
