"""The SQL of what a suite asks of its own: figures and places, over the tables of one delivery.

Asked in `profile`, tried before any delivery is there in `suite_trial`.
"""

from __future__ import annotations

from typing import Any

from expectations.suite import Figure, Place
from ingest.sql import render


def figure_sql(figure: Figure) -> str:
    """The statement that gives a figure's value and how many records are behind it."""
    return render(__file__, "figure.sql", value=figure.value, records=figure.source)


def places_sql(place: Place, side: str) -> str:
    """The statement that counts the records of each place of one side, now or before."""
    return render(__file__, "places_counted.sql", side=side, place=place.place, records=place.source)


def words(vocabulary: Any, nested: bool) -> list[str]:
    """The words of a vocabulary; of one that has its words under keys `key / word`."""
    if nested:
        return [f"{outer} / {word}" for outer, inner in (vocabulary or {}).items() for word in inner or ()]
    return [str(word) for word in vocabulary or ()]
