"""Sample drops of `slg_erlc_khulna`: which files a set of quarters brings, when they arrive, what is expected."""

from collections.abc import Callable, Sequence

from ingest.samples.arrays import Dice, Ints, iso, last_day
from ingest.samples.khulna.allowances import write_lists
from ingest.samples.khulna.indicators import DONOR, people_rows, score_rows, service_rows
from ingest.samples.khulna.mis import persons, write_register
from ingest.samples.khulna.places import SCHEMES
from ingest.samples.khulna.scores import ROUNDS, ask, write_cards
from ingest.samples.khulna.world import make_world
from ingest.samples.truth.drop_truth import Drop, Truth

REGION = "khulna"


def _drop(dice: Dice, source: str, quarter: str, file: str, days_after: int) -> Drop:
    """A drop that arrives some days after its quarter, in office hours."""
    seconds = int(dice.rng(f"arrival/{REGION}/{file}").integers(9 * 3600, 17 * 3600))
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return Drop(REGION, source, quarter, file, f"{iso(last_day(quarter) + days_after)}T{clock}Z")


def make(
    truth: Truth, scale: float, seed: int, quarters: Sequence[str], progress: Callable[[str], None]
) -> None:
    """Write the drops of the quarters, and score card rounds up to the last, into the truth's landing."""
    world = make_world(seed, scale)
    progress(f"slg_erlc_khulna: making {len(world.area):,} persons")
    dice = world.dice
    asked = ask(dice)
    scores = {}
    for name in ROUNDS:
        if name <= quarters[-1]:
            drop = _drop(dice, "scorecards", name, f"community_score_card_{name}.xlsx", 16)
            scores[name] = write_cards(dice, name, asked[name], truth, drop)
    lists: dict[str, Ints] = {}
    known: dict[str, dict[str, str]] = {}
    for quarter in quarters:
        progress(f"slg_erlc_khulna: register and allowances of {quarter}")
        end = last_day(quarter)
        write_register(
            world, quarter, end, truth, _drop(dice, "mis", quarter, f"beneficiary_mis_{quarter}.zip", 9)
        )
        pages = [
            _drop(dice, "allowances", quarter, f"allowance_{scheme}_{quarter}.html", 7) for scheme in SCHEMES
        ]
        lists[quarter] = write_lists(world, quarter, end, truth, pages)
        known |= {row["record"]: row for row in persons(world, end)}
        truth.indicators += people_rows(world, quarter, lists) + service_rows(world, quarter)
        truth.targets += _targets(quarter, int((world.rec_day <= last_day("2021Q2")).sum()))
    for quarter in sorted({*quarters, *scores}):
        truth.indicators += score_rows(scores, quarter)
    truth.persons += known.values()


def _targets(quarter: str, people: int) -> list[dict[str, object]]:
    names = ("indicator", "target", "baseline", "baseline_period", "note")
    rows = (
        ("FC-01", people, 0, "2019Q1", "planning figure"),
        ("FC-02", 19, 0, "2019Q1", "12 LGI and 7 PHC"),
        ("FC-04", 4, 2, "2019Q1", "ordinal scale 1-5"),
    )
    return [{"donor": DONOR, "quarter": quarter, **dict(zip(names, row, strict=True))} for row in rows]
