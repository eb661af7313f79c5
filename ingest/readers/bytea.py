r"""Columns of bytes in dumps: PostgreSQL's `bytea` (`\x4a4b`) → the text that it holds; what is no text is named."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from ingest.readers.arrow_csv import BINARY
from ingest.readers.chunk import batch
from ingest.readers.sql_names import Column

_OF_BYTES = {"BLOB", "TINYBLOB", "MEDIUMBLOB", "LONGBLOB", "BINARY", "VARBINARY"}
_NO_TEXT = r"[\x00-\x08\x0e-\x19\x1b-\x1f]"  # what no text has, and small numbers in columns of bits are written with


def changed_bytes(
    cells: pa.RecordBatch, unread: dict[str, str], columns: list[Column], recoded: bool
) -> dict[str, str]:
    """`unread`, and the columns of MySQL whose bytes were taken for text.

    `recoded`: the dump is in another encoding than UTF-8, which its bytes are not. Without known columns, what has
    bytes that no text has.
    """
    if not columns:
        no_text = (
            name
            for name, cell in zip(cells.schema.names, cells.columns, strict=True)
            if _holds(cell, _NO_TEXT)
        )
        return dict.fromkeys(no_text, "bytes that are no text") | unread
    if not recoded:
        return unread
    there = {column.name: column.kind for column in columns if column.name in cells.schema.names}
    changed = [
        n for n, kind in there.items() if kind in _OF_BYTES and _holds(cells.column(n), r"[^\x00-\x7f]")
    ]
    changed += [
        n
        for n, kind in there.items()
        if kind == "BIT" and _holds(cells.column(n), r"\d{4}|12[89]|1[3-9]\d|[2-9]\d\d")
    ]
    return dict.fromkeys(changed, "bytes in a dump of another encoding than UTF-8") | unread


def _holds(column: pa.Array, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(column, pattern)).as_py())


def plain_bytea(
    cells: pa.RecordBatch, unread: dict[str, str], columns: list[Column]
) -> tuple[pa.RecordBatch, dict[str, str]]:
    """The cells with columns of bytes as text; those that are none stay digits and are named with `unread`."""
    blobs = {column.name for column in columns if column.kind == "BYTEA"} & set(cells.schema.names)
    if not blobs:
        return cells, unread
    arrays, found = [], dict(unread)
    for name, column in zip(cells.schema.names, cells.columns, strict=True):
        if name in blobs:
            texts = [_text(cell) for cell in column.to_pylist()]
            if any(
                text is None and cell is not None
                for text, cell in zip(texts, column.to_pylist(), strict=True)
            ):
                found[name] = BINARY
            else:
                column = pa.array(texts, pa.string())
        arrays.append(column)
    return batch(arrays, cells.schema.names), found


def _text(cell: str | None) -> str | None:
    if cell is None or not cell.startswith("\\x"):
        return cell
    try:
        return bytes.fromhex(cell[2:]).decode("utf-8")
    except ValueError:
        return None
