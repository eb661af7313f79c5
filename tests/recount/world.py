"""A small made-up world as feeds of the lake: two regions, three quarters, two sources, persons registered twice.

Written as what `ingest` would hand on; nothing here counts anything.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from ingest.deliveries.places import folder
from ingest.files import atomic
from ingest.mapping.feeds import FEEDS, write_schemas
from ingest.mapping.write_feeds import write_drops
from ingest.sql import copy_to_parquet

QUARTERS = ("2021Q1", "2021Q2", "2021Q3")
REGIONS = {"sindh": ("mis", "lists", "imi"), "khulna": ("mis", "lists")}
Rows = list[dict[str, Any]]


@dataclass
class World:
    """Rows by feed; each with region, source, quarter and its place in a file."""

    feeds: dict[str, Rows] = field(default_factory=lambda: {name: [] for name in FEEDS})

    def add(self, feed: str, region: str, source: str, quarter: str, record: int, **cells: Any) -> None:
        """One row of a feed, of a record of the source's one file of the quarter."""
        place = {
            "region": region, "source": source, "quarter": quarter, "_file": f"{source}.csv", "_table": feed,
            "_row": record + 1, "_record": record, "_sha256": f"{region}-{source}-{quarter}",
        }  # fmt: skip
        self.feeds[feed].append(place | cells)


def made(seed: int) -> World:
    """A world of some hundred records, with blanks, ties, several records a unit, and people registered twice."""
    world, chance = World(), random.Random(seed)
    for region in REGIONS:
        services: list[tuple[str, dict[str, Any]]] = []
        for number, quarter in enumerate(QUARTERS):
            _register(world, chance, region, quarter)
            services += [_service(chance, f"S{number}-{n}", quarter) for n in range(18)]
            # A full extract: what was there before is delivered again.
            for record, (_, cells) in enumerate(services, 1):
                world.add("service", region, "mis", quarter, record, **cells)
            for record in range(1, 13):
                person = f"P{chance.randrange(14)}"
                named = person if chance.random() < 0.7 else None
                world.add(
                    "service", region, "lists", quarter, record, service_id=f"S0-{record}", service_code="list",
                    person_id=named, received_on=None,
                    amount=chance.choice([None, 5, 7]), attributes={"band": chance.choice("ab")},
                )  # fmt: skip
                if named is None:
                    _found_later(world, chance, region, quarter, record)
            for record in range(1, 9):
                attributes = {"district": chance.choice("DE"), "kind": f"k{record % 3}"}
                for measure in ("received", "eligible"):
                    value = chance.choice([None, 2, 3, 8])
                    world.add(
                        "place_total", region, "mis", quarter, record, place_id=f"GP{record // 2}",
                        measure=measure, value=value, attributes=attributes,
                    )  # fmt: skip
            world.add("place", region, "mis", quarter, 1, place_id="D", place_type="district", place_name="D")
    for record in range(1, 41):
        household, record_psu = record // 3, record // 9
        answers = {"sex": chance.choice(["F", "M"]), "groups": chance.choice(["g h", "g", "h g g", None])}
        answers |= {"card": chance.choice(["yes", "no", "no", None])}
        world.add(
            "outcome", "sindh", "imi", "2021Q1", record, unit_id=f"C{record}", unit_type="child",
            parent_unit_id=f"H{household}", stratum=f"T{record_psu % 2}", psu=f"U{record_psu}",
            weight=1 + record_psu * 0.5, observed_on=None,
            answers={key: text for key, text in answers.items() if text is not None},
        )  # fmt: skip
    return world


