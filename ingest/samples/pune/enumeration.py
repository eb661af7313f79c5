"""Pune's enumeration of waste pickers' households: who is counted, ten workbooks, what is expected of them.

One centre delivers a legacy binary workbook and one an OpenDocument one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ingest.samples.arrays import Dice, Ints
from ingest.samples.files.mess import NO_BREAK, ZERO_WIDTH
from ingest.samples.files.ods import write_ods
from ingest.samples.files.scripts import DEVANAGARI
from ingest.samples.files.xls import Cell, write_xls
from ingest.samples.files.xlsx import open_workbook, write_row
from ingest.samples.pune.words import (
    ENUMERATION_HEADER,
    ENUMERATION_SEXES,
    FAMILIES,
    FAMILY,
    HEAD,
    KSK,
    KSK_PLACES,
    MEN,
    SEXES,
    WOMEN,
    YES_NO,
)
from ingest.samples.truth.defects import are_planted
from ingest.samples.truth.drop_truth import Drop, Finding, TableTruth, Truth

ROUNDS = ("2020Q4", "2021Q4")
TITLE = "कष्टकरी सेवा केंद्र: कुटुंबांची नोंद / Enumeration of households"
SHEET = "Enumeration"
ENTITLEMENTS = 8
_LEGACY, _OPEN = 2, 6  # places of the centres with other formats
_TO_DEVANAGARI = str.maketrans("0123456789", DEVANAGARI)
_FAULTS: tuple[tuple[str, dict[int, Cell]], ...] = (
    ("missing_required", {1: None}),
    ("missing_required|out_of_range", {1: "-", 5: 130}),
    ("unknown_code", {6: "कदाचित"}),
    ("unknown_code", {13: "applied"}),
    ("unknown_code", {4: "X"}),
    ("out_of_range", {5: 111}),
    ("out_of_range", {5: -1}),
    ("out_of_range|unknown_code", {5: 140, 9: "2"}),
    ("bad_number", {5: "साठ"}),
    ("bad_number", {5: "60-65"}),
    ("ambiguous_grouping", {5: "1,0"}),
    ("duplicate_key", {}),
    ("exact_duplicate", {}),
)


@dataclass(frozen=True)
class Counted:
    """The accepted people of a round: place of the centre, age, number of entitlements."""

    ksk: Ints
    age: Ints
    entitlements: Ints


def file_name(place: int, name: str) -> str:
    """The workbook's name of a centre (by place) in a round."""
    ending = {_LEGACY: "xls", _OPEN: "ods"}.get(place, "xlsx")
    return f"{KSK[place].lower()}_enumeration_{name}.{ending}"


def count_people(dice: Dice, name: str, scale: float) -> pd.DataFrame:
    """Everyone enumerated in a round, household by household, centre by centre."""
    rng = dice.rng(f"pune/enumeration/{name}")
    each = max(40, round(290 * scale))
    households = each * len(KSK)
    size = rng.choice([1, 2, 3, 4, 5, 6], households, p=[0.1, 0.2, 0.25, 0.25, 0.12, 0.08])
    household = np.repeat(np.arange(households), size)
    n = len(household)
    member = np.arange(n) - np.repeat(np.cumsum(size) - size, size)
    ksk = household // each
    age = np.where(member == 0, rng.integers(19, 76, n), rng.integers(0, 90, n))
    age[rng.random(n) < 0.01] = 110
    age[rng.random(n) < 0.01] = 18
    sex = rng.choice(3, n, p=[0.58, 0.418, 0.002])
    later = 0.06 * ROUNDS.index(name)
    chance = np.array([0.7, 0.86, 0.6, 0.35, 0.55, 0.12, 0.2, 0.08]) + later
    owns = rng.random((n, ENTITLEMENTS)) < np.clip(chance + 0.03 * ((ksk[:, None] * 3) % 10 - 4), 0.02, 0.98)
    frame = pd.DataFrame({"household": household, "member": member, "ksk": ksk, "age": age, "sex": sex})
    return frame.assign(**{f"e{i}": owns[:, i] for i in range(ENTITLEMENTS)})


def write_round(dice: Dice, name: str, scale: float, truth: Truth, drops: Sequence[Drop]) -> Counted:
    """Write a round's ten workbooks, note what is expected of them, and give who is accepted."""
    people = count_people(dice, name, scale)
    for place, drop in enumerate(drops):
        rng = dice.rng(f"pune/enumeration/{name}/{place}")
        rows = _rows(rng, people[people["ksk"] == place])
        if are_planted():
            rows = _with_faults(rng, rows)
        _leave_out(rng, rows)
        outcome = TableTruth(len(rows))
        for number, (cells, reasons, household) in enumerate(rows, start=1):
            if reasons:
                whole = cells[1] not in (None, "-")
                key = f"{household}|{cells[1]}" if whole else f"row:{number}"
                outcome.quarantined.append(Finding(key, reasons, number))
        _write(truth.path(drop), rng, place, [cells for cells, _, _ in rows])
        truth.add(drop, {SHEET: outcome})
    entitlements = people[[f"e{i}" for i in range(ENTITLEMENTS)]].sum(axis=1)
    return Counted(people["ksk"].to_numpy(), people["age"].to_numpy(), entitlements.to_numpy())


