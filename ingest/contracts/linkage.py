"""The words for how records of one person or household are brought together."""

from __future__ import annotations

from typing import Literal

from ingest.contracts.word import Word

# What of an identity tells two records apart; what they may agree in (lists and names too); what can be alike in part.
Telling = Literal[
    "local_id", "given_id", "official_id_kind", "official_id", "card", "phone", "sex", "place", "birth_date",
    "birth_year", "first_seen",
]  # fmt: skip
Agreeing = Literal[Telling, "name", "relative_name", "group_ids"]
Comparison = Literal[
    "name", "relative_name", "birth_date", "birth_year", "sex", "place", "group_ids", "official_id", "phone",
    "given_id",
]  # fmt: skip


class LinkRule(Word):
    """Records that agree in all of `same` are one, where they also agree in all columns of one of `beside`."""

    same: tuple[Agreeing, ...]
    beside: tuple[tuple[Agreeing, ...], ...] = ()


class Linkage(Word):
    """How records of one entity are brought together: rules first, in order, then by similarity."""

    # The source whose records are the entities; records of the other sources are looked for among them.
    register_source: str
    # Sources whose earlier deliveries are looked for again in each later quarter's register: for what runs to date.
    to_date: tuple[str, ...] = ()
    deduplicate: bool = True  # one entity may be in the register more than once
    distinct: tuple[Telling, ...] = ()  # columns whose differing values tell two entities apart
    rules: tuple[LinkRule, ...] = ()
    compare: tuple[Comparison, ...] = ()  # see `ingest.linkage.comparisons`; empty: rules alone
    candidates: tuple[
        tuple[Agreeing, ...], ...
    ] = ()  # pairs that agree in all columns of one of these are compared
    prior: float = 0.0001  # how likely two records are one before anything is compared
    link_from: float = 5.0  # match weight (base 2) from which two records are one
    review_from: float = 0.0  # and from which somebody should look
