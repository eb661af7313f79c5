"""A state's tracking system dump of one quarter: which of the world's records are in it, the faulty ones added, the
file written.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from ingest.samples.arrays import NO_DAY, Flags, Ints, blank, codes
from ingest.samples.files.delimited import Mixed, mix
from ingest.samples.files.pg_dump import lines, write_pg_dump
from ingest.samples.nro.defects import spoils
from ingest.samples.nro.tables import TABLES, Table, months
from ingest.samples.nro.world import FIRST, World, month_number
from ingest.samples.truth import defects
from ingest.samples.truth.drop_truth import Drop, Finding, Truth

_BEFORE = month_number(np.array([FIRST]))[0] - 1  # a month in which no enterprise had started
_SPREAD = 211  # months that faulty records are spread over; prime, so that cycles of values do not meet again
_SUSPECT = 20  # sales above so many times the enterprise's own median are suspect


@dataclass(frozen=True)
class Extract:
    """What a dump of the day `end` holds of the world: records that are all accepted."""

    end: int
    rows: dict[str, Ints]
    closed: Flags


def extract(w: World, end: int, behind: int = 0) -> Extract:
    """The world's records at the day `end`; months and visits only of `behind` days before where some is given."""
    until = end - behind
    started = w.start <= end
    return Extract(
        end,
        {
            "mec_firm": np.arange(w.firms),
            "enterprise": np.flatnonzero(started),
            "enterprise_month": np.flatnonzero(w.month <= month_number(np.array([until]))[0]),
            "mec_visit": np.flatnonzero(w.visit_day <= until),
        },
        (w.closed != NO_DAY) & (w.closed <= end),
    )


def write_pts(w: World, held: Extract, quarter: str, truth: Truth, drop: Drop) -> None:
    """Write a quarter's dump and note what is expected of it."""
    mixed: dict[str, Mixed] = {}
    lost: dict[str, list[str]] = {}
    for table in TABLES:
        rng = w.dice.rng(f"pts/{drop.file}/{table.name}")
        kinds = spoils(table.name, w.state.code, held.end)
        mixed[table.name] = mix(
            held.rows[table.name],
            lambda rows, table=table: _render(w, table, held, rows),  # type: ignore[misc]
            lambda rows, table=table, rng=rng: _renew(w, table, held, rng, rows),  # type: ignore[misc]
            kinds,
            table.key,
            rng,
            lost,
        )
        lost[table.name] = mixed[table.name].lost()
    outcome, written = {}, {}
    for table in sorted(TABLES, key=lambda t: t.name):
        part = mixed[table.name]
        outcome[table.name] = part.outcome()
        columns = list(table.columns)
        if not quarter.endswith("Q1"):  # the order of columns changes between quarters
            order = w.dice.rng(f"pts columns/{quarter}/{table.name}").permutation(len(columns))
            columns = [columns[i] for i in order]
        written[table.name] = (columns, lines(columns, part.cells))
    outcome["enterprise_month"].warned = _suspect(w, held, mixed["enterprise_month"])
    write_pg_dump(truth.path(drop), "pts", written)
    truth.add(drop, outcome)


def _render(w: World, table: Table, held: Extract, rows: Ints) -> dict[str, pa.Array]:
    cells = table.render(w, rows)
    if table.name == "enterprise":  # what closes later is not known yet
        cells["closed_on"] = blank(cells["closed_on"], ~held.closed[rows])
    return cells


def _renew(
    w: World, table: Table, held: Extract, rng: np.random.Generator, rows: pd.DataFrame
) -> pd.DataFrame:
    """The records with keys that no other record has."""
    number = np.arange(len(rows))
    if table.name == "enterprise_month":  # months before there was any enterprise, each enterprise once
        live = held.rows["enterprise"]
        chosen = rng.permutation(live)[: len(rows)]
        rows = rows.iloc[: len(chosen)].copy()
        number = number[: len(chosen)]
        rows["enterprise_id"] = codes(f"{w.state.code}-E-", chosen + 1, 5).to_pandas().to_numpy()
        rows["month"] = months(_BEFORE - number % _SPREAD).to_pandas().to_numpy()
        return rows
    prefix, width, taken = {
        "mec_firm": ("MEC", 3, w.firms),
        "enterprise": ("E", 5, len(w.start)),
        "mec_visit": ("V", 6, len(w.visit_day)),
    }[table.name]
    keys = codes(f"{w.state.code}-{prefix}-", taken + 1 + number, width)
    rows[table.key[0]] = keys.to_pandas().to_numpy()
    return rows


def suspect(w: World, rows: Ints) -> Flags:
    """Which of the monthly records have sales far above the median of the enterprise's records among them."""
    frame = pd.DataFrame({"of": w.month_of[rows], "sales": w.sales[rows]})
    median = frame.groupby("of")["sales"].transform("median")
    return (frame["sales"] > _SUSPECT * median).to_numpy()


def _suspect(w: World, held: Extract, mixed: Mixed) -> list[Finding]:
    rows = held.rows["enterprise_month"]
    hit = np.flatnonzero(suspect(w, rows))
    places = defects.accepted_at(mixed.bad, mixed.layout)[hit] + 1
    keys = TABLES[2].render(w, rows[hit])
    parts: Sequence[Sequence[str]] = [keys[name].to_pylist() for name in TABLES[2].key]
    return [
        Finding("|".join(key), "unit_suspect", int(place))
        for key, place in zip(zip(*parts, strict=True), places, strict=True)
    ]
