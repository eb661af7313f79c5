"""A plain recount in pandas: no SQL, no words of the platform, one definition and one cell after the other."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tests.recount.definitions import Definition
from tests.recount.world import QUARTERS, World

CANONICAL = {f"P{number}": f"P{number - 6}" for number in range(6, 10)}
Cell = tuple[str, str, str, str]  # region, quarter, dimension, category


@dataclass(frozen=True)
class Counted:
    """What a cell comes to."""

    value: float | None
    numerator: float | None
    denominator: float | None
    left_out: int


def recount(world: World, definition: Definition, since: dict[str, str]) -> dict[Cell, Counted]:
    """Every cell with a record in it; `since`: the first quarter in which a region reports."""
    cells: dict[Cell, Counted] = {}
    regions = definition.words.get("regions") or ["sindh", "khulna"]
    for quarter in QUARTERS:
        joined = [region for region in regions if quarter >= since.get(region, quarter)]
        found = {region: _rows(world, definition, region, quarter) for region in joined}
        groups = {region: [region] for region in joined}
        if len(regions) > 1:
            groups["all"] = joined
        for name, members in groups.items():
            rows = pd.concat([found[region] for region in members])
            for (dimension, category), part in _parts(rows, definition).items():
                cells[name, quarter, dimension, category] = _counted(part, definition)
    return cells


def _rows(world: World, definition: Definition, region: str, quarter: str) -> pd.DataFrame:
    """The records of a region's quarter that are in the population or apart, with all that is asked of them."""
    rows = []
    for record in _records(world, definition, region, quarter):
        is_in = definition.population.of(record) is True
        apart = [
            d.name for d in definition.dimensions if d.apart and d.apart.of(record) is True and not is_in
        ]
        if is_in or apart:
            rows.append(
                {
                    "unit": (region, definition.unit(record)), "in": is_in, "apart": apart,
                    "answer": definition.numerator.of(record) if definition.numerator else True,
                    "value": definition.value.of(record) if definition.value else None,
                    "weight": definition.denominator.of(record) if definition.denominator else 1,
                    "record": (region, record["source"], record["quarter"], record["_table"], record["_record"]),
                    "survey": record.get("weight"),
                    "categories": {d.name: set(d.of(record)) for d in definition.dimensions},
                }
            )  # fmt: skip
    frame = pd.DataFrame(rows, dtype=object)
    if frame.empty:
        return frame
    roll_up = definition.words.get("roll_up")
    if roll_up:
        rolled = {
            key: _rolled(list(group), roll_up) for key, group in frame.groupby(["unit", "in"])["answer"]
        }
        frame["answer"] = pd.Series(
            [rolled[unit, inside] for unit, inside in zip(frame["unit"], frame["in"], strict=True)],
            index=frame.index, dtype=object,
        )  # fmt: skip
    if definition.words["kind"] == "ratio" and definition.denominator and not definition.value:
        frame["value"] = pd.Series(
            [None if a is None else int(a) for a in frame["answer"]], index=frame.index, dtype=object
        )
    frame["complete"] = _complete(frame, definition)
    return frame


def _complete(frame: pd.DataFrame, definition: Definition) -> pd.Series:
    has = {name: frame[name].map(lambda cell: cell is not None) for name in ("answer", "value", "weight")}
    if definition.words["kind"] == "ratio" and definition.denominator:
        return (has["value"] & has["weight"]).groupby(frame["record"]).transform("all")
    if definition.value:
        return has["value"]
    return has["answer"]


def _rolled(answers: list[bool | None], roll_up: str) -> bool | None:
    if roll_up == "any":
        return True if True in answers else None if None in answers else False
    return False if False in answers else None if None in answers else True


def _parts(rows: pd.DataFrame, definition: Definition) -> dict[tuple[str, str], pd.DataFrame]:
    if rows.empty:
        return {}
    parts = {("all", "all"): rows.loc[rows["in"].to_numpy(bool)]}
    for dimension in definition.dimensions:
        name = dimension.name
        here = [name in apart for apart in rows["apart"]] if dimension.apart else rows["in"]
        there = rows.loc[np.array(here, bool)]
        for category in sorted({c for each in there["categories"] for c in each[name]}):
            mask = [category in each[name] for each in there["categories"]]
            parts[name, category] = there.loc[np.array(mask, bool)]
    return parts


