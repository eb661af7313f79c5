"""The lake: Parquet files and receipts under SANGAM_HOME, written atomically, one file per drop and table.

    lake/accepted/region=…/source=…/table=…/quarter=…/<sha>.parquet
    lake/quarantine/region=…/source=…/quarter=…/<sha>.parquet
    lake/warnings/region=…/source=…/quarter=…/<sha>.parquet
    lake/findings/region=…/source=…/quarter=…/<sha>.parquet     see `history`
    lake/receipts/region=…/source=…/quarter=…/<sha>-<hash of the path>.json

Personal values never get here: identifiers are pseudonyms, names and places of living are left out, birth dates are
years, and in quarantine they are masked.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ingest import findings
from ingest.cleaning import name as sql_name
from ingest.cleaning import quote
from ingest.judging import Judged
from ingest.landing import Delivery
from ingest.messages import expected, messages
from ingest.published import published_columns
from ingest.records import plain

MASK = "•••"


def folder(home: Path, layer: str, **partitions: str) -> Path:
    """The Hive-partitioned folder of a layer."""
    return home.joinpath("lake", layer, *(f"{key}={value}" for key, value in partitions.items()))


@contextmanager
def atomic(path: Path, mode: int = 0o644) -> Iterator[Path]:
    """A temporary path beside `path` that takes its place when the block ends well; else nothing is left."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not the file's own ending: what a killed process leaves must match no `*.parquet` of a reader.
    handle, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    os.close(handle)
    try:
        yield Path(temporary)
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)


def write_json(path: Path, content: Any) -> None:
    """`content` as JSON, atomically."""
    with atomic(path) as temporary:
        temporary.write_text(
            json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
        )


def receipt_path(home: Path, delivery: Delivery) -> Path:
    """Where a delivery's receipt lies. The same bytes may arrive twice under two names: each has its receipt."""
    at = folder(home, "receipts", region=delivery.region, source=delivery.source, quarter=delivery.quarter)
    return at / f"{delivery.sha256[:16]}-{hashlib.sha256(delivery.relative.encode()).hexdigest()[:8]}.json"


def parquet_path(home: Path, layer: str, delivery: Delivery, table: str = "") -> Path:
    """Where a delivery's Parquet file of a layer (and table) lies."""
    middle = {"table": table} if table else {}
    at = folder(
        home, layer, region=delivery.region, source=delivery.source, **middle, quarter=delivery.quarter
    )
    return at / f"{delivery.sha256[:16]}.parquet"


def copy(judged: Judged, select: str, path: Path) -> None:
    """Write what a SELECT over the drop's tables gives as Parquet, atomically."""
    with atomic(path) as temporary:
        judged.connection.execute(
            f"COPY ({select}) TO {quote(str(temporary))} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
        )


def _personal(judged: Judged, table: str) -> list[str]:
    return [cell.name for cell in judged.cells[table] if cell.column.personal]


def write_accepted(home: Path, judged: Judged, delivery: Delivery, key: bytes) -> None:
    """One Parquet file a table with the accepted records: values, pseudonyms, notes, warnings, place in the file."""
    for table in judged.source.tables:
        columns = published_columns(judged.cells[table], judged.source.tables[table], key)
        hidden = ", ".join(quote(name) for name in _personal(judged, table)) or "''"
        values = ", ".join(f"{sql} AS {sql_name(name)}" for name, sql in columns)
        shown = (
            "CASE WHEN _delivered IS NOT NULL THEN nullif(map_from_entries(list_filter(map_entries(_delivered), "
            f"lambda x: x.key NOT IN ({hidden}))), MAP {{}}) END"
        )
        flags = (
            "SELECT record, list(DISTINCT code ORDER BY code) AS codes FROM warnings "
            f"WHERE tbl = {quote(table)} AND record IS NOT NULL GROUP BY record"
        )
        select = (
            f"SELECT {values}, {shown} AS _delivered, _notes, w.codes AS _warnings, "
            f"{quote(delivery.relative)} AS _file, {quote(table)} AS _table, _row, _record, "
            f"{quote(delivery.sha256)} AS _sha256 "
            f"FROM {judged.accepted(table)} AS a LEFT JOIN ({flags}) w ON w.record = a._record ORDER BY _record"
        )
        copy(judged, select, parquet_path(home, "accepted", delivery, table))


