"""From a published number to the delivered cells: value, definition, evidence, records.

Reads the warehouse's marts and the lake's accepted records; nothing personal is in either.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ingest.errors import SangamError
from orchestration.settings import Settings


@dataclass(frozen=True)
class Evidence:
    """One evidence row and the record it points to."""

    unit_id: str
    in_numerator: bool | None
    value: Any
    file: str
    table: str
    row: int
    record: int
    cells: dict[str, Any]  # the accepted record's columns


@dataclass(frozen=True)
class Explanation:
    """A published value with what it is made of."""

    values: list[dict[str, Any]]
    definition: dict[str, Any]
    population_rows: int
    numerator_rows: int
    files: list[dict[str, Any]]
    evidence: list[Evidence]


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, parameters: list[Any]) -> list[dict[str, Any]]:
    result = connection.execute(sql, parameters)
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def explain(
    settings: Settings,
    donor: str,
    indicator: str,
    quarter: str,
    *,
    where: tuple[str, str] = ("all", "all"),
    rows: int = 10,
    region: str | None = None,
) -> Explanation:
    """What a value is made of, with up to `rows` evidence rows (those in the numerator first, in file order).

    Raises SangamError where there is no warehouse or no such value.
    """
    if not settings.warehouse.exists():
        raise SangamError(
            f"There is no warehouse in {settings.home}. Run `sangam run --quarter {quarter}` first."
        )
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        key: list[Any] = [donor, indicator, quarter]
        region_is = " AND region = ?" if region else ""
        values = _rows(
            connection,
            "SELECT * FROM marts.indicator_values WHERE donor = ? AND indicator = ? AND quarter = ? AND dimension = ? "
            f"AND category = ? {region_is} ORDER BY over_time, currency",
            [*key, *where, *([region] if region else [])],
        )
        if not values:
            raise SangamError(_nothing(connection, key, where))
        definition = _rows(
            connection, "SELECT * FROM marts.indicator_definitions WHERE donor = ? AND indicator = ?", key[:2]
        )
        # A category that stands apart from the total has rows that are not in the population.
        member = "in_population" if where == ("all", "all") else "list_contains(categories[?], ?)"
        scope = (
            "FROM marts.indicator_evidence "
            f"WHERE donor = ? AND indicator = ? AND quarter = ?{region_is} AND {member}"
        )
        words = [*key, *([region] if region else []), *(() if member == "in_population" else where)]
        counts = connection.execute(
            f"SELECT count(*), count(*) FILTER (in_numerator) {scope}", words
        ).fetchone() or (0, 0)
        files = _rows(
            connection,
            f'SELECT _file AS file, _table AS "table", count(*) AS rows, any_value(_sha256) AS sha256 {scope} '
            "GROUP BY ALL ORDER BY ALL",
            words,
        )
        found = _rows(
            connection,
            "SELECT unit_id, in_numerator, value, region, source, drop_quarter, _file, _table, _row, _record, "
            f"_sha256 {scope} ORDER BY in_numerator DESC NULLS LAST, _file, _table, _record, unit_id LIMIT ?",
            [*words, rows],
        )
        evidence = [_with_record(connection, settings.home, row) for row in found]
    return Explanation(
        values, definition[0] if definition else {}, int(counts[0]), int(counts[1]), files, evidence
    )


def _with_record(connection: duckdb.DuckDBPyConnection, home: Path, row: dict[str, Any]) -> Evidence:
    path = home.joinpath(
        "lake", "accepted", f"region={row['region']}", f"source={row['source']}", f"table={row['_table']}",
        f"quarter={row['drop_quarter']}", f"{row['_sha256'][:16]}.parquet",
    )  # fmt: skip
    cells = _rows(
        connection,
        "SELECT * FROM read_parquet(?, hive_partitioning = false) WHERE _record = ?",
        [str(path), row["_record"]],
    )
    shown = {
        k: v
        for k, v in (cells[0] if cells else {}).items()
        if not k.startswith("_") or k in ("_uuid", "_index")
    }
    return Evidence(
        row["unit_id"],
        row["in_numerator"],
        row["value"],
        row["_file"],
        row["_table"],
        row["_row"],
        row["_record"],
        shown,
    )


def _nothing(connection: duckdb.DuckDBPyConnection, key: list[Any], where: tuple[str, str]) -> str:
    """What there is instead, so that the next try succeeds."""
    donor, indicator, quarter = key
    quarters = connection.execute(
        "SELECT string_agg(DISTINCT quarter, ', ' ORDER BY quarter) FROM marts.indicator_values "
        "WHERE donor = ? AND indicator = ?",
        key[:2],
    ).fetchone()
    if not quarters or not quarters[0]:
        return f"There is no indicator '{indicator}' of donor '{donor}' in the warehouse."
    categories = connection.execute(
        "SELECT string_agg(DISTINCT dimension || '=' || category, ', ' ORDER BY dimension || '=' || category) "
        "FROM marts.indicator_values WHERE donor = ? AND indicator = ? AND quarter = ?",
        key,
    ).fetchone()
    if not categories or not categories[0]:
        return f"{donor} {indicator} is not computed for {quarter}; there are: {quarters[0]}."
    return f"{donor} {indicator} {quarter} has no {where[0]}={where[1]}; there are: {categories[0]}."
