"""Where a statement without rows ends, as psql and mysql find it: past strings, comments and bodies of routines."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.readers.sql_stream import SqlStream
from ingest.readers.sql_tokens import comment_end, tokens

_LONGEST_STATEMENT = 16 << 20
_BODIES = (b"TRIGGER", b"PROCEDURE", b"FUNCTION", b"EVENT", b"RULE", b"PACKAGE")
_NO_BODIES = {b"TABLE", b"VIEW", b"INDEX", b"SEQUENCE", b"TYPE", b"DOMAIN"}
_CONTROL = (b"IF", b"LOOP", b"WHILE", b"REPEAT", b"FOR")
_HEAD_WORDS = 16  # of a CREATE statement, within which it says what it creates
# Hints such as `/*!40101 …*/` are executed; with a version that no server has, they are comments.
_NO_SERVER = 900_000
# What dumps write at a line's beginning: within a string, its quote is lost or one too many.
_SWALLOWED = re.compile(
    rb"\n(?:(?:INSERT|REPLACE)\s+(?:IGNORE\s+)?INTO\s|COPY\s[^;\n]{0,999}\bFROM\s+stdin"
    rb"|(?:CREATE|DROP|ALTER)\s+TABLE\s|(?:UN)?LOCK\s+TABLES"
    rb"|-- (?:Data for )?Name: |-- (?:Table structure|Dumping data|Dump completed|PostgreSQL database dump))",
    re.IGNORECASE,
)
_PLAIN_NAME = re.compile(rb'"[\w$.]+"')


@dataclass(frozen=True)
class Statement:
    """One statement: `text` without comments, `bare` without what stands in its strings, and its line.

    `body`: it makes a routine, trigger or rule, whose statements are not executed. `swallowed`: what looks like another
    statement, within a string.
    """

    text: bytes
    bare: bytes
    line: int
    body: bool
    swallowed: bytes = b""


def statement(stream: SqlStream) -> Statement:
    """The statement at the stream's place, which is passed with its delimiter.

    Raises Refused for one that is cut off, and for one that is far too long.
    """
    while True:
        found = _Splitter(stream).statement()
        if found is not None:
            return found
        if len(stream.data) - stream.pos > _LONGEST_STATEMENT:
            raise stream.refused(
                f"the statement '{stream.shown()}' does not end within {_LONGEST_STATEMENT >> 20} MiB: a quote or its "
                "';' is lost. Export the dump again."
            )
        begun = stream.line
        if not stream.more():
            raise stream.cut(f"within the statement of line {begun}, '{stream.shown()}'")


class _Splitter:
    """Goes through the tokens of the statement at the stream's place."""

    def __init__(self, stream: SqlStream) -> None:
        self._stream, self._data, self._done = stream, stream.data, stream.pos
        self._mysql = stream.dialect.is_mysql
        self._are_strings = self._mysql and not stream.dialect.ansi_quotes  # what stands in double quotes
        self._text: list[bytes] = []
        self._bare: list[bytes] = []
        self._words: list[bytes] = []
        self._depth = self._nested = 0
        self._is_body = self._is_hint = False
        self._swallowed = b""

    def statement(self) -> Statement | None:
        """The statement, None where the bytes there are do not hold its end."""
        stream, place = self._stream, self._stream.pos
        pattern = tokens(stream.dialect, stream.delimiter)
        while place >= 0 and (token := pattern.search(self._data, place)):
            kind = token.lastgroup
            if kind == "end":
                if self._goes_on():
                    place = token.end()
                    continue
                self._keep(token.start(), token.end(), b"")
                line, stream.pos = stream.line, token.end()
                text, bare = b"".join(self._text), b"".join(self._bare)
                return Statement(text, bare, line, self._is_body, self._swallowed)
            if kind == "cut" or (kind == "note" and token.end() == len(self._data)):
                return None
            place = self._pass(kind, token)
        return None

    def _goes_on(self) -> bool:
        """Whether the semicolon stands within a body, a hint or, as psql has it, within parentheses."""
        is_plain = self._stream.delimiter == b";"
        return is_plain and (self._nested > 0 or self._is_hint or (self._depth > 0 and not self._mysql))

    def _pass(self, kind: str | None, token: re.Match[bytes]) -> int:
        """Take a token; returns where to go on, -1 where it does not end."""
        start, place = token.span()
        if kind == "string" or (
            kind == "double" and self._are_strings and not _PLAIN_NAME.fullmatch(token.group())
        ):
            self._keep(start, place)
            if not self._swallowed and (swallowed := _SWALLOWED.search(token.group())):
                self._swallowed = token.group()[swallowed.start() :]
        elif kind == "tag":
            close = self._data.find(token.group(), place)
            place = close + len(token.group()) if close >= 0 else -1
            if place >= 0:
                self._keep(start, place)
        elif kind in ("comment", "hint", "note", "unhint"):
            place = self._comment(kind, token)
        elif kind in ("open", "close"):
            self._depth += 1 if kind == "open" else -1
        elif kind == "word" and (len(self._words) < _HEAD_WORDS or self._is_body):
            self._word(token.group().upper())
        return place

    def _comment(self, kind: str, token: re.Match[bytes]) -> int:
        """Take a comment, or the beginning or end of a hint; returns as `_pass`."""
        start, place = token.span()
        if kind == "comment" or (kind == "hint" and int(token["version"] or 0) >= _NO_SERVER):
            place = comment_end(self._data, place, self._stream.dialect)
        elif kind != "note":
            self._is_hint = kind == "hint"
        if place >= 0:
            self._keep(start, place, b" ")
        return place

    def _word(self, word: bytes) -> None:
        before = self._words[-1] if self._words else b""
        self._words[_HEAD_WORDS - 1 :] = [word]
        if self._words[0] == b"CREATE" and word in _BODIES and not _NO_BODIES & set(self._words):
            self._is_body = True
        if self._is_body:
            self._nested += _nesting(word, before)

    def _keep(self, start: int, end: int, instead: bytes | None = None) -> None:
        """What stands before `start` as it is, then the token, or what stands for it."""
        plain, token = bytes(self._data[self._done : start]), bytes(self._data[start:end])
        self._text += [plain, token if instead is None else instead]
        self._bare += [plain, b"''" if instead is None else instead]
        self._done = end


def _nesting(word: bytes, before: bytes) -> int:
    """How many more blocks are open behind `word` in a routine's body."""
    if word in (b"BEGIN", b"CASE"):
        return 0 if before == b"END" else 1
    if word == b"END":
        return -1
    return 1 if word in _CONTROL and before == b"END" else 0