def _values_map(judged: Judged, table: str) -> str:
    """Cells of a record as delivered, personal ones masked."""
    hidden = set(_personal(judged, table))
    entries = []
    for cell in judged.cells[table]:
        shown = f"coalesce(_delivered[{quote(cell.name)}], {plain(cell)})"
        if cell.name in hidden:
            shown = f"CASE WHEN {shown} IS NOT NULL THEN {quote(MASK)} END"
        entries.append(f"{{'k': {quote(cell.name)}, 'v': {shown}}}")
    return f"map_from_entries([{', '.join(entries)}])"


def _message_table(judged: Judged, table: str) -> str:
    """SQL VALUES of (code, column, text with a place for the value) for what was found, from the message catalogue."""
    spec = judged.source.tables[table]
    texts, key = messages(spec), " + ".join(spec.key)
    columns = {cell.name: cell.column for cell in judged.cells[table]}
    found = judged.connection.execute(
        f"SELECT DISTINCT code, coalesce(col, '') FROM findings WHERE tbl = {quote(table)} ORDER BY ALL"
    ).fetchall()
    rows = ["('', '', '')"]
    for code, column in (pair for pair in found if pair[0] in texts):
        wanted = expected(columns[column], judged.source.vocabularies) if column in columns else ""
        called = key if code in ("duplicate_key", "conflicting_label") or not column else column
        text = texts[code].replace("{column}", called)
        text = text.replace("{expected}", wanted).replace(" ()", "") if column else text
        rows.append(f"({quote(code)}, {quote(column)}, {quote(text)})")
    return "(VALUES " + ", ".join(rows) + ") AS m(code, col, text)"


def _with(judged: Judged, relation: str) -> list[str]:
    """Tables that have findings or warnings; the first, where none has: a file without rows has columns, too."""
    found = {tbl for (tbl,) in judged.connection.execute(f"SELECT DISTINCT tbl FROM {relation}").fetchall()}
    tables = list(judged.source.tables)
    return [table for table in tables if table in found] or tables[:1]


def findings_select(judged: Judged, table: str, file: str, sha256: str = "") -> str:
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
        f"{findings.key_text(judged, table)} AS key, f.reasons, f.columns, {values} AS values, "
        f"list_aggregate({texts}, 'string_agg', ' ') AS message, {quote(sha256)} AS sha256 "
        f"FROM {judged.table(table)} JOIN ({grouped}) f ON f.record = _record"
    )


def remove(home: Path, delivery: Delivery) -> None:
    """Take a delivery's records out of the lake: judged by today's contract it is refused."""
    tables = folder(home, "accepted", region=delivery.region, source=delivery.source)
    for path in (
        *tables.glob(f"table=*/quarter={delivery.quarter}/{delivery.sha256[:16]}.parquet"),
        parquet_path(home, "quarantine", delivery),
        parquet_path(home, "warnings", delivery),
        parquet_path(home, "findings", delivery),
    ):
        path.unlink(missing_ok=True)


def write_quarantine(home: Path, judged: Judged, delivery: Delivery) -> None:
    """One Parquet file with the drop's quarantined records, each with its reasons and what to do."""
    selects = [
        findings_select(judged, table, delivery.relative, delivery.sha256)
        for table in _with(judged, "findings")
    ]
    copy(judged, " UNION ALL ".join(selects), parquet_path(home, "quarantine", delivery))


def write_warnings(home: Path, judged: Judged, delivery: Delivery) -> None:
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


def table_counts(judged: Judged) -> dict[str, dict[str, Any]]:
    """Per table: read, accepted, quarantined, records by reason, warnings by name."""
    counts: dict[str, dict[str, Any]] = {}
    for table in judged.source.tables:
        read = _count(judged, f"SELECT count(*) FROM {judged.table(table)}")
        quarantined = _count(
            judged, f"SELECT count(DISTINCT record) FROM findings WHERE tbl = {quote(table)}"
        )
        counts[table] = {
            "read": read,
            "accepted": read - quarantined,
            "quarantined": quarantined,
            "by_reason": _by_code(judged, "findings", table, "DISTINCT record"),
            "warnings": _by_code(judged, "warnings", table, "*"),
        }
    return counts


def _count(judged: Judged, sql: str) -> int:
    return int(judged.connection.execute(sql).fetchall()[0][0])


def _by_code(judged: Judged, relation: str, table: str, what: str) -> dict[str, int]:
    rows = judged.connection.execute(
        f"SELECT code, count({what}) FROM {relation} WHERE tbl = {quote(table)} GROUP BY code ORDER BY code"
    ).fetchall()
    return {str(code): int(count) for code, count in rows}
