"""The statements of an SQL dump, one after another, from a stream of bytes with bounded memory.

Finds where statements begin, past comments and `DELIMITER`; where one without rows ends is in `sql_splitting.py`. Rows
are read by `sql_values.py` and `pg_dump.py`.
"""

from __future__ import annotations

import re

import numpy as np

from ingest.errors import Refused
from ingest.readers.dump_encoding import DumpBlocks
from ingest.readers.dump_ends import DumpEnds
from ingest.readers.sql_tokens import Dialect

_BLANKS = re.compile(rb"[\s;]*")
_WORD = re.compile(rb"\w+")
_DELIMITER = re.compile(rb"DELIMITER[ \t]+(\S+)[^\n]*\n?", re.IGNORECASE)
_WARNED = b"mysqldump: ["  # a warning of the program that went into the file
AT_ONCE = (
    2 << 20
)  # bytes that are looked at together: so many that what is worked out of them stays in the cache
# The C library gives memory back to the system in pieces as large as twice what was freed last, and takes it again for
# the next array: page faults took a third of the time. Freeing so much once makes it keep what the next ones need.
_KEPT = 31 << 20
_LONGEST_HEADER = 4 << 20
_SHOWN = 60


class SqlStream:
    """A window on the dump's bytes: `data` from `pos` on is unread; `more` appends the next block."""

    def __init__(self, name: str, blocks: DumpBlocks, dialect: Dialect) -> None:
        self.name, self.dialect = name, dialect
        self._text = blocks
        np.empty(_KEPT, np.uint8)
        self.data, self.pos, self.ended = bytearray(), 0, False
        self.delimiter = b";"
        self.ends = DumpEnds()
        self.modes: dict[bytes, Dialect] = {}  # saved in variables
        self._blocks = iter(blocks)
        self._line, self._counted = 1, 0

    @property
    def recoded(self) -> bool:
        """Whether the dump is in another encoding than UTF-8, so that its blobs were changed, too."""
        return self._text.recoded

    @property
    def line(self) -> int:
        """The line of the file at which `pos` is."""
        self._line += self.data.count(b"\n", self._counted, self.pos)
        self._counted = self.pos
        return self._line

    def more(self) -> bool:
        """Append a block and forget what was read; False at the end of the file."""
        block = next(self._blocks, None)
        self.replace_unread(self.data[self.pos :])
        if block is None:
            self.ended = True
            return False
        self.data += block
        return True

    def replace_unread(self, unread: bytearray) -> None:
        """Forget what was read; what is unread stands in `unread`."""
        _ = self.line
        self.data, self.pos, self._counted = unread, 0, 0

    def cut(self, where: str) -> Refused:
        """The refusal of a dump that ends too early."""
        return Refused(
            "unreadable_file",
            f"{self.name}: the dump is cut short: it ends {where}. Export it again and send it whole.",
        )

    def refused(self, words: str, line: int = 0) -> Refused:
        """The refusal of a dump for what stands at `line`, else at the stream's place."""
        return Refused("unreadable_file", f"{self.name}, line {line or self.line}: {words}")

    def shown(self, text: bytes | None = None) -> str:
        """The beginning of a statement, for messages."""
        start = bytes(self.data[self.pos : self.pos + 4 * _SHOWN]) if text is None else text
        words = " ".join(start.decode("utf-8", "replace").split())
        return words if len(words) <= _SHOWN else words[:_SHOWN] + "…"


def next_statement(stream: SqlStream) -> bytes | None:
    """Move past blanks and comments. Returns the first word of the next statement, None at the end."""
    mysql = stream.dialect.is_mysql
    while True:
        blanks = _BLANKS.match(stream.data, stream.pos)
        stream.pos = blanks.end() if blanks else stream.pos
        if len(stream.data) - stream.pos < len(_WARNED) and stream.more():
            continue
        start = bytes(stream.data[stream.pos : stream.pos + 4])
        if not start:
            if missing := stream.ends.missing():
                raise stream.cut(missing)
            return None
        if mysql and start.startswith((b"/*!", b"/*M!")):
            return b"/*!"
        if _pass_comment(stream, start):
            continue
        word = _first_word(stream)
        if not (mysql and word == b"DELIMITER"):
            return word
        command = _DELIMITER.match(line(stream))
        if command is None:
            raise stream.refused("DELIMITER without a delimiter. Export the dump again.")
        stream.delimiter = command.group(1)


def _pass_comment(stream: SqlStream, start: bytes) -> bool:
    """Move past what begins with `start` where it is a comment, or what went into the file beside the dump."""
    mysql = stream.dialect.is_mysql
    if start.startswith(b"--") or (mysql and start.startswith(b"#")):
        if missing := stream.ends.comment(line(stream)):
            raise stream.cut(missing)
        if stream.ends.repeated:
            raise stream.refused(
                "the rows of a table begin a second time: a part of the dump is there twice."
            )
    elif start.startswith(b"/*"):
        _skip_comment(stream)
    elif mysql and stream.data.startswith(_WARNED, stream.pos):
        line(stream)
    else:
        return False
    return True


def _first_word(stream: SqlStream) -> bytes:
    while True:
        if stream.data[stream.pos : stream.pos + 1] == b"\\":
            return b"\\"
        word = _WORD.match(stream.data, stream.pos)
        if word and word.end() == len(stream.data) and word.end() - word.start() < 4096 and stream.more():
            continue
        return word.group().upper() if word else b"?"


def line(stream: SqlStream) -> bytes:
    """The line at the stream's place, which is passed."""
    searched = stream.pos
    while (found := stream.data.find(b"\n", searched)) < 0:
        unread = len(stream.data) - stream.pos
        if not stream.more():
            found = len(stream.data) - 1
            break
        searched = unread
    text = bytes(stream.data[stream.pos : found + 1])
    stream.pos = found + 1
    return text


def _skip_comment(stream: SqlStream) -> None:
    """Move past the `/* … */` at the stream's place; they nest in PostgreSQL."""
    mark = re.compile(rb"\*/" if stream.dialect.is_mysql else rb"\*/|/\*")
    depth, searched = 1, stream.pos + 2
    while depth:
        found = mark.search(stream.data, searched)
        if found:
            depth += 1 if found.group() == b"/*" else -1
            searched = found.end()
            continue
        behind = max(len(stream.data) - 1, searched) - stream.pos
        if not stream.more():
            raise stream.cut("within a comment")
        searched = behind
    stream.pos = searched


def header(stream: SqlStream, pattern: re.Pattern[bytes]) -> re.Match[bytes] | None:
    """The match of `pattern` at the stream's place, reading on as far as a header may reach."""
    while True:
        match = pattern.match(stream.data, stream.pos)
        if match or len(stream.data) - stream.pos > _LONGEST_HEADER or not stream.more():
            return match
