"""What changed between two sets of values: each changed number with its old value, new value and reason.

Compares tables; fetches and publishes nothing.
"""

from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from ingest.sql import render
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
    sql = render(__file__, "changes.sql", keys=KEY, compared=COMPARED, reason=reason)
    with duckdb.connect() as db:
        db.register("old_values", old)
        db.register("new_values", new)
        return [Change(**row) for row in arrow(db, sql).to_pylist()]


def annotate(values: pa.Table, changes: list[Change], release: str, status: str = "final") -> pa.Table:
    """Return the values with what a release says about them.

    `status` is `restated` where value or state differ from the predecessor's and the given one elsewhere;
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
    sql = render(
        __file__, "annotated.sql", keys=KEY, before=before, after=after, release=release, status=status
    )
    with duckdb.connect() as db:
        db.register("restated_values", pa.table(columns))
        db.register("new_values", values)
        return arrow(db, sql)


def _type_of(name: str) -> pa.DataType:
    return pa.float64() if name == "old_value" else pa.string()
