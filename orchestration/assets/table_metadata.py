"""What the Dagster UI shows of a table and quarter."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from ingest.contracts.table import Table
from ingest.deliveries.receipt import FindingCounts, Receipt
from orchestration.checks.counted import by_code, chart, counts, plain

_EVERYWHERE = {
    "_delivered": "Cells that cleaning changed, by column, as they were delivered.",
    "_notes": "Columns that only explain, as delivered.",
    "_warnings": "What is odd about the record and holds nothing back.",
    "_file": "The delivered file, in the landing.",
    "_table": "The contract's table, or the one of several it was read from.",
    "_row": "The row in the file.",
    "_record": "The record's number within the table.",
    "_sha256": "The file's SHA-256.",
}


def metadata(receipts: Sequence[Receipt], table: str, quarter: str) -> dict[str, Any]:
    """What the Dagster UI shows of a table and quarter."""
    current = [r for r in receipts if r.status == "current"]
    if not receipts:
        return {"delivery": dg.MetadataValue.text(f"Nothing has arrived for {quarter}.")}
    numbers = counts(receipts, table)
    files = "\n".join(
        f"- {plain(r.path)} · {r.size:,} bytes · received {r.received_at:%Y-%m-%dT%H:%M} · **{r.status}**"
        + (f" · `{r.refused}`: {plain(r.message)}" if r.refused else "")
        for r in receipts
    )
    return {
        "dagster/row_count": numbers["accepted"],
        "read": numbers["read"],
        "accepted": numbers["accepted"],
        "quarantined": numbers["quarantined"],
        "reasons": dg.MetadataValue.md(chart(by_code(receipts, table, "by_reason"))),
        "warnings": dg.MetadataValue.md(chart(by_code(receipts, table, "warnings"))),
        **since_last(current, table),
        "files": dg.MetadataValue.md(files),
        "seconds": round(sum(r.seconds for r in current), 2),
    }


def stored(home: Path, receipts: Sequence[Receipt], table: str, words: Table) -> dict[str, Any]:
    """Where a table's accepted records are, and their columns; nothing where no delivery is current."""
    files = [path for r in receipts if r.status == "current" for path in r.accepted_files(home, table)]
    if not files:
        return {}
    # For start-up: only the step reads Parquet.
    import pyarrow.parquet as pq

    columns = [
        dg.TableColumn(
            field.name,
            re.sub(r" \('\w+'\)|element: ", "", str(field.type)),  # Arrow names what is within lists and maps
            description=_described(field.name, words),
            constraints=dg.TableColumnConstraints(nullable=field.name not in words.key),
        )
        for field in pq.read_schema(files[0])
    ]
    return {
        "dagster/uri": files[0].parent.as_uri(),
        "dagster/column_schema": dg.TableSchema(columns),
    }


def _described(name: str, words: Table) -> str | None:
    """What a column is: the headers it is delivered under, and what of it passes the boundary."""
    if name in _EVERYWHERE:
        return _EVERYWHERE[name]
    made_of = (
        (name, "Delivered as"),
        (name.removesuffix("_key"), "Pseudonym of"),
        (f"{name.removesuffix('_year')}_date", "Year of"),
    )
    for own, what in made_of:
        if column := words.columns.get(own):
            return f"{what} {', '.join(column.header or (own,))}"
    return None


def data_version(receipts: Sequence[Receipt]) -> dg.DataVersion:
    """What a table's records of a quarter are made of: deliveries' bytes, contract and code, and which are current."""
    made_of = sorted(f"{r.mark}:{r.judged_as.key_id}:{r.status}" for r in receipts)
    return dg.DataVersion(hashlib.sha256("\n".join(made_of).encode()).hexdigest()[:16])


def since_last(current: Sequence[Receipt], table: str) -> dict[str, Any]:
    """Findings new, still open and resolved since the last delivery, and the slips that tell the partner of them."""
    told = [r.told.by_table.get(table, FindingCounts()) for r in current]
    slips = "\n".join(f"- {plain(r.told.slip)}" for r in current if r.told.slip)
    return {
        "findings since the last delivery": dg.MetadataValue.text(
            f"{sum(t.new for t in told):,} new, {sum(t.open for t in told):,} still open, "
            f"{sum(t.resolved for t in told):,} resolved"
        ),
        **({"return slips": dg.MetadataValue.md(slips)} if slips else {}),
    }
