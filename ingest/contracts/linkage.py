"""The words for how records of one person or household are brought together."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from ingest.contracts.faults import Fault
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


# Surer than another name: spelled alike or sounding alike. Names of brothers and sisters are often close.
NameLevel = Literal["same", "sounds the same", "same consonants", "close"]


class LinkRule(Word):
    """Records that agree in all of `same` are one, where they also agree in all columns of one of `beside`.

    A phone is a household's: where a rule has one, the name must agree as well, said or not.
    """

    same: tuple[Agreeing, ...]
    beside: tuple[tuple[Agreeing, ...], ...] = ()

    @property
    def ways(self) -> tuple[tuple[Agreeing, ...], ...]:
        """`beside`, with the name beside a phone."""
        if "phone" not in self.same or "name" in self.same:
            return self.beside
        return tuple((*columns, "name") for columns in self.beside or ((),))


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
    # By similarity, only records that agree this well in these are one; all else goes to the review list at most.
    at_least: dict[Literal["name", "relative_name"], NameLevel] = Field(default_factory=dict)
    prior: float = 0.0001  # how likely two records are one before anything is compared
    link_from: float = 5.0  # match weight (base 2) from which two records are one
    review_from: float = 0.0  # and from which somebody should look

    @model_validator(mode="after")
    def _what_is_asked_is_compared(self) -> Linkage:
        for name in self.at_least:
            if name not in self.compare:
                raise Fault(f"'{name}' is not compared.", "at_least", name, word=name, known=self.compare)
        return self
