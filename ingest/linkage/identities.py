"""The vault's identities of one quarter as the DuckDB table `identity`: one row a record, in forms that compare.

Loading and deriving only; which records are one is decided in `rules`, `scoring`, `clusters` and `attach`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingest.contracts.linkage import Linkage
from ingest.linkage import names
from ingest.sql import quote
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
    decided: Iterable[str] = (),
) -> int:
    """Fill `identity` with the entity's records; gives their number.

    Rows are numbered from 0, the register's first, the earliest registered before the later. Of a register that holds
    nobody twice, only those are kept that some other record may belong to, and those `decided` names. Raises
    SangamError where a vault file cannot be read.
    """
    columns = ", ".join(f"{column} {sql_type}" for column, sql_type in {**IDENTITY, **PLACE_IN_FILE}.items())
    connection.execute(
        f"CREATE OR REPLACE TABLE delivered (source VARCHAR, quarter VARCHAR, in_register BOOLEAN, {columns})"
    )
    taken = ", ".join([*IDENTITY, *PLACE_IN_FILE])
    # The records first: they say which of the register is needed.
    for file in sorted(
        files, key=lambda f: (f.source == linkage.register_source, f.source, f.quarter, f.path)
    ):
        identities = read_identities(file.path, key)
        connection.register("identities", identities)
        in_register = file.source == linkage.register_source
        where = f"entity = {quote(entity)}"
        if in_register and not linkage.deduplicate:
            named = ", ".join(quote(local_id) for local_id in decided) or "''"
            where += f" AND (local_id IN ({named}) OR {_NEEDED})"
        connection.execute(
            f"INSERT INTO delivered SELECT {quote(file.source)}, {quote(file.quarter)}, {in_register}, {taken} "
            f"FROM identities WHERE {where}"
        )
        connection.unregister("identities")
    return _derive(connection)


_NEEDED = """(
    given_id IN (SELECT given_id FROM delivered) OR official_id IN (SELECT official_id FROM delivered)
    OR local_id IN (SELECT local_id FROM (SELECT local_id, unnest(group_ids) AS one FROM identities)
                    WHERE one IN (SELECT unnest(group_ids) FROM delivered))
)"""


def _derive(connection: duckdb.DuckDBPyConnection) -> int:
    """`delivered` → `identity`: numbers without placeholders, names in comparable forms."""
    _spell(connection)
    one_digit = "length(replace(official_id, left(official_id, 1), '')) = 0"
    counting = "official_id = left('12345678901234567890', length(official_id))"
    forms = ("plain", "key", "bones")
    names = ", ".join(f"{_filled(f'n.{form}', f'o.{form}')} AS name_{form}" for form in forms)
    relatives = ", ".join(f"{_filled(f'f.{form}')} AS relative_{form}" for form in forms)
    connection.execute(f"""
        CREATE OR REPLACE TABLE identity AS
        WITH spelled AS (
            SELECT d.* EXCLUDE (name, name_other, relative_name, official_id, birth_year),
                CASE WHEN NOT ({one_digit} OR {counting}) THEN official_id END AS number,
                coalesce(birth_year, year(birth_date)) AS birth_year, {names}, {relatives},
                coalesce(n.bones, o.bones) AS name_block, f.bones AS relative_block,
                coalesce(official_id_kind, '') || length(official_id) AS official_kind
            FROM delivered d LEFT JOIN spelling n ON n.raw = d.name LEFT JOIN spelling o ON o.raw = d.name_other
                LEFT JOIN spelling f ON f.raw = d.relative_name
        ),
        nobodys AS (
            SELECT official_kind, number FROM spelled WHERE number IS NOT NULL GROUP BY ALL
            HAVING count(DISTINCT name_block) >= {_NOBODYS} AND count(DISTINCT birth_year) >= {_NOBODYS}
        )
        SELECT row_number() OVER (ORDER BY NOT in_register, first_seen NULLS LAST, local_id, source, quarter, _file,
                                  _table, _record) - 1 AS row,
            * EXCLUDE (number),
            CASE WHEN (official_kind, number) NOT IN (SELECT (official_kind, number) FROM nobodys) THEN number END
                AS official_id
        FROM spelled
        ORDER BY row
    """)
    return int(connection.execute("SELECT count(*) FROM identity").fetchall()[0][0])


def _spell(connection: duckdb.DuckDBPyConnection) -> None:
    """`spelling`: each name as delivered with its plain form, key and bones; worked out once a name."""
    connection.execute("""
        CREATE OR REPLACE TABLE spelling AS
        SELECT DISTINCT raw, name_plain(raw) AS plain FROM (
            SELECT name AS raw FROM delivered UNION SELECT name_other FROM delivered
            UNION SELECT relative_name FROM delivered
        ) WHERE raw IS NOT NULL;
        CREATE OR REPLACE TABLE spelling AS SELECT *, name_key(plain) AS key FROM spelling;
        CREATE OR REPLACE TABLE spelling AS SELECT *, name_bones(key) AS bones FROM spelling;
    """)


def _filled(*values: str) -> str:
    """SQL: the values that are not null as a list, null where there is none."""
    return f"nullif(list_distinct(list_filter([{', '.join(values)}], lambda x: x IS NOT NULL)), [])"
