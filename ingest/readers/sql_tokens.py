"""How MySQL's and PostgreSQL's SQL differ, and what the parts of a statement begin with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Dialect:
    """What differs between the dumps: in MySQL backslashes escape, `#` begins a comment and `/*!` is no comment.

    MySQL's `sql_mode` may say that backslashes do not escape, and that names stand in double quotes (`ansi_quotes`).
    """

    name: str
    backslash: bool
    keys: re.Pattern[bytes]
    ansi_quotes: bool = False

    @property
    def is_mysql(self) -> bool:
        """Whether MySQL or MariaDB wrote the dump."""
        return self.name == "mysql"


_KEYS = rb"CONSTRAINT\b|PRIMARY\s+KEY|UNIQUE\b|CHECK\s*\(|FOREIGN\s+KEY|EXCLUDE\b|LIKE\b"
MYSQL = Dialect(
    "mysql",
    True,
    re.compile(_KEYS + rb"|(?:KEY|INDEX|FULLTEXT|SPATIAL)\b|PERIOD\s+FOR", re.IGNORECASE),
)
POSTGRES = Dialect("postgres", False, re.compile(_KEYS, re.IGNORECASE))


_MYSQL_TOKENS = (
    rb"(?P<string>'(?:[^'\\]++|\\.|'')*+')|(?P<double>\"(?:[^\"\\]++|\\.|\"\")*+\")|`(?:[^`]++|``)*+`"
    rb"|(?P<note>(?:--(?=[\s\x00])|\#)[^\n]*(?=\n))|(?P<hint>/\*M?!(?P<version>\d*))|(?P<unhint>\*/)"
)
_POSTGRES_TOKENS = (
    rb"(?P<string>[eE]'(?:[^'\\]++|\\.|'')*+'|'(?:[^']++|'')*+')|(?P<double>\"(?:[^\"]++|\"\")*+\")"
    rb"|(?P<note>--[^\n]*(?=\n))|\$(?P<tag>(?:[A-Za-z_\x80-\xff][\w\x80-\xff]*)?)\$"
)
_ANY_TOKENS = (
    rb"|(?P<open>\()|(?P<close>\))|(?P<comma>,)"
    rb"|(?P<cut>['\"`]|--[^\n]*\Z|\#)"
)


@cache
def tokens(dialect: Dialect, delimiter: bytes = b";") -> re.Pattern[bytes]:
    """What the parts of a statement begin with; `cut`: a string or comment that does not end."""
    own = _MYSQL_TOKENS if dialect.is_mysql else _POSTGRES_TOKENS
    if dialect.is_mysql and not dialect.backslash:
        own = own.replace(rb"\\]++|\\.|", b"]++|")
    end = re.escape(delimiter)
    ends = rb"|(?P<comment>/\*)|(?P<end>" + end + rb")"
    word = rb"|(?P<word>[\w\x80-\xff](?:(?!" + end + rb")[\w$\x80-\xff])*+)"
    return re.compile(own + ends + word + _ANY_TOKENS, re.DOTALL)


def comment_end(data: bytearray, place: int, dialect: Dialect) -> int:
    """Where the comment ends that is open at `place`, -1 where it does not; they nest in PostgreSQL."""
    mark = re.compile(rb"\*/" if dialect.is_mysql else rb"\*/|/\*")
    depth = 1
    while depth:
        found = mark.search(data, place)
        if not found:
            return -1
        depth += 1 if found.group() == b"/*" else -1
        place = found.end()
    return place
