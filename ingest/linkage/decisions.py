"""What people decided about pairs of records: the same, or different; beats every rule and weight.

The words are in `contracts.decision_words`. Taking an entry out undoes it.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ingest.contracts.decision_words import RECORD, Decision, read_decisions
from ingest.contracts.loading import region_file


def load_decisions(region: str, root: Path | None = None) -> list[Decision]:
    """The region's decisions, none where there is no file. Raises SangamError for a file that does not say enough."""
    return [one for one in read_decisions(region_file(region, root).parents[1]) if one.region == region]


def pairs(decisions: list[Decision], word: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Pairs (l, r, weight, levels) of rows the decisions are about; of records that are not there says `not_there`.

    `rows`: columns row, source, quarter, local_id.
    """
    found = [
        (int(a), int(b))
        for one in decisions
        if one.decision == word
        for a in _rows(one.records[0], rows)
        for b in _rows(one.records[1], rows)
        if a != b
    ]
    ends = pd.DataFrame(sorted((min(p), max(p)) for p in found), columns=["l", "r"], dtype="int64")
    return ends.assign(weight=float("nan"), levels="")


def not_there(decisions: list[Decision], rows: pd.DataFrame) -> list[str]:
    """The records that decisions name and that none of the rows is."""
    named = dict.fromkeys(record for one in decisions for record in one.records)
    return [record for record in named if not _rows(record, rows)]


def _rows(record: str, rows: pd.DataFrame) -> list[int]:
    match = RECORD.match(record)
    words = match.groupdict() if match else {}
    same = (rows["source"] == words.get("source")) & (rows["local_id"] == words.get("local_id"))
    if words.get("quarter"):
        same &= rows["quarter"] == words["quarter"]
    return [int(row) for row in rows.loc[same, "row"]]
