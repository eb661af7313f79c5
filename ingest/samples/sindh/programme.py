"""Sample drops of `success_sindh`: which files a set of quarters brings, when they arrive, and what is
expected.
"""

from collections.abc import Callable, Sequence

from ingest.samples.arrays import Dice, iso, last_day
from ingest.samples.sindh.births import write_births
from ingest.samples.sindh.indicators import DONOR, birth_rows, change_rows, mis_rows, no_survey, survey_rows
from ingest.samples.sindh.mis import write_extract
from ingest.samples.sindh.results import write_results
from ingest.samples.sindh.survey import ROUNDS, Answers, ask
from ingest.samples.sindh.survey_file import write_survey
from ingest.samples.sindh.world import make_world
from ingest.samples.truth.drop_truth import Drop, Truth

REGION = "sindh"
_RATES = ("0.005431", "0.005298", "0.005187", "0.005352")  # EUR for one PKR, by quarter of the year; invented
_BASELINES = {
    "EU-01": (85, "49.7", "2014", "baseline MICS 2014 rural Sindh, institutional deliveries only"),
    "EU-02": (95, "52", "2014", "baseline MICS 2014, children 0-35 months"),
    "EU-03": (70, "52", "2014", "baseline as printed by the programme"),
    "EU-04": (90, "76", "2016", "baseline PSC 2016, poor households"),
    "EU-06": (80, "32", "2016", "baseline PSC 2016"),
    "EU-07": (60, "", "", "no baseline"),
    "EU-08": (40, "1", "2016", "baseline PSC 2016"),
    "EU-09": (50, "", "", "no baseline"),
}
_PLANNED = {"EU-10": 610_000, "EU-11": 30_000, "EU-12": 3_500, "EU-13": 314, "EU-17": 90_000}  # at full size


def _drop(dice: Dice, source: str, quarter: str, file: str, days_after: int) -> Drop:
    """A drop that arrives some days after its quarter, in office hours."""
    seconds = int(dice.rng(f"arrival/{source}/{quarter}").integers(9 * 3600, 17 * 3600))
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return Drop(REGION, source, quarter, file, f"{iso(last_day(quarter) + days_after)}T{clock}Z")


def make(
    truth: Truth, scale: float, seed: int, quarters: Sequence[str], progress: Callable[[str], None]
) -> None:
    """Write the drops of the quarters, and survey rounds and results table up to the last, into the
    truth's landing.
    """
    progress(f"success_sindh: making {round(606_000 * scale):,} households")
    world = make_world(seed, scale)
    dice = world.dice
    rounds: dict[str, Answers] = {}
    for survey in ROUNDS:
        if survey.quarter <= quarters[-1]:
            progress(f"success_sindh: survey of {survey.year}")
            rounds[survey.quarter] = ask(world, survey)
            drop = _drop(dice, "imi", survey.quarter, f"imi_{survey.year}.xlsx", 21)
            write_survey(dice, survey, rounds[survey.quarter], truth, drop)
    if quarters[-1] >= "2021Q2":
        write_results(truth, _drop(dice, "results", "2021Q2", "success_results_2021.xlsx", 29))
    for number, quarter in enumerate(quarters):
        progress(f"success_sindh: MIS extract of {quarter}")
        drop = _drop(dice, "mis", quarter, f"mis_sindh_{quarter}.sql.gz", 8)
        write_extract(world, quarter, last_day(quarter), truth, drop)
        births_drop = _drop(dice, "births", quarter, f"UC_birth_registration_{quarter}.xls", 6)
        births = write_births(dice, quarter, scale, truth, births_drop)
        # Of several quarters, the first one's rate is missing on purpose.
        rate = None if number == 0 and len(quarters) > 1 else _RATES[int(quarter[-1]) - 1]
        if rate:
            source = "mean of the quarter's monthly rates (sample)"
            truth.rates.append(
                {"quarter": quarter, "from": "PKR", "to": "EUR", "rate": rate, "source": source}
            )
        truth.targets += _targets(quarter, scale)
        truth.indicators += mis_rows(world, quarter, rate) + birth_rows(births, quarter)
    _add_survey_indicators(truth, rounds, sorted({*quarters, *rounds}))


def _add_survey_indicators(truth: Truth, rounds: dict[str, Answers], quarters: Sequence[str]) -> None:
    """A round's values are stated in each quarter until the next round."""
    for quarter in quarters:
        past = [q for q in rounds if q <= quarter]
        if not past:
            truth.indicators += no_survey(quarter)
            continue
        rows = survey_rows(rounds[past[-1]], past[-1], quarter)
        truth.indicators += rows
        if len(past) > 1:
            truth.changes += change_rows(rows, survey_rows(rounds[past[-2]], past[-2], past[-2]), past[-2])


def _targets(quarter: str, scale: float) -> list[dict[str, object]]:
    fixed: list[tuple[object, ...]] = [(code, *rest) for code, rest in _BASELINES.items()]
    planned: list[tuple[object, ...]] = [
        (code, round(n * scale), "0", "2015", "planning figure") for code, n in _PLANNED.items()
    ]
    names = ("indicator", "target", "baseline", "baseline_period", "note")
    return [
        {"donor": DONOR, "quarter": quarter, **dict(zip(names, row, strict=True))}
        for row in [*fixed, *planned]
    ]
