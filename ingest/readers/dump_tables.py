"""The tables of a dump while it is read: whose rows are whose, and what a later statement makes void.

Rows are handed out as they come. What a dump says too late (a DROP behind rows, a partition attached behind its rows)
needs the file to be read again, with what is known of its end: `ReadAgain`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa

from ingest.readers.again import Key, Known, ReadAgain
from ingest.readers.byte_source import Source
from ingest.readers.chunk import Chunk, batch, empty_batch
from ingest.readers.sql_names import Column
from ingest.readers.sql_stream import SqlStream
from ingest.readers.sql_tokens import Dialect


class Tables:
    """What is known of a dump's tables so far. With `known`, the file is read for the second time."""

    def __init__(self, stream: SqlStream, source: Source, known: Known | None) -> None:
        self.stream, self.source, self.known = stream, source, known
        self.columns: dict[Key, list[Column]] = {}
        self.database = ""
        self.path: tuple[str, ...] = ("public",)  # PostgreSQL's search_path
        self.filled: dict[Key, int] = {}  # records since the table was last void
        self._parents: dict[Key, list[Key]] = {}
        self._times_void: dict[Key, int] = {}
        self._emitted: dict[Key, int] = {}
        self._parts: dict[Key, int] = {}
        self._is_late = self._has_created = False

    @property
    def dialect(self) -> Dialect:
        """The dump's."""
        return self.stream.dialect

    def key(self, parts: tuple[str, ...], creating: bool = False) -> Key:
        """The table that a name means here."""
        table = parts[-1]
        if self.dialect.is_mysql:
            return (parts[-2] if len(parts) > 1 else self.database, table)
        if len(parts) > 1:
            return (self.database, parts[-2], table)
        path = self.path or ("public",)
        known = (schema for schema in path if (self.database, schema, table) in self.columns)
        return (self.database, path[0] if creating else next(known, path[0]), table)

    def create(self, key: Key, columns: list[Column], parents: list[Key], keep: bool) -> None:
        """A table begins. `keep`: only where there is none yet."""
        if key in self.columns and keep:
            return
        self.void(key)
        inherited = [column for parent in parents for column in self.columns.get(parent, [])]
        own = {column.name for column in columns}
        self.columns[key] = [column for column in inherited if column.name not in own] + columns
        self._has_created = True
        for parent in parents:
            self.attach(key, parent)
        self._note_public(key)

    def _note_public(self, key: Key) -> None:
        """A table of `public` is what is meant by its name: rows of another one were perhaps taken for its."""
        if len(key) == 3 and key[1] == "public":
            self._is_late |= any(other[::2] == key[::2] for other in self._emitted if other != key)

    def attach(self, child: Key, parent: Key) -> None:
        """The child's rows are the parent's too. One that the dump does not create would be a part of itself: none."""
        if parent in self.columns and parent not in self._parents.setdefault(child, []):
            self._parents[child].append(parent)
            self._is_late |= bool(self._filled_within(child))

    def detach(self, child: Key, parent: Key) -> None:
        """The child's rows are its own again."""
        if parent in self._parents.get(child, []):
            self._parents[child].remove(parent)
            self._is_late |= bool(self._filled_within(child))

    def _filled_within(self, key: Key) -> list[Key]:
        return [table for table in (key, *self.children(key)) if self.filled.get(table)]

    def children(self, key: Key) -> list[Key]:
        """All tables below this one."""
        of: dict[Key, list[Key]] = {}
        for child, parents in self._parents.items():
            for parent in parents:
                of.setdefault(parent, []).append(child)
        return _reached(key, of)

    def void(self, key: Key, only: bool = False) -> None:
        """The table's rows, and those of the tables below, are gone."""
        for table in (key,) if only else (key, *self.children(key)):
            self._is_late |= bool(self.filled.pop(table, 0))
            self._times_void[table] = self._times_void.get(table, 0) + 1

    def drop(self, key: Key) -> None:
        """The table is gone, with those below."""
        gone = (key, *self.children(key))
        self.void(key)
        for table in gone:
            self.columns.pop(table, None)
            self._parents.pop(table, None)

    def drop_within(self, within: Key) -> None:
        """All tables of a schema or database are gone."""
        for table in [t for t in {*self.columns, *self.filled} if t[: len(within)] == within]:
            self.drop(table)

    def columns_for_rows(self, key: Key, names: list[str], copied: bool = False) -> list[str]:
        """The columns that rows with this list fill. Raises Refused for a table or a column that is not there.

        Without a list: all that are not hidden; those that the database works out are not `copied`.
        """
        shown = ".".join(part for part in key if part)
        created = self.columns.get(key)
        # Where a MySQL dump does not say its database, a qualified name is of it.
        alike = any(
            other[:-1] == key[:-1] or (other[-1] == key[-1] and all(other[-2:])) for other in self.columns
        )
        if created is None and self._has_created and alike:
            raise self.stream.refused(
                f"rows for table '{shown}', which the dump does not create. Its name is damaged, or a part of the dump "
                "is lost; export it again."
            )
        if self._parts.setdefault(key, self.stream.ends.part) != self.stream.ends.part and self.filled.get(
            key
        ):
            raise self.stream.refused(
                f"a second dump in the same file has rows for table '{shown}' again. Send one dump a file."
            )
        self._parts[key] = self.stream.ends.part
        if created is None:
            return names
        there = {column.name for column in created}
        folded = {name.casefold() for name in there} if self.dialect.is_mysql else there
        if strange := [n for n in names if (n.casefold() if self.dialect.is_mysql else n) not in folded]:
            raise self.stream.refused(
                f"rows fill a column '{strange[0]}' that table '{shown}' does not have; it has "
                f"{', '.join(sorted(there))}. Export the dump again."
            )
        if not names:
            return [column.name for column in created if not (column.hidden or (copied and column.computed))]
        right = {column.name.casefold(): column.name for column in created}
        return [right[name.casefold()] for name in names] if self.dialect.is_mysql else names

    def chunks(self, key: Key, cells: pa.RecordBatch, unread: dict[str, str]) -> Iterator[Chunk]:
        """The next records of a table: its own, and those of the tables it belongs to."""
        self.filled[key] = self.filled.get(key, 0) + cells.num_rows
        if self.known:
            if (
                self._times_void.get(key, 0) != self.known.times_void.get(key, 0)
                or key not in self.known.tables
            ):
                return
        elif self._is_late:
            return
        for table in (key, *self._above(key)):
            yield self._chunk(table, cells, unread)

    def _above(self, key: Key) -> list[Key]:
        return _reached(key, self.known.parents if self.known else self._parents)

    def _chunk(self, key: Key, cells: pa.RecordBatch, unread: dict[str, str]) -> Chunk:
        if key not in self._emitted:
            self._note_public(key)
        first = self._emitted.get(key, 0) + 1
        self._emitted[key] = first + cells.num_rows - 1
        rows = np.arange(first, first + cells.num_rows, dtype=np.int64)
        arranged, absent = _arranged(cells, self.columns.get(key, []))
        return self._placed(key, arranged, rows, {**unread, **absent})

    def _placed(self, key: Key, cells: pa.RecordBatch, rows: np.ndarray, unread: dict[str, str]) -> Chunk:
        there = {*self.columns, *self.filled, *(self.known.tables if self.known else ())}
        rivals = tuple(sorted(other[:-1] for other in there if other[-1] == key[-1] and other != key))
        return Chunk(
            key[-1],
            cells,
            rows,
            False,
            file=self.source.member,
            within=key[:-1],
            rivals=rivals,
            unread=unread,
        )

    def without_rows(self) -> Iterator[Chunk]:
        """One chunk of no rows for each table that was created and never filled.

        Raises ReadAgain where what was handed out turned out to be wrong.
        """
        if self._is_late and not self.known:
            known = Known(self._parents, self._times_void, {*self.columns, *self.filled})
            raise ReadAgain(self.source.name, known)
        for key, columns in self.columns.items():
            if key not in self._emitted:
                names = [column.name for column in columns]
                yield self._placed(key, empty_batch(names), np.empty(0, np.int64), {})


def _reached(key: Key, steps: Mapping[Key, list[Key]]) -> list[Key]:
    """All tables that the steps lead to from `key`, each once, without itself."""
    found: dict[Key, None] = {}
    waiting = list(steps.get(key, []))
    while waiting:
        table = waiting.pop(0)
        if table != key and table not in found:
            found[table] = None
            waiting += steps.get(table, [])
    return list(found)


def _arranged(cells: pa.RecordBatch, columns: list[Column]) -> tuple[pa.RecordBatch, dict[str, str]]:
    """Cells in the created order, those that an INSERT leaves out with their default; and what is not known."""
    names = cells.schema.names
    order = [column.name for column in columns]
    if not columns or names == order:
        return cells, {}
    nulls = pa.nulls(cells.num_rows, pa.string())
    arrays = []
    for column in columns:
        if column.name in names:
            arrays.append(cells.column(column.name))
        elif column.default is None:
            arrays.append(nulls)
        else:
            arrays.append(pa.repeat(pa.scalar(column.default, pa.string()), cells.num_rows))
    absent = {c.name: c.absent for c in columns if c.absent and c.name not in names and cells.num_rows}
    return batch(arrays, order), absent
