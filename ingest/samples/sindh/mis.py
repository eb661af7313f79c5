"""Sindh's MIS dump of one quarter: which of the world's records are in it, the faulty ones added, the file
written.

Also hands on what is accepted, as masks over the world's records, for the expected indicators.
"""

from collections.abc import Iterator, Sized
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from ingest.samples.arrays import Flags, Ints, codes, digits
from ingest.samples.files.mysqldump import Column, DumpWriter, tuples
from ingest.samples.sindh.defects import FOREIGN_COUNCILS, FOREIGN_DISTRICTS, spoils
from ingest.samples.sindh.places import DISTRICTS
from ingest.samples.sindh.tables import TABLES, Table, has_odd_size
from ingest.samples.sindh.world import World
from ingest.samples.truth import defects
from ingest.samples.truth.drop_truth import Drop, Finding, TableTruth, Truth

ROWS_A_BATCH = 100_000


@dataclass(frozen=True)
class Part:
    """A table's share in one extract: the world's records in it (all accepted) and the faulty ones."""

    table: Table
    live: Ints
    bad: defects.Bad
    layout: defects.Layout


def live_records(w: World, end: int) -> dict[str, Ints]:
    """The world's records that an extract of the day `end` holds, by table."""
    hh_seen = w.hh_seen <= end
    held: dict[str, Flags] = {
        "district": np.ones(len(DISTRICTS), dtype=bool),
        "union_council": np.ones(len(w.uc_district), dtype=bool),
        "lso": w.lso_formed <= end,
        "vo": w.vo_formed <= end,
        "co": w.co_formed <= end,
        "household": hh_seen,
        "member": hh_seen[w.member_hh],
        "co_membership": w.in_joined <= end,
        "mip": w.mip_day <= end,
        "cif_loan": w.loan_seen <= end,
        "igg_grant": w.grant_day <= end,
        "training": w.training_end <= end,
        "training_attendance": w.training_end[w.at_training] <= end,
    }
    if not defects.are_planted():
        held["cif_loan"] &= ~(_is_ineligible(w) | _is_before_plan(w))
    return {name: np.flatnonzero(flag).astype(np.int64) for name, flag in held.items()}


def _is_ineligible(w: World) -> Flags:
    """Loans to households that are not poor enough."""
    return np.asarray(w.hh_score[w.loan_hh] >= 2400)


def _is_before_plan(w: World) -> Flags:
    """Loans sanctioned before their household's first plan."""
    plan = np.full(len(w.hh_uc), np.iinfo(np.int64).max)
    np.minimum.at(plan, w.mip_hh, w.mip_day)
    return np.asarray(w.loan_day < plan[w.loan_hh])


def sizes(w: World) -> dict[str, int]:
    """How many records of each table the world holds in all; faulty records get higher numbers."""
    arrays: dict[str, Sized] = {
        "district": DISTRICTS,
        "union_council": w.uc_district,
        "lso": w.lso_uc,
        "vo": w.vo_uc,
        "co": w.co_uc,
        "household": w.hh_uc,
        "member": w.member_hh,
        "co_membership": w.in_co,
        "mip": w.mip_hh,
        "cif_loan": w.loan_hh,
        "igg_grant": w.grant_hh,
        "training": w.training_code,
        "training_attendance": w.at_training,
    }
    return {name: len(values) for name, values in arrays.items()}


def _frame(w: World, table: Table, rows: Ints, end: int) -> pd.DataFrame:
    cells = table.render(w, rows, end)
    return pd.DataFrame({c.name: cells[c.name].to_pandas().astype(object) for c in table.columns})


def _fresh(
    w: World, table: Table, live: dict[str, Ints], total: int, end: int, rng: np.random.Generator, n: int
) -> pd.DataFrame:
    """`n` sound records that are in no extract, with keys of their own."""
    mine = live[table.name]
    rows = rng.choice(mine, n, replace=n > len(mine))
    if table.name == "co_membership":
        return _fresh_memberships(w, table, live, end, rng, n)
    if table.name == "training_attendance":
        return _fresh_attendance(w, table, live, end, rng, n)
    frame = _frame(w, table, rows, end)
    numbers = total + 1 + np.arange(n)
    if table.name == "district":
        frame["id"] = digits(numbers + 80).to_pandas()
        frame["name"] = np.resize(np.array(FOREIGN_DISTRICTS, dtype=object), n)
    elif table.name == "union_council":
        frame["id"] = digits(numbers + 800).to_pandas()
        frame["name"] = np.resize(np.array(FOREIGN_COUNCILS, dtype=object), n)
    else:
        frame["id"] = codes(table.prefix, numbers, table.width).to_pandas()
    return frame


def _fresh_memberships(
    w: World, table: Table, live: dict[str, Ints], end: int, rng: np.random.Generator, n: int
) -> pd.DataFrame:
    """Households once more in another group."""
    rows = rng.choice(live["co_membership"], min(2 * n + 20, len(live["co_membership"])), replace=False)
    co = rng.choice(live["co"], len(rows))
    _, once = np.unique(w.in_hh[rows], return_index=True)
    rows, co = rows[np.sort(once)], co[np.sort(once)]
    households = len(w.hh_uc)
    taken = w.in_co * households + w.in_hh
    new = ~np.isin(co * households + w.in_hh[rows], taken)
    rows, co = rows[new][:n], co[new][:n]
    frame = _frame(w, table, rows, end)
    frame["co_id"] = codes("SND-CO-", co + 1, 6).to_pandas()
    frame["left_on"] = None
    return frame