Record = tuple[list[Cell], str, str]  # cells, reasons, household number


def _rows(rng: np.random.Generator, people: pd.DataFrame) -> list[Record]:
    family = rng.integers(0, len(FAMILIES[0]), len(people))
    script = int(rng.integers(0, 2))
    out: list[Record] = []
    for number, person in enumerate(people.to_dict("records")):
        woman = person["sex"] == 0
        given = WOMEN[script] if woman else MEN[script]
        at = family[number - person["member"]]
        name = f"{given[int(rng.integers(0, len(given)))]} {FAMILIES[script][at]}"
        relation = HEAD if person["member"] == 0 else str(rng.choice(list(FAMILY[0 if woman else 1])))
        sexes = (SEXES, ENUMERATION_SEXES)[int(rng.integers(0, 2))]
        words = YES_NO[int(rng.integers(0, 2))]
        age: Cell = int(person["age"])
        if rng.random() < 0.12:
            age = str(age).translate(_TO_DEVANAGARI) if rng.random() < 0.5 else str(age)
        owns = [words[int(person[f"e{i}"])] for i in range(ENTITLEMENTS)]
        household = f"{person['household'] + 1:04d}"
        member = int(person["member"]) + 1
        cells: list[Cell] = [household, member, name, relation, sexes[person["sex"]], age, *owns]
        out.append((cells, "", household))
    return out


def _with_faults(rng: np.random.Generator, rows: list[Record]) -> list[Record]:
    """The records with faulty ones at the end of some households, each fault in another household."""
    ends = [i for i in range(len(rows)) if i + 1 == len(rows) or rows[i + 1][2] != rows[i][2]]
    chosen = rng.choice(len(ends), len(_FAULTS), replace=False)
    after: dict[int, list[Record]] = {}
    for place, (reasons, change) in zip(chosen.tolist(), _FAULTS, strict=True):
        at = ends[place]
        sound, _, household = rows[at]
        cells = [*sound]
        if reasons == "exact_duplicate":
            after[at] = [(cells, reasons, household)]
            continue
        cells[1] = int(str(cells[1])) + 1
        cells[5] = 33
        for column, value in change.items():
            cells[column] = value
        after[at] = [(cells, reasons, household)]
        if reasons == "duplicate_key":
            after[at].append(([*cells[:2], "Other Person", *cells[3:5], 34, *cells[6:]], reasons, household))
    out: list[Record] = []
    for i, row in enumerate(rows):
        out += [row, *after.get(i, [])]
    return out


def _leave_out(rng: np.random.Generator, rows: list[Record]) -> None:
    """Household numbers below the first are blank or ditto marks; those of faulty records and copies stay."""
    previous = ""
    for i, (cells, reasons, household) in enumerate(rows):
        follows = household == previous
        previous = household
        beside_copy = i + 1 < len(rows) and rows[i + 1][1] == "exact_duplicate"
        if follows and not reasons and not beside_copy:
            form = rng.random()
            cells[0] = None if form < 0.75 else ("-do-" if form < 0.85 else ("do", '"', household)[i % 3])


def _write(path: Path, rng: np.random.Generator, place: int, rows: list[list[Cell]]) -> None:
    head: list[Cell] = [_header(rng, word, place) for word in ENUMERATION_HEADER]
    lines: list[list[Cell]] = [[TITLE], [f"{KSK[place]} {KSK_PLACES[place]}"], [], head, *rows]
    span = (0, 0, 0, len(head) - 1)
    if place == _LEGACY:
        write_xls(path, SHEET, lines, [span])
    elif place == _OPEN:
        titles = [[*line, *[None] * (len(head) - len(line))] for line in lines[:3]]
        write_ods(path, {SHEET: [*titles, *lines[3:]]}, {SHEET: {(0, 0): (1, len(head))}})
    else:
        with open_workbook(path) as book:
            sheet = book.add_worksheet(SHEET)
            sheet.merge_range(*span, TITLE)
            for number, cells in enumerate(lines[1:], start=1):
                write_row(sheet, number, cells)


def _header(rng: np.random.Generator, word: str, place: int) -> str:
    """In every other centre the header is typed a little differently."""
    if place % 2 == 0:
        return word
    forms = (word, f"{word} ", word.replace(" / ", f"{NO_BREAK}/ "), f"{ZERO_WIDTH}{word}", word.upper())
    return forms[int(rng.integers(0, len(forms)))]
