"""Why each number of a release differs from the one before: worked out by making it again, one thing changed at a time.

The old recipe is made, then with one kind of difference after the other as it is now, up to the new one. What a value
moves by from one to the next is that kind's part, so the parts add up. Where a single kind differs, nothing is made.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ingest.fault_log import log_words
from ingest.files import write_json
from ingest.sql import render
from orchestration.disclosure import protection
from orchestration.rebuilding.between import between
from orchestration.rebuilding.differences import Difference, differences
from orchestration.rebuilding.kinds import KINDS, Laid, laid
from orchestration.rebuilding.recipe import Recipe, packages
from orchestration.rebuilding.world import CannotBeMadeError, world
from orchestration.releases.build import read_values
from orchestration.releases.changes import COMPARED, Cause, Change, with_causes
from orchestration.releases.content import KEY, Content, arrow
from orchestration.warehouse import logframes

_HIDDEN = ("suppressed", "unreliable")
_PROTECTION = Cause("protection", "what is withheld, or unreliable, is not what it was")
_ENVIRONMENT = Cause("code", "other versions of the packages that the program uses")
ENVIRONMENT = "environment"  # nothing of the recipe differs, or not yet
_SHOWN = 3

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Causes:
    """Why values moved, by key; `all`: every difference there is, whatever it moved."""

    of: Mapping[Key, tuple[Cause, ...]]
    all: tuple[Difference, ...]

    def explain(self, changes: Iterable[Change], in_house: bool = True) -> list[Change]:
        """The changes with their causes, each with its part, and the reason in words.

        Who is not in-house gets the parts of totals alone: those of categories state values that never were published.
        """
        return [self._explained(change, in_house or change.dimension == "all") for change in changes]

    def summary(self) -> str:
        """All that differs, by kind, in words."""
        return _in_words(self.all)

    def _explained(self, change: Change, with_parts: bool) -> Change:
        found = self.of.get(tuple(getattr(change, name) for name in KEY), ())
        if not found:
            return change
        if not with_parts:
            found = tuple(replace(one, part=None) for one in found)
        return with_causes(change, found)


def causes_of(home: Path, content: Content, new: Recipe, old: Recipe, released: pa.Table) -> Causes:
    """Why the content's values are not those released, which were made by the recipe `old`.

    Kept in the home's archive, so that it is worked out once. Raises SangamError where the archive lacks something.
    """
    at = _kept_at(home, old, new, content)
    first, last = laid(home, old), laid(home, new)
    found = differences(home, first, last)
    if at.exists():
        words = json.loads(at.read_text(encoding="utf-8"))
        return Causes({tuple(key): tuple(Cause(**one) for one in own) for key, own in words}, tuple(found))
    rows = protection.withheld(home)
    kinds = list(dict.fromkeys(one.kind for one in found))
    steps = [("", protection.withhold(released, rows)), ("+".join(kinds) or ENVIRONMENT, content.values)]
    if len(kinds) > 1 or (kinds and old.packages != packages()):
        steps[1:] = _made(home, first, last, kinds, rows, content.values)
    of = by_key(steps, found, content.donor)
    write_json(at, [[list(key), [asdict(one) for one in own]] for key, own in of.items()])
    return Causes(of, tuple(found))


def _made(
    home: Path, old: Laid, new: Laid, kinds: Sequence[str], withheld: pa.Table, values: pa.Table
) -> list[tuple[str, pa.Table]]:
    """The values with one kind after the other changed, up to those of now; kinds that only go together as one.

    The old recipe itself is made only where other packages could make something else of it than was released.
    """
    made: list[tuple[str, pa.Table]] = []
    waiting: list[str] = []
    with world(home) as here:
        rows = here.folder / "withheld.parquet"
        pq.write_table(withheld, rows)
        for count in range(0 if old.recipe.packages != packages() else 1, len(kinds)):
            now = between(home, old, new, kinds[:count])
            waiting += kinds[count - 1 : count]
            here.lay_out(now.recipe, now.tree)
            try:
                answer = here.make(now.recipe, withheld=str(rows))
            except CannotBeMadeError as error:  # it does not go without what comes next: they are told as one
                log_words(
                    home, f"causes, up to {kinds[count - 1] if count else 'the old recipe'}", str(error)
                )
                continue
            made.append(("+".join(waiting) or ENVIRONMENT, _values(answer)))
            waiting = []
    return [*made, ("+".join([*waiting, kinds[-1]]), values)]


def _values(answer: Path) -> pa.Table:
    return read_values((answer / "values.parquet").read_bytes())


def by_key(
    steps: Sequence[tuple[str, pa.Table]], found: Sequence[Difference], donor: str
) -> dict[Key, tuple[Cause, ...]]:
    """The causes of each value that moved, in the order of the steps."""
    tables = [
        table.select([*KEY, *COMPARED]).append_column("step", pa.array([step] * len(table), pa.int64()))
        for step, (_, table) in enumerate(steps)
    ]
    followed = ["is_there", *COMPARED]
    sql = render(__file__, "causes.sql", keys=KEY, compared=COMPARED, followed=followed, count=len(steps))
    with duckdb.connect() as db:
        db.register("steps", pa.concat_tables(tables))
        moved = arrow(db, sql).to_pylist()
    frame = {one.code: one for one in logframes.of_donor(donor).indicators}
    of: dict[Key, list[Cause]] = defaultdict(list)
    for row in moved:
        key = tuple(row[name] for name in KEY)
        if row["step"] == 1 and len(steps) > 2 and row["was_state"] in _HIDDEN:
            # What the old value was is not to be seen; later steps tell what moved it.
            of[key].append(_PROTECTION)
        else:
            of[key] += _causes(row, steps[row["step"]][0], found, frame)
    return {key: tuple(own) for key, own in of.items()}


def _causes(
    row: Mapping[str, Any], kinds: str, found: Sequence[Difference], frame: Mapping[str, Any]
) -> list[Cause]:
    """What one step did to one value."""
    hidden = {row["state"], row["was_state"]} & set(_HIDDEN)
    part = _part(row["was_value"], row["value"])
    if kinds == ENVIRONMENT:
        return [_PROTECTION if hidden else replace(_ENVIRONMENT, part=part)]
    own = [one for one in found if one.kind in kinds.split("+")]
    concern = [one for one in own if _concerns(one, row, frame)] or own
    cause = Cause(kinds, _in_words(concern), None if hidden else part)
    return [cause, _PROTECTION] if hidden and row["state"] != row["was_state"] else [cause]


def _concerns(one: Difference, row: Mapping[str, Any], frame: Mapping[str, Any]) -> bool:
    indicator = frame.get(row["indicator"])
    sources = {*indicator.sources, *indicator.drops_to_date} if indicator else set()
    return (
        (not one.indicator or one.indicator == row["indicator"])
        and (not one.region or one.region == row["region"] or row["region"] == "all")
        and (not one.source or one.source in sources)
    )


def _part(was: float | None, is_now: float | None) -> float | None:
    """What a value moved by: exactly, so that parts add up."""
    return None if was is None or is_now is None else float(Decimal(repr(is_now)) - Decimal(repr(was)))


def _in_words(found: Iterable[Difference]) -> str:
    by_kind: dict[str, list[str]] = defaultdict(list)
    for one in found:
        by_kind[one.kind].append(one.what)
    return "; ".join(
        f"{KINDS[kind]}: {', '.join(own[:_SHOWN])}{f' and {len(own) - _SHOWN} more' if len(own) > _SHOWN else ''}"
        for kind, own in by_kind.items()
    )


def _kept_at(home: Path, old: Recipe, new: Recipe, content: Content) -> Path:
    code = hashlib.sha256("".join((old.sha256, new.sha256, content.sha256)).encode()).hexdigest()[:32]
    return home / "archive" / "causes" / f"{code}.json"
