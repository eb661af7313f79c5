"""Sample drops at any scale, with the outcome that is expected of them. `make` is what the command line
calls.

One module a programme decides what its files hold; writers, mess, defects and estimates are shared.
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from ingest.errors import SangamError


def _ignore(_: str) -> None:
    """No progress wanted."""


def make(
    out: Path,
    *,
    scale: float = 0.01,
    seed: int = 1,
    programmes: Sequence[str] | None = None,
    quarters: Sequence[str] = ("2021Q1", "2021Q2"),
    progress: Callable[[str], None] | None = None,
    defects: bool = True,
) -> None:
    """Write sample drops below `out/landing` and what is expected of them below `out/expected`.

    `scale` is the size against the programmes' real size (1 = 606,000 households in Sindh), `programmes`
    which of them (default all), `quarters` such as 2021Q2; survey rounds up to the last quarter come
    along. Without `defects` no record is faulty or suspicious; other spellings and blanks are there anyway.
    The same arguments give the same bytes. Raises `SangamError` for an unknown programme, a quarter that is
    none, or a scale out of bounds.
    """
    # For start-up: whoever reads deliveries imports this package and makes no samples.
    from ingest.samples.arrays import iso, last_day
    from ingest.samples.khulna import programme as khulna
    from ingest.samples.nro import programme as nro
    from ingest.samples.pune import programme as pune
    from ingest.samples.sindh import programme as sindh
    from ingest.samples.truth.defects import planting
    from ingest.samples.truth.drop_truth import Truth

    makers = {
        "success_sindh": sindh.make,
        "slg_erlc_khulna": khulna.make,
        "kashtakari_pune": pune.make,
        "kudumbashree_nro": nro.make,
    }
    chosen = list(makers) if programmes is None else list(programmes)
    for name in chosen:
        if name not in makers:
            raise SangamError(f"There is no sample programme '{name}'. Use one of: {', '.join(makers)}.")
    ordered = sorted(set(quarters))
    wrong = [q for q in ordered if not re.fullmatch(r"20(19|2[0-3])Q[1-4]", q)]
    if wrong or not ordered:
        found = f"'{wrong[0]}' is none of them" if wrong else "none was given"
        raise SangamError(f"Samples are made for quarters from 2019Q1 to 2023Q4, such as 2021Q2; {found}.")
    if not 0 < scale <= 10:
        raise SangamError(f"The scale must lie above 0 and be at most 10 (1 = full size), not {scale}.")
    truth = Truth(out / "landing")
    with planting(defects):
        for name in chosen:
            makers[name](truth, scale, seed, ordered, progress or _ignore)
    truth.write(out / "expected", f"{iso(last_day(ordered[-1]) + 4)}T08:00:00Z")
