"""The findings of a delivery, one row a finding, and what became of those of the last delivery.

    lake/findings/region=…/source=…/quarter=…/<sha>.parquet

A finding is *new*, or *open* where the last delivery had it, too; what only the last one had is *resolved*. Two
findings are the same where table, record, code and column are; a record is known by its key, or without one by a
keyed hash of its content. No personal values: these are masked, and a key that is personal is hashed.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from ingest import files
from ingest.boundary import masking, pseudonyms
from ingest.cleaning import expressions
from ingest.cleaning.naming import v
from ingest.cleaning.records import plain
from ingest.deliveries import places
from ingest.deliveries.delivery import Delivery
from ingest.errors import Refused
from ingest.feedback.catalogue import english
from ingest.feedback.messages import expected, message
from ingest.judging import keys
from ingest.judging.corrections import STALE
from ingest.judging.judged_drop import JudgedDrop
from ingest.sql import quote
from ingest.store import parquet

_FOUND = (
    "tbl VARCHAR, record BIGINT, row BIGINT, key VARCHAR, identity VARCHAR, code VARCHAR, severity VARCHAR, "
    "col VARCHAR, value VARCHAR, message VARCHAR"
)
_LAST = (
    'SELECT "table" AS tbl, row, key, identity, code, severity, "column" AS col, column_letter AS letter, message '
    "FROM read_parquet([{}], hive_partitioning = false)"
)
_SAME = "(tbl, identity, code, col)"
SHEETS = ("xlsx", "xls", "ods")  # formats in which a column has a letter


def gather(judged: JudgedDrop, key: bytes, last: Iterable[Path] = ()) -> None:
    """Put all findings into `stated` (with their status), and into `resolved` those that only the last files have.

    Both are tables of the drop's own connection; `stated` holds values as delivered and stays there.
    """
    con = judged.connection
    con.execute(f"CREATE TABLE found ({_FOUND})")
    with_findings = con.execute("SELECT tbl FROM findings UNION SELECT tbl FROM warnings").fetchall()
    for table in (t for t in judged.source.tables if (t,) in with_findings):
        _gather_table(judged, table, key)
    paths = ", ".join(quote(str(path)) for path in last)
    con.execute(
        f"CREATE TABLE last AS {_LAST.format(paths)}"
        if paths
        else "CREATE TABLE last AS SELECT "
        "tbl, row, key, identity, code, severity, col, '' AS letter, message FROM found LIMIT 0"
    )
    con.execute(
        f"CREATE TABLE stated AS SELECT f.*, CASE WHEN l.tbl IS NULL THEN 'new' ELSE 'open' END AS status FROM found f "
        f"LEFT JOIN (SELECT DISTINCT tbl, identity, code, col FROM last) l USING {_SAME}"
    )
    con.execute(f"CREATE TABLE resolved AS SELECT * FROM last ANTI JOIN found USING {_SAME}")


def delivered(judged: JudgedDrop, table: str) -> dict[str, str]:
    """SQL of each column's cell as delivered."""
    return {c.name: f"coalesce(_delivered[{quote(c.name)}], {plain(c)})" for c in judged.cells[table]}


def _gather_table(judged: JudgedDrop, table: str, key: bytes) -> None:
    con, cells = judged.connection, delivered(judged, table)
    shown = "CASE col " + " ".join(f"WHEN {quote(col)} THEN {sql}" for col, sql in cells.items()) + " END"
    known = pseudonyms.pseudonym("key", "_known", key) if _key_is_personal(judged, table) else "_known"
    # A step each, so that no long expression stands in another one twice.
    steps = (
        f"SELECT j.*, f.*, {keys.key_text(judged, table)} AS _key FROM {judged.table(table)} j JOIN ("
        f"SELECT record, code, col, message, 'error' AS severity FROM told WHERE tbl = {quote(table)} UNION ALL "
        f"SELECT record, code, col, message, 'warning' FROM warnings WHERE tbl = {quote(table)}"
        ") f ON f.record = j._record"
    )
    steps = (
        f"SELECT *, CASE WHEN _key = 'row:' || _record THEN {_joined(judged, table, cells)} END AS _content, "
        f"{_joined(judged, table, judged.source.tables[table].key)} AS _known FROM ({steps})"
    )
    # Total rows are no records; their label is their key. A correction that is out of date is no partner's business.
    con.execute(
        f"INSERT INTO found SELECT DISTINCT {quote(table)}, _record, _row, _key, "
        f"coalesce({pseudonyms.pseudonym('record', '_content', key)}, {known}), code, severity, "
        f"coalesce(col, ''), {shown}, message FROM ({steps}) UNION ALL "
        "SELECT DISTINCT tbl, NULL, NULL, key, key, code, 'warning', coalesce(col, ''), NULL, message FROM warnings "
        f"WHERE record IS NULL AND code <> {quote(STALE)} AND tbl = {quote(table)}"
    )


def _joined(judged: JudgedDrop, table: str, columns: Iterable[str]) -> str:
    """SQL of a record's cells as one text: as read, so that another spelling of a date or number is no other record."""
    parts = (
        f"coalesce(CAST({v(c)} AS VARCHAR), {expressions.text(f'_delivered[{quote(c)}]')}, '')"
        for c in columns
    )
    return f"concat_ws(chr(31), {', '.join(parts)})"


