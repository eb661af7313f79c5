"""Whether there are texts in the languages that a region's partners read."""

from __future__ import annotations

from ingest.contracts.faults import did_you_mean, line
from ingest.contracts.loading import load_region, region_words
from ingest.errors import SangamError
from ingest.feedback.catalogue import languages


def require_texts(region: str) -> None:
    """Raises SangamError, naming file and line, where a region names a language without a catalogue of texts."""
    known = languages()
    for number, code in enumerate(load_region(region).languages):
        if code not in known:
            words = f"there are no texts in language '{code}'{did_you_mean(code, known)}"
            raise SangamError(line(region_words(region), ("languages", number), words))
