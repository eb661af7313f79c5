"""What the warehouse would see change if a waiting delivery were let through, table by table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingest.contracts.loading import load_source
from ingest.deliveries.receipt import Receipt
from ingest.deliveries.receipts import receipts
from ingest.errors import SangamError
from ingest.sql import parquet_relation, render, sql_name


@dataclass(frozen=True)
class TableChange:
    """What a delivery would change in one table: rows read before and now; accepted keys added, gone, changed."""

    table: str
    before: int
    now: int
    added: int
    gone: int
    changed: int


def preview(home: Path, receipt: Receipt) -> list[TableChange]:
    """The changes of a waiting delivery against the one it was compared with.

    Raises SangamError where the delivery does not wait, or the other one's receipt is gone.
    """
    source = load_source(receipt.region, receipt.source)
    against = receipt.waits.against if receipt.waits else ""
    there = receipts(home, receipt.region, receipt.source)
    before = next((r for r in there if r.path == against), None)
    if before is None:
        raise SangamError(
            f"{receipt.path} is compared with '{against}', of which there is no receipt. Run the quarter again."
        )
    return [
        TableChange(
            name,
            before.rows_read(name),
            receipt.rows_read(name),
            *_keys(before.accepted_files(home, name), receipt.accepted_files(home, name), table.key),
        )
        for name, table in source.tables.items()
    ]


def _keys(before: list[Path], now: list[Path], key: tuple[str, ...]) -> tuple[int, int, int]:
    """Accepted keys added, gone, and there in both with another content (place in the file apart)."""
    sides = {"was": [p for p in before if p.exists()], "now": [p for p in now if p.exists()]}
    if not all(sides.values()):
        return 0, 0, 0
    with duckdb.connect(config={"memory_limit": "1500MB", "threads": 2}) as connection:
        for side, paths in sides.items():
            connection.execute(f"CREATE VIEW {side} AS SELECT * FROM {parquet_relation(paths)}")
        names = [{str(row[0]) for row in connection.execute(f"DESCRIBE {side}").fetchall()} for side in sides]
        shared = sorted(name for name in names[0] & names[1] if not name.startswith("_"))
        parts = [name for name in key if name in shared] or shared
        words = {"key": [sql_name(part) for part in parts], "columns": [sql_name(name) for name in shared]}
        added, gone, changed = connection.execute(render(__file__, "drift_preview.sql", **words)).fetchall()[
            0
        ]
    return int(added), int(gone), int(changed)
