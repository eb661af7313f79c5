"""Strings in double quotes, which hand-edited MySQL dumps mix with single ones, rewritten in single quotes.

A slow path, string by string: `sql_values.py` comes here only for a window that holds such a string.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(rb"'(?:[^'\\]++|\\.|'')*+'|\"((?:[^\"\\]++|\\.|\"\")*+)\"|;|(?P<cut>['\"])", re.DOTALL)
_INNER = re.compile(rb"\\.|'|\"\"", re.DOTALL)
_MEANT = {b"\\'": b"''", b"'": b"''", b'""': b'"'}


def single_quoted(values: bytes, separator: bytes) -> bytes:
    """`values` from within an INSERT, double-quoted strings single-quoted up to the end of the statement.

    The statement's end is a semicolon outside quotes that `separator` (the next INSERT's header) does not
    start at. A string cut off at the end of `values` stays as it is.
    """
    pieces: list[bytes] = []
    done = behind_header = 0
    for token in _TOKEN.finditer(values):
        if token.start() < behind_header:
            continue
        if token.group() == b";" and separator and values.startswith(separator, token.start()):
            behind_header = token.start() + len(separator)
        elif token["cut"] or token.group() == b";":
            break
        elif token[1] is not None:
            inner = _INNER.sub(lambda found: _MEANT.get(found.group(), found.group()), token[1])
            pieces += [values[done : token.start()], b"'", inner, b"'"]
            done = token.end()
    return b"".join([*pieces, values[done:]])
