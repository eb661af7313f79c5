"""What changed between two sets of values: each changed number with its old value, new value and reason.

Compares tables; fetches and publishes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import duckdb
import pyarrow as pa

from ingest.sql import render
from orchestration.releases.content import COLUMNS, KEY, arrow

# What identifies a value does not change; other deliveries behind the same number are no change of it.
COMPARED = [name for name in COLUMNS if name not in (*KEY, "donor", "quarter", "drops")]


# A number that says something else to its readers than it did.
RESTATING = frozenset(["value", "state", "baseline", "target", "achievement", "light"])


@dataclass(frozen=True)
class Cause:
    """One of the reasons why a value moved: its kind, what it is in words, and what it moved the value by."""

    kind: str
    what: str
    part: float | None = None


@dataclass(frozen=True)
class Moved:
    """A column of a value that is not what it was, as text; empty where there was nothing, or where it is withheld."""

    column: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class Change:
    """One value that is not what it was. A value that is new has no old state, one that is gone no new one.

    `columns` names all that changed: `value`, `n`, `target` …; `moved` gives what a reader goes by with old and new.
    `causes` add up to the difference.
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
    moved: list[Moved] = field(default_factory=list)
    causes: list[Cause] = field(default_factory=list)

    @property
    def is_restated(self) -> bool:
        """Whether it says something else to its readers: its value, target, light …"""
        return bool(RESTATING & set(self.columns))


def change_of(words: dict[str, Any]) -> Change:
    """The change that a manifest tells of; older ones know neither `moved` nor `causes`."""
    lists = {"moved": Moved, "causes": Cause}
    return Change(
        **words | {name: [kind(**one) for one in words.get(name, ())] for name, kind in lists.items()}
    )


def with_causes(change: Change, causes: Sequence[Cause]) -> Change:
    """The change with its causes, and the reason in their words; as it is where there are none."""
    if not causes:
        return change
    told = (f"{one.what} ({one.part:+,.12g})" if one.part else one.what for one in causes)
    return replace(change, causes=list(causes), reason="; ".join(dict.fromkeys(told)))


def compare(old: pa.Table, new: pa.Table, reason: str) -> list[Change]:
    """Return the changes from `old` to `new`, both with the columns of `content.COLUMNS`, in key order."""
    sql = render(
        __file__,
        "changes.sql",
        keys=KEY,
        compared=COMPARED,
        reason=reason,
        told=[n for n in COMPARED if n in RESTATING],
    )
    with duckdb.connect() as db:
        db.register("old_values", old)
        db.register("new_values", new)
        return [change_of(row) for row in arrow(db, sql).to_pylist()]


def annotate(values: pa.Table, changes: list[Change], release: str, status: str = "final") -> pa.Table:
    """Return the values with what a release says about them.

    `status` is `restated` where a change says something else to readers (`RESTATING`), and the given one elsewhere;
    `predecessor_value` and `change_reason` are filled where it is `restated`.
    """
    restated = [change for change in changes if change.is_restated]
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
