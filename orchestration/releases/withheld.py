"""What a person is told of the values that a release withholds."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

from orchestration.disclosure.protection import SUPPRESSED

_SHOWN = ["indicator", "region", "over_time", "dimension"]


def told(values: pa.Table) -> str:
    """How many disaggregated values are withheld, and of what; empty where none is. `values` has `content.COLUMNS`."""
    cut = values.filter(pc.and_(pc.not_equal(values["dimension"], "all"), _is_known(values)))
    gone = cut.filter(pc.equal(cut["state"], SUPPRESSED))
    if not gone.num_rows:
        return ""
    several = pc.count_distinct(gone["region"]).as_py() > 1
    of = Counter(_what(row, several) for row in gone.select(_SHOWN).to_pylist())
    listed = ", ".join(f"{what} ({count:,})" for what, count in sorted(of.items()))
    are = "value is" if gone.num_rows == 1 else "values are"
    return (
        f"{gone.num_rows:,} of {cut.num_rows:,} disaggregated {are} withheld, since small numbers could tell of single "
        f"people: {listed}."
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
    return pc.is_in(values["state"], value_set=pa.array(["reported", SUPPRESSED]))
