"""MySQL's `sql_mode`, as far as it decides how the rest of a dump is read: what quotes and backslashes mean."""

from __future__ import annotations

import re
from dataclasses import replace

from ingest.readers import sql_names
from ingest.readers.sql_stream import SqlStream
from ingest.readers.sql_tokens import MYSQL

_SAVES = re.compile(rb"@(\w+)\s*:?=\s*@@(?:\w+\.)?sql_mode\s*", re.IGNORECASE)
_SETS = re.compile(
    rb"(?:@@)?(?:(?:session|local|global)\s*\.?\s*)?sql_mode\s*:?=\s*(.*)", re.IGNORECASE | re.DOTALL
)
_VARIABLE = re.compile(rb"(?<!@)@(\w+)")
# Modes that stand for several have the quotes of ANSI.
_ANSI = re.compile(rb"\b(?:ANSI_QUOTES|ANSI|DB2|MAXDB|MSSQL|ORACLE|POSTGRESQL)\b", re.IGNORECASE)
_PLAIN_BACKSLASH = re.compile(rb"\bNO_BACKSLASH_ESCAPES\b", re.IGNORECASE)


def follow(stream: SqlStream, assignments: bytes) -> None:
    """Do what a SET does to the mode: saved in a variable, put back from one, or another one."""
    for assignment in sql_names.listed(assignments):
        if saves := _SAVES.fullmatch(assignment):
            stream.modes[saves.group(1).upper()] = stream.dialect
        elif sets := _SETS.fullmatch(assignment):
            value = sets.group(1)
            variable = _VARIABLE.search(value)
            before = stream.modes.get(variable.group(1).upper(), MYSQL) if variable else MYSQL
            stream.dialect = replace(
                before,
                ansi_quotes=before.ansi_quotes or _ANSI.search(value) is not None,
                backslash=before.backslash and not _PLAIN_BACKSLASH.search(value),
            )
