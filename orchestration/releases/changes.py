"""What changed between two sets of values: each changed number with its old value, new value and reason.

Compares tables; fetches and publishes nothing.
"""

from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.releases.content import COLUMNS, KEY, arrow

# What identifies a value; everything else of it can change.
COMPARED = [name for name in COLUMNS if name not in (*KEY, "donor", "quarter")]


@dataclass(frozen=True)
class Change:
    """One value that is not what it was. A value that is new has no old state, one that is gone no new one.

    `columns` names all that changed: `value`, `n`, `target` …
    """

    indicator: str
    region: str | None
    over_time: str | None
    dimension: str | None
    category: str | None
    currency: str | None
    old_value: float | None
    new_value: float | None
    old_state: str | None
    new_state: str | None
    columns: list[str]
    reason: str


def compare(old: pa.Table, new: pa.Table, reason: str) -> list[Change]:
    """Return the changes from `old` to `new`, both with the columns of `content.COLUMNS`, in key order."""
    differ = ", ".join(f"case when o.{name} is distinct from n.{name} then '{name}' end" for name in COMPARED)
    keys = ", ".join(f"coalesce(n.{name}, o.{name}) as {name}" for name in KEY)
    sql = f"""
        select {keys}, o.value as old_value, n.value as new_value, o.state as old_state, n.state as new_state,
               case when o.is_here is null or n.is_here is null then ['value', 'state']
                    else list_filter([{differ}], lambda x: x is not null) end as columns, $reason as reason
        from (select *, true as is_here from old_values) o
        full join (select *, true as is_here from new_values) n on {_same_key("o", "n")}
        where len(columns) > 0 or o.is_here is null or n.is_here is null
        order by all
    """
    return [Change(**row) for row in _run(sql, old, new, {"reason": reason})]


def annotate(values: pa.Table, changes: list[Change], release: str) -> pa.Table:
    """Return the values with what a release says about them.

    `status` is `restated` where value or state differ from the predecessor's and `final` elsewhere;
    `predecessor_value` and `change_reason` are filled where it is `restated`.
    """
    restated = [change for change in changes if {"value", "state"} & set(change.columns)]
    fields = [*KEY, "old_value", "reason"]
    columns: dict[str, Any] = {
        name: pa.array([getattr(change, name) for change in restated], _type_of(name)) for name in fields
    }
    columns["is_restated"] = pa.array([True] * len(restated), pa.bool_())
    before = list(COLUMNS)[: list(COLUMNS).index("definition_version")]
    after = list(COLUMNS)[len(before) :]
    sql = f"""
        select {", ".join(f"n.{name}" for name in before)},
               case when c.is_restated then 'restated' else 'final' end as status, $release as release,
               {", ".join(f"n.{name}" for name in after)},
               c.old_value as predecessor_value, c.reason as change_reason
        from new_values n left join old_values c on {_same_key("c", "n")}
        order by n.donor, n.quarter, {", ".join(f"n.{name}" for name in KEY)}
    """
    with duckdb.connect() as db:
        db.register("old_values", pa.table(columns))
        db.register("new_values", values)
        return arrow(db, sql, {"release": release})


def _same_key(left: str, right: str) -> str:
    return " and ".join(f"{left}.{name} is not distinct from {right}.{name}" for name in KEY)


def _type_of(name: str) -> pa.DataType:
    return pa.float64() if name == "old_value" else pa.string()


def _run(sql: str, old: pa.Table, new: pa.Table, values: dict[str, Any]) -> list[dict[str, Any]]:
    with duckdb.connect() as db:
        db.register("old_values", old)
        db.register("new_values", new)
        rows: list[dict[str, Any]] = arrow(db, sql, values).to_pylist()
    return rows
