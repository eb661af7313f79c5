"""Definitions drawn at random from every family: in SQL words and, for the recount, as functions of a record.

Combinations that cannot be meant are drawn as well: the words must refuse them.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Record = dict[str, Any]
Of = Callable[[Record], Any]
SHEET = {
    "name": "n", "level": "output", "description": "d", "numerator_definition": "n", "method": "m",
    "source_note": "s", "unit": "thing", "unit_type": "thing", "direction": "higher",
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """An expression: its SQL, and what it is of a record (None: not known)."""

    sql: str
    of: Of


def compared(column: str, sql: str, holds: Callable[[Any], bool]) -> Said:
    """A condition on a column, unknown where the column is empty."""
    return Said(sql, lambda r: None if r[column] is None else holds(r[column]))


@dataclass(frozen=True)
class Dimension:
    """A dimension: its SQL, and the list of a record's categories."""

    name: str
    sql: str
    of: Of
    overlapping: bool = False
    apart: Said | None = None


@dataclass(frozen=True)
class Definition:
    """The words of an indicator, and what the recount needs of them."""

    words: dict[str, Any]
    population: Said
    unit: Of
    numerator: Said | None
    value: Said | None
    denominator: Said | None  # none: units
    dimensions: tuple[Dimension, ...]


TRUE = Said("true", lambda r: True)
LOAN = compared("service_code", "service_code in ('loan', 'list')", lambda c: c in ("loan", "list"))
GRANT = compared("service_code", "service_code = 'grant'", lambda c: c == "grant")
APPROVED = compared("decision", "decision = 'approved'", lambda c: c == "approved")
DEAR = compared("amount", "amount > 15", lambda a: a > 15)
SOME = compared("quantity", "quantity >= 1", lambda q: q >= 1)
AMOUNT = Said("amount", lambda r: r["amount"])
QUANTITY = Said("quantity", lambda r: r["quantity"])
PERSON = {"dimension": "person", "source": "mis"}
BAND = Dimension("band", "fact.attributes['band']", lambda r: [r["band"]])
SEX = Dimension("sex", "person.sex", lambda r: [r["sex"] or "unknown"])
GROUPS = Dimension(
    "groups", "split(person.attributes['groups'], ' ')",
    lambda r: (r["groups"] or "").split(), overlapping=True,
)  # fmt: skip
BOTH = Dimension(
    "both", "[fact.attributes['band'], decision]",
    lambda r: [r["band"], r["decision"] or "unknown"], overlapping=True,
)  # fmt: skip
HUB = Dimension("hub", "service_code", lambda r: [r["service_code"]], apart=GRANT)


def drawn(chance: random.Random, code: str) -> Definition:
    """A definition of any family."""
    family = chance.choice([_service, _service, _service, _place, _survey])
    return family(chance, code)


def _kind(
    chance: random.Random, kinds: list[str], numerators: list[Said], values: list[Said]
) -> dict[str, Any]:
    kind = chance.choice(kinds)
    numerator = value = denominator = None
    if kind in ("distinct_count", "survey_share"):
        numerator = (
            chance.choice([*numerators, None]) if kind == "distinct_count" else chance.choice(numerators)
        )
    elif kind in ("sum", "median"):
        value = chance.choice(values)
    elif chance.random() < 0.5:
        numerator = chance.choice(numerators)
    else:
        value = chance.choice(values)
    units = kind == "ratio" and chance.random() < 0.6
    if kind == "ratio" and not units:
        denominator = chance.choice(values)
    roll_up = chance.choice(["every", "any", None]) if numerator else None
    return {
        "kind": kind, "numerator": numerator, "value": value, "denominator": denominator, "roll_up": roll_up,
        "units": units or (kind == "distinct_count" and chance.random() < 0.3),
    }  # fmt: skip


def _definition(
    code: str,
    chosen: dict[str, Any],
    population: Said,
    unit: Said,
    dimensions: tuple[Dimension, ...],
    **words: Any,
) -> Definition:
    has_denominator = chosen["units"] or chosen["denominator"] or chosen["kind"] == "survey_share"
    entry = SHEET | {
        "code": code, "kind": chosen["kind"], "population": population.sql, "unit_id": unit.sql,
        "denominator_definition": "d" if has_denominator else "None: it has none.",
        "disaggregations": [
            {"dimension": d.name, "category": d.sql, "categories": [], "overlapping": d.overlapping}
            | ({"apart": d.apart.sql} if d.apart else {})
            for d in dimensions
        ],
    } | words  # fmt: skip
    for word in ("numerator", "value"):
        if chosen[word]:
            entry[word] = chosen[word].sql
    if chosen["roll_up"]:
        entry["roll_up"] = chosen["roll_up"]
    if chosen["units"] or chosen["denominator"]:
        entry["denominator"] = "units" if chosen["units"] else chosen["denominator"].sql
    return Definition(
        entry, population, unit.of, chosen["numerator"], chosen["value"], chosen["denominator"], dimensions
    )


