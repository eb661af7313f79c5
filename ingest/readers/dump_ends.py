"""Whether a dump is whole: programs that write dumps end them as they begin them.

mysqldump and pg_dump end with a line of their own; phpMyAdmin, HeidiSQL and others put settings back, end their
transaction, unlock their tables.
"""

from __future__ import annotations

import re

_HEAD = re.compile(rb"-- (?:(?:MySQL|MariaDB) dump |PostgreSQL database dump\s*$)")
_VERSION = re.compile(rb"-- (?:Server version|Dumped by pg_dump version)")
_LAST = re.compile(rb"-- (?:Dump completed|PostgreSQL database dump complete)")
_DATABASE = re.compile(rb"-- Host: .*\bDatabase: *(\S+)\s*$")
_ROWS = b"-- Data for Name: "
_SAVED = re.compile(rb"@(OLD_\w+)\s*:?=", re.IGNORECASE)
_RESTORED = re.compile(rb"=[^=]*@(OLD_\w+)", re.IGNORECASE)
_BEFORE = "before the line that tells that it is complete"


class DumpEnds:
    """What a dump has opened and not yet ended. `part`: how many dumps have begun in the file.

    `repeated`: whether the last comment is the head of rows that had one before in the same dump of PostgreSQL.
    """

    def __init__(self) -> None:
        self.part = 0
        self.database = b""  # as mysqldump's head names it
        self.repeated = False
        self._heads: set[bytes] = set()
        self._waits_for_last_line = self._in_transaction = self._has_locks = False
        self._saved: set[bytes] = set()

    def comment(self, text: bytes) -> str:
        """Take note of a comment line. Returns what is missing where a dump begins and the one before has no end."""
        if _HEAD.match(text):
            if self._waits_for_last_line:
                return f"{_BEFORE}; another one begins behind it"
            self.part += 1
            self._heads = set()
        elif self.part and _VERSION.match(text):
            self._waits_for_last_line = True
        elif _LAST.match(text):
            self._waits_for_last_line = False
        elif named := _DATABASE.match(text):
            self.database = named.group(1)
        elif text.startswith(_ROWS):
            self.repeated = text in self._heads
            self._heads.add(text)
        return ""

    def setting(self, text: bytes) -> None:
        """Take note of a SET: which variables it saves, which it puts back."""
        restored = {name.upper() for name in _RESTORED.findall(text)}
        self._saved |= {name.upper() for name in _SAVED.findall(text)}
        self._saved -= restored

    def transaction(self, is_open: bool) -> None:
        """Take note of a BEGIN or COMMIT."""
        self._in_transaction = is_open

    def locks(self, are_held: bool) -> None:
        """Take note of LOCK TABLES and UNLOCK TABLES."""
        self._has_locks = are_held

    def missing(self) -> str:
        """Before what a file ends that has not ended what it began; empty where it has."""
        if self._waits_for_last_line:
            return _BEFORE
        if self._in_transaction:
            return "before the COMMIT of its transaction"
        if self._has_locks:
            return "before its UNLOCK TABLES"
        return "before the settings that it saved at its beginning are put back" if self._saved else ""