def _counted(part: pd.DataFrame, definition: Definition) -> Counted:
    complete = part["complete"].to_numpy(bool)
    left_out = part.loc[~complete]["record"].nunique()
    rows = part.loc[complete]
    kind = definition.words["kind"]
    units = float(rows["unit"].nunique())
    is_yes = np.array([answer is True for answer in rows["answer"]], bool)
    yes = float(rows.loc[is_yes]["unit"].nunique())
    total = math.fsum(float(v) for v in rows["value"] if v is not None)
    if kind == "survey_share":
        weights = {u: float(w) for u, w in zip(rows["unit"], rows["survey"], strict=True)}
        above = {u for u, a in zip(rows["unit"], rows["answer"], strict=True) if a}
        numerator, denominator = sum(w for u, w in weights.items() if u in above), sum(weights.values())
        return _of(100, numerator, denominator, left_out)
    if kind == "distinct_count":
        of = units if definition.words.get("denominator") else None
        return Counted(yes if len(rows) or not left_out else None, yes, of, left_out)
    if kind == "sum":
        return Counted(total, total, None, left_out)  # a sum of nothing is 0, and says what is left out
    if kind == "median":
        return Counted(_median([float(v) for v in rows["value"]]), None, None, left_out)
    numerator = total if definition.value or definition.denominator else yes
    denominator = math.fsum(float(w) for w in rows["weight"]) if definition.denominator else units
    return _of(1, numerator, denominator, left_out)


def _of(scale: int, numerator: float, denominator: float, left_out: int) -> Counted:
    return Counted(scale * numerator / denominator if denominator else None, numerator, denominator, left_out)


def _median(values: list[float]) -> float | None:
    return float(pd.Series(values).median()) if values else None


def _records(world: World, definition: Definition, region: str, quarter: str) -> list[dict[str, Any]]:
    words = definition.words
    feed = {
        "fct_service_delivered": "service", "fct_place_total": "place_total", "fct_outcome_observed": "outcome",
    }[words["from"]]  # fmt: skip
    rows = [r for r in world.feeds[feed] if r["region"] == region and r["source"] in words["sources"]]
    if feed == "outcome":  # a round serves until the next
        return [
            r | r["answers"] | {"card": r["answers"].get("card"), "groups": r["answers"].get("groups")}
            for r in rows
        ]
    to_date = words.get("drops_to_date", [])
    rows = [r for r in rows if r["quarter"] == quarter or (r["quarter"] < quarter and r["source"] in to_date)]
    if feed == "place_total":
        return [r | r["attributes"] for r in rows]
    start = dt.date(int(quarter[:4]), 3 * int(quarter[5]) - 2, 1)
    end = (pd.Timestamp(start) + pd.offsets.QuarterEnd()).date()
    people = {
        p["person_id"]: p for p in world.feeds["person"] if (p["region"], p["quarter"]) == (region, quarter)
    }
    # a record that names no person: as the quarter's register knows it, else as that of its own quarter did
    by_record = {
        (link["of_quarter"], link["local_id"]): link["canonical_id"]
        for at in (False, True)
        for link in world.feeds["crosswalk"]
        if link["region"] == region and link["local_id"].startswith("S")
        and link["quarter"] == (quarter if at else link["of_quarter"])
    }  # fmt: skip
    found = []
    for row in rows:
        day = row["received_on"]
        if "dated_by" in words and (day is None or day > end):
            continue
        if "dated_by" in words and words["over_time"] == ["in_quarter"] and day < start:
            continue
        person = CANONICAL.get(row["person_id"], row["person_id"])
        if row["person_id"] is None and row["source"] == "lists":
            person = by_record.get((row["quarter"], row["service_id"]))
        registered = person if person in people else None
        known = people.get(person, {"sex": None, "attributes": {}})
        found.append(
            {"decision": None, "quantity": None}
            | row
            | {
                "person_id": person, "registered": registered, "band": row["attributes"]["band"],
                "sex": known["sex"], "groups": known["attributes"].get("groups"),
            }
        )  # fmt: skip
    return found
