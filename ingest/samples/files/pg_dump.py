"""Writes a plain-text PostgreSQL dump (pg_dump with COPY blocks) from Arrow columns, without a loop over rows.

What stands in the tables is the caller's business; MySQL's dumps are written in `sql_writer`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.samples.files.mysqldump import Column

_ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))
_ROWS_A_WRITE = 50_000


def lines(columns: Sequence[Column], cells: Mapping[str, pa.Array], escape_all: bool = False) -> pa.Array:
    """Each row as a line of a COPY block (text format: tabs between, backslash escapes, \\N for null)."""
    values = []
    for column in columns:
        texts = cells[column.name]
        if column.free or escape_all:
            for plain, escaped in _ESCAPES:
                texts = pc.replace_substring(texts, pattern=plain, replacement=escaped)
        values.append(texts)
    return pc.binary_join_element_wise(*values, "\t", null_handling="replace", null_replacement="\\N")


def write_pg_dump(path: Path, owner: str, tables: Mapping[str, tuple[Sequence[Column], pa.Array]]) -> None:
    """A dump of the tables in the given order: first all structures, then all rows (from `lines`)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as out:
        out.write(_HEAD.encode())
        for name, (columns, _) in tables.items():
            listed = ",\n".join(f"    {column.name} {column.sql_type}" for column in columns)
            out.write(_CREATE.format(name=name, owner=owner, columns=listed).encode())
        for name, (columns, rows) in tables.items():
            listed = ", ".join(column.name for column in columns)
            out.write(_COPY.format(name=name, owner=owner, columns=listed).encode())
            for start in range(0, len(rows), _ROWS_A_WRITE):
                part = rows.slice(start, _ROWS_A_WRITE)
                whole = pa.ListArray.from_arrays(np.array([0, len(part)], np.int32), part)
                out.write(pc.binary_join(whole, "\n")[0].as_buffer())
                out.write(b"\n")
            out.write(b"\\.\n\n\n")
        out.write(_FOOT.encode())


_HEAD = """--
-- PostgreSQL database dump
--

-- Dumped from database version 13.4
-- Dumped by pg_dump version 13.4

SET statement_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET client_min_messages = warning;
SET row_security = off;
SET default_table_access_method = heap;

"""
_CREATE = """--
-- Name: {name}; Type: TABLE; Schema: public; Owner: {owner}
--

CREATE TABLE public.{name} (
{columns}
);


ALTER TABLE public.{name} OWNER TO {owner};

"""
_COPY = """--
-- Data for Name: {name}; Type: TABLE DATA; Schema: public; Owner: {owner}
--

COPY public.{name} ({columns}) FROM stdin;
"""
_FOOT = """--
-- PostgreSQL database dump complete
--

"""