def _service(chance: random.Random, code: str) -> Definition:
    chosen = _kind(
        chance, ["distinct_count", "distinct_count", "ratio", "ratio", "sum", "median"],
        [APPROVED, DEAR, SOME], [AMOUNT, QUANTITY],
    )  # fmt: skip
    sources = chance.choice([["mis"], ["mis"], ["lists"], ["mis", "lists"]])
    unit = chance.choice(
        [
            Said("service_id", lambda r: r["service_id"]),
            Said("fact.person_id", lambda r: r["person_id"]),
            Said("person.person_id", lambda r: r["registered"]),
            Said("person.person_id", lambda r: r["registered"]),
        ]
    )
    population = chance.choice([TRUE, LOAN, SOME])
    if unit.sql != "service_id":
        known = {"fact.person_id": "person_id", "person.person_id": "registered"}[unit.sql]
        inner = population
        population = Said(
            f"({inner.sql}) and {unit.sql} is not null", lambda r: inner.of(r) and r[known] is not None
        )
    dimensions = [one for one in (BAND, SEX, GROUPS, BOTH) if chance.random() < 0.5]
    if population is LOAN and chance.random() < 0.5:
        dimensions.append(HUB)
    over_time = chance.choice(["in_quarter", "cumulative", "as_at"])
    words: dict[str, Any] = {"from": "fct_service_delivered", "sources": sources, "joins": [PERSON]}
    if over_time != "as_at" or chance.random() < 0.3:
        words["dated_by"] = "received_on"
    if "lists" in sources and chance.random() < 0.5:
        words["drops_to_date"] = ["lists"]
    return _definition(code, chosen, population, unit, tuple(dimensions), over_time=[over_time], **words)


def _place(chance: random.Random, code: str) -> Definition:
    def part(measure: str) -> Said:
        return Said(
            f"case when measure = '{measure}' then value else 0 end",
            lambda r: r["value"] if r["measure"] == measure else 0,
        )

    whole = Said("value", lambda r: r["value"])
    many = compared("value", "value >= 3", lambda v: v >= 3)
    pair = chance.random() < 0.5
    chosen = _kind(chance, ["sum", "median", "distinct_count", "ratio"], [many], [whole])
    population: Said = compared("measure", "measure = 'received'", lambda m: m == "received")
    if pair:
        chosen = {
            "kind": "ratio", "numerator": None, "value": part("received"), "denominator": part("eligible"),
            "roll_up": None, "units": False,
        }  # fmt: skip
        population = TRUE
    district = Dimension("district", "attributes['district']", lambda r: [r["district"]])
    return _definition(
        code, chosen, population, Said("place_id", lambda r: r["place_id"]), (district,),
        over_time=["in_quarter"], sources=["mis"], **{"from": "fct_place_total"},
    )  # fmt: skip


def _survey(chance: random.Random, code: str) -> Definition:
    yes = compared("card", "answers['card'] = 'yes'", lambda c: c == "yes")
    girls = compared("sex", "answers['sex'] = 'F'", lambda s: s == "F")
    chosen = _kind(chance, ["survey_share", "survey_share", "distinct_count", "ratio"], [yes, girls], [
        Said("weight", lambda r: r["weight"])
    ])  # fmt: skip
    unit = chance.choice(
        [Said("unit_id", lambda r: r["unit_id"]), Said("parent_unit_id", lambda r: r["parent_unit_id"])]
    )
    dimensions = (
        Dimension("sex", "answers['sex']", lambda r: [r["sex"]]),
        Dimension("groups", "split(answers['groups'], ' ')", lambda r: (r["groups"] or "").split(), True),
    )
    return _definition(
        code, chosen, chance.choice([TRUE, girls]), unit, dimensions,
        over_time=["round"], sources=["imi"], regions=["sindh"], **{"from": "fct_outcome_observed"},
    )  # fmt: skip
