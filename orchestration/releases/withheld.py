"""What a person is told of the values that a release withholds, or calls unreliable."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

from orchestration.disclosure.protection import SUPPRESSED
from orchestration.releases.reliability import UNRELIABLE

_SHOWN = ["indicator", "region", "over_time", "dimension"]


def told(values: pa.Table) -> str:
    """How many disaggregated values are withheld, and of what, and how many are unreliable; empty where none is either.

    `values` has `content.COLUMNS`.
    """
    cut = values.filter(pc.and_(pc.not_equal(values["dimension"], "all"), _is_known(values)))
    gone = cut.filter(pc.equal(cut["state"], SUPPRESSED))
    few = cut.filter(pc.equal(cut["state"], UNRELIABLE)).num_rows
    values_ = "value" if cut.num_rows == 1 else "values"
    rest = f"{few:,} {'rests' if few == 1 else 'rest'} on too few cases" if few else ""
    if not gone.num_rows:
        return f"Of {cut.num_rows:,} disaggregated {values_} {rest}." if rest else ""
    several = pc.count_distinct(gone["region"]).as_py() > 1
    of = Counter(_what(row, several) for row in gone.select(_SHOWN).to_pylist())
    listed = ", ".join(f"{what} ({count:,})" for what, count in sorted(of.items()))
    are = "is" if gone.num_rows == 1 else "are"
    return (
        f"{gone.num_rows:,} of {cut.num_rows:,} disaggregated {values_} {are} withheld, since small numbers "
        f"could tell of single people: {listed}{f', and {rest}' if rest else ''}."
    )


def _what(row: dict[str, str], with_region: bool) -> str:
    words = [
        row["indicator"],
        *([row["region"]] if with_region else []),
        row["over_time"],
        "by",
        row["dimension"],
    ]
    return " ".join(words).replace("_", " ")


def _is_known(values: pa.Table) -> pa.ChunkedArray:
    return pc.is_in(values["state"], value_set=pa.array(["reported", UNRELIABLE, SUPPRESSED]))
