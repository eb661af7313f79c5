"""The vault's identities of one quarter as the DuckDB table `identity`: one row a record, in forms that compare.

Loading and deriving only; which records are one is decided in `link_rules`, `scoring`, `clusters` and `attach`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingest.contracts.linkage import Linkage
from ingest.linkage import names
from ingest.sql import render
from ingest.store.vault import IDENTITY, PLACE_IN_FILE, read_identities

# A number on so many different names, with as many birth dates, is nobody's: a clerk's filler.
_NOBODYS = 3


@dataclass(frozen=True)
class VaultFile:
    """One delivery's identities."""

    source: str
    quarter: str
    path: Path


def open_connection() -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory that never spills: what it holds is in clear."""
    connection = duckdb.connect(
        config={
            "memory_limit": "1500MB",
            "threads": 2,
            "temp_directory": "",
            "preserve_insertion_order": True,
        }
    )
    names.define(connection)
    return connection


def load(
    connection: duckdb.DuckDBPyConnection,
    files: list[VaultFile],
    entity: str,
    linkage: Linkage,
    key: bytes,
    decided: Sequence[str] = (),
    quarter: str = "",
) -> int:
    """Fill `identity` with the entity's records; gives their number.

    Rows are numbered from 0, the register's first, the earliest registered before the later. Of a register that holds
    nobody twice, only those are kept that some other record may belong to, and those `decided` names. Records of
    quarters before `quarter` say nothing about which numbers are nobody's. Raises SangamError where a vault file cannot
    be read.
    """
    columns = {**IDENTITY, **PLACE_IN_FILE}
    typed = ", ".join(f"{column} {sql_type}" for column, sql_type in columns.items())
    connection.execute(
        f"create or replace table delivered (source varchar, quarter varchar, in_register boolean, {typed})"
    )
    # The records first: they say which of the register is needed.
    for file in sorted(
        files, key=lambda f: (f.source == linkage.register_source, f.source, f.quarter, f.path)
    ):
        in_register = file.source == linkage.register_source
        connection.register("identities", read_identities(file.path, key))
        connection.execute(
            render(
                __file__,
                "take_identities.sql",
                source_name=file.source,
                quarter=file.quarter,
                in_register=in_register,
                columns=list(columns),
                entity=entity,
                only_needed=in_register and not linkage.deduplicate,
                decided=decided,
            )
        )
        connection.unregister("identities")
    connection.execute(render(__file__, "spelling.sql"))
    connection.execute(render(__file__, "identity.sql", nobodys=_NOBODYS, since=quarter))
    return int(connection.execute("select count(*) from identity").fetchall()[0][0])
