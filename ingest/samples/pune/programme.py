"""Sample drops of `kashtakari_pune`: which files a set of quarters brings, when they arrive, what is expected."""

from collections.abc import Callable, Sequence

from ingest.samples.arrays import Dice, iso, last_day
from ingest.samples.pune.cases import live_cases, persons, write_cases
from ingest.samples.pune.enumeration import ROUNDS, Counted, file_name, write_round
from ingest.samples.pune.indicators import DONOR, case_rows, enumeration_rows
from ingest.samples.pune.portal import write_page
from ingest.samples.pune.words import KSK
from ingest.samples.pune.world import make_world
from ingest.samples.truth.drop_truth import Drop, Truth

REGION = "pune"


def _drop(dice: Dice, source: str, quarter: str, file: str, days_after: int) -> Drop:
    """A drop that arrives some days after its quarter, in office hours."""
    seconds = int(dice.rng(f"arrival/{REGION}/{file}").integers(9 * 3600, 17 * 3600))
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return Drop(REGION, source, quarter, file, f"{iso(last_day(quarter) + days_after)}T{clock}Z")


def make(
    truth: Truth, scale: float, seed: int, quarters: Sequence[str], progress: Callable[[str], None]
) -> None:
    """Write the drops of the quarters, and enumerations up to the last, into the truth's landing."""
    world = make_world(seed, scale)
    progress(f"kashtakari_pune: making {world.size:,} persons")
    rounds: dict[str, Counted] = {}
    for name in ROUNDS:
        if name <= quarters[-1]:
            progress(f"kashtakari_pune: enumeration of {name}")
            drops = [
                _drop(world.dice, "enumeration", name, file_name(place, name), 13)
                for place in range(len(KSK))
            ]
            rounds[name] = write_round(world.dice, name, scale, truth, drops)
    for quarter in quarters:
        progress(f"kashtakari_pune: cases and scheme status of {quarter}")
        end = last_day(quarter)
        cases = _drop(world.dice, "cases", quarter, f"helpdesk_cases_{quarter}.csv", 8)
        write_cases(world, quarter, end, truth, cases)
        page = _drop(world.dice, "pmc", quarter, f"pmc_scheme_status_{quarter}.xls", 5)
        write_page(world, quarter, end, truth, page)
        truth.indicators += case_rows(world, quarter)
        truth.targets += _targets(quarter)
    for quarter in sorted({*quarters, *rounds}):
        truth.indicators += enumeration_rows(rounds, quarter)
    truth.persons += persons(world, live_cases(world, last_day(quarters[-1])))


def _targets(quarter: str) -> list[dict[str, object]]:
    names = ("indicator", "target", "baseline", "baseline_period", "note")
    rows = (
        ("TD-01", 950, 950, "2020Q4", "target equals baseline: achievement is undefined"),
        ("TD-03", 85, 70, "2019Q4", "planning figure"),
        ("TD-04", 45, 80, "2019Q4", "fewer days are better"),
        ("TD-05", 80, 50, "2020Q4", "planning figure"),
        ("TD-06", 10, 0, "2019Q1", "up to ten centres"),
    )
    return [{"donor": DONOR, "quarter": quarter, **dict(zip(names, row, strict=True))} for row in rows]
