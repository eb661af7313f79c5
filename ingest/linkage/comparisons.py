"""What similarity is made of: comparisons with their levels and the probabilities of each, and how sure a level makes.

m: how often two records of one entity are on the level; u: how often two records of different ones are. A level's
weight is log2(m / u) (Fellegi and Sunter, A Theory for Record Linkage, 1969). They are fixed, not estimated from each
delivery: the same two records get the same weight every quarter, so a decision does not turn round because other
records came. m follows what typists do to names and dates in both scripts; u how often it happens by chance in
registers of some ten thousand people of one district.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Level:
    """One outcome of a comparison."""

    label: str
    sql: str  # over `x_l` and `x_r`
    m: float
    u: float


def _named(column: str) -> tuple[Level, ...]:
    """Names in lists of spellings (own script, Latin): the best of any with any counts."""

    def both(form: str) -> tuple[str, str]:
        return f"{column}_{form}_l", f"{column}_{form}_r"

    def share(form: str) -> str:
        return "list_has_any({}, {})".format(*both(form))

    return (
        Level("same", share("plain"), 0.70, 0.0010),
        Level("sounds the same", share("key"), 0.13, 0.0004),
        Level("same consonants", share("bones"), 0.09, 0.0006),
        Level("close", "names_closest({}, {}) >= 0.92".format(*both("key")), 0.05, 0.0050),
        Level("different", "ELSE", 0.03, 0.9930),
    )


_TYPED = "damerau_levenshtein(CAST(birth_date_l AS VARCHAR), CAST(birth_date_r AS VARCHAR)) <= 1"
_TURNED = (
    "(year(birth_date_l) = year(birth_date_r) AND month(birth_date_l) = day(birth_date_r) "
    "AND day(birth_date_l) = month(birth_date_r))"
)
_IDS = ("given_id_l, given_id_r", "given_id_r, given_id_l")

COMPARISONS: dict[str, tuple[Level, ...]] = {
    "name": _named("name"),
    "relative_name": _named("relative"),
    "birth_date": (
        Level("same", "birth_date_l = birth_date_r", 0.93, 0.0002),
        Level("one digit or day and month changed", f"{_TYPED} OR {_TURNED}", 0.04, 0.0040),
        Level("different", "ELSE", 0.03, 0.9958),
    ),
    "birth_year": (
        Level("same", "birth_year_l = birth_year_r", 0.93, 0.02),
        Level("within two years", "abs(birth_year_l - birth_year_r) <= 2", 0.05, 0.08),
        Level("different", "ELSE", 0.02, 0.90),
    ),
    "sex": (Level("same", "sex_l = sex_r", 0.99, 0.5), Level("different", "ELSE", 0.01, 0.5)),
    "place": (Level("same", "place_l = place_r", 0.95, 0.07), Level("different", "ELSE", 0.05, 0.93)),
    "group_ids": (
        Level("in common", "list_has_any(group_ids_l, group_ids_r)", 0.97, 0.01),
        Level("none in common", "ELSE", 0.03, 0.99),
    ),
    # Numbers of different kind or length (a 10-digit and a 13-digit NID) say nothing about each other.
    "official_id": (
        Level("same", "official_id_l = official_id_r", 0.998, 0.000001),
        Level("different", "ELSE", 0.002, 0.999999),
    ),
    "phone": (Level("same", "phone_l = phone_r", 0.80, 0.002), Level("different", "ELSE", 0.20, 0.998)),
    # An identifier typed from a paper: a digit wrong, two turned round, the end missing.
    "given_id": (
        Level("same", "given_id_l = given_id_r", 0.90, 0.0005),
        Level("one slip", "damerau_levenshtein(given_id_l, given_id_r) <= 1", 0.04, 0.04),
        Level("cut short", f"starts_with({_IDS[0]}) OR starts_with({_IDS[1]})", 0.02, 0.02),
        Level("different", "ELSE", 0.04, 0.9395),
    ),
}
# Columns that must be filled on both sides for a comparison to say anything.
_NEEDS = {"name": "name_plain", "relative_name": "relative_plain"}


def label(comparison: str, gamma: int | None) -> str:
    """The level's name for Splink's comparison value: highest for the first level, 0 for the last, -1 for unknown."""
    levels = COMPARISONS[comparison]
    if gamma is None or gamma < 0:
        return "unknown"
    return levels[len(levels) - 1 - int(gamma)].label


def splink_comparison(name: str) -> dict[str, Any]:
    """A comparison in Splink's words."""
    column = _NEEDS.get(name, name)
    unknown = f"{column}_l IS NULL OR {column}_r IS NULL"
    if name == "official_id":
        unknown += " OR official_kind_l <> official_kind_r"
    levels: list[dict[str, Any]] = [
        {"sql_condition": unknown, "label_for_charts": "unknown", "is_null_level": True}
    ]
    levels += [
        {
            "sql_condition": level.sql,
            "label_for_charts": level.label,
            "m_probability": level.m,
            "u_probability": level.u,
            "fix_m_probability": True,
            "fix_u_probability": True,
        }
        for level in COMPARISONS[name]
    ]
    return {"output_column_name": name, "comparison_levels": levels}