def _fresh_attendance(
    w: World, table: Table, live: dict[str, Ints], end: int, rng: np.random.Generator, n: int
) -> pd.DataFrame:
    members = len(w.member_hh)
    training = rng.choice(live["training"], 2 * n + 20)
    member = rng.choice(live["member"], 2 * n + 20)
    pairs, once = np.unique(training * members + member, return_index=True)
    new = np.sort(once[~np.isin(pairs, w.at_training * members + w.at_member)])[:n]
    frame = _frame(w, table, live["training_attendance"][: len(new)], end)
    frame["training_id"] = codes("TR-", training[new][: len(frame)] + 1, 6).to_pandas()
    frame["member_id"] = codes("SND-M-", member[new][: len(frame)] + 1, 8).to_pandas()
    return frame


def plan_extract(w: World, quarter: str, end: int) -> list[Part]:
    """The tables of an extract with their faulty records, parents first."""
    live, totals = live_records(w, end), sizes(w)
    lost: dict[str, list[str]] = {}
    parts = []
    for table in TABLES:
        rng = w.dice.rng(f"defects/{quarter}/{table.name}")
        mine = live[table.name]
        kinds = spoils(table.name, end)
        each = defects.how_many(len(mine), len(kinds))

        def fresh(n: int, table: Table = table, rng: np.random.Generator = rng) -> pd.DataFrame:
            return _fresh(w, table, live, totals[table.name], end, rng, n)

        rows, reasons = defects.plant(kinds, each, fresh, lost)
        lost[table.name] = defects.lost_keys(rows, reasons, table.key)
        copies = rng.choice(len(mine), min(each, len(mine)), replace=False)
        twins = _frame(w, table, mine[copies], end)
        clean = (twins[list(table.key)].apply(lambda texts: texts.str.strip()) == twins[list(table.key)]).all(
            axis=1
        )
        copies, twins = copies[clean.to_numpy()], twins[clean]
        bad = defects.Bad(
            pd.concat([rows, twins], ignore_index=True),
            pd.concat(
                [reasons, pd.Series(["exact_duplicate"] * len(twins), dtype=object)], ignore_index=True
            ),
            np.concatenate([np.full(len(rows), -1), copies]).astype(np.int64),
        )
        parts.append(Part(table, mine, bad, defects.lay_out(len(mine), len(bad.rows), rng)))
    return parts


def _batches(w: World, part: Part, columns: list[Column], end: int) -> Iterator[pa.Array]:
    """The table's rows in the file's order, as tuples of values."""
    bad_cells = {c.name: pa.array(part.bad.rows[c.name], pa.string()) for c in columns}
    bad_rows = tuples(columns, bad_cells, escape_all=True)
    by_place = np.argsort(part.layout.bad_at)
    total, good_done, bad_done = len(part.layout.is_bad), 0, 0
    for start in range(0, total, ROWS_A_BATCH):
        is_bad = part.layout.is_bad[start : start + ROWS_A_BATCH]
        n_bad = int(is_bad.sum())
        n_good = len(is_bad) - n_bad
        good = tuples(columns, part.table.render(w, part.live[good_done : good_done + n_good], end))
        here = bad_rows.take(pa.array(by_place[bad_done : bad_done + n_bad]))
        place = np.empty(len(is_bad), dtype=np.int64)
        place[~is_bad], place[is_bad] = np.arange(n_good), n_good + np.arange(n_bad)
        good_done, bad_done = good_done + n_good, bad_done + n_bad
        yield pa.concat_arrays([good, here]).take(pa.array(place))


def write_extract(w: World, quarter: str, end: int, truth: Truth, drop: Drop) -> None:
    """Write a quarter's dump and note what is expected of it."""
    parts = {part.table.name: part for part in plan_extract(w, quarter, end)}
    finished = drop.received_at.replace("T", " ").removesuffix("Z")
    outcome = {}
    with DumpWriter(truth.path(drop), "success_mis", finished) as dump:
        for name in sorted(parts):
            part = parts[name]
            columns = list(part.table.columns)
            if not quarter.endswith("Q1"):  # the order of columns changes between quarters
                order = w.dice.rng(f"columns/{quarter}/{name}").permutation(len(columns))
                columns = [columns[i] for i in order]
            dump.table(name, columns, part.table.key, _batches(w, part, columns, end))
            outcome[name] = TableTruth(
                len(part.layout.is_bad),
                defects.findings(part.bad, part.layout, part.table.key),
                _warned(w, part, end),
            )
    truth.add(drop, outcome)


def _warned(w: World, part: Part, end: int) -> list[Finding]:
    """Warnings of the accepted records."""
    flags: dict[str, Flags] = {}
    live = part.live
    if part.table.name == "member":
        flags["sex_id_mismatch"] = w.member_wrong_digit[live]
    elif part.table.name == "co":
        flags["group_size"] = has_odd_size(w, end)[live] & defects.are_planted()
    elif part.table.name == "cif_loan":
        flags["ineligible_recipient"] = _is_ineligible(w)[live]
        flags["loan_before_plan"] = _is_before_plan(w)[live]
    if not flags:
        return []
    text = pd.Series([""] * len(live), dtype=object)
    for name in sorted(flags):
        text = text.where(~flags[name], text + "|" + name)
    hit = np.flatnonzero(np.logical_or.reduce(list(flags.values())))
    keys = part.table.render(w, live[hit], end)["id"].to_pylist()
    rows = defects.accepted_at(part.bad, part.layout)[hit] + 1
    return [Finding(k, t.strip("|"), int(r)) for k, t, r in zip(keys, text.iloc[hit], rows, strict=True)]
