"""From a published number to the delivered cells: value, definition, evidence, records.

Reads the warehouse's marts and the lake's accepted records; nothing personal is in either. Shows nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from ingest.contracts.loading import load_source
from ingest.deliveries.places import parquet_path
from ingest.errors import SangamError
from ingest.nearest import nearest, unknown
from ingest.sql import render
from orchestration.settings import Settings
from orchestration.warehouse import logframes
from orchestration.warehouse.corrected_cells import Correction, Place, corrections_of
from orchestration.warehouse.deciding_cells import deciding_cells


@dataclass(frozen=True)
class Support:
    """How many units a value counts, and how many delivered records say so; of them in the numerator."""

    units: int = 0
    units_in_numerator: int = 0
    records: int = 0
    records_in_numerator: int = 0

    def __add__(self, other: Support) -> Support:
        """Both together: of regions, which have no unit in common."""
        return Support(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Support)))


@dataclass(frozen=True)
class Value:
    """A value of `marts.indicator_values`; `reason` says why it has none."""

    region: str
    over_time: str
    dimension: str
    category: str
    value: float | None
    unit: str
    currency: str | None
    numerator: float | None
    denominator: float | None
    n: int | None
    se: float | None
    ci_low: float | None
    ci_high: float | None
    deff: float | None
    target: float | None
    achievement: float | None
    state: str
    reason: str | None
    period: str | None = None
    drops: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Definition:
    """What `marts.indicator_definitions` says of the indicator: words for people, and the SQL expressions."""

    name: str
    description: str
    definition_version: int
    kind: str
    unit_type: str
    together: str | None
    population: str
    numerator: str | None
    value_expression: str | None
    denominator: str | None
    dated_by: str | None
    numerator_definition: str | None = None  # what the two are in words
    denominator_definition: str | None = None
    scale: int = 1
    currency: str | None = None


@dataclass(frozen=True)
class DeliveredFile:
    """A delivered file's table, and how many of its records support the value."""

    file: str
    table: str
    records: int
    sha256: str


@dataclass(frozen=True)
class Rate:
    """The exchange rate a sum is converted with, and the row of the reference table it stands in."""

    from_currency: str
    to_currency: str
    rate: float
    rate_source: str | None
    file: str
    row: int


Row = TypeVar("Row", Value, Definition, DeliveredFile, Rate)


@dataclass(frozen=True)
class Evidence:
    """A unit and a delivered record that supports it. `deciding`: the cells on which it depends, first things first."""

    unit_id: str
    in_numerator: bool | None
    value: float | None
    weight: float | None
    file: str
    table: str
    row: int
    cells: dict[str, Any]  # the accepted record's columns
    deciding: list[str]
    corrections: list[Correction] = field(
        default_factory=list
    )  # cells counted with another value than delivered


@dataclass(frozen=True)
class Explanation:
    """Published values of one indicator and quarter with what they are made of; a support for each value."""

    donor: str
    indicator: str
    quarter: str
    values: list[Value]
    supports: list[Support]
    definition: Definition
    files: list[DeliveredFile]
    evidence: list[Evidence]
    rates: list[Rate] = field(default_factory=list)


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
        return _explained(connection, settings.home, (donor, indicator, quarter), where, rows, region)


def _explained(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    key: tuple[str, str, str],
    where: tuple[str, str],
    rows: int,
    region: str | None,
) -> Explanation:
    words = dict(zip(("donor", "indicator", "quarter", "dimension", "category"), (*key, *where), strict=True))
    values = _read(connection, Value, render(__file__, "explain_values.sql", region=region, **words))
    if not values:
        raise _nothing(connection, key, where, region)
    definition = _read(connection, Definition, render(__file__, "explain_definition.sql", **words))[0]
    whole = where == ("all", "all")
    member = None if region == definition.together else region  # all regions together are every region's rows
    connection.execute(render(__file__, "explain_scope.sql", region=member, whole=whole, **words))
    return Explanation(
        *key,
        values,
        _supports(connection, values, definition.together),
        definition,
        _read(connection, DeliveredFile, render(__file__, "explain_files.sql")),
        _evidence(connection, home, definition, _category(key, where[0]), rows),
        _rates(connection, definition, values, key[2]),
    )


