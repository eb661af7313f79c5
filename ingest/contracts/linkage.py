"""The words for how records of one person or household are brought together."""

from __future__ import annotations

from ingest.contracts.word import Word


class LinkRule(Word):
    """Records that agree in all of `same` are one, where they also agree in all columns of one of `beside`."""

    same: tuple[str, ...]
    beside: tuple[tuple[str, ...], ...] = ()


class Linkage(Word):
    """How records of one entity are brought together: rules first, in order, then by similarity."""

    # The source whose records are the entities; records of the other sources are looked for among them.
    register_source: str
    deduplicate: bool = True  # one entity may be in the register more than once
    distinct: tuple[str, ...] = ()  # columns whose differing values tell two entities apart
    rules: tuple[LinkRule, ...] = ()
    compare: tuple[str, ...] = ()  # those of `ingest.linkage.comparisons`; empty: rules alone
    candidates: tuple[
        tuple[str, ...], ...
    ] = ()  # pairs that agree in all columns of one of these are compared
    prior: float = 0.0001  # how likely two records are one before anything is compared
    link_from: float = 5.0  # match weight (base 2) from which two records are one
    review_from: float = 0.0  # and from which somebody should look
