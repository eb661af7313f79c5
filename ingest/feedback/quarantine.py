"""What is held back and what is flagged, one Parquet file a delivery, personal values masked.

lake/quarantine/region=…/source=…/quarter=…/<sha>.parquet
lake/warnings/region=…/source=…/quarter=…/<sha>.parquet
"""

from __future__ import annotations

from pathlib import Path

from ingest.boundary.masking import MASK, personal_columns
from ingest.cleaning.records import plain
from ingest.deliveries.delivery import Delivery
from ingest.deliveries.places import parquet_path
from ingest.feedback.messages import expected, messages
from ingest.judging import keys
from ingest.judging.judged_drop import JudgedDrop
from ingest.sql import quote, render, union_all
from ingest.store.parquet import copy


def _values_map(judged: JudgedDrop, table: str) -> str:
    """Cells of a record as delivered, personal ones masked."""
    hidden = set(personal_columns(judged.cells[table]))
    entries = []
    for cell in judged.cells[table]:
        shown = f"coalesce(_delivered[{quote(cell.name)}], {plain(cell)})"
        if cell.name in hidden:
            shown = f"CASE WHEN {shown} IS NOT NULL THEN {quote(MASK)} END"
        entries.append(f"{{'k': {quote(cell.name)}, 'v': {shown}}}")
    return f"map_from_entries([{', '.join(entries)}])"


def _messages(judged: JudgedDrop, table: str) -> list[dict[str, str]]:
    """Code, column, and text with a place for the value, for what was found; from the message catalogue."""
    spec = judged.source.tables[table]
    texts, key = messages(spec), " + ".join(spec.key)
    columns = {cell.name: cell.column for cell in judged.cells[table]}
    found = judged.connection.execute(
        "SELECT DISTINCT code, coalesce(col, '') FROM findings WHERE tbl = ? ORDER BY ALL", [table]
    ).fetchall()
    rows = []
    for code, column in (pair for pair in found if pair[0] in texts):
        wanted = expected(columns[column], judged.source) if column in columns else ""
        called = key if code in ("duplicate_key", "conflicting_label") or not column else column
        text = texts[code].replace("{column}", called)
        text = text.replace("{expected}", wanted).replace(" ()", "") if column else text
        rows.append({"code": code, "column": column, "text": text})
    return rows


def _with(judged: JudgedDrop, relation: str) -> list[str]:
    """Tables that have findings or warnings; the first, where none has: a file without rows has columns, too."""
    found = {tbl for (tbl,) in judged.connection.execute(f"SELECT DISTINCT tbl FROM {relation}").fetchall()}
    tables = list(judged.source.tables)
    return [table for table in tables if table in found] or tables[:1]


def findings_select(judged: JudgedDrop, table: str, file: str, sha256: str = "") -> str:
    """SELECT of a table's quarantined records: file, table, row, record, key, reasons, columns, values, message."""
    return render(
        __file__,
        "quarantine.sql",
        file=file,
        table=table,
        key=keys.key_text(judged, table),
        cells=_values_map(judged, table),
        said="{'text': coalesce(nullif(told.message, ''), words.text), 'col': coalesce(told.col, '')}",
        messages=_messages(judged, table),
        records=judged.table(table),
        sha256=sha256,
    )


def write_quarantine(home: Path, judged: JudgedDrop, delivery: Delivery) -> None:
    """One Parquet file with the drop's quarantined records, each with its reasons and what to do."""
    selects = [
        findings_select(judged, table, delivery.relative, delivery.sha256)
        for table in _with(judged, "findings")
    ]
    copy(judged, union_all(selects), parquet_path(home, "quarantine", delivery))


def write_warnings(home: Path, judged: JudgedDrop, delivery: Delivery) -> None:
    """One Parquet file with the drop's warnings: accepted records, total rows that do not add up, empty tables."""
    select = render(
        __file__,
        "warnings.sql",
        tables=[{"name": name, "records": judged.table(name)} for name in _with(judged, "warnings")],
        file=delivery.relative,
        sha256=delivery.sha256,
    )
    copy(judged, select, parquet_path(home, "warnings", delivery))
