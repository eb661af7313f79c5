"""Which of several tables of one name a contract means, and which members of a zip it means at all.

In dumps, databases and schemas are part of a table's name. In a zip, a table is one member's.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.contracts.source import Source
from ingest.errors import Refused
from ingest.file_names import original_of, stem_of
from ingest.readers import Chunk

_PUBLIC = "public"  # where PostgreSQL puts tables when nobody says where


class Candidates:
    """Which tables of a file were taken for which table of the contract. `members`: the names of a zip's."""

    def __init__(self, source: Source, file: str, members: Sequence[str] = ()) -> None:
        self._source, self._file, self._members = source, file, members
        self._taken: dict[tuple[str, str], Chunk] = {}
        self._members_of: dict[tuple[str, str], str] = {}

    def is_meant(self, chunk: Chunk, name: str) -> bool:
        """Whether the chunk's table is the one the contract means by `name`.

        Raises Refused where two could be meant.
        """
        if not chunk.within:
            return True
        database, schema = chunk.within[0], chunk.within[1] if len(chunk.within) > 1 else ""
        if self._source.database and database and database != self._source.database:
            return False
        if schema and self._source.schema_name:
            if schema != self._source.schema_name:
                return False
        elif schema not in ("", _PUBLIC) and (database, _PUBLIC) in chunk.rivals:
            return False
        sheet = self._source.tables[name].layout.sheet
        first = self._taken.setdefault((name, chunk.table if sheet else ""), chunk)
        if (first.file, first.full_name) != (chunk.file, chunk.full_name):
            raise Refused(
                "wrong_format",
                f"{self._file}: two tables could be '{name}': {first.full_name} and {chunk.full_name}"
                + (f" (in {first.file} and {chunk.file})" if first.file != chunk.file else "")
                + ". Send a dump of one database and schema, or name them in the contract (database, schema_name).",
            )
        return True

    def note(self, chunk: Chunk, name: str) -> None:
        """Note the member of a zip that a table was read from. Raises Refused for a second one with the same table."""
        if not chunk.file:
            return
        layout = self._source.tables[name].layout
        first = self._members_of.setdefault(
            (name, chunk.table.casefold() if layout.sheet or layout.each_sheet else ""), chunk.file
        )
        if first != chunk.file:
            raise self._twice(name, first, chunk.file)

    def unread_members(self) -> dict[str, str]:
        """The members of a zip from which nothing was read, with the reason.

        Raises Refused for one with the name of another that was read, in another folder or format.
        """
        used = set(self._members_of.values())
        names = {stem_of(member): member for member in used}
        unread: dict[str, str] = {}
        for member in self._members:
            if member in used:
                continue
            if same := names.get(stem_of(member)):
                raise self._twice(stem_of(member), same, member)
            original = names.get(original_of(member), "")
            unread[member] = (
                f"by its name this is a copy of {original}, which was read"
                if original
                else f"no table of the contract has its name (tables are: {', '.join(self._source.tables)})"
            )
        return unread

    def _twice(self, name: str, first: str, second: str) -> Refused:
        return Refused(
            "wrong_format",
            f"{self._file}: two files of the zip could be '{name}': {first} and {second}. Pack it anew with the one "
            "that is meant.",
        )
