"""pandera schemas built from contracts: what the accepted records of a table must satisfy.

A second pair of eyes on judging: the rules are read from the same contract but checked by another engine.
What a batch must look like (volumes, drift) does not belong here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pandera.pandas as pa
import pyarrow as arrow
import pyarrow.parquet as pq

from ingest.contracts.column import Column
from ingest.contracts.source import Source
from ingest.contracts.vocabularies import spellings
from ingest.sql import sql_name


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


def table_schema(source: Source, table_name: str) -> pa.DataFrameSchema:
    """The schema of a table's accepted records: required cells, bounds, vocabularies, unique key.

    Columns that stay inside the ingest boundary are not in it, pseudonyms are checked for their form.
    """
    table = source.tables[table_name]
    columns: dict[str, pa.Column] = {}
    for name, column in table.columns.items():
        if column.personal in ("name", "locality", "birth_date") or column.header_like or column.optional:
            continue
        if column.personal:
            form = pa.Check.str_matches(r"^[0-9a-f]{8}:[0-9a-f]{64}$", error="a keyed pseudonym")
            columns[f"{name}_key"] = pa.Column(nullable=True, checks=form)
        else:
            columns[name] = pa.Column(nullable=not column.required, checks=_checks(column, source))
    unique = list(table.key) if all(k in columns for k in table.key) else None
    return pa.DataFrameSchema(columns, unique=unique, strict=False, coerce=False)


def _frame(path: Path, names: list[str]) -> pd.DataFrame:
    """The named columns that the file has. Decimals become doubles in DuckDB: Arrow's cast is off in the last bit."""
    there = pq.read_schema(path)
    names = [name for name in names if name in there.names]
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


def broken_promises(path: Path, source: Source, table: str) -> list[str]:
    """What accepted records of a contract's table in a Parquet file break, in plain words; empty where they keep it."""
    schema = table_schema(source, table)
    frame = _frame(path, list(schema.columns))
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases: Any = error.failure_cases
        counted = cases.groupby(["column", "check"], dropna=False).size()
        return [f"{count} of column '{column}' are not {check}" for (column, check), count in counted.items()]
    return []
