"""What people decided about pairs of records: the same, or different; beats every rule and weight.

    regions/<programme>/decisions.yml
    - {region: …, entity: person, decision: same, records: [mis/KMSS-00001, mis/KMSS-00002], by: …, on: …, why: …}

A record is `source/identifier`, or `source/quarter/identifier` where identifiers begin anew each quarter. Taking an
entry out undoes it.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Literal

import pandas as pd
import yaml
from pydantic import Field, TypeAdapter, ValidationError

from ingest.contracts.loading import region_file
from ingest.contracts.word import Word
from ingest.contracts.yaml_file import Loader
from ingest.errors import SangamError

_RECORD = re.compile(r"^(?P<source>[^/]+)/(?:(?P<quarter>\d{4}Q[1-4])/)?(?P<local_id>.+)$")


class Decision(Word):
    """One pair, and who decided it when and why."""

    region: str
    entity: Literal["person", "household"]
    decision: Literal["same", "different"]
    records: tuple[str, str]
    by: str = Field(min_length=1)
    on: date
    why: str = Field(min_length=1)


def load_decisions(region: str, root: Path | None = None) -> list[Decision]:
    """The region's decisions, none where there is no file. Raises SangamError for a file that does not say enough."""
    path = region_file(region, root).parents[1] / "decisions.yml"
    if not path.exists():
        return []
    try:
        read = yaml.load(path.read_text(encoding="utf-8"), Loader=Loader) or []  # noqa: S506 - a SafeLoader
        decisions = TypeAdapter(list[Decision]).validate_python(read)
    except yaml.YAMLError as error:
        raise SangamError(f"{path} is not readable as YAML: {error}") from error
    except ValidationError as error:
        lines = [f"- entry {'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in error.errors()]
        raise SangamError(
            f"{path}: each entry needs region, entity, decision (same or different), two records, "
            "by, on and why:\n" + "\n".join(lines)
        ) from error
    for one in decisions:
        if bad := [record for record in one.records if not _RECORD.match(record)]:
            raise SangamError(
                f"{path}: '{bad[0]}' is no record; write source/identifier, such as mis/KMSS-00001."
            )
    return [one for one in decisions if one.region == region]


def pairs(decisions: list[Decision], word: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Pairs (l, r, weight, levels) of rows the decisions are about; records that are not there are passed over.

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


def _rows(record: str, rows: pd.DataFrame) -> list[int]:
    match = _RECORD.match(record)
    words = match.groupdict() if match else {}
    same = (rows["source"] == words.get("source")) & (rows["local_id"] == words.get("local_id"))
    if words.get("quarter"):
        same &= rows["quarter"] == words["quarter"]
    return [int(row) for row in rows.loc[same, "row"]]
