"""What an M&E officer says of an indicator in a quarter: a comment that is signed off and goes out with the values.

Notes are kept as they were written; the last one of an indicator counts, and one without words withdraws it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from pathlib import Path

from ingest.nearest import unknown
from orchestration.quarters import check_quarter
from orchestration.releases.numbered import record, records
from orchestration.warehouse import logframes


@dataclass(frozen=True)
class Note:
    """Who said what of an indicator, and when (UTC, ISO 8601). `by` may be empty."""

    indicator: str
    text: str
    by: str
    at: str


def write_note(home: Path, donor: str, indicator: str, quarter: str, text: str, by: str = "") -> Note:
    """Keep a comment, in one line; without words it withdraws the last one. Return the note that holds.

    Raises SangamError for a donor, indicator or quarter that there is not.
    """
    check_quarter(quarter)
    known = [one.code for one in logframes.of_donor(donor).indicators]
    if indicator not in known:
        raise unknown("indicator", indicator, known, of=f"donor '{donor}'")
    now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    note = Note(indicator, " ".join(text.split()), " ".join(by.split()), now)
    held = notes(home, donor, quarter).get(indicator)
    if (held.text if held else "") != note.text:
        record(_folder(home, donor, quarter), asdict(note))
    return notes(home, donor, quarter).get(indicator, note)


def notes(home: Path, donor: str, quarter: str) -> dict[str, Note]:
    """The notes that hold, by indicator."""
    found = [Note(**words) for words in records(_folder(home, donor, quarter))]
    last = {note.indicator: note for note in found}
    return {indicator: last[indicator] for indicator in sorted(last) if last[indicator].text}


def _folder(home: Path, donor: str, quarter: str) -> Path:
    return Path(home) / "releases" / "_notes" / donor / quarter
