"""The workbook of a survey round: sound answers, harmless mess, faulty records, and what is expected of them.

Who is asked and what they answer is decided in `sindh_survey`.
"""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from ingest.samples.arrays import Dice, Ints, iso
from ingest.samples.files.mess import AROUND, URDU_DIGITS
from ingest.samples.files.xlsx import open_workbook, write_frame
from ingest.samples.sindh.places import DISTRICTS
from ingest.samples.sindh.survey import RIGHTS, Answers, Round
from ingest.samples.sindh.survey_defects import HOUSEHOLDS, REPEATS
from ingest.samples.truth import defects
from ingest.samples.truth.defects import Spoil
from ingest.samples.truth.drop_truth import Drop, TableTruth, Truth


def write_survey(dice: Dice, survey: Round, answers: Answers, truth: Truth, drop: Drop) -> None:
    """Write a round's workbook and note what is expected of it, with the true household of each interview."""
    rng = dice.rng(f"survey file/{survey.year}")
    good = _household_cells(rng, survey, answers)
    bad = _bad_records(rng, good, HOUSEHOLDS, ["_uuid"])
    twins = bad.rows["_uuid"].duplicated(keep="first") & bad.rows["_uuid"].notna() & (bad.copy_of < 0)
    bad.rows.loc[twins, "_id"] += 500
    layout = defects.lay_out(len(good), len(bad.rows), rng)
    sheet, number = _in_order(good, bad, layout, key=None)
    sheet["_index"] = sheet.pop("number")
    _smudge(rng, sheet, layout)
    outcome = {"IMI": TableTruth(len(sheet), defects.findings(bad, layout, ["_uuid"]))}
    uuids = np.append(np.concatenate([good["_uuid"], bad.rows["_uuid"]]), [None, None])
    sheets = {"IMI": sheet}
    lost = len(good) + np.flatnonzero(bad.copy_of < 0)
    for name, frame in _repeats(answers).items():
        outcome[name], sheets[name] = _repeat_sheet(rng, name, frame, number, uuids, lost)
    with open_workbook(truth.path(drop)) as book:
        for name, frame in sheets.items():
            write_frame(book, name, frame, _headers(list(frame.columns), survey))
    truth.add(drop, outcome)
    hh = answers.households["hh"]
    truth.persons += [
        {
            "region": drop.region,
            "source": drop.source,
            "record": record,
            "true_id": f"SND-HH-{h + 1:07d}" if h >= 0 else "",
        }
        for record, h in zip(good["_uuid"], hh, strict=True)
    ]


