"""A state's participatory assessment of entitlements (PAE) of one quarter: Gram Panchayats, their entitlements, the
spreadsheet, and what is expected of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ingest.samples.arrays import (
    DASHED,
    ISO,
    MONTH_NAMED,
    NO_DAY,
    SLASHED,
    Flags,
    Ints,
    dates,
    day,
    iso,
    last_day,
)
from ingest.samples.files.mess import AROUND
from ingest.samples.files.ods import write_ods
from ingest.samples.files.sheet_mix import mix_sheet
from ingest.samples.files.xlsx import open_workbook, write_frame
from ingest.samples.nro.defects import entitlement_spoils, gp_spoils
from ingest.samples.nro.names import VILLAGE_ENDINGS, VILLAGES
from ingest.samples.nro.places import ENTITLEMENT_COLUMNS, ENTITLEMENTS, GP_COLUMNS
from ingest.samples.nro.world import World
from ingest.samples.truth.drop_truth import Drop, Truth

_EXCEL_DAY_0 = 25_569  # Excel's number of 1970-01-01


@dataclass(frozen=True)
class Assessment:
    """What is accepted of a quarter: per Gram Panchayat, and per Gram Panchayat and entitlement."""

    district: np.ndarray
    fifth: Flags
    held: Ints
    women: Ints
    total: Ints
    gpcc: Ints
    entitlement: Ints
    eligible: Ints
    received: Ints


def write_pae(w: World, quarter: str, truth: Truth, drop: Drop) -> Assessment:
    """Write a quarter's spreadsheet, note what is expected of it, and give what is accepted."""
    start, end = first_of(quarter), last_day(quarter)
    gps, cells = _panchayats(w, quarter, start, end)
    rows, numbers = _entitlements(w, quarter)
    rng = w.dice.rng(f"pae/{quarter}")
    panchayat = mix_sheet(
        cells,
        gp_spoils(end),
        lambda n: _fresh_panchayats(w, start, rng, n),
        ("lgd",),
        rng,
        np.ones(len(cells), dtype=bool),
    )
    entitlement = mix_sheet(
        rows,
        entitlement_spoils(),
        lambda n: _fresh_entitlements(w, rng, n),
        ("lgd", "entitlement"),
        rng,
        rows["entitlement"].isin(ENTITLEMENTS).to_numpy(),
        _of_lost(panchayat.lost),
    )
    sheets = {"GP": panchayat.cells, "Entitlements": entitlement.cells}
    headers = {"GP": w.state.gp_headers, "Entitlements": w.state.entitlement_headers}
    if w.state.book == "ods":
        write_ods(truth.path(drop), {name: [headers[name], *_plain(frame)] for name, frame in sheets.items()})
    else:
        with open_workbook(truth.path(drop)) as book:
            for name, frame in sheets.items():
                write_frame(book, name, frame, headers[name])
    truth.add(drop, {"GP": panchayat.outcome, "Entitlements": entitlement.outcome})
    return Assessment(**gps, **numbers)


def first_of(quarter: str) -> int:
    """First day of a quarter, in days since 1970-01-01."""
    return day(f"{quarter[:4]}-{int(quarter[-1]) * 3 - 2:02d}-01")


def _of_lost(panchayats: Sequence[object]) -> pd.DataFrame:
    """Every entitlement of Gram Panchayats that are quarantined."""
    n = len(ENTITLEMENTS)
    frame = pd.DataFrame(
        {
            "lgd": _objects([gp for gp in panchayats for _ in range(n)]),
            "entitlement": [*ENTITLEMENTS] * len(panchayats),
        },
        dtype=object,
    )
    for name, value in (("eligible", 44), ("applied", 33), ("received", 22)):
        frame[name] = _objects([value + i % 40 for i in range(len(frame))])
    return frame


def _plain(frame: pd.DataFrame) -> list[Sequence[Any]]:
    return list(frame.itertuples(index=False, name=None))