def _key_is_personal(judged: JudgedDrop, table: str) -> bool:
    key = judged.source.tables[table].key
    return any(cell.column.personal for cell in judged.cells[table] if cell.name in key)


def letter(judged: JudgedDrop, table: str, column: str) -> str:
    """The letter of a column in the delivered sheet; empty where the file is none or the column not in it."""
    found = next((f for f in judged.delivered.get(table, ()) if f.name == column), None)
    if judged.kind not in SHEETS or found is None or found.position < 0:
        return ""
    name, rest = "", found.position + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        name = chr(65 + digit) + name
    return name


def write_findings(home: Path, judged: JudgedDrop, delivery: Delivery) -> None:
    """One Parquet file with the drop's findings. `gather` comes first."""
    con = judged.connection
    con.execute(
        "CREATE TABLE texts (tbl VARCHAR, code VARCHAR, col VARCHAR, is_personal BOOLEAN, letter VARCHAR, "
        "message VARCHAR, text VARCHAR, expected VARCHAR, fix VARCHAR)"
    )
    kinds = con.execute("SELECT DISTINCT tbl, code, col, message FROM found ORDER BY ALL").fetchall()
    if kinds:
        con.executemany(
            f"INSERT INTO texts VALUES ({', '.join('?' * 9)})", [_texts(judged, *kind) for kind in kinds]
        )
    hidden = [t for t in judged.source.tables if _key_is_personal(judged, t)]
    key = f"CASE WHEN f.tbl IN ({', '.join(map(quote, hidden))}) THEN {quote(masking.MASK)} ELSE f.key END"
    value = (
        f"coalesce('\"' || CASE WHEN is_personal THEN {quote(masking.MASK)} ELSE value END || '\"', 'this')"
    )
    sql = (
        f'SELECT {quote(delivery.relative)} AS file, f.tbl AS "table", row, record, '
        f"{key if hidden else 'f.key'} AS key, f.code, severity, "
        ' f.col AS "column", letter AS column_letter, '
        f"replace(text, '{{value}}', CASE WHEN value IS NULL THEN 'this' ELSE {value} END) AS message, "
        "expected, fix, identity, status FROM stated f JOIN texts USING (tbl, code, col, message) "
        "ORDER BY f.tbl, record NULLS LAST, f.key, f.code, f.col"
    )
    parquet.copy(judged, sql, places.parquet_path(home, "findings", delivery))


def _texts(judged: JudgedDrop, table: str, code: str, column: str, said: str) -> tuple[Any, ...]:
    spec = judged.source.tables[table]
    cell = spec.columns.get(column) or next((c.column for c in judged.cells[table] if c.name == column), None)
    wanted = expected(cell, judged.source) if cell else ""
    called = " + ".join(spec.key) if code in ("duplicate_key", "conflicting_label") or not column else column
    text = said or message(code, spec).replace("{column}", called).replace("{expected}", wanted).replace(
        " ()", ""
    )
    fix = english().finding(code, said or text).fix
    is_personal = bool(cell and cell.personal)
    return table, code, column, is_personal, letter(judged, table, column), said, text, wanted, fix


def write_refusal(home: Path, delivery: Delivery, refusal: Refused, last: Iterable[Path]) -> str:
    """The findings of a refused file: that it was refused. Returns its status, `new` or `open`.

    A refused file resolves nothing: nobody knows what became of its records.
    """
    paths = ", ".join(quote(str(path)) for path in last)
    fix = english().finding(refusal.code).fix
    with duckdb.connect() as con:
        before = f"""SELECT count(*) FROM ({_LAST.format(paths)}) WHERE tbl = '' AND code = {quote(refusal.code)}"""
        status = "open" if paths and con.execute(before).fetchall()[0][0] else "new"
        nothing = "CAST(NULL AS BIGINT)"
        sql = (
            f"SELECT {quote(delivery.relative)} AS file, '' AS \"table\", {nothing} AS row, {nothing} AS record, "
            f"'' AS key, {quote(refusal.code)} AS code, 'error' AS severity, '' AS \"column\", '' AS column_letter, "
            f"{quote(str(refusal))} AS message, '' AS expected, {quote(fix)} AS fix, '' AS identity, "
            f"{quote(status)} AS status"
        )
        with files.atomic(places.parquet_path(home, "findings", delivery)) as temporary:
            con.execute(f"COPY ({sql}) TO {quote(str(temporary))} (FORMAT parquet, COMPRESSION zstd)")
    return status


def counts(judged: JudgedDrop) -> dict[str, dict[str, int]]:
    """Findings new, open and resolved, by table (a resolved refusal under ''); tables without any are left out."""
    rows = judged.connection.execute(
        "SELECT tbl, status, count(*) FROM "
        "(SELECT tbl, status FROM stated UNION ALL SELECT tbl, 'resolved' FROM resolved) "
        "GROUP BY tbl, status ORDER BY ALL"
    ).fetchall()
    tables: dict[str, dict[str, int]] = {}
    for table, status, count in rows:
        tables.setdefault(table, dict.fromkeys(("new", "open", "resolved"), 0))[status] = int(count)
    return tables
