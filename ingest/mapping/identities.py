"""A drop's accepted records → identities in the vault, as the contract maps them. They stay inside the boundary."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from ingest.cleaning.naming import v
from ingest.contracts.faults import did_you_mean
from ingest.contracts.loading import source_words
from ingest.contracts.mapping import IdentityMapping
from ingest.deliveries.delivery import Delivery
from ingest.deliveries.places import vault_path
from ingest.files import atomic
from ingest.judging.judged_drop import JudgedDrop
from ingest.judging.sql_faults import SqlFault
from ingest.mapping.mapping_faults import naming_mapping
from ingest.mapping.selects import mapped_select
from ingest.sql import quote, sql_name
from ingest.store.vault import IDENTITY, encrypt


def write_identities(home: Path, judged: JudgedDrop, delivery: Delivery, key: bytes) -> None:
    """Encrypt the identities of a drop's accepted records, where its contract maps any.

    Raises SangamError, naming file and line, for a mapping whose expressions the columns do not bear.
    """
    path = vault_path(home, delivery)
    if not judged.source.identities:
        return
    create_views(judged)
    parts = []
    for number, mapping in enumerate(judged.source.identities):
        try:
            with naming_mapping("identities", mapping, ("identities", number), judged.connection):
                select = identity_select(mapping, delivery.relative, delivery.sha256)
                parts.append(judged.connection.sql(select).to_arrow_table())
        except SqlFault as fault:
            words = source_words(delivery.region, delivery.source)
            raise fault.placed(words, f"{delivery.region}/{delivery.source}") from fault
    drop_views(judged)
    with atomic(path, mode=0o600) as temporary:
        temporary.write_bytes(encrypt(pa.concat_tables(parts), key, path.parent.name))
    for folder in (path.parent, *path.parents):
        folder.chmod(0o700)
        if folder.name == "vault":
            break


def create_views(judged: JudgedDrop) -> None:
    """The drop's accepted records under the names that mappings know, personal columns too."""
    for table in judged.source.tables:
        columns = ", ".join(f"{v(cell.name)} AS {sql_name(cell.name)}" for cell in judged.cells[table])
        judged.connection.execute(
            f"CREATE OR REPLACE TEMP VIEW {sql_name(table)} AS "
            f"SELECT {columns}, {quote(table)} AS _table, _row, _record FROM {judged.accepted(table)}"
        )


def drop_views(judged: JudgedDrop) -> None:
    """Take the views away."""
    for name in judged.source.tables:
        judged.connection.execute(f"DROP VIEW {sql_name(name)}")


def identity_select(mapping: IdentityMapping, file: str, sha256: str) -> str:
    """The SELECT of the identities a mapping stands for. Raises SqlFault for a column that an identity has not."""
    for extra in sorted(set(mapping.columns) - set(IDENTITY)):
        words = f"an identity has no column '{extra}'{did_you_mean(extra, IDENTITY)}"
        raise SqlFault(words, "columns", extra)
    fields = [f"{quote(mapping.entity)} AS entity"]
    fields += [
        f"CAST({mapping.columns.get(column, 'NULL')} AS {sql_type}) AS {column}"
        for column, sql_type in IDENTITY.items()
    ]
    fields += [f"{quote(file)} AS _file", "_table", "_row", "_record", f"{quote(sha256)} AS _sha256"]
    return mapped_select(mapping, [], fields)
