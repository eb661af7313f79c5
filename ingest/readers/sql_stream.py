"""The statements of an SQL dump, one after another, from a stream of bytes with bounded memory.

Finds where statements begin and end, INSERT and COPY headers and the columns of CREATE TABLE. The rows
themselves are read by `sql_values.py` and `pg_dump.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ingest.errors import Refused

_NAME = rb"(?:`(?:[^`]|``)+`|\"(?:[^\"]|\"\")+\"|[\w$\x80-\xff]+)"
_QUALIFIED = rb"(" + _NAME + rb"(?:\s*\.\s*" + _NAME + rb")*)"
_COLUMN_LIST = rb"(\((?:[^()`\"]|`(?:[^`]|``)*`|\"(?:[^\"]|\"\")*\")*\))?"
INSERT = re.compile(
    rb"(?:INSERT|REPLACE)\s+(?:(?:LOW_PRIORITY|DELAYED|HIGH_PRIORITY|IGNORE)\s+)*(?:INTO\s+)?"
    + _QUALIFIED
    + rb"\s*"
    + _COLUMN_LIST
    + rb"\s*(?:OVERRIDING\s+(?:SYSTEM|USER)\s+VALUE\s+)?VALUES?\s*\(",
    re.IGNORECASE,
)
COPY = re.compile(
    rb"COPY\s+" + _QUALIFIED + rb"\s*" + _COLUMN_LIST + rb"\s*FROM\s+stdin[^\r\n]*;[ \t]*\r?\n", re.IGNORECASE
)
_CREATE = re.compile(
    rb"CREATE\s+(?:(?:GLOBAL|LOCAL|TEMPORARY|TEMP|UNLOGGED|FOREIGN)\s+)*TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?"
    + _QUALIFIED,
    re.IGNORECASE,
)
_DELIMITER = re.compile(rb"DELIMITER[ \t]+(\S+)[^\n]*\n", re.IGNORECASE)
_BLANKS = re.compile(rb"[\s;]*")
_WORD = re.compile(rb"\w+")
_LONGEST_HEADER = 4 << 20
# mysqldump and pg_dump end with a line of their own wherever they begin with their versions; other tools write neither.
_FIRST_LINES = re.compile(
    rb"^-- (?:MySQL|MariaDB) dump .*^-- Server version"
    rb"|^-- PostgreSQL database (?:cluster )?dump.*^-- Dumped by pg_dump version",
    re.MULTILINE | re.DOTALL,
)
_LAST_LINE = re.compile(
    rb"^-- Dump completed|^-- PostgreSQL database (?:cluster )?dump complete", re.MULTILINE
)
_ENDS = 4096  # bytes of the file in which these lines stand


@dataclass(frozen=True)
class Dialect:
    """What differs between the dumps: backslashes escape or not, and which words open a key, no column."""

    backslash: bool
    token: re.Pattern[bytes]
    keys: re.Pattern[bytes]


def _tokens(string: bytes) -> re.Pattern[bytes]:
    return re.compile(
        string
        + rb"|\"(?:[^\"\\]++|\\.|\"\")*+\"|`[^`]*`|--[^\n]*(?=\n)|/\*.*?\*/|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$"
        rb"|(?P<open>\()|(?P<close>\))|(?P<comma>,)|(?P<end>;)|(?P<cut>['\"`]|/\*|--)",
        re.DOTALL,
    )


_KEYS = rb"CONSTRAINT\b|PRIMARY\s+KEY|UNIQUE\b|CHECK\s*\(|FOREIGN\s+KEY|EXCLUDE\b|LIKE\b"
MYSQL = Dialect(
    True,
    _tokens(rb"'(?:[^'\\]++|\\.|'')*+'"),
    re.compile(_KEYS + rb"|(?:KEY|INDEX|FULLTEXT|SPATIAL)\b|PERIOD\s+FOR", re.IGNORECASE),
)
POSTGRES = Dialect(False, _tokens(rb"'(?:[^']++|'')*+'"), re.compile(_KEYS, re.IGNORECASE))


class SqlStream:
    """A window on the dump's bytes: `data` from `pos` on is unread; `more` appends the next block."""

    def __init__(self, name: str, blocks: Iterable[bytes], dialect: Dialect) -> None:
        self.name, self.dialect = name, dialect
        self.data, self.pos, self.ended = bytearray(), 0, False
        self._blocks = iter(blocks)
        self._first = self._last = b""

    def more(self) -> bool:
        """Append a block and forget what was read; False at the end of the file."""
        block = next(self._blocks, None)
        self.data = self.data[self.pos :]
        self.pos = 0
        if block is None:
            self.ended = True
            return False
        self.data += block
        if len(self._first) < _ENDS:
            self._first += block[: _ENDS - len(self._first)]
        self._last = (self._last + block)[-_ENDS:] if len(block) < _ENDS else block[-_ENDS:]
        return True

    def require_last_line(self) -> None:
        """Raise Refused where a dump of these tools does not end as they do: it was cut between statements."""
        if _FIRST_LINES.search(self._first) and not _LAST_LINE.search(self._last):
            raise self.cut("before the line that tells that it is complete")

    def cut(self, where: str) -> Refused:
        """The refusal of a dump that ends too early."""
        return Refused(
            "unreadable_file",
            f"{self.name}: the dump is cut short: it ends {where}. Export it again and send it whole.",
        )


