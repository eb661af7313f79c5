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
from ingest.sql import quote
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


def _message_table(judged: JudgedDrop, table: str) -> str:
    """SQL VALUES of (code, column, text with a place for the value) for what was found, from the message catalogue."""
    spec = judged.source.tables[table]
    texts, key = messages(spec), " + ".join(spec.key)
    columns = {cell.name: cell.column for cell in judged.cells[table]}
    found = judged.connection.execute(
        f"SELECT DISTINCT code, coalesce(col, '') FROM findings WHERE tbl = {quote(table)} ORDER BY ALL"
    ).fetchall()
    rows = ["('', '', '')"]
    for code, column in (pair for pair in found if pair[0] in texts):
        wanted = expected(columns[column], judged.source) if column in columns else ""
        called = key if code in ("duplicate_key", "conflicting_label") or not column else column
        text = texts[code].replace("{column}", called)
        text = text.replace("{expected}", wanted).replace(" ()", "") if column else text
        rows.append(f"({quote(code)}, {quote(column)}, {quote(text)})")
    return "(VALUES " + ", ".join(rows) + ") AS m(code, col, text)"


def _with(judged: JudgedDrop, relation: str) -> list[str]:
    """Tables that have findings or warnings; the first, where none has: a file without rows has columns, too."""
    found = {tbl for (tbl,) in judged.connection.execute(f"SELECT DISTINCT tbl FROM {relation}").fetchall()}
    tables = list(judged.source.tables)
    return [table for table in tables if table in found] or tables[:1]


def findings_select(judged: JudgedDrop, table: str, file: str, sha256: str = "") -> str:
    """SELECT of a table's quarantined records: file, table, row, record, key, reasons, columns, values, message."""
    values = _values_map(judged, table)
    texts = (
        "list_transform(f.messages, lambda x: replace(x.text, '{value}', "
        f"coalesce('\"' || {values}[x.col] || '\"', 'this')))"
    )
    message = "{'text': coalesce(nullif(f.message, ''), m.text), 'col': coalesce(f.col, '')}"
    grouped = (
        "SELECT record, list(DISTINCT f.code ORDER BY f.code) AS reasons, "
        "coalesce(list(DISTINCT f.col ORDER BY f.col) FILTER (f.col IS NOT NULL), []) AS columns, "
        f"list(DISTINCT {message} ORDER BY {message}) AS messages FROM told f "
        f"LEFT JOIN {_message_table(judged, table)} ON m.code = f.code AND m.col = coalesce(f.col, '') "
        f"WHERE f.tbl = {quote(table)} GROUP BY record"
    )
    return (
        f'SELECT {quote(file)} AS file, {quote(table)} AS "table", _row AS row, _record AS record, '
        f"{keys.key_text(judged, table)} AS key, f.reasons, f.columns, {values} AS values, "
        f"list_aggregate({texts}, 'string_agg', ' ') AS message, {quote(sha256)} AS sha256 "
        f"FROM {judged.table(table)} JOIN ({grouped}) f ON f.record = _record"
    )


def write_quarantine(home: Path, judged: JudgedDrop, delivery: Delivery) -> None:
    """One Parquet file with the drop's quarantined records, each with its reasons and what to do."""
    selects = [
        findings_select(judged, table, delivery.relative, delivery.sha256)
        for table in _with(judged, "findings")
    ]
    copy(judged, " UNION ALL ".join(selects), parquet_path(home, "quarantine", delivery))


def write_warnings(home: Path, judged: JudgedDrop, delivery: Delivery) -> None:
    """One Parquet file with the drop's warnings: accepted records and total rows that do not add up."""
    union = " UNION ALL ".join(
        f"SELECT {quote(t)} AS tbl, _record, _row FROM {judged.table(t)} "
        f"WHERE _record IN (SELECT record FROM warnings WHERE tbl = {quote(t)})"
        for t in _with(judged, "warnings")
    )
    copy(
        judged,
        f'SELECT {quote(delivery.relative)} AS file, w.tbl AS "table", r._row AS row, w.record, w.key, '
        f'w.code AS warning, w.col AS "column", w.message, {quote(delivery.sha256)} AS sha256 '
        f"FROM warnings w LEFT JOIN ({union}) r "
        "ON r.tbl = w.tbl AND r._record = w.record ORDER BY w.tbl, w.record, w.key, w.code",
        parquet_path(home, "warnings", delivery),
    )
