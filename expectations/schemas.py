"""pandera schemas built from contracts: what the accepted records of a table must satisfy, types included.

A second pair of eyes on judging: the rules are read from the same contract but checked by another engine. What a batch
must look like (volumes, drift) does not belong here. Import it where there is something to check: pandera takes half
a second.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pandera.pandas as pa
import pyarrow as arrow
import pyarrow.parquet as pq

from ingest.contracts.column import Column
from ingest.contracts.source import Source
from ingest.contracts.vocabularies import spellings

# What a column's type is in a file, and in words; identifiers and codes are text.
_TEXT = (arrow.string(), "text")
_TYPES: dict[str, tuple[arrow.DataType, str]] = {
    "integer": (arrow.int64(), "whole numbers"),
    "number": (arrow.decimal128(28, 9), "decimal numbers"),
    "date": (arrow.date32(), "dates"),
    "month": (arrow.date32(), "dates"),
}
_KINDS = dict((_TEXT, *_TYPES.values()))


def _checks(column: Column, source: Source) -> list[pa.Check]:
    if column.vocabulary and column.type != "codes":
        codes = sorted(set(spellings(column, source.vocabularies).values()))
        return [pa.Check.isin(codes, error=f"one of {', '.join(codes[:8])}{' …' if len(codes) > 8 else ''}")]
    checks = []
    if column.min is not None:
        checks.append(pa.Check.ge(_bound(column, column.min), error=f"at least {column.min:g}"))
    if column.max is not None:
        checks.append(pa.Check.le(_bound(column, column.max), error=f"at most {column.max:g}"))
    if column.above is not None:
        checks.append(pa.Check.gt(_bound(column, column.above), error=f"above {column.above:g}"))
    return checks


def _bound(column: Column, bound: float) -> float | Decimal:
    """A bound as the column's values are: Arrow's cast of a decimal to a double is off in the last bit."""
    return Decimal(str(bound)) if column.type == "number" else bound


def table_schema(source: Source, table_name: str) -> pa.DataFrameSchema:
    """The schema of a table's accepted records: types, required cells, bounds, vocabularies, unique key.

    Columns that stay inside the ingest boundary are not in it, pseudonyms are checked for their form.
    """
    table = source.tables[table_name]
    columns: dict[str, pa.Column] = {}
    for name, column in table.columns.items():
        if column.personal in ("name", "locality", "birth_date") or column.header_like:
            continue
        is_there = not column.optional
        if column.personal:
            form = pa.Check.str_matches(r"^[0-9a-f]{8}:[0-9a-f]{64}$", error="a keyed pseudonym")
            kind = pd.ArrowDtype(_TEXT[0])
            columns[f"{name}_key"] = pa.Column(kind, nullable=True, checks=form, required=is_there)
        else:
            kind = pd.ArrowDtype(_TYPES.get(column.type, _TEXT)[0])
            checks = _checks(column, source)
            columns[name] = pa.Column(kind, checks, nullable=not column.required, required=is_there)
    unique = list(table.key) if all(k in columns for k in table.key) else None
    return pa.DataFrameSchema(columns, unique=unique, strict=False, coerce=False)


def broken_promises(path: Path, source: Source, table: str) -> list[str]:
    """What accepted records of a contract's table in a Parquet file break, in plain words; empty where they keep it."""
    schema = table_schema(source, table)
    file = pq.ParquetFile(path)
    names = [name for name in schema.columns if name in file.schema_arrow.names]
    frame = file.read(columns=names).to_pandas(types_mapper=pd.ArrowDtype, split_blocks=True)
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        return _in_words(schema, file.schema_arrow, pd.DataFrame(error.failure_cases))
    return []


def _in_words(schema: pa.DataFrameSchema, there: arrow.Schema, cases: pd.DataFrame) -> list[str]:
    """Failures as messages: columns that are not there or of another type, keys that are there twice, values."""
    told = [
        f"there is no column '{name}'"
        for name in cases.loc[cases["check"] == "column_in_dataframe", "failure_case"]
    ]
    wrong = set(cases.loc[cases["check"].str.startswith("dtype("), "column"])
    for name in (name for name in schema.columns if name in wrong):
        found, expected = there.field(name).type, schema.columns[name].dtype.type.pyarrow_dtype
        told.append(f"column '{name}': found {_kind(found)}, expected {_kind(expected)}")
    is_key = cases["check"] == "multiple_fields_uniqueness"
    if is_key.any():
        count, key = cases.loc[is_key, "index"].nunique(), ", ".join(schema.unique or ())
        told.append(f"{count:,} records share their key, {key}, with another")
    # The values of a column of the wrong type would only be told to be wrong once more.
    rest = cases[~is_key & ~cases["column"].isin(wrong) & (cases["check"] != "column_in_dataframe")]
    counted = rest.groupby(["column", "check"], dropna=False).size().reset_index(name="count")
    for column, check, count in counted.itertuples(index=False):
        what = "filled" if check == "not_nullable" else check
        told.append(f"column '{column}': {count:,} not {what}")
    return told


def _kind(kind: arrow.DataType) -> str:
    return f"{_KINDS[kind]} ({kind})" if kind in _KINDS else f"the type {kind}"