def next_statement(stream: SqlStream) -> bytes | None:
    """Move past blanks and comments. Returns the first word of the next statement, None at the end."""
    while True:
        blanks = _BLANKS.match(stream.data, stream.pos)
        stream.pos = blanks.end() if blanks else stream.pos
        if len(stream.data) - stream.pos < 2 and stream.more():
            continue
        start = bytes(stream.data[stream.pos : stream.pos + 2])
        if not start:
            stream.require_last_line()
            return None
        if start == b"--" or start[:1] in (b"#", b"\\"):
            _skip_past(stream, b"\n")
        elif start == b"/*":
            if not _skip_past(stream, b"*/"):
                raise stream.cut("within a comment")
        else:
            return _first_word(stream)


def _first_word(stream: SqlStream) -> bytes:
    while True:
        word = _WORD.match(stream.data, stream.pos)
        if word and word.end() == len(stream.data) and stream.more():
            continue
        return word.group().upper() if word else b"?"


def _skip_past(stream: SqlStream, mark: bytes) -> bool:
    """Move past the next `mark`; at the end of the file, to its end and False."""
    searched = stream.pos
    while (found := stream.data.find(mark, searched)) < 0:
        behind = len(stream.data) - stream.pos - len(mark) + 1
        if not stream.more():
            stream.pos = len(stream.data)
            return False
        searched = max(behind, 0)
    stream.pos = found + len(mark)
    return True


def header(stream: SqlStream, pattern: re.Pattern[bytes]) -> re.Match[bytes] | None:
    """The match of `pattern` at the stream's place, reading on as far as a header may reach."""
    while True:
        match = pattern.match(stream.data, stream.pos)
        if match or len(stream.data) - stream.pos > _LONGEST_HEADER or not stream.more():
            return match


def statement(stream: SqlStream) -> bytes:
    """The statement at the stream's place up to its semicolon outside quotes, which is passed."""
    is_delimiter = stream.data[stream.pos : stream.pos + 9].upper() == b"DELIMITER"
    while is_delimiter and stream.data.find(b"\n", stream.pos) < 0 and stream.more():
        pass
    delimiter = _DELIMITER.match(stream.data, stream.pos)
    if delimiter and delimiter.group(1) != b";":
        stream.pos = delimiter.end()
        _skip_past(stream, b"DELIMITER ;")
        return b""
    while True:
        end = _end_of_statement(stream)
        if end >= 0:
            text = bytes(stream.data[stream.pos : end])
            stream.pos = end
            return text
        if not stream.more():
            text = bytes(stream.data[stream.pos :])
            stream.pos = len(stream.data)
            if text[:6].upper() == b"CREATE":
                raise stream.cut("within a CREATE statement")
            return text


def _end_of_statement(stream: SqlStream) -> int:
    for token in stream.dialect.token.finditer(stream.data, stream.pos):
        if token["end"]:
            return token.end()
        if token["cut"]:
            return -1
    return -1


def plain_name(quoted: bytes) -> str:
    """A name without its quotes."""
    text = quoted.strip().decode("utf-8", "sangam-cp1252")
    if text[:1] in ("`", '"'):
        return text[1:-1].replace(text[0] * 2, text[0])
    return text


def table_name(qualified: bytes) -> tuple[str, str]:
    """Schema ("" when none) and table of a possibly qualified name."""
    parts = [plain_name(part) for part in re.findall(_NAME, qualified)]
    return (parts[-2] if len(parts) > 1 else "", parts[-1])


def column_list(listed: bytes | None) -> list[str]:
    """The names of `(a, "b", `c`)`; empty when there is no list."""
    return [plain_name(name) for name in re.findall(_NAME, (listed or b"").strip()[1:-1])]


def created_table(text: bytes, dialect: Dialect) -> tuple[str, str, list[str]] | None:
    """Schema, table and columns of a CREATE TABLE statement; None for any other statement."""
    match = _CREATE.match(text)
    if not match:
        return None
    schema, table = table_name(match.group(1))
    names = []
    for definition in _definitions(text, match.end(), dialect):
        found = re.match(_NAME, definition)
        if found and not dialect.keys.match(definition):
            names.append(plain_name(found.group()))
    return schema, table, names


def _definitions(text: bytes, start: int, dialect: Dialect) -> list[bytes]:
    """The comma-separated parts of the first parenthesis after `start`, without comments before each."""
    parts: list[bytes] = []
    depth, begun = 0, start
    for token in dialect.token.finditer(text, start):
        if token["open"]:
            depth += 1
            begun = token.end() if depth == 1 else begun
        elif depth == 1 and (token["comma"] or token["close"]):
            parts.append(text[begun : token.start()])
            begun = token.end()
        if token["close"]:
            depth -= 1
            if depth == 0:
                break
    return [re.sub(rb"^(?:\s+|--[^\n]*\n|/\*.*?\*/)+", b"", part, flags=re.DOTALL) for part in parts]
