"""Rows of invented identities as vault files, for the linkage tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from ingest.contracts.linkage import Linkage
from ingest.linkage.decisions import Decision, pairs
from ingest.linkage.identities import VaultFile, load, open_connection
from ingest.linkage.resolve import resolve
from ingest.store.vault import IDENTITY, PLACE_IN_FILE, encrypt

KEY = b"k" * 32
_ARROW = {
    "VARCHAR": pa.string(),
    "DATE": pa.date32(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "VARCHAR[]": pa.list_(pa.string()),
}


def identities(rows: list[dict[str, Any]], entity: str = "person") -> pa.Table:
    """A table as the vault holds it; columns a row does not name are null."""
    columns = IDENTITY | PLACE_IN_FILE
    numbered = [{"_record": i + 1, "_file": "f", **row} for i, row in enumerate(rows)]
    made = {
        name: pa.array([row.get(name) for row in numbered], _ARROW[kind]) for name, kind in columns.items()
    }
    return pa.table({"entity": pa.array([entity] * len(rows), pa.string()), **made})


def who_is_who(
    tmp_path: Path,
    linkage: Linkage,
    sources: dict[str, list[dict[str, Any]]],
    decisions: list[Decision] | None = None,
    entity: str = "person",
) -> tuple[dict[str, str | None], pd.DataFrame, pd.DataFrame]:
    """Each record's (local id) entity, as the local id of its first record; the outcome; the doubts by local id."""
    files = []
    for source, rows in sources.items():
        path = tmp_path / "quarter=2021Q1" / f"{source}.vault"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(encrypt(identities(rows, entity), KEY, path.parent.name))
        files.append(VaultFile(source, "2021Q1", path))
    with open_connection() as connection:
        load(connection, files, entity, linkage, KEY)
        rows = connection.execute("SELECT row, source, quarter, local_id FROM identity ORDER BY row").df()
        same, different = (pairs(decisions or [], word, rows) for word in ("same", "different"))
        resolved = resolve(connection, linkage, same, different)
    ids = rows["local_id"]
    who = resolved.who.assign(local_id=ids)
    canonical = who["canonical_row"].map(ids.to_dict())
    found = {a: (None if pd.isna(b) else str(b)) for a, b in zip(ids, canonical, strict=True)}
    doubts = resolved.doubts.assign(a=resolved.doubts["l"].map(ids), b=resolved.doubts["r"].map(ids))
    return found, who.set_index("local_id"), doubts
