"""Personal values of delivered drops, and a search for them in whatever a run leaves behind."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from ingest.contracts.loading import load_region
from ingest.contracts.source import Source
from ingest.contracts.table import Table
from ingest.errors import Refused
from ingest.readers import Chunk, read
from ingest.tables.headers import match_form

_WORD = re.compile(r"[^\W\d_]+")
_DIGITS = re.compile(r"(?<![0-9A-Za-z.+-])[+]?[0-9][0-9 -]{7,}[0-9](?![0-9A-Za-z.])")
_DAY = re.compile(r"(?<![0-9])([0-9]{4}-[0-9]{2}-[0-9]{2})(?![0-9])")
_TEXTS = ("VARCHAR", "BIGINT", "HUGEINT", "UBIGINT", "DATE", "TIMESTAMP", "MAP", "STRUCT")


@dataclass
class Personal:
    """Clear values that must not leave: names, their words in order, digits of identifiers and phones, birth dates."""

    names: set[str] = field(default_factory=set)
    identifiers: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    birth_dates: set[str] = field(default_factory=set)
    public: list[str] = field(default_factory=list)  # what stands in columns that are not personal

    def phrases(self) -> dict[int, set[tuple[str, ...]]]:
        """Names of several words, by their number of words, that are no public words (places, say)."""
        said = _WORD.findall(" ".join(self.public))
        public = {n: set(_sequences(said, n)) for n in (2, 3, 4)}
        found: dict[int, set[tuple[str, ...]]] = defaultdict(set)
        for name in self.names:
            words = tuple(_WORD.findall(name))
            if 2 <= len(words) <= 4 and words not in public[len(words)]:
                found[len(words)].add(words)
        return found

    def cells(self) -> set[str]:
        """Names that are looked for as whole cells."""
        return self.names - {value.strip() for value in self.public}


def _sequences(words: list[str], length: int) -> Iterator[tuple[str, ...]]:
    return zip(*(words[n:] for n in range(length)), strict=False)


def personal_values(landing: Path, region: str) -> Personal:
    """All personal values of a region's delivered files."""
    found = Personal()
    for name, source in load_region(region).sources.items():
        for path in sorted((landing / region / name).glob("*/*")):
            try:
                chunks = list(read(path))
            except Refused:
                continue
            for chunk in chunks:
                _collect(found, chunk, source)
    found.birth_dates -= set(_DAY.findall(" ".join(found.public)))
    return found


def _columns(chunk: Chunk, table: Table) -> Iterator[tuple[str, list[str]]]:
    """Each delivered column's kind (`personal` of the contract, else "") and cells."""
    kinds = {
        match_form(spelling): column.personal or ""
        for name, column in table.columns.items()
        for spelling in (name, *column.header)
    }
    for name, cells in chunk.cells.to_pydict().items():
        texts = [cell for cell in cells if cell]
        header = next((t for t in texts[:8] if match_form(t) in kinds), "") if chunk.is_grid else name
        yield kinds.get(match_form(header), ""), [t for t in texts if t != header]


def _collect(found: Personal, chunk: Chunk, source: Source) -> None:
    table = source.tables.get(chunk.table)
    if table is None:
        found.public += [c for column in chunk.cells.columns for c in column.to_pylist() if c]
        return
    for kind, cells in _columns(chunk, table):
        digits = {re.sub(r"\D", "", cell) for cell in cells} - {""}
        if kind == "name":
            found.names |= {" ".join(cell.split()) for cell in cells}
        elif kind == "identifier":
            found.identifiers |= {d for d in digits if len(d) >= 10}
        elif kind == "phone":
            found.phones |= {d[-10:] for d in digits if len(d) >= 10}
        elif kind == "birth_date":
            found.birth_dates |= {cell for cell in cells if _DAY.fullmatch(cell)}
        elif kind != "locality":
            found.public += cells


class Search:
    """Looks for personal values in files; `found` has a line for each place, without the value itself in clear."""

    def __init__(self, personal: Personal, secret: str) -> None:
        self.personal, self.secret = personal, secret
        self.phrases, self.cells = personal.phrases(), personal.cells()
        self.found: list[str] = []
        self._seen: set[bytes] = set()
        self.searched: defaultdict[str, int] = defaultdict(int)

    def afresh(self) -> Search:
        """A search for the same values that has found nothing yet: what to look for is worked out once."""
        other = copy(self)
        other.found, other._seen, other.searched = [], set(), defaultdict(int)
        return other

    def text(self, text: str, where: str) -> None:
        """Names of several words, identifiers, phones, birth dates and the secret, anywhere in a text."""
        words = _WORD.findall(text)
        for length, phrases in self.phrases.items():
            self._note("name", phrases.intersection(_sequences(words, length)), where)
        digits = {re.sub(r"\D", "", token) for token in _DIGITS.findall(text)}
        self._note("identifier", digits & self.personal.identifiers, where)
        self._note("phone", {d[-10:] for d in digits if len(d) <= 14} & self.personal.phones, where)
        self._note("birth date", set(_DAY.findall(text)) & self.personal.birth_dates, where)
        self._note("secret", {self.secret} if self.secret in text else set(), where)

    def _note(self, kind: str, hits: Iterable[object], where: str) -> None:
        self.found += [f"{where}: {kind} {hit}" for hit in sorted(hits, key=str)[:3]]

    def whole_cells(self, values: set[str], where: str) -> None:
        """Names that are a whole cell, and everything else within the cells."""
        self._note("name", values & self.cells, where)
        # A word between them: "Bulri Shah Karim" beside "Dad Khan Jarwar" is no Karim Dad.
        self.text("\nbeside\n".join(values), where)

    def folder(self, folder: Path, *, without: Iterable[Path] = ()) -> None:
        """Every file below a folder."""
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not any(path.is_relative_to(other) for other in without):
                self.file(path, path.relative_to(folder).as_posix())

    def file(self, path: Path, where: str) -> None:
        """A file's bytes, and the cells of what is compressed in it."""
        content = path.read_bytes()
        self.searched[path.suffix] += 1
        if (mark := hashlib.sha256(content).digest()) in self._seen:
            return  # the warehouse that is read is a copy of the one that was built
        self._seen.add(mark)
        self.text(content.decode("utf-8", "ignore"), where)
        if path.suffix == ".parquet":
            with duckdb.connect() as connection:
                relation = f"read_parquet('{path}', hive_partitioning = false)"
                self._relation(connection, relation, where)
        elif path.suffix == ".duckdb":
            with duckdb.connect(str(path), read_only=True) as connection:
                for schema, table in connection.execute(
                    "SELECT table_schema, table_name FROM information_schema.tables"
                ).fetchall():
                    self._relation(connection, f'"{schema}"."{table}"', f"{where} {schema}.{table}")
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as parts:
                for name in parts.namelist():
                    markup = parts.read(name).decode("utf-8", "ignore")
                    self.whole_cells(set(re.split(r"<[^>]*>", markup)), f"{where} {name}")

    def _relation(self, connection: duckdb.DuckDBPyConnection, relation: str, where: str) -> None:
        for name, kind, *_ in connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall():
            if not any(word in kind for word in _TEXTS):
                continue
            column = '"' + name.replace('"', '""') + '"'
            if kind.startswith("MAP"):
                column = f"unnest(map_values({column}))"
            elif kind.endswith("[]"):
                column = f"unnest({column})"
            values = connection.execute(
                f"SELECT DISTINCT CAST(x AS VARCHAR) FROM (SELECT {column} AS x FROM {relation}) WHERE x IS NOT NULL"
            ).fetchall()
            self.whole_cells({value for (value,) in values}, f"{where}.{name}")
