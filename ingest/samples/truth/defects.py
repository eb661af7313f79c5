"""Planting of defects: records added among good ones, each with the reasons for which it must be quarantined.

General to all programmes. Which values are wrong in which column is said by each programme; harmless mess is
in `mess`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ingest.samples.arrays import Flags, Ints
from ingest.samples.truth.drop_truth import Finding

_planting: ContextVar[bool] = ContextVar("planting", default=True)
MISSING_KEY = {None, "", "NA", "N/A", "-", "--", "null", "Not available"}


@contextmanager
def planting(wanted: bool) -> Iterator[None]:
    """Whether what is made meanwhile has faulty and suspicious records; harmless mess it has anyway."""
    token = _planting.set(wanted)
    try:
        yield
    finally:
        _planting.reset(token)


def are_planted() -> bool:
    """Whether faulty and suspicious records are wanted."""
    return _planting.get()


@dataclass(frozen=True)
class Children:
    """Stands for the keys of quarantined records of a table: references to them are orphans."""

    table: str
    times: int = 1


Value = Sequence[object] | Children


@dataclass(frozen=True)
class Spoil:
    """One kind of faulty record: its reasons (joined by |), and the columns with what is put into them in
    turn.

    `twin` names the columns in which a second record with the same key differs (`duplicate_key`),
    `twin_reasons` its reasons where they are others.
    """

    reasons: str
    put: Mapping[str, Value] = field(default_factory=dict)
    twin: Mapping[str, Value] | None = None
    twin_reasons: str | None = None


@dataclass(frozen=True)
class Bad:
    """Faulty records: columns as delivered, reasons, and for an exact duplicate the good record it repeats
    (else -1).
    """

    rows: pd.DataFrame
    reasons: pd.Series
    copy_of: Ints


def how_many(rows: int, kinds: int, rate: float = 0.0035) -> int:
    """Faulty records a kind: about `rate` of a table in all, never none, two from a thousand rows on.

    None at all where no defects are wanted.
    """
    if not are_planted():
        return 0
    return max(1 if rows < 1000 else 2, round(rate * rows / max(kinds, 1)))


def plant(
    spoils: Sequence[Spoil],
    each: int,
    fresh: Callable[[int], pd.DataFrame],
    lost: Mapping[str, Sequence[str]],
) -> tuple[pd.DataFrame, pd.Series]:
    """Faulty records and their reasons.

    `each` is the number of records a kind, `fresh(n)` gives n sound records with keys of their own, `lost`
    the keys of quarantined records per table.
    """
    counts = [_count(spoil, each, lost) for spoil in spoils]
    sound = fresh(sum(counts))
    counts = [min(n, len(sound)) for n in counts]
    frames, reasons, start = [], [], 0
    for spoil, n in zip(spoils, counts, strict=True):
        rows = sound.iloc[start : start + n].reset_index(drop=True)
        start += n
        rows = _put(rows, spoil.put, lost)
        reasons += [spoil.reasons] * len(rows)
        if spoil.twin is not None:
            reasons += [spoil.twin_reasons or spoil.reasons] * len(rows)
            rows = pd.concat([rows, _put(rows.copy(), spoil.twin, lost)], ignore_index=True)
        frames.append(rows)
    return pd.concat(frames, ignore_index=True), pd.Series(reasons, dtype=object)


def _count(spoil: Spoil, each: int, lost: Mapping[str, Sequence[str]]) -> int:
    for value in spoil.put.values():
        if isinstance(value, Children):
            return min(len(lost[value.table]) * value.times, 12 + 2 * each)
    return each


def _put(rows: pd.DataFrame, put: Mapping[str, Value], lost: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    for column, value in put.items():
        texts = lost[value.table] if isinstance(value, Children) else value
        choice = np.empty(len(texts), dtype=object)
        choice[:] = list(texts)
        rows[column] = choice[np.arange(len(rows)) % len(choice)]
    return rows


def lost_keys(rows: pd.DataFrame, reasons: pd.Series, key: Sequence[str]) -> list[str]:
    """Keys (of one column) under which no record is accepted: references to them are orphans."""
    keys = rows[key[0]][
        (reasons != "exact_duplicate") & rows[key[0]].notna() & ~rows[key[0]].isin(list(MISSING_KEY))
    ]
    return list(dict.fromkeys(keys))


@dataclass(frozen=True)
class Layout:
    """Where good and faulty records of a table stand in the file (places from 0)."""

    is_bad: Flags
    bad_at: Ints
    good_at: Ints


def lay_out(good: int, bad: int, rng: np.random.Generator) -> Layout:
    """Scatter the faulty records among the good ones, which keep their order."""
    bad_at = rng.permutation(np.sort(rng.choice(good + bad, bad, replace=False))).astype(np.int64)
    is_bad = np.zeros(good + bad, dtype=bool)
    is_bad[bad_at] = True
    return Layout(is_bad, bad_at, np.flatnonzero(~is_bad).astype(np.int64))


def accepted_at(bad: Bad, layout: Layout) -> Ints:
    """Places of the accepted records: of identical ones the first in the file, be it the one planted."""
    places = layout.good_at.copy()
    copies = bad.copy_of >= 0
    at = bad.copy_of[copies]
    places[at] = np.minimum(places[at], layout.bad_at[copies])
    return places


def findings(bad: Bad, layout: Layout, key: Sequence[str]) -> list[Finding]:
    """What must be reported of the faulty records."""
    rows = layout.bad_at + 1
    is_copy = bad.copy_of >= 0
    rows[is_copy] = np.maximum(rows[is_copy], layout.good_at[bad.copy_of[is_copy]] + 1)
    parts = bad.rows[list(key)]
    found = []
    for row, reasons, values in zip(rows, bad.reasons, parts.itertuples(index=False), strict=True):
        whole = not any(value in MISSING_KEY or value != value for value in values)
        text = "|".join(str(value) for value in values) if whole else f"row:{row}"
        found.append(Finding(text, reasons, int(row)))
    return found
