"""What is wrong with an SQL expression of a contract, in words: which one, the misspelt column, the nearest known.

DuckDB's own words hold the whole statement, and the value that could not be read: neither is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import duckdb

from ingest.contracts.faults import did_you_mean, line
from ingest.contracts.yaml_file import Document
from ingest.errors import SangamError

Path = tuple[Any, ...]
_NO_COLUMN = re.compile(
    r'(?:Referenced column|column named|Could not find key|Column(?= "[^"]+" does not exist)) "([^"]+)"'
)
_NO_TABLE = re.compile(r'Referenced table "([^"]+)" not found')
_NO_RELATION = re.compile(r'Table with name "?([^"\s]+)"? does not exist')
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


class SqlFault(SangamError):  # noqa: N818 - of words, told as a line
    """An expression that does not work; `at`: where it stands in the words of its source."""

    def __init__(self, words: str, *at: Any) -> None:
        super().__init__(words)
        self.at = at

    def placed(self, document: Document, contract: str) -> SangamError:
        """The same with file and line. `contract`: region/source."""
        return SangamError(f"{line(document, self.at, str(self))} (contract {contract})")


@contextmanager
def naming(
    what: str, at: Path, parts: Mapping[Path, str], known: Iterable[str], tables: Iterable[str] = ()
) -> Iterator[None]:
    """Run SQL of a contract; what DuckDB says against it becomes an SqlFault.

    `what`: how people call it; `at`: where it stands; `parts`: its expressions, by their place in it; `known`: the
    columns they may name, `tables`: the tables.
    """
    try:
        yield
    except SqlFault as fault:
        raise SqlFault(f"{what}: {fault}", *at, *fault.at) from fault
    except duckdb.Error as error:
        words, name = told(error, known, tables)
        place = next(
            (path for path, sql in parts.items() if name and re.search(rf"\b{re.escape(name)}\b", sql)), ()
        )
        raise SqlFault(f"{what}: {words}", *at, *place) from error


def told(error: duckdb.Error, known: Iterable[str], tables: Iterable[str] = ()) -> tuple[str, str]:
    """What is wrong, and the unknown name in it; empty where it is none."""
    text = str(error)
    if found := _NO_RELATION.search(text):
        return f"there is no table '{found.group(1)}'{did_you_mean(found.group(1), tables)}", found.group(1)
    if found := _NO_COLUMN.search(text) or _NO_TABLE.search(text):
        return f"there is no column '{found.group(1)}'{did_you_mean(found.group(1), known)}", found.group(1)
    first = text.partition("\n")[0]
    function = re.search(r"Function with name \"?(\w+)\"? does not exist", text)
    name = function.group(1) if function else ""
    if isinstance(error, duckdb.DataError | duckdb.InvalidInputException):
        # What could not be cast or computed is a delivered value: it may be personal.
        first = _QUOTED.sub("'…'", first)
    return f"this SQL does not work: {first.rstrip('.!')}. Mend the expression.", name
