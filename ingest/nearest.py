"""Which known word somebody meant, and how a word that nobody knows is refused."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from ingest.errors import SangamError


def nearest(written: Iterable[str], spellings: Mapping[str, str], alike: float = 0.6) -> str:
    """The word whose spelling is most like one of those written, case apart; empty where none is alike enough.

    `spellings`: each spelling and the word it stands for; of equals the first is taken. `alike` lies between 0 and 1.
    """
    folded = [word.strip().casefold() for word in written]
    likeness = [
        (difflib.SequenceMatcher(None, word, spelling.casefold()).ratio(), name)
        for word in folded
        for spelling, name in spellings.items()
    ]
    best = max(likeness, key=lambda pair: pair[0], default=(0.0, ""))
    return best[1] if best[0] >= alike else ""


def unknown(what: str, word: str, known: Iterable[str], listed: str = "") -> SangamError:
    """The refusal of a word: what it should have named, the nearest that is known, and all that are.

    `listed`: how the known ones are named in short, where they are many.
    """
    there = list(known)
    near = nearest([word], {one: one for one in there})
    meant = f" Did you mean '{near}'?" if near else ""
    return SangamError(f"There is no {what} '{word}'.{meant} Known: {listed or ', '.join(there) or 'none'}.")
