"""A drop's accepted records → identities in the vault, as the contract maps them. They stay inside the boundary."""

from __future__ import annotations

from pathlib import Path

import duckdb

from ingest.cleaning.naming import v
from ingest.contracts.mapping import IdentityMapping
from ingest.deliveries.delivery import Delivery
from ingest.deliveries.places import vault_path
from ingest.errors import SangamError
from ingest.files import atomic
from ingest.judging.judged_drop import JudgedDrop
from ingest.mapping.selects import mapped_select
from ingest.sql import quote, sql_name, union_all
from ingest.store.vault import IDENTITY, encrypt


def write_identities(home: Path, judged: JudgedDrop, delivery: Delivery, key: bytes) -> None:
    """Encrypt the identities of a drop's accepted records, where its contract maps any.

    Raises SangamError for a mapping whose expressions the columns do not bear.
    """
    path = vault_path(home, delivery)
    if not judged.source.identities:
        return
    for table in judged.source.tables:
        columns = ", ".join(f"{v(cell.name)} AS {sql_name(cell.name)}" for cell in judged.cells[table])
        judged.connection.execute(
            f"CREATE OR REPLACE TEMP VIEW {sql_name(table)} AS "
            f"SELECT {columns}, {quote(table)} AS _table, _row, _record FROM {judged.accepted(table)}"
        )
    select = union_all(_select(mapping, delivery) for mapping in judged.source.identities)
    try:
        table = judged.connection.sql(select).to_arrow_table()
    except duckdb.Error as error:
        where = f"{delivery.region}/{delivery.source}"
        raise SangamError(f"Contract {where}: the mapping to identities does not work: {error}") from error
    finally:
        for name in judged.source.tables:
            judged.connection.execute(f"DROP VIEW {sql_name(name)}")
    with atomic(path, mode=0o600) as temporary:
        temporary.write_bytes(encrypt(table, key, path.parent.name))
    for folder in (path.parent, *path.parents):
        folder.chmod(0o700)
        if folder.name == "vault":
            break


def _select(mapping: IdentityMapping, delivery: Delivery) -> str:
    if extra := set(mapping.columns) - set(IDENTITY):
        raise SangamError(
            f"An identity has no column {', '.join(sorted(extra))}. Columns: {', '.join(IDENTITY)}."
        )
    fields = [f"{quote(mapping.entity)} AS entity"]
    fields += [
        f"CAST({mapping.columns.get(column, 'NULL')} AS {sql_type}) AS {column}"
        for column, sql_type in IDENTITY.items()
    ]
    fields += [f"{quote(delivery.relative)} AS _file", "_table", "_row", "_record"]
    fields.append(f"{quote(delivery.sha256)} AS _sha256")
    return mapped_select(mapping, [], fields)
