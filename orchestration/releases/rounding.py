"""How a number is shown in a donor's file: the only place where anything is rounded, and after all else.

Percent get 1 decimal, money 2, counts none, other values 2 (days, scores, per-unit ratios); standard errors,
design effects and intervals 2; achievement, a share, 3. Half is rounded away from zero, as people do.
"""

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

FIXED = {
    "achievement": 3, "se": 2, "ci_low": 2, "ci_high": 2, "deff": 2,
    "previous": 1, "current": 1, "difference": 1, "t": 2, "p": 3, "p_holm": 3,
}  # fmt: skip
IN_UNIT = ("value", "baseline", "target", "predecessor_value")
# Wide enough for any sum of money, fine enough to hold what is beyond the last decimal shown.
EXACT = pa.decimal128(38, 9)


def rounded_texts(table: pa.Table) -> pa.Table:
    """Return the table with its number columns rounded and written out ("88.5", "606000"), nulls kept."""
    return _each_number(table, _texts)


def rounded_numbers(table: pa.Table) -> pa.Table:
    """Return the table with its number columns rounded, still as numbers, nulls kept."""
    return _each_number(table, lambda table, name: pc.cast(_texts(table, name), pa.float64()))


def decimals(table: pa.Table, name: str) -> pa.ChunkedArray:
    """Return with how many decimals each row's number of that column is shown."""
    if name in FIXED:
        return pa.chunked_array([pa.repeat(pa.scalar(FIXED[name]), len(table))])
    places = pc.if_else(_is_whole(table, name), 0, 2)
    if name not in IN_UNIT:
        return places
    is_money = pc.fill_null(pc.not_equal(table["currency"], ""), False)
    is_percent = pc.fill_null(pc.equal(table["unit"], "percent"), False)
    return pc.if_else(is_money, 2, pc.if_else(is_percent, 1, places))


def _each_number(table: pa.Table, shown: Callable[[pa.Table, str], pa.ChunkedArray]) -> pa.Table:
    names = [field.name for field in table.schema if pa.types.is_floating(field.type)]
    columns = {name: shown(table, name) if name in names else table[name] for name in table.column_names}
    return pa.table(columns)


def _texts(table: pa.Table, name: str) -> pa.ChunkedArray:
    exact = pc.cast(table[name], EXACT)
    places = decimals(table, name)
    result = pa.chunked_array([pa.nulls(len(table), pa.string())])
    for digits in sorted(set(pc.unique(places).to_pylist())):
        shown = pc.round(exact, digits, round_mode="half_towards_infinity")
        text = pc.cast(pc.cast(shown, pa.decimal128(38, digits)), pa.string())
        result = pc.if_else(pc.equal(places, digits), text, result)
    return result


def _is_whole(table: pa.Table, name: str) -> pa.ChunkedArray:
    """Tell for each row whether this column is a count: whole for all categories of the indicator."""
    is_fraction = pc.fill_null(pc.not_equal(table[name], pc.floor(table[name])), False)
    with_fractions = pc.unique(table["indicator"].filter(is_fraction))
    return pc.invert(pc.is_in(table["indicator"], value_set=with_fractions))
