"""What people decided about pairs of records: the words, and reading them.

    regions/<programme>/decisions.yml
    - {region: …, entity: person, decision: same, records: [mis/KMSS-00001, mis/KMSS-00002], by: …, on: …, why: …}

A record is `source/identifier`, or `source/quarter/identifier` where identifiers begin anew each quarter. Which records
that are is the business of `linkage`.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from ingest.contracts import yaml_file
from ingest.contracts.faults import Fault, checked, did_you_mean, line
from ingest.contracts.word import Word
from ingest.contracts.yaml_file import Document
from ingest.errors import SangamError

FILE = "decisions.yml"
RECORD = re.compile(r"^(?P<source>[^/]+)/(?:(?P<quarter>\d{4}Q[1-4])/)?(?P<local_id>.+)$")


class Decision(Word):
    """One pair, and who decided it when and why."""

    region: str
    entity: Literal["person", "household"]
    decision: Literal["same", "different"]
    records: tuple[str, str]
    by: str = Field(min_length=1)
    on: date
    why: str = Field(min_length=1)

    @model_validator(mode="after")
    def _records_are_named(self) -> Decision:
        for number, record in enumerate(self.records):
            if not RECORD.match(record):
                words = f"'{record}' is no record, expected source/identifier, such as mis/KMSS-00001."
                raise Fault(words, "records", number)
        if len(set(self.records)) == 1:
            raise Fault(f"'{self.records[0]}' is named twice: a decision is about two records.", "records")
        return self

    def contradicts(self, other: Decision) -> bool:
        """Whether both are about the same two records, and say the opposite."""
        pair = (self.region, self.entity, set(self.records))
        return pair == (other.region, other.entity, set(other.records)) and self.decision != other.decision


def read_decisions(programme: Path) -> list[Decision]:
    """The decisions of a programme's folder, none where there is no file.

    Raises SangamError, naming file and line, for a file that does not say enough.
    """
    path = programme / FILE
    if not path.exists():
        return []
    document = yaml_file.read(path)
    document = Document(document.content or [], document.place)
    if not isinstance(document.content, list):
        raise SangamError(
            f"{document.place.shown}: expected a list of decisions: each begins with '- region: …'."
        )
    decisions = checked(list[Decision], document)
    regions = [file.stem for file in programme.glob("regions/*.yml")]
    for number, one in enumerate(decisions):
        if one.region not in regions:
            near = did_you_mean(one.region, regions)
            raise SangamError(line(document, (number, "region"), f"there is no region '{one.region}'{near}"))
        for other in decisions[:number]:
            if one.contradicts(other):
                words = f"{other.by} decided the opposite on {other.on}: {other.why} Take one of them out."
                raise SangamError(line(document, (number, "decision"), words))
        if one.decision == "different" and (chain := _one_by(decisions, one)):
            words = f"the two are one by what was decided of {', '.join(chain)}. Take one of them out."
            raise SangamError(line(document, (number, "decision"), words))
    return decisions


def _one_by(decisions: list[Decision], different: Decision) -> list[str]:
    """The records over which decisions `same` lead from one of the two to the other; none where they do not."""
    links = [
        set(one.records)
        for one in decisions
        if one.decision == "same" and (one.region, one.entity) == (different.region, different.entity)
    ]
    first, last = different.records
    came_from: dict[str, str] = {first: ""}
    waiting = [first]
    while waiting:
        here = waiting.pop()
        for there in sorted({r for link in links if here in link for r in link} - came_from.keys()):
            came_from[there] = here
            waiting.append(there)
    chain: list[str] = []
    here = last if last in came_from else ""
    while here:
        chain, here = [*chain, here], came_from[here]
    return chain[::-1]