def _household_cells(rng: np.random.Generator, survey: Round, answers: Answers) -> pd.DataFrame:
    people = answers.households
    n = len(people)
    begun = survey.started * 86_400 + (people["psu"].to_numpy() * 45 // len(answers.psu_code)) * 86_400
    begun = begun + rng.integers(8 * 3600, 17 * 3600, n)
    ended = begun + rng.integers(25 * 60, 85 * 60, n)
    sent = ended + rng.integers(3 * 3600, 9 * 3600, n)
    known = people[list(RIGHTS)].astype(bool)
    spoken = [
        " ".join(right for right, is_known in zip(RIGHTS, row, strict=True) if is_known)
        for row in known.to_numpy()
    ]
    cells: dict[str, object] = {
        "start": [_moment(t, ms) for t, ms in zip(begun, rng.integers(0, 1000, n), strict=True)],
        "end": [_moment(t, ms) for t, ms in zip(ended, rng.integers(0, 1000, n), strict=True)],
        "design/district": np.array(list(DISTRICTS), dtype=object)[people["district"]],
        "design/co_id": np.array(answers.psu_code, dtype=object)[people["psu"]],
        "design/weight": people["weight"].astype(object),
        "hh/household_code": people["code"],
        "hh/head_name": people["name"],
        "hh/head_cnic": people["cnic"],
        "wash/latrine_at_home": np.where(people["latrine"], "yes", "no"),
        "rights/aware": [text or None for text in spoken],
        **{f"rights/aware/{right}": people[right].astype(object) for right in RIGHTS},
        "trees/planted": people["trees"].astype(object),
        "__version__": f"vSu{survey.year}",
        "_id": 52_000_000 + (survey.year - 2015) * 1_000_000 + np.cumsum(rng.integers(1, 9, n)),
        "_uuid": [str(uuid.UUID(bytes=rng.bytes(16), version=4)) for _ in range(n)],
        "_submission_time": [iso(t // 86_400) + "T" + _clock(t) for t in sent],
    }
    return pd.DataFrame(cells).astype(object)


def _clock(seconds: int) -> str:
    return str(timedelta(seconds=int(seconds) % 86_400)).rjust(8, "0")


def _moment(seconds: int, thousandths: int) -> str:
    return f"{iso(seconds // 86_400)}T{_clock(seconds)}.{thousandths:03d}+05:00"


def _bad_records(
    rng: np.random.Generator, good: pd.DataFrame, spoils: list[Spoil], key: list[str]
) -> defects.Bad:
    """Faulty records made from sound ones (with new keys), and exact copies of sound ones."""

    def fresh(n: int) -> pd.DataFrame:
        rows = good.iloc[rng.choice(len(good), n, replace=False)].reset_index(drop=True)
        if key == ["_uuid"]:
            rows["_uuid"] = [str(uuid.UUID(bytes=rng.bytes(16), version=4)) for _ in range(n)]
            rows["_id"] = good["_id"].max() + 1 + np.arange(n)
        return rows

    each = int(defects.are_planted())
    copies = 2 * each
    rows, reasons = defects.plant(spoils, each, fresh, {})
    chosen = rng.choice(len(good), copies, replace=False)
    return defects.Bad(
        pd.concat([rows, good.iloc[chosen]], ignore_index=True).astype(object),
        pd.concat([reasons, pd.Series(["exact_duplicate"] * copies, dtype=object)], ignore_index=True),
        np.concatenate([np.full(len(rows), -1), chosen]).astype(np.int64),
    )


def _in_order(
    good: pd.DataFrame, bad: defects.Bad, layout: defects.Layout, key: str | None
) -> tuple[pd.DataFrame, Ints]:
    """The records in the sheet's order with `number` counting them, and each record's number (good ones
    first).

    Copies keep the number of what they repeat; with `key` set, so do the twins of a doubled key.
    """
    place = np.concatenate([layout.good_at, layout.bad_at])
    first = place.copy()
    copies = np.flatnonzero(bad.copy_of >= 0)
    groups = [(bad.copy_of[c], len(good) + c) for c in copies]
    if key is not None:
        doubled = len(good) + np.flatnonzero((bad.reasons == "duplicate_key").to_numpy())
        groups += list(zip(doubled[0::2], doubled[1::2], strict=True))
    for one, other in groups:
        first[[one, other]] = min(place[one], place[other])
    _, number = np.unique(first, return_inverse=True)
    number = number.astype(np.int64) + 1
    frame = pd.concat([good, bad.rows], ignore_index=True)
    frame["number"] = number
    return frame.iloc[np.argsort(place)].reset_index(drop=True), number


def _repeats(answers: Answers) -> dict[str, pd.DataFrame]:
    columns = {
        "children": (
            "child",
            {
                "sex": "sex",
                "age": "age_months",
                "card": "vaccination_card",
                "registered": "birth_registered",
                "enrolled": "enrolled",
            },
        ),
        "adults": ("adult", {"sex": "sex", "age": "age", "cnic": "has_cnic", "disability": "disability"}),
        "deliveries": ("delivery", {"months": "months_ago", "place": "place", "attendant": "attendant"}),
    }
    frames = {}
    for name, (group, names) in columns.items():
        source = getattr(answers, name)
        cells = {f"{group}/{new}": source[old] for old, new in names.items()}
        frames[name] = pd.DataFrame({**cells, "parent": source["parent"]}).astype(object)
    return frames


def _repeat_sheet(
    rng: np.random.Generator, name: str, good: pd.DataFrame, number: Ints, uuids: np.ndarray, lost: Ints
) -> tuple[TableTruth, pd.DataFrame]:
    """One repeat sheet; `number` and `uuids` are of all households, `lost` the households that are
    quarantined.
    """
    order = np.argsort(number[good["parent"].astype(np.int64)], kind="stable")
    good = good.iloc[order].reset_index(drop=True)
    bad = _bad_records(rng, good, REPEATS[name], ["_index"])
    each = 2 if name == "children" else 1
    orphans = good.iloc[rng.choice(len(good), len(lost) * each)].copy()
    orphans["parent"] = np.repeat(lost, each)
    bad = defects.Bad(
        pd.concat([bad.rows, orphans], ignore_index=True).astype(object),
        pd.concat(
            [bad.reasons, pd.Series(["orphan_reference"] * len(orphans), dtype=object)], ignore_index=True
        ),
        np.append(bad.copy_of, np.full(len(orphans), -1)),
    )
    layout = defects.lay_out(len(good), len(bad.rows), rng)
    sheet, mine = _in_order(good, bad, layout, key="_index")
    bad.rows["_index"] = mine[len(good) :].astype(str)
    parent = sheet.pop("parent").astype(np.int64).to_numpy()
    index = np.append(number, [99_999, 0]).astype(object)  # at -2 an unknown parent, at -1 none
    index[-1] = None
    _respell(rng, sheet, layout)
    sheet["_index"] = sheet.pop("number")
    sheet["_parent_table_name"] = "IMI"
    sheet["_parent_index"] = index[parent]
    sheet["_submission__uuid"] = uuids[parent]
    return TableTruth(len(sheet), defects.findings(bad, layout, ["_index"])), sheet


def _smudge(rng: np.random.Generator, sheet: pd.DataFrame, layout: defects.Layout) -> None:
    """Harmless mess in accepted interviews: other spellings, numbers as text, times as date cells."""
    sound = ~layout.is_bad & ~sheet["_uuid"].duplicated(keep=False).to_numpy()

    def respell(column: str, share: float, spell: Callable[[Any], object]) -> None:
        hit = sound & (rng.random(len(sheet)) < share)
        sheet.loc[hit, column] = pd.Series(
            [spell(v) for v in sheet.loc[hit, column]], dtype=object
        ).to_numpy()

    respell("design/district", 0.05, lambda district: DISTRICTS[district][-1])
    respell("design/district", 0.03, lambda text: _around(rng, text))
    respell("wash/latrine_at_home", 0.03, lambda text: _around(rng, text))
    respell("design/weight", 0.02, lambda weight: f"{weight} ")
    respell("trees/planted", 0.02, lambda trees: str(trees).translate(URDU_DIGITS))
    respell("_submission_time", 0.02, datetime.fromisoformat)


def _around(rng: np.random.Generator, text: str) -> str:
    before, after = AROUND[rng.integers(len(AROUND))]
    return before + text + after


def _respell(rng: np.random.Generator, sheet: pd.DataFrame, layout: defects.Layout) -> None:
    """Blanks around a few answers in a repeat sheet's first column, where that is text."""
    sound = ~layout.is_bad & ~sheet["number"].duplicated(keep=False).to_numpy()
    hit = sound & (rng.random(len(sheet)) < 0.01)
    answers = sheet.loc[hit, sheet.columns[0]]
    sheet.loc[hit, sheet.columns[0]] = [_around(rng, a) if isinstance(a, str) else a for a in answers]


def _headers(columns: list[str], survey: Round) -> list[str]:
    """The columns' names as printed; the later round's export has changed case and stray blanks."""
    if survey.year < 2021:
        return columns
    changed = {"trees/planted": "Trees/planted ", "hh/head_name": "hh/Head_name", "adult/age": " adult/age"}
    return [changed.get(name, name) for name in columns]
