"""All that a contract says of one delivery's source: loaded once, and handed on to whoever treats the delivery.

How the words are found and merged is in `loading`.
"""

from __future__ import annotations

from dataclasses import dataclass

from ingest.contracts.correction_words import Correction
from ingest.contracts.loading import load_corrections, load_region, load_source
from ingest.contracts.region import Region
from ingest.contracts.source import Source


@dataclass(frozen=True)
class DeliveryContract:
    """A source's contract, the region it belongs to, and the source's active corrections."""

    region: Region
    source_name: str
    source: Source
    corrections: tuple[Correction, ...]

    def corrections_of(self, file: str, quarter: str) -> list[Correction]:
        """The corrections that cover a file of this name and quarter (empty for a table of reference)."""
        return [one for one in self.corrections if one.covers(file, quarter)]


def load_delivery_contract(region: str, source: str) -> DeliveryContract:
    """The contract of a region's source. Raises SangamError where there is none, or where it is inconsistent."""
    return DeliveryContract(
        load_region(region), source, load_source(region, source), load_corrections(region, source)
    )
