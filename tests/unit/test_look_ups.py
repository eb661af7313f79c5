"""A contract's look-ups, bands and currency, as rules and mappings call them."""

from __future__ import annotations

from typing import Any

import duckdb

from ingest.cleaning.look_ups import define_look_ups
from tests.tables import source_of


def answers(sql: str, **words: Any) -> list[Any]:
    with duckdb.connect() as connection:
        define_look_ups(connection, source_of({}, **words))
        return list(connection.execute(f"SELECT {sql}").fetchall()[0])


def test_bands_hold_their_lower_bound_and_not_their_upper_one() -> None:
    """The poverty score card's: [0,12), [12,19), [19,24), [24,100]."""
    poverty = [
        {"code": "a", "below": 12},
        {"code": "b", "below": 19},
        {"code": "c", "below": 24.5},
        {"code": "d"},
    ]
    scores = ["0", "11.999", "12", "18.9", "19", "24.4999", "24.5", "100", "NULL"]
    asked = ", ".join(f"band('poverty', {score})" for score in scores)
    assert answers(asked, bands={"poverty": poverty}) == [*"aabbccdd", None]
    assert answers("band('wealth', 1), band(NULL, 1)", bands={"poverty": poverty}) == [None, None]


def test_what_the_contract_does_not_say_is_nothing() -> None:
    assert answers("look_up('x', 'a'), band('x', 1), currency()") == [None, None, None]
    words = {"look_ups": {"x": {"a": "it's"}}, "currency": "NPR"}
    assert answers("look_up('x', 'a'), look_up('x', 'b'), currency()", **words) == ["it's", None, "NPR"]