def _register(world: World, chance: random.Random, region: str, quarter: str) -> None:
    """Ten persons of whom the last four are the first four once more; P10 to P13 are in no register."""
    for number in range(10):
        groups = chance.choice([None, "g", "g h", "h g g"])
        attributes = {"area": chance.choice("xy")} | ({"groups": groups} if groups else {})
        world.add(
            "person", region, "mis", quarter, number + 1, person_id=f"P{number}",
            sex=chance.choice(["F", "M", None]), household_id=f"H{number // 2}", attributes=attributes,
        )  # fmt: skip
        if number >= 6:
            for source in ("mis", "lists"):
                world.add(
                    "crosswalk", region, source, quarter, number + 1, entity="person", of_quarter=quarter,
                    local_id=f"P{number}",
                    canonical_id=f"P{number - 6}", method="rule", status="linked",
                )  # fmt: skip


def _found_later(world: World, chance: random.Random, region: str, quarter: str, record: int) -> None:
    """Whom the registers of a list's quarter and of later ones know a record as that names no person, if anyone."""
    for later in QUARTERS:
        if later >= quarter and chance.random() < 0.6:
            world.add(
                "crosswalk", region, "lists", later, 100 + record, entity="person", of_quarter=quarter,
                local_id=f"S0-{record}", canonical_id=f"P{chance.randrange(6)}", method="rule", status="linked",
            )  # fmt: skip


def _service(chance: random.Random, name: str, quarter: str) -> tuple[str, dict[str, Any]]:
    start = dt.date(int(quarter[:4]), 3 * int(quarter[5]) - 2, 1)
    days = chance.choice([0, 40, 88, None])
    return quarter, {
        "service_id": name,
        "service_code": chance.choice(["loan", "grant", "training"]),
        "person_id": f"P{chance.randrange(14)}",
        "household_id": f"H{chance.randrange(5)}",
        "decision": chance.choice(["approved", "rejected", None]),
        "received_on": None if days is None else start + dt.timedelta(days),
        "amount": chance.choice([None, 10, 20.5, 35]),
        "quantity": chance.choice([0, 1, 2]),
        "attributes": {"band": chance.choice("ab")},
    }


def write(world: World, home: Path, refused: Iterable[tuple[str, str, str]] = ()) -> None:
    """The world's rows into the feeds of a home's lake, every delivery current.

    `refused`: region, source and quarter of deliveries that were not taken in.
    """
    write_schemas(home)
    drops: dict[tuple[str, str, str], str] = {}
    with duckdb.connect() as connection:
        for feed, rows in world.feeds.items():
            parts: dict[tuple[str, str, str], Rows] = {}
            for row in rows:
                parts.setdefault((row["region"], row["source"], row["quarter"]), []).append(row)
            for (region, source, quarter), members in parts.items():
                drops[region, source, quarter] = members[0]["_sha256"]
                names = {"region": region, "source": source, "quarter": quarter}
                fields = ", ".join(
                    f"""CAST(row ->> '{column}' AS {sql_type}) AS "{column}\""""
                    if "MAP" not in sql_type
                    else f"""CAST(row -> '{column}' AS {sql_type}) AS "{column}\""""
                    for column, sql_type in FEEDS[feed].items()
                )
                given = json.dumps(members, default=str)
                with atomic(folder(home, "feeds", feed=feed, **names) / "made.parquet") as temporary:
                    sql = f"SELECT {fields} FROM (SELECT unnest(CAST(? AS JSON[])) AS row)"
                    connection.execute(copy_to_parquet(sql, temporary), [given])
    for (region, source, quarter), sha256 in drops.items():
        drop = {"file": f"{source}.csv", "sha256": sha256, "status": "current"}
        drop |= {"received_at": "2021-10-01 00:00:00", "cadence": "round" if source == "imi" else "quarter"}
        write_drops(home, {"region": region, "source": source, "quarter": quarter}, [drop])
    for region, source, quarter in refused:
        names = {"region": region, "source": source, "quarter": quarter}
        cadence = "round" if source == "imi" else "quarter"
        drop = {"file": f"{source}_{quarter}.xlsx", "sha256": f"{source}-{quarter}", "status": "refused"}
        drop |= {"refusal": "missing_column", "received_at": "2021-10-01 00:00:00", "cadence": cadence}
        write_drops(home, names, [drop])
