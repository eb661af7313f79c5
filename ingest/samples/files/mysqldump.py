"""Writes a compressed `mysqldump` file table by table from Arrow columns, without a loop over rows.

What stands in the tables is the caller's business.
"""

import gzip
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

STATEMENT_BYTES = 1_000_000  # mysqldump starts a new INSERT about every megabyte (net_buffer_length)
_ESCAPES = (("\\", "\\\\"), ("'", "\\'"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\0", "\\0"))
_COLLATE = " COLLATE utf8mb4_unicode_ci"


@dataclass(frozen=True)
class Column:
    """A column of a dump's table. `free` marks text that may hold characters to be escaped."""

    name: str
    sql_type: str = "varchar(20)"
    free: bool = False

    @property
    def quoted(self) -> bool:
        """Whether values stand in quotation marks."""
        return not self.sql_type.endswith("int")

    @property
    def definition(self) -> str:
        """The column's line in CREATE TABLE."""
        return f"  `{self.name}` {self.sql_type}{_COLLATE if 'char' in self.sql_type else ''} DEFAULT NULL,"


def columns(text: str) -> tuple[Column, ...]:
    """Columns from words `name:type!`; ! marks free text, a number is a length, no type an identifier."""
    out = []
    for word in text.split():
        name, _, kind = word.rstrip("!").partition(":")
        sql_type = f"varchar({kind})" if kind.isdigit() else kind or "varchar(20)"
        out.append(Column(name, sql_type, word.endswith("!")))
    return tuple(out)


def escape(texts: pa.Array) -> pa.Array:
    """Backslash escapes as mysqldump writes them."""
    for plain, escaped in _ESCAPES:
        texts = pc.replace_substring(texts, pattern=plain, replacement=escaped)
    return texts


def tuples(columns: Sequence[Column], cells: Mapping[str, pa.Array], escape_all: bool = False) -> pa.Array:
    """Each row's values as they stand between the brackets of an INSERT."""
    values = []
    for column in columns:
        texts = cells[column.name]
        if column.quoted:
            if column.free or escape_all:
                texts = escape(texts)
            texts = pc.binary_join_element_wise("'", texts, "'", "")
        values.append(texts)
    return pc.binary_join_element_wise(*values, ",", null_handling="replace", null_replacement="NULL")


class DumpWriter:
    """One compressed dump. Use as a context manager; call `table` for each table in turn."""

    def __init__(self, path: Path, database: str, finished_at: str, level: int = 3) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._raw: IO[bytes] = path.open("wb")
        # No file name and no time in the gzip header: the same rows give the same bytes.
        self._out = gzip.GzipFile("", "wb", level, self._raw, mtime=0)
        self._finished_at = finished_at
        self._text(_HEAD.format(database=database))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._text(_FOOT.format(finished_at=self._finished_at))
        self._out.close()
        self._raw.close()

    def _text(self, text: str) -> None:
        self._out.write(text.encode())

    def table(
        self, name: str, columns: Sequence[Column], key: Sequence[str], rows: Iterable[pa.Array]
    ) -> None:
        """Structure and rows of one table; `rows` are arrays of tuples from `tuples`."""
        lines = "\n".join(column.definition for column in columns)
        keys = ",".join(f"`{part}`" for part in key)
        self._text(_TABLE_HEAD.format(name=name, columns=lines, keys=keys))
        for batch in rows:
            self._insert(name, batch)
        self._text(_TABLE_FOOT.format(name=name))

    def _insert(self, name: str, rows: pa.Array) -> None:
        if not len(rows):
            return
        each = max(1, int(STATEMENT_BYTES * len(rows) / max(rows.nbytes, 1)))
        offsets = np.append(np.arange(0, len(rows), each), len(rows)).astype(np.int32)
        statements = pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets), rows), "),(")
        for statement in statements:
            self._text(f"INSERT INTO `{name}` VALUES (")
            self._out.write(statement.as_buffer())
            self._text(");\n")


_HEAD = """-- MySQL dump 10.13  Distrib 8.0.25, for Linux (x86_64)
--
-- Host: localhost    Database: {database}
-- ------------------------------------------------------
-- Server version\t8.0.25

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS */;
/*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;
/*!50503 SET NAMES utf8mb4 */;
/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;
"""
_TABLE_HEAD = """
--
-- Table structure for table `{name}`
--

DROP TABLE IF EXISTS `{name}`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `{name}` (
{columns}
  KEY `k_{name}` ({keys})
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `{name}`
--

LOCK TABLES `{name}` WRITE;
/*!40000 ALTER TABLE `{name}` DISABLE KEYS */;
"""
_TABLE_FOOT = """/*!40000 ALTER TABLE `{name}` ENABLE KEYS */;
UNLOCK TABLES;
"""
_FOOT = """/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;

/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;
/*!40014 SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS */;
/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;
/*!40101 SET CHARACTER_SET_RESULTS=@OLD_CHARACTER_SET_RESULTS */;
/*!40101 SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION */;
/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;

-- Dump completed on {finished_at}
"""
