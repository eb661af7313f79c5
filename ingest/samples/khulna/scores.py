"""Khulna's community score cards: what the communities say in each round, the workbook, what is expected of it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from ingest.samples.arrays import Dice, dates, last_day
from ingest.samples.files.scripts import BENGALI
from ingest.samples.files.xlsx import open_workbook, write_row
from ingest.samples.khulna.places import CRITERIA, INSTITUTIONS, REASON_TEXTS
from ingest.samples.truth.defects import are_planted
from ingest.samples.truth.drop_truth import Drop, Finding, TableTruth, Truth

ROUNDS = ("2019Q1", "2020Q1", "2021Q1", "2021Q4")
_TO_BENGALI = str.maketrans("0123456789", BENGALI)
_FAULTS = (
    "missing_required",
    "out_of_range",
    "missing_required|out_of_range",
    "bad_number",
    "unknown_code",
    "exact_duplicate",
    "duplicate_key",
    "ambiguous_grouping",
)

Cell = str | int | None


@dataclass(frozen=True)
class Row:
    """A criterion's row: its cells and the reasons it is held back for."""

    cells: tuple[Cell, Cell, Cell, Cell, Cell]
    reasons: str = ""


def ask(dice: Dice) -> dict[str, npt.NDArray[np.int64]]:
    """The community's scores of every round: institutions × criteria, higher where things improved."""
    rng = dice.rng("khulna/scores")
    shape = (len(INSTITUTIONS), len(CRITERIA))
    scores = rng.choice([1, 2, 3], shape, p=[0.25, 0.5, 0.25])
    diligence = rng.random((shape[0], 1))
    found = {ROUNDS[0]: scores}
    for name in ROUNDS[1:]:
        step = (rng.random(shape) < 0.15 + 0.6 * diligence).astype(int) - (rng.random(shape) < 0.07)
        scores = np.clip(scores + step, 1, 5)
        found[name] = scores
    return found


def write_cards(
    dice: Dice, name: str, scores: npt.NDArray[np.int64], truth: Truth, drop: Drop
) -> npt.NDArray[np.float64]:
    """Write a round's workbook, note what is expected, and give the accepted scores (NaN: none)."""
    rng = dice.rng(f"khulna/cards/{name}")
    accepted = scores.astype(float)
    faults = _FAULTS if are_planted() else ()
    faulty = dict(
        zip(rng.choice(len(INSTITUTIONS), len(faults), replace=False).tolist(), faults, strict=True)
    )
    outcome: dict[str, TableTruth] = {}
    with open_workbook(truth.path(drop)) as book:
        moment = book.add_format({"num_format": "dd/mm/yyyy"})
        for i, (identifier, _, _, bengali, english) in enumerate(INSTITUTIONS):
            rows = [_row(rng, criterion, int(scores[i, c])) for c, criterion in enumerate(CRITERIA)]
            if i in faulty:
                at = int(rng.integers(0, len(CRITERIA)))
                rows, lost = _spoil(rng, rows, at, faulty[i])
                accepted[i, at] = np.nan if lost else accepted[i, at]
            sheet = book.add_worksheet(identifier)
            sheet.merge_range(0, 0, 0, 4, f"{bengali} / {english}")
            write_row(sheet, 1, ["ইন্টারফেস সভার তারিখ / Interface meeting date", *_held(rng, name)], moment)
            _write_header(sheet, rng, book.add_format({"bold": True}))
            for number, row in enumerate(rows):
                write_row(sheet, 5 + number, row.cells)
            outcome[identifier] = _outcome(rows)
    truth.add(drop, outcome)
    return accepted


def _row(rng: np.random.Generator, criterion: str, score: int) -> Row:
    provider = min(5, score + int(rng.integers(0, 2)))
    given: Cell = score
    if rng.random() < 0.08:
        given = str(score).translate(_TO_BENGALI)
    elif rng.random() < 0.05:
        given = f" {score} "
    name = criterion if rng.random() < 0.85 else (f"{criterion} ", f"\u200b{criterion}")[score % 2]
    reasons = [str(rng.choice(list(REASON_TEXTS))) for _ in range(2)]
    return Row((name, provider, reasons[0], given, reasons[1]))


def _spoil(rng: np.random.Generator, rows: list[Row], at: int, reasons: str) -> tuple[list[Row], bool]:
    """The sheet's rows with a fault at a place, and whether that criterion's score is lost by it."""
    criterion, (_, provider, why, score, because) = CRITERIA[at], rows[at].cells
    rows = list(rows)
    if reasons == "exact_duplicate":
        rows[at] = Row((criterion, provider, why, score, because))
        rows.insert(int(rng.integers(at + 1, len(rows) + 1)), Row(rows[at].cells, reasons))
        return rows, False
    if reasons == "unknown_code":
        rows.insert(int(rng.integers(0, len(rows) + 1)), Row(("friendliness", 3, why, 3, because), reasons))
        return rows, False
    changed: dict[str, tuple[Cell, Cell]] = {
        "missing_required": (provider, None),
        "out_of_range": (provider, 7),
        "missing_required|out_of_range": (0, "-"),
        "bad_number": (provider, "ভালো"),
        "ambiguous_grouping": (provider, "3,00"),
        "duplicate_key": (provider, score),
    }
    theirs, given = changed[reasons]
    rows[at] = Row((criterion, theirs, why, given, because), reasons)
    if reasons == "duplicate_key":
        other = 1 if str(score).strip() in ("5", "৫") else 5
        rows.insert(
            int(rng.integers(at + 1, len(rows) + 1)), Row((criterion, theirs, why, other, because), reasons)
        )
    return rows, True


def _held(rng: np.random.Generator, name: str) -> list[object]:
    on = np.array([last_day(name) - int(rng.integers(20, 70))])
    text = str(dates(on, int(rng.integers(0, 4))).to_pylist()[0])
    return [text.translate(_TO_BENGALI) if rng.random() < 0.2 and "/" in text else text]


def _write_header(sheet: Worksheet, rng: np.random.Generator, bold: Format) -> None:
    head = ("Criterion", "criterion ", "CRITERION")[int(rng.integers(0, 3))]
    provider = ("Service provider", "Service  Provider", "service provider")[int(rng.integers(0, 3))]
    sheet.merge_range(3, 0, 4, 0, head, bold)
    sheet.merge_range(3, 1, 3, 2, provider, bold)
    sheet.merge_range(3, 3, 3, 4, "Community", bold)
    write_row(sheet, 4, [None, "Score", "Reason ", "Score", "Reason"])


def _outcome(rows: list[Row]) -> TableTruth:
    outcome = TableTruth(len(rows))
    for number, row in enumerate(rows, start=1):
        if row.reasons:
            outcome.quarantined.append(Finding(str(row.cells[0]), row.reasons, number))
    return outcome
