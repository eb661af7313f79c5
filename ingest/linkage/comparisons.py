"""What similarity is made of: comparisons with their levels, the surest first, and the probabilities of each.

The probabilities and where they are from are in `weights.yml`; how common values are is in `frequencies.sql`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ingest.contracts.yaml_file import read_mapping

WEIGHTS = Path(__file__).with_name("weights.yml")
# Days that are written down where only the year is known.
_STAND_INS = ((1, 1), (6, 1), (7, 1), (12, 31))


@dataclass(frozen=True)
class Level:
    """One outcome of a comparison: its label in `weights.yml`, and when it holds, over `x_l` and `x_r`."""

    label: str
    sql: str
    by_frequency: bool = False  # whether it counts how common the value is


@dataclass(frozen=True)
class Weight:
    """How often two records of one entity (m) and of two (u) are on a level, and where that is from."""

    m: float
    u: float
    source: str


@dataclass(frozen=True)
class Frequency:
    """How common a value is: by how many different `companion` values it goes with; empty: by its records.

    Records of one person share both, so that who is registered twice makes a name no commoner.
    """

    column: str
    companion: str = ""


def _named(column: str) -> tuple[Level, ...]:
    """Names in lists of spellings (own script, Latin): the best of any with any counts."""

    def both(form: str) -> tuple[str, str]:
        return f"{column}_{form}_l", f"{column}_{form}_r"

    def share(form: str) -> str:
        return "list_has_any({}, {})".format(*both(form))

    return (
        Level("same", share("plain"), by_frequency=True),
        Level("sounds the same", share("key"), by_frequency=True),
        Level("same consonants", share("bones"), by_frequency=True),
        Level("close", "names_closest({}, {}) >= 0.92".format(*both("key"))),
        Level("different", "ELSE"),
    )


def _stands_in(side: str) -> str:
    days = ", ".join(str(pair) for pair in _STAND_INS)
    return f"(month(birth_date_{side}), day(birth_date_{side})) IN ({days})"


_TYPED = "damerau_levenshtein(CAST(birth_date_l AS VARCHAR), CAST(birth_date_r AS VARCHAR)) <= 1"
_TURNED = (
    "(year(birth_date_l) = year(birth_date_r) AND month(birth_date_l) = day(birth_date_r) "
    "AND day(birth_date_l) = month(birth_date_r))"
)
# Two years that somebody guessed are not one year mistyped.
_SLIPPED = f"({_TYPED} OR {_TURNED}) AND NOT ({_stands_in('l')} AND {_stands_in('r')})"
_IDS = ("given_id_l, given_id_r", "given_id_r, given_id_l")

COMPARISONS: dict[str, tuple[Level, ...]] = {
    "name": _named("name"),
    "relative_name": _named("relative"),
    "birth_date": (
        Level(
            "same, of a day that stands for a year",
            f"birth_date_l = birth_date_r AND {_stands_in('l')}",
            by_frequency=True,
        ),
        Level("same", "birth_date_l = birth_date_r", by_frequency=True),
        Level("one digit or day and month changed", _SLIPPED),
        Level("different", "ELSE"),
    ),
    "birth_year": (
        Level("same", "birth_year_l = birth_year_r"),
        Level("within two years", "abs(birth_year_l - birth_year_r) <= 2"),
        Level("different", "ELSE"),
    ),
    "sex": (Level("same", "sex_l = sex_r"), Level("different", "ELSE")),
    "place": (Level("same", "place_l = place_r", by_frequency=True), Level("different", "ELSE")),
    "group_ids": (
        Level("in common", "list_has_any(group_ids_l, group_ids_r)"),
        Level("none in common", "ELSE"),
    ),
    # Numbers of different kind or length (a 10-digit and a 13-digit NID) say nothing about each other.
    "official_id": (Level("same", "official_id_l = official_id_r"), Level("different", "ELSE")),
    "phone": (Level("same", "phone_l = phone_r"), Level("different", "ELSE")),
    # An identifier typed from a paper: a digit wrong, two turned round, the end missing.
    "given_id": (
        Level("same", "given_id_l = given_id_r"),
        Level("one slip", "damerau_levenshtein(given_id_l, given_id_r) <= 1"),
        Level("cut short", f"starts_with({_IDS[0]}) OR starts_with({_IDS[1]})"),
        Level("different", "ELSE"),
    ),
}
FREQUENCIES = {
    "name": Frequency("name_block", "coalesce(birth_date, make_date(birth_year, 1, 1))"),
    "relative_name": Frequency("relative_block", "name_block"),
    "birth_date": Frequency("birth_date", "name_block"),
    "place": Frequency("place"),
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
    levels += [_splink_level(name, level) for level in COMPARISONS[name]]
    return {"output_column_name": name, "comparison_levels": levels}


def _splink_level(name: str, level: Level) -> dict[str, Any]:
    weight = weights()[name][level.label]
    words: dict[str, Any] = {
        "sql_condition": level.sql,
        "label_for_charts": level.label,
        "m_probability": weight.m,
        "u_probability": weight.u,
        "fix_m_probability": True,
        "fix_u_probability": True,
    }
    if level.by_frequency:
        words |= {
            "tf_adjustment_column": FREQUENCIES[name].column,
            "tf_minimum_u_value": weight.u,
            "disable_tf_exact_match_detection": True,
        }
    return words


def at_least(name: str, level: str) -> int:
    """Splink's value of a comparison's level, which this and all surer ones reach."""
    levels = COMPARISONS[name]
    return len(levels) - 1 - [one.label for one in levels].index(level)


@cache
def weights() -> dict[str, dict[str, Weight]]:
    """The probabilities of each level of each comparison."""
    given = read_mapping(WEIGHTS).content
    return {
        name: {label: Weight(one["m"], one["u"], one["from"]) for label, one in levels.items()}
        for name, levels in given.items()
    }