def _rates(
    connection: duckdb.DuckDBPyConnection, definition: Definition, values: list[Value], quarter: str
) -> list[Rate]:
    """The rates that the values are converted with."""
    converted = {value.currency for value in values} - {None, definition.currency}
    if not converted:
        return []
    sql = render(__file__, "explain_rates.sql", quarter=quarter, currency=definition.currency)
    return [rate for rate in _read(connection, Rate, sql) if rate.to_currency in converted]


def _supports(
    connection: duckdb.DuckDBPyConnection, values: list[Value], together: str | None
) -> list[Support]:
    rows = connection.execute(render(__file__, "explain_support.sql")).fetchall()
    counted = {(region, over_time): Support(*map(int, counts)) for region, over_time, *counts in rows}
    return [
        sum(
            (
                support
                for (region, over_time), support in counted.items()
                if over_time == value.over_time and value.region in (region, together)
            ),
            Support(),
        )
        for value in values
    ]


def _category(key: tuple[str, str, str], dimension: str) -> str | None:
    """The expression by which a record falls into a category, where the logframe still has the dimension."""
    found = (
        by.category
        for frame in logframes.sound()
        for one in frame.indicators
        for by in one.disaggregations
        if (frame.donor.code, one.code, by.dimension) == (key[0], key[1], dimension)
    )
    return next(found, None)


def _evidence(
    connection: duckdb.DuckDBPyConnection, home: Path, definition: Definition, category: str | None, rows: int
) -> list[Evidence]:
    found = connection.execute(render(__file__, "explain_evidence.sql", rows=rows))
    names = [column[0] for column in found.description or []]
    denominator = definition.denominator if definition.denominator != "units" else None
    expressions = (
        definition.numerator, definition.value_expression, denominator, definition.population, category,
        definition.dated_by,
    )  # fmt: skip
    listed = []
    for row in [dict(zip(names, values, strict=True)) for values in found.fetchall()]:
        cells = _record(connection, home, row)
        source = load_source(row["region"], row["source"])
        listed.append(
            Evidence(
                row["unit_id"], row["in_numerator"], row["value"], row["weight"], row["_file"], row["_table"],
                row["_row"], cells, deciding_cells(expressions, source, row["_table"], cells),
                corrections_of(connection, home, _place(row)),
            )
        )  # fmt: skip
    return listed


def _place(row: dict[str, Any]) -> Place:
    names = ("region", "source", "drop_quarter", "_table", "_sha256", "_record")
    return Place(*(row[name] for name in names))


def _record(connection: duckdb.DuckDBPyConnection, home: Path, row: dict[str, Any]) -> dict[str, Any]:
    """The accepted record's columns; of those the platform adds, the ones that a file has as well."""
    place = _place(row)
    found = connection.execute(
        "select * from read_parquet(?, hive_partitioning = false) where _record = ?",
        [str(parquet_path(home, "accepted", place, place.table)), place.record],
    )
    names = [column[0] for column in found.description or []]
    record = dict(zip(names, found.fetchone() or (), strict=False))
    return {
        name: cell for name, cell in record.items() if not name.startswith("_") or name in ("_uuid", "_index")
    }


def _read(connection: duckdb.DuckDBPyConnection, kind: type[Row], sql: str) -> list[Row]:
    """Rows as objects, from the columns that are named like their fields."""
    result = connection.execute(sql)
    names = [column[0] for column in result.description or []]
    wanted = {field.name for field in fields(kind)}
    return [
        kind(**{name: cell for name, cell in zip(names, row, strict=True) if name in wanted})
        for row in result.fetchall()
    ]


def _nothing(
    connection: duckdb.DuckDBPyConnection,
    key: tuple[str, str, str],
    where: tuple[str, str],
    region: str | None,
) -> SangamError:
    """What there is instead, so that the next try succeeds."""
    donor, indicator, quarter = key
    sql = render(__file__, "explain_instead.sql", donor=donor, indicator=indicator, quarter=quarter)
    found = connection.execute(sql).fetchone()
    quarters, regions, categories = found or (None, None, None)
    what = f"{donor} {indicator}"
    if not quarters:
        return SangamError(f"{what} is not in the warehouse yet. Run `sangam run --quarter {quarter}` first.")
    if not regions:
        near = nearest([quarter], {one: one for one in reversed(quarters)})
        return SangamError(
            f"{what} is not computed for {quarter}; did you mean {near}? There are: {', '.join(quarters)}."
        )
    if region and region not in regions:
        return unknown("region", region, regions, of=f"{what} {quarter}")
    return unknown("category", "=".join(where), categories, of=f"{what} {quarter}")
