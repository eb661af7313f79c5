"""One drop's records in a DuckDB of its own, with what was found about them.

For each table there is `j_<table>` with one row a record: `_record`, `_row`, `_hash`, and per column `v_` (value), `e_`
(error code), `_delivered` (cells that differ from their value, as delivered).
"""

from __future__ import annotations

import shutil
import weakref
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from ingest.cleaning.columns import CellSql
from ingest.contracts.source import Source
from ingest.contracts.table import Totals
from ingest.sql import quote, render, sql_name

# For start-up: those who only name a judged drop need neither.
if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from ingest.tables.headers import Found
    from ingest.tables.piece import Sums


@dataclass
class JudgedDrop:
    """One drop's records in `connection`, with the findings; see the module's words for its tables."""

    connection: duckdb.DuckDBPyConnection
    source: Source  # the contract; once all is taken, with the delivered sheets in the place of their kind
    quarter_end: date | None
    key: bytes | None = None  # of pseudonyms; without it, nothing is compared with other deliveries
    cells: dict[str, list[CellSql]] = field(default_factory=dict)
    totals: dict[str, list[tuple[Totals, pd.DataFrame]]] = field(default_factory=dict)
    noted: dict[str, list[tuple[int, str, str]]] = field(
        default_factory=dict
    )  # record, code, column: what sheets say of records
    sums: dict[str, list[Sums]] = field(default_factory=dict)
    records: dict[str, int] = field(default_factory=dict)  # read so far, per table
    delivered: dict[str, tuple[Found, ...]] = field(
        default_factory=dict
    )  # the header as it stands in the file
    kinds: dict[str, str] = field(default_factory=dict)  # the contract's table that each delivered one is
    kind: str = ""  # the file's format, as `readers.sniff` names it
    unread: dict[str, str] = field(default_factory=dict)  # members of a zip that are no table, with why
    litter: list[str] = field(default_factory=list)  # members that systems left in a zip
    dropped: set[str] = field(default_factory=set)  # tables of which a correction drops records
    late_up_to: date | None = None  # of an extract that came late: the day of its receipt

    def spill_to(self, folder: str) -> None:
        """Let the database use a folder that goes with it, also where a refused file leaves nobody to close it."""
        self.connection.execute(f"SET temp_directory = {quote(folder)}")
        self._take_spill_away = weakref.finalize(self, shutil.rmtree, folder)

    def close(self) -> None:
        """End the database and take its spilled values away."""
        self.connection.close()
        self._take_spill_away()

    def table(self, name: str) -> str:
        """SQL name of a table's records."""
        return sql_name(f"j_{name}")

    def standing(self, name: str) -> str:
        """SQL of a table's records without those that a correction drops: they are as if not delivered."""
        if name not in self.dropped:
            return self.table(name)
        return self._without(name, "standing.sql")

    def accepted(self, name: str) -> str:
        """SQL of a table's records without a reason."""
        return self._without(name, "accepted.sql")

    def _without(self, name: str, template: str) -> str:
        return f"({render(__file__, template, table=name, records=self.table(name))})"
