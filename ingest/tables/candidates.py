"""Which of a dump's tables of one name a contract means: databases and schemas are part of a table's name."""

from __future__ import annotations

from ingest.contracts.source import Source
from ingest.errors import Refused
from ingest.readers import Chunk

_PUBLIC = "public"  # where PostgreSQL puts tables when nobody says where


class Candidates:
    """Which dump tables were taken for which table of the contract."""

    def __init__(self, source: Source, file: str) -> None:
        self._source, self._file = source, file
        self._taken: dict[tuple[str, str], Chunk] = {}

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
