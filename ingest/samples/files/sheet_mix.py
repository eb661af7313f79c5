"""Faulty records among sound ones in sheets, whose cells are texts, numbers, dates or empty.

Text files and dumps are mixed in `delimited`. Which faults a sheet has is said by the programmes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ingest.samples.arrays import Flags
from ingest.samples.truth import defects
from ingest.samples.truth.defects import Bad, Spoil
from ingest.samples.truth.drop_truth import TableTruth


@dataclass(frozen=True)
class MixedSheet:
    """A sheet's records in the file's order, what is expected of them, and keys no accepted record has."""

    cells: pd.DataFrame
    outcome: TableTruth
    lost: list[object]


def mix_sheet(
    sound: pd.DataFrame,
    kinds: Sequence[Spoil],
    fresh: Callable[[int], pd.DataFrame],
    key: Sequence[str],
    rng: np.random.Generator,
    repeatable: Flags,
    orphans: pd.DataFrame | None = None,
) -> MixedSheet:
    """The sound records with faulty ones of every kind, orphans and exact duplicates scattered among them.

    `fresh(n)` gives n sound records with keys of their own, `repeatable` says which sound records may be
    delivered twice (those whose key is written plainly).
    """
    each = defects.how_many(len(sound), len(kinds))
    planted, reasons = defects.plant(kinds, each, fresh, {})
    lost = defects.lost_keys(planted, reasons, key)
    choice = np.flatnonzero(repeatable)
    copies = np.sort(
        rng.choice(choice, min(each + defects.are_planted(), len(choice)), replace=False)
    ).astype(np.int64)
    parts, names = [planted], list(reasons)
    if orphans is not None:
        parts.append(orphans)
        names += ["orphan_reference"] * len(orphans)
    faulty = sum(len(part) for part in parts)
    bad = Bad(
        pd.concat([*parts, sound.iloc[copies]], ignore_index=True),
        pd.Series(names + ["exact_duplicate"] * len(copies), dtype=object),
        np.concatenate([np.full(faulty, -1), copies]).astype(np.int64),
    )
    layout = defects.lay_out(len(sound), len(bad.rows), rng)
    place = np.empty(len(layout.is_bad), dtype=np.int64)
    place[layout.good_at] = np.arange(len(sound))
    place[layout.bad_at] = len(sound) + np.arange(len(bad.rows))
    cells = pd.concat([sound, bad.rows], ignore_index=True).iloc[place].reset_index(drop=True)
    return MixedSheet(cells, TableTruth(len(cells), defects.findings(bad, layout, key)), list(lost))
