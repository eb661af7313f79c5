"""pandera schemas built from contracts: what the accepted records of a table must satisfy, types included.

A second pair of eyes on judging: the rules are read from the same contract but checked by another engine. What a batch
must look like (volumes, drift) does not belong here. Import it where there is something to check: pandera takes half
a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pandera.pandas as pa
import pyarrow as arrow
import pyarrow.parquet as pq

from ingest.contracts.column import Column
from ingest.contracts.loading import load_source
from ingest.contracts.source import Source
from ingest.contracts.vocabularies import spellings
from ingest.sql import sql_name

# What a column's type is in a file, and in words; identifiers and codes are text.
_TEXT = (arrow.string(), "text")
_TYPES: dict[str, tuple[arrow.DataType, str]] = {
    "integer": (arrow.int64(), "whole numbers"),
    "number": (arrow.decimal128(28, 9), "decimal numbers"),
    "date": (arrow.date32(), "dates"),
    "month": (arrow.date32(), "dates"),
}
_KINDS = {str(kind): words for kind, words in (_TEXT, *_TYPES.values())}


@dataclass(frozen=True)
class TableSchemas:
    """The types of a table's columns, and what their values must satisfy."""

    types: pa.DataFrameSchema
    values: pa.DataFrameSchema
    key: tuple[str, ...]


def _checks(column: Column, source: Source) -> list[pa.Check]:
    if column.vocabulary and column.type != "codes":
        codes = sorted(set(spellings(column, source.vocabularies).values()))
        return [pa.Check.isin(codes, error=f"one of {', '.join(codes[:8])}{' …' if len(codes) > 8 else ''}")]
    checks = []
    if column.min is not None:
        checks.append(pa.Check.ge(column.min, error=f"at least {column.min:g}"))
    if column.max is not None:
        checks.append(pa.Check.le(column.max, error=f"at most {column.max:g}"))
    if column.above is not None:
        checks.append(pa.Check.gt(column.above, error=f"above {column.above:g}"))
    return checks


def schemas_of(source: Source, table_name: str) -> TableSchemas:
    """The schemas of a table's accepted records: types; required cells, bounds, vocabularies, unique key.

    Columns that stay inside the ingest boundary are not in them, pseudonyms are checked for their form.
    """
    table = source.tables[table_name]
    types: dict[str, pa.Column] = {}
    values: dict[str, pa.Column] = {}
    for name, column in table.columns.items():
        if column.personal in ("name", "locality", "birth_date") or column.header_like:
            continue
        if column.personal:
            form = pa.Check.str_matches(r"^[0-9a-f]{8}:[0-9a-f]{64}$", error="a keyed pseudonym")
            there, kind = f"{name}_key", _TEXT[0]
            values[there] = pa.Column(nullable=True, checks=form, required=False)
        else:
            there, kind = name, _TYPES.get(column.type, _TEXT)[0]
            checks = _checks(column, source)
            values[there] = pa.Column(nullable=not column.required, checks=checks, required=False)
        types[there] = pa.Column(pd.ArrowDtype(kind), nullable=True, required=not column.optional)
    key = tuple(table.key) if all(k in values for k in table.key) else ()
    return TableSchemas(pa.DataFrameSchema(types), pa.DataFrameSchema(values), key)


@cache
def table_schemas(region: str, source: str, table: str) -> TableSchemas:
    """The schemas of a table, by names."""
    return schemas_of(load_source(region, source), table)


def broken_promises(path: Path, region: str, source: str, table: str) -> list[str]:
    """What accepted records in a Parquet file break, in plain words; empty when the contract holds."""
    return promises_broken(path, table, table_schemas(region, source, table))


def promises_broken(path: Path, table: str, schemas: TableSchemas) -> list[str]:
    """What accepted records in a Parquet file break of a table's schemas, in plain words."""
    there = pq.read_schema(path)
    wrong = _failures(schemas.types, there.empty_table().to_pandas(types_mapper=pd.ArrowDtype))
    told = [_type_in_words(table, case) for case in wrong.to_dict("records")]
    # The values of a column of the wrong type would only be told to be wrong once more.
    fit = [
        name for name in schemas.values.columns if name in there.names and name not in set(wrong["column"])
    ]
    values = schemas.values.select_columns(fit)
    values.unique = list(schemas.key) if schemas.key and set(schemas.key) <= set(fit) else None
    found = _failures(values, _frame(path, there, fit))
    return told + _values_in_words(table, schemas.key, found)


def _failures(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> pd.DataFrame:
    """pandera's failure cases; none where the frame is as it should be."""
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        return pd.DataFrame(error.failure_cases)
    return pd.DataFrame(columns=["column", "check", "failure_case"])


def _frame(path: Path, there: arrow.Schema, names: list[str]) -> pd.DataFrame:
    """The named columns. Decimals become doubles in DuckDB: Arrow's cast is off in the last bit."""
    decimals = {name for name in names if arrow.types.is_decimal(there.field(name).type)}
    if decimals:
        fields = [
            f"CAST({sql_name(n)} AS DOUBLE) AS {sql_name(n)}" if n in decimals else sql_name(n) for n in names
        ]
        with duckdb.connect(config={"threads": 2}) as connection:
            select = f"SELECT {', '.join(fields)} FROM read_parquet(?, hive_partitioning = false)"
            table = connection.sql(select, params=[str(path)]).to_arrow_table()
    else:
        table = pq.ParquetFile(path).read(columns=names)
    return table.to_pandas(types_mapper=pd.ArrowDtype, split_blocks=True)


def _type_in_words(table: str, case: Mapping[Any, Any]) -> str:
    """One failure of the schema of types: a column that is not there, or is of another type."""
    if case["check"] == "column_in_dataframe":
        return f"Table '{table}' has no column '{case['failure_case']}'."
    expected = str(case["check"]).removeprefix("dtype('").removesuffix("')")
    expected = expected.replace("arrow_string", "string").removesuffix("[pyarrow]")
    found = str(case["failure_case"]).removesuffix("[pyarrow]")
    return (
        f"Table '{table}', column '{case['column']}': found {_kind_in_words(found)}, "
        f"expected {_kind_in_words(expected)}."
    )


def _kind_in_words(kind: str) -> str:
    return f"{_KINDS[kind]} ({kind})" if kind in _KINDS else f"the type {kind}"


def _values_in_words(table: str, key: tuple[str, ...], cases: pd.DataFrame) -> list[str]:
    """The failures of the schema of values, counted by column and check."""
    is_key = cases["check"] == "multiple_fields_uniqueness"
    told = []
    if is_key.any():
        count = cases.loc[is_key, "index"].nunique()
        told.append(f"Table '{table}': {count:,} records share their key, {', '.join(key)}, with another.")
    counted = cases[~is_key].groupby(["column", "check"], dropna=False).size().reset_index(name="count")
    for column, check, count in counted.itertuples(index=False):
        what = "filled" if check == "not_nullable" else check
        told.append(f"Table '{table}', column '{column}': {count:,} not {what}.")
    return told
