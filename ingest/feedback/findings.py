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
from ingest.deliveries.receipt import FindingCounts
from ingest.errors import Refused
from ingest.feedback.catalogue import english
from ingest.feedback.messages import expected, message
from ingest.judging import keys
from ingest.judging.corrections import STALE
from ingest.judging.judged_drop import JudgedDrop
from ingest.sql import copy_to_parquet, parquet_relation, quote, render
from ingest.store import parquet

_FOUND = (
    "tbl VARCHAR, record BIGINT, row BIGINT, key VARCHAR, identity VARCHAR, code VARCHAR, severity VARCHAR, "
    "col VARCHAR, value VARCHAR, message VARCHAR"
)
SHEETS = ("xlsx", "xlsb", "xls", "xml_spreadsheet", "ods")  # formats in which a column has a letter


def gather(judged: JudgedDrop, key: bytes, last: Iterable[Path] = ()) -> None:
    """Put all findings into `stated` (with their status), and into `resolved` those that only the last files have.

    Both are tables of the drop's own connection; `stated` holds values as delivered and stays there.
    """
    con = judged.connection
    con.execute(f"CREATE TABLE found ({_FOUND})")
    with_findings = con.execute("SELECT tbl FROM findings UNION SELECT tbl FROM warnings").fetchall()
    for table in (t for t in judged.source.tables if (t,) in with_findings):
        _gather_table(judged, table, key)
    before = list(last)
    if before:
        con.execute(f"CREATE TABLE last AS {_last(before)}")
    else:
        con.execute("CREATE TABLE last AS SELECT *, '' AS letter FROM found LIMIT 0")
    con.execute(render(__file__, "stated.sql"))


def _last(paths: Iterable[Path]) -> str:
    return render(__file__, "last.sql", findings=parquet_relation(paths))


def delivered(judged: JudgedDrop, table: str) -> dict[str, str]:
    """SQL of each column's cell as delivered."""
    return {c.name: f"coalesce(_delivered[{quote(c.name)}], {plain(c)})" for c in judged.cells[table]}


def _gather_table(judged: JudgedDrop, table: str, key: bytes) -> None:
    cells = delivered(judged, table)
    is_personal = _key_is_personal(judged, table)
    judged.connection.execute(
        render(
            __file__,
            "found.sql",
            table=table,
            records=judged.table(table),
            key=keys.key_text(judged, table),
            content=_joined(judged, table, cells),
            content_pseudonym=pseudonyms.pseudonym("record", "_content", key),
            known_by=_joined(judged, table, judged.source.tables[table].key),
            known=pseudonyms.pseudonym("key", "_known", key) if is_personal else "_known",
            cells=[{"name": name, "sql": sql} for name, sql in cells.items()],
            stale=STALE,
        )
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
    sql = render(
        __file__,
        "findings.sql",
        file=delivery.relative,
        hidden=[quote(table) for table in hidden] or ["''"],
        mask=masking.MASK,
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
    before = list(last)
    words = {"file": delivery.relative, "code": refusal.code, "message": str(refusal)}
    fix = english().finding(refusal.code).fix
    with duckdb.connect() as con:
        asked = "SELECT count(*) FROM ({}) WHERE tbl = '' AND code = ?"
        had = before and con.execute(asked.format(_last(before)), [refusal.code]).fetchall()[0][0]
        status = "open" if had else "new"
        select = render(__file__, "refusal.sql", **words, fix=fix, status=status)
        with files.atomic(places.parquet_path(home, "findings", delivery)) as temporary:
            con.execute(copy_to_parquet(select, temporary))
    return status


def counts(judged: JudgedDrop) -> dict[str, FindingCounts]:
    """Findings new, open and resolved, by table (a resolved refusal under ''); tables without any are left out."""
    rows = judged.connection.execute(
        "SELECT tbl, status, count(*) FROM "
        "(SELECT tbl, status FROM stated UNION ALL SELECT tbl, 'resolved' FROM resolved) "
        "GROUP BY tbl, status ORDER BY ALL"
    ).fetchall()
    tables: dict[str, dict[str, int]] = {}
    for table, status, count in rows:
        tables.setdefault(table, {})[status] = int(count)
    return {table: FindingCounts(**by_status) for table, by_status in tables.items()}
