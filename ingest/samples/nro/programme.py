"""Sample drops of `kudumbashree_nro` in its four states: which files a set of quarters brings, when they arrive, and
what is expected.
"""

from collections.abc import Callable, Sequence

from ingest.samples.arrays import Dice, iso, last_day
from ingest.samples.nro.indicators import DONOR, Facts, pae_facts, portal_facts, pts_facts, rows_of
from ingest.samples.nro.pae import write_pae
from ingest.samples.nro.places import STATES, State
from ingest.samples.nro.portal import write_portal
from ingest.samples.nro.pts import Extract, extract, write_pts
from ingest.samples.nro.world import World, make_world, state_dice
from ingest.samples.truth.drop_truth import Drop, Truth

_LATE = STATES[-1].region  # this state's first dump comes early and incomplete, and once more in full
_BEHIND = 31  # days whose months and visits the incomplete dump lacks
# (indicator, target at full size or percent, baseline, period, note)
_TARGETS: tuple[tuple[str, float, str, str, str], ...] = (
    ("NR-01", 70_000, "0", "2018Q2", "four states together"),
    ("NR-06", 8_000, "0", "2019Q2", "planning figure"),
    ("NR-02", 88, "", "", "planning figure, no baseline"),
    ("NR-04", 48, "33", "2019Q2", "planning figure"),
    ("NR-05", 70, "45", "2019Q2", "planning figure"),
)
_BY_SIZE = ("NR-01", "NR-06")


def _drop(dice: Dice, region: str, source: str, quarter: str, file: str, days_after: int) -> Drop:
    """A drop that arrives some days after its quarter, in office hours."""
    seconds = int(dice.rng(f"arrival/{source}/{file}").integers(9 * 3600, 17 * 3600))
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return Drop(region, source, quarter, file, f"{iso(last_day(quarter) + days_after)}T{clock}Z")


def _back(quarter: str, quarters: int) -> str:
    number = int(quarter[:4]) * 4 + int(quarter[-1]) - 1 - quarters
    return f"{number // 4}Q{number % 4 + 1}"


def make(
    truth: Truth, scale: float, seed: int, quarters: Sequence[str], progress: Callable[[str], None]
) -> None:
    """Write the drops of the quarters into the truth's landing; portal pages of the two quarters before each
    come along, as a value that does not move shows only beside them.
    """
    portal = sorted({_back(quarter, n) for quarter in quarters for n in range(3)})
    facts: dict[str, dict[str, Facts]] = {quarter: {} for quarter in portal}
    first: dict[str, Facts] = {}
    for state in STATES:
        progress(f"kudumbashree_nro: {state.region}")
        region, dice = state.region, state_dice(seed, state)
        for quarter in portal:
            file = f"shg_status_{region}_{quarter}.xls"
            drop = _drop(dice, region, "shg_portal", quarter, file, 4)
            facts[quarter][region] = portal_facts(write_portal(state, dice, quarter, portal, truth, drop))
        w = make_world(seed, scale, state)
        for quarter in quarters:
            drop = _drop(dice, region, "entitlements", quarter, f"pae_{region}_{quarter}.{state.book}", 13)
            facts[quarter][region] |= pae_facts(write_pae(w, quarter, truth, drop), quarter)
            early = region == _LATE and quarter == quarters[0]
            before, now = _write_dumps(w, quarter, early, truth)
            if quarter == quarters[0]:
                first[region] = facts[quarter][region] | before
            facts[quarter][region] |= now
    for quarter in portal:
        truth.indicators += rows_of(quarter, facts[quarter])
    truth.first_delivery += rows_of(quarters[0], first)
    truth.targets += [row for quarter in quarters for row in _targets(quarter, scale)]


def _write_dumps(w: World, quarter: str, early: bool, truth: Truth) -> tuple[Facts, Facts]:
    """A quarter's dump; where it came `early`, an incomplete one before it. Gives what each of them holds."""
    state: State = w.state
    file, end = f"pts_{state.region}_{quarter}", last_day(quarter)

    def one(held: Extract, name: str, days_after: int, superseded: bool) -> Facts:
        drop = _drop(w.dice, state.region, "pts", quarter, name, days_after)
        if superseded:
            drop = drop.replaced()
        write_pts(w, held, quarter, truth, drop)
        return pts_facts(w, held, quarter)

    if not early:
        now = one(extract(w, end), f"{file}.sql", 9, False)
        return now, now
    before = one(extract(w, end, _BEHIND), f"{file}.sql", 3, True)
    return before, one(extract(w, end), f"{file}_v2.sql", 10, False)


def _targets(quarter: str, scale: float) -> list[dict[str, object]]:
    names = ("indicator", "target", "baseline", "baseline_period", "note")
    return [
        {
            "donor": DONOR,
            "quarter": quarter,
            **dict(zip(names, row, strict=True)),
            "target": round(row[1] * scale) if row[0] in _BY_SIZE else row[1],
        }
        for row in _TARGETS
    ]