def _objects(values: Sequence[Any]) -> np.ndarray:
    """An array of the values as they are; NumPy would turn dates and texts into its own types."""
    out = np.empty(len(values), dtype=object)
    out[:] = list(values)
    return out


def _lgd(w: World, numbers: Ints) -> Ints:
    return w.state.first_lgd + numbers * 3 + numbers % 2


def _names(w: World, numbers: Ints) -> np.ndarray:
    ending = numbers // len(VILLAGES) % len(VILLAGE_ENDINGS)
    return _objects(VILLAGES)[numbers % len(VILLAGES)] + _objects(VILLAGE_ENDINGS)[ending]


def _messy(w: World, name: str, texts: np.ndarray, share: float) -> np.ndarray:
    """Blanks and invisible characters at the ends of a share of the texts."""
    rows = np.arange(len(texts))
    form = w.dice.pick(f"{name}/form", rows, len(AROUND))
    before, after = (_objects([side[i] for side in AROUND])[form] for i in (0, 1))
    return np.where(w.dice.unit(f"{name}/around", rows) < share, before + texts + after, texts)


def _in_script(w: World, name: str, numbers: Ints, share: float) -> np.ndarray:
    """Whole numbers as number cells, a share as text in the state's digits."""
    table = str.maketrans("0123456789", w.state.digits)
    hit = np.flatnonzero(w.dice.unit(f"{name}/script", np.arange(len(numbers))) < share)
    cells = _objects(numbers.tolist())
    cells[hit] = _objects([str(number).translate(table) for number in numbers[hit].tolist()])
    return cells


def _held_cells(w: World, quarter: str, held: Ints) -> np.ndarray:
    """Dates as date cells, as texts in four spellings or in the state's digits, and as Excel's day numbers."""
    rows = np.arange(len(held))
    u = w.dice.unit(f"{quarter}/date form", rows)
    style = np.array([ISO, DASHED, SLASHED, MONTH_NAMED])[w.dice.pick(f"{quarter}/style", rows, 4)]
    texts = dates(held, style).to_pandas()
    local = dates(held, SLASHED).to_pandas().str.translate(str.maketrans("0123456789", w.state.digits))
    moments = pd.Series(held.astype("datetime64[D]").astype("datetime64[us]").tolist(), dtype=object)
    serial = pd.Series((held + _EXCEL_DAY_0).tolist(), dtype=object)
    chosen = np.select(
        [u < 0.5, u < 0.6, u < 0.68],
        [moments.to_numpy(), serial.to_numpy(), local.to_numpy()],
        texts.to_numpy(),
    )
    return _emptied(chosen, held == NO_DAY)


def _emptied(cells: np.ndarray, where: Flags) -> np.ndarray:
    cells = cells.copy()
    cells[where] = None
    return cells


def _panchayats(w: World, quarter: str, start: int, end: int) -> tuple[dict[str, Any], pd.DataFrame]:
    d, rows = w.dice, np.arange(w.panchayats)
    blocks = w.state.blocks
    block = rows % len(blocks)
    district = _objects([name for name, _ in blocks])[block]
    fifth = np.isin(district, list(w.state.fifth))
    u = d.unit(f"{quarter}/when", rows)
    held = start + d.pick(f"{quarter}/held", rows, end - start + 1)
    held = np.where(u < 0.07, held - (end - start + 1), held)  # before the quarter: no attendance of it
    none = u > 0.97  # no Gram Sabha was held
    held = np.where(none, NO_DAY, held)
    total = np.where(none, 0, 55 + d.pick(f"{quarter}/total", rows, 700))
    women = (total * (0.2 + 0.5 * d.unit(f"{quarter}/women", rows))).astype(np.int64)
    gpcc = np.minimum(d.pick(f"{quarter}/gpcc", rows, 8), 3 + d.pick(f"{quarter}/gpcc more", rows, 11))
    cells = pd.DataFrame(
        {
            "lgd": _objects(_lgd(w, rows).tolist()),
            "district": _messy(w, f"{quarter}/district", district, 0.03),
            "block": _messy(w, f"{quarter}/block", _objects([name for _, name in blocks])[block], 0.03),
            "gp": _messy(w, f"{quarter}/gp", _names(w, rows), 0.03),
            "held": _held_cells(w, quarter, held),
            "women": _emptied(_in_script(w, f"{quarter}/women", women, 0.05), none),
            "total": _emptied(_in_script(w, f"{quarter}/total", total, 0.07), none),
            "gpcc": _objects(gpcc.tolist()),
            "vocc": _objects(d.pick(f"{quarter}/vocc", rows, 45).tolist()),
            "fifth": np.where(fifth, "yes", "no"),
        },
        dtype=object,
    )
    accepted = {"district": district, "fifth": fifth, "held": held}
    accepted |= {"women": women, "total": total, "gpcc": gpcc}
    return accepted, cells


