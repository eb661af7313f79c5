r"""PostgreSQL's `bytea` in dumps (`\x4a4b`) → the text that it holds, where it holds any."""

from __future__ import annotations

import pyarrow as pa

from ingest.readers.arrow_csv import BINARY
from ingest.readers.chunk import batch
from ingest.readers.sql_names import Column


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
