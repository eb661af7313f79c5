"""Names in SQL dumps, the heads of INSERT and COPY, and what CREATE TABLE says of its columns."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ingest.readers.sql_tokens import Dialect, tokens

_NAME = rb"(?:`(?:[^`]|``)+`|\"(?:[^\"]|\"\")+\"|[\w$\x80-\xff]+)"
QUALIFIED = _NAME + rb"(?:\s*\.\s*" + _NAME + rb")*"
_COLUMN_LIST = rb"(\((?:[^()`\"]|`(?:[^`]|``)*`|\"(?:[^\"]|\"\")*\")*\))?"
INSERT = re.compile(
    rb"(?:INSERT|REPLACE)\s+(?:(?:LOW_PRIORITY|DELAYED|HIGH_PRIORITY|IGNORE)\s+)*INTO\s+("
    + QUALIFIED
    + rb")\s*"
    + _COLUMN_LIST
    + rb"\s*(?:OVERRIDING\s+(?:SYSTEM|USER)\s+VALUE\s+)?VALUES?\s*\(",
    re.IGNORECASE,
)
DEFAULT_ROW = re.compile(rb"INSERT\s+INTO\s+(" + QUALIFIED + rb")\s+DEFAULT\s+VALUES\s*;", re.IGNORECASE)
COPY = re.compile(
    rb"COPY\s+(" + QUALIFIED + rb")\s*" + _COLUMN_LIST + rb"\s*FROM\s+stdin[ \t]*;[ \t]*\r?\n", re.IGNORECASE
)
_STRING = re.compile(rb"'((?:[^'\\]|''|\\.)*)'", re.DOTALL)
_DEFAULT = re.compile(
    rb"\bDEFAULT\s+\(?('(?:[^'\\]|''|\\.)*'|[\w.+-]+)\)?(?!\s*\()(?:::[\w \"]+)?", re.IGNORECASE | re.DOTALL
)
_COMPUTED = re.compile(rb"\b(?:GENERATED\s+ALWAYS\s+)?AS\s*\(|\bAS\s+ROW\s+(?:START|END)", re.IGNORECASE)
_COUNTED = re.compile(rb"\bAUTO_INCREMENT\b|\bAS\s+IDENTITY\b|\A\S+\s+\w*SERIAL\b", re.IGNORECASE)
_HIDDEN = re.compile(rb"\bINVISIBLE\b", re.IGNORECASE)
_NUMBER = re.compile(rb"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")


@dataclass(frozen=True)
class Column:
    """A column of a created table. `absent`: what an INSERT without it leaves there, "" for what `default` says.

    `computed`: the database works its values out. `hidden`: rows without a list of columns do not fill it.
    """

    name: str
    kind: str
    default: str | None = None
    absent: str = ""
    computed: bool = False
    hidden: bool = False


def plain_name(quoted: bytes, dialect: Dialect) -> str:
    """A name without its quotes; PostgreSQL reads others in small letters."""
    text = quoted.strip().decode("utf-8", "sangam-cp1252")
    if text[:1] in ("`", '"'):
        return text[1:-1].replace(text[0] * 2, text[0])
    return text if dialect.is_mysql else text.lower()


def names(qualified: bytes, dialect: Dialect) -> tuple[str, ...]:
    """The parts of a possibly qualified name."""
    return tuple(plain_name(part, dialect) for part in re.findall(_NAME, qualified))


def column_list(listed: bytes | None, dialect: Dialect) -> list[str]:
    """The names of `(a, "b", `c`)`; empty when there is no list."""
    return [plain_name(name, dialect) for name in re.findall(_NAME, (listed or b"").strip()[1:-1])]


def columns_of(text: bytes, start: int, dialect: Dialect) -> list[Column]:
    """The columns of a CREATE TABLE whose definitions begin at `start`."""
    columns = []
    for definition in definitions(text, start, dialect):
        found = re.match(_NAME, definition)
        if found and not dialect.keys.match(definition):
            columns.append(_column(plain_name(found.group(), dialect), definition[found.end() :], dialect))
    return columns


def _column(name: str, rest: bytes, dialect: Dialect) -> Column:
    bare = re.sub(_STRING, b"''", rest)
    kind = re.match(rb"\s*\"?(\w+)", rest)
    named = kind.group(1).decode().upper() if kind else ""
    hidden = dialect.is_mysql and _HIDDEN.search(bare) is not None
    return replace(_filled(name, named, rest, bare, dialect), hidden=hidden)


def _filled(name: str, named: str, rest: bytes, bare: bytes, dialect: Dialect) -> Column:
    if _COMPUTED.search(bare) and not re.search(rb"\bAS\s+IDENTITY\b", bare, re.IGNORECASE):
        return Column(name, named, absent="computed by the database", computed=True)
    if _COUNTED.search(b"x " + bare.lstrip()):
        return Column(name, named, absent="numbered by the database")
    return with_default(Column(name, named), rest, dialect)


def with_default(column: Column, clause: bytes, dialect: Dialect) -> Column:
    """The column with the DEFAULT that stands in `clause`."""
    if not re.search(rb"\bDEFAULT\b", re.sub(_STRING, b"''", clause), re.IGNORECASE):
        return column
    match = _DEFAULT.search(clause)
    value = match.group(1) if match else b"?"
    if value.startswith(b"'") and b"\\" not in value:
        return Column(column.name, column.kind, value[1:-1].replace(b"''", b"'").decode("utf-8", "replace"))
    if _NUMBER.fullmatch(value):
        return Column(column.name, column.kind, value.decode())
    if value.upper() == b"NULL":
        return Column(column.name, column.kind)
    if value.upper() in (b"TRUE", b"FALSE"):
        words = ("1", "0") if dialect.is_mysql else ("t", "f")
        return Column(column.name, column.kind, words[value.upper() == b"FALSE"])
    return Column(column.name, column.kind, absent="a default that the database works out")


def definitions(text: bytes, start: int, dialect: Dialect) -> list[bytes]:
    """The comma-separated parts of the first parenthesis after `start`."""
    parts: list[bytes] = []
    depth, begun = 0, start
    for token in tokens(dialect).finditer(text, start):
        if token["open"]:
            depth += 1
            begun = token.end() if depth == 1 else begun
        elif depth == 1 and (token["comma"] or token["close"]):
            parts.append(text[begun : token.start()].strip())
            begun = token.end()
        if token["close"]:
            depth -= 1
            if depth == 0:
                break
    return parts


def listed(text: bytes) -> list[bytes]:
    """The parts of `text` between commas outside parentheses and quotes."""
    parts, depth, begun = [], 0, 0
    for token in re.finditer(rb"'[^']*'|`[^`]*`|\"[^\"]*\"|[(),]", text):
        depth += {b"(": 1, b")": -1}.get(token.group(), 0)
        if token.group() == b"," and depth == 0:
            parts.append(text[begun : token.start()].strip())
            begun = token.end()
    return [*parts, text[begun:].strip()]