def _entitlements(w: World, quarter: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Nine entitlements of each Gram Panchayat: the tenth is left for faulty rows."""
    pairs = np.arange(w.panchayats * len(ENTITLEMENTS))
    gp, code = pairs // len(ENTITLEMENTS), pairs % len(ENTITLEMENTS)
    kept = gp % len(ENTITLEMENTS) != code
    gp, code, d = gp[kept], code[kept], w.dice
    rows = pairs[kept]
    eligible = d.pick(f"{quarter}/eligible", rows, 380) // np.where(code == 3, 9, 1)
    applied = (eligible * (0.5 + 0.5 * d.unit(f"{quarter}/applied", rows))).astype(np.int64)
    received = (applied * (0.4 + 0.6 * d.unit(f"{quarter}/received", rows))).astype(np.int64)
    names = _messy(w, f"{quarter}/code", _objects(ENTITLEMENTS)[code], 0.01)
    cells = pd.DataFrame(
        {
            "lgd": _objects(_lgd(w, gp).tolist()),
            "entitlement": names,
            "eligible": _in_script(w, f"{quarter}/eligible", eligible, 0.02),
            "applied": _objects(applied.tolist()),
            "received": _objects(received.tolist()),
        },
        dtype=object,
    )
    return cells, {"entitlement": code, "eligible": eligible, "received": received}


def _fresh_panchayats(w: World, start: int, rng: np.random.Generator, n: int) -> pd.DataFrame:
    number = w.panchayats + 5 + np.arange(n)
    block = rng.integers(0, len(w.state.blocks), n)
    frame = pd.DataFrame(index=range(n), columns=list(GP_COLUMNS), dtype=object)
    frame["lgd"] = _objects(_lgd(w, number).tolist())
    frame["district"], frame["block"] = (_objects([b[i] for b in w.state.blocks])[block] for i in (0, 1))
    frame["gp"] = _names(w, number)
    frame["held"] = _objects([iso(start + int(days)) for days in rng.integers(0, 80, n)])
    for name, low, high in (("women", 20, 60), ("total", 61, 300), ("gpcc", 0, 6), ("vocc", 0, 40)):
        frame[name] = _objects(rng.integers(low, high, n).tolist())
    frame["fifth"] = "no"
    return frame


def _fresh_entitlements(w: World, rng: np.random.Generator, n: int) -> pd.DataFrame:
    gp = rng.permutation(w.panchayats)[:n]
    frame = pd.DataFrame(index=range(len(gp)), columns=list(ENTITLEMENT_COLUMNS), dtype=object)
    frame["lgd"] = _objects(_lgd(w, gp).tolist())
    frame["entitlement"] = _objects(ENTITLEMENTS)[gp % len(ENTITLEMENTS)]
    eligible = rng.integers(150, 400, len(gp))
    for name, share in (("eligible", 1.0), ("applied", 0.7), ("received", 0.4)):
        frame[name] = _objects((eligible * share).astype(np.int64).tolist())
    return frame
