"""Chunks as bytes and back, for the pipe from a process that reads to the one that asked.

Arrow's own stream format for cells, JSON for the rest: nothing that could run code when it is taken in.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np
import pyarrow as pa

from ingest.readers.again import Known
from ingest.readers.chunk import Chunk, Mark

HEADER = struct.Struct(">cQ")  # kind of frame, length of what follows
CHUNK, AGAIN, REFUSED, FAULT, DONE = b"C", b"A", b"R", b"F", b"D"
_WORDS = b"sangam"
_COLUMNS = ("cells", "rows")


def packed(chunk: Chunk) -> pa.Buffer:
    """A chunk as one buffer: its cells and rows, with all else in the schema's metadata."""
    words = {
        field.name: _plain(getattr(chunk, field.name))
        for field in fields(Chunk)
        if field.name not in _COLUMNS
    }
    table = pa.RecordBatch.from_arrays(
        [*chunk.cells.columns, pa.array(chunk.rows, pa.int64())],
        schema=pa.schema(
            [*chunk.cells.schema, pa.field("rows", pa.int64())], metadata={_WORDS: json.dumps(words)}
        ),
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_batch(table)
    return sink.getvalue()


def unpacked(content: bytes) -> Chunk:
    """The chunk that `packed` made the bytes of; its cells lie within them."""
    table = pa.ipc.open_stream(pa.py_buffer(content)).read_next_batch()
    words = {name: _given(value) for name, value in json.loads(table.schema.metadata[_WORDS]).items()}
    words["marks"] = tuple(Mark(*mark) for mark in words["marks"])
    last = table.num_columns - 1
    cells = pa.RecordBatch.from_arrays(
        table.columns[:last], schema=pa.schema([table.schema.field(at) for at in range(last)])
    )
    return Chunk(cells=cells, rows=np.array(table.column(last), np.int64), **words)


def packed_known(known: Known) -> Any:
    """What is known of a dump as JSON has it."""
    return _plain([known.parents, known.times_void, sorted(known.tables)])


def unpacked_known(words: Any) -> Known:
    """What `packed_known` made the words of."""
    parents, times_void, tables = (_given(one) for one in words)
    return Known({key: list(mine) for key, mine in parents.items()}, times_void, set(tables))


def _plain(value: Any) -> Any:
    """Tuples as lists, mappings as pairs: JSON has neither tuples nor keys that are numbers."""
    if isinstance(value, Mapping):
        return {"pairs": [[_plain(key), _plain(one)] for key, one in value.items()]}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


def _given(value: Any) -> Any:
    if isinstance(value, dict):
        return {_given(key): _given(one) for key, one in value["pairs"]}
    if isinstance(value, list):
        return tuple(map(_given, value))
    return value
