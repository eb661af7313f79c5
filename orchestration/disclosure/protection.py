"""What of a home's values leaves it: which rows are withheld, over all donors, quarters and releases at once.

The choice follows from the values, the logframes and what is out already, and from nothing else: it is kept under the
hash of these, and made anew where one of them changes.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest.errors import SangamError
from ingest.files import atomic
from ingest.sql import render
from orchestration.disclosure.cells import KEY, cells
from orchestration.disclosure.choose import choose
from orchestration.disclosure.shapes import shapes
from orchestration.disclosure.statement import statement
from orchestration.warehouse import logframes

SUPPRESSED = "suppressed"
REASON = "Withheld, since it could point to individual people."
_SMALL = "Withheld from the donor: it, or what is left of the whole, is a small number of people or the like."
_FOR_OTHERS = (
    "Withheld from the donor for the sake of others: with it, a small number beside it, in the quarter before or in "
    "another file could be worked out."
)
# What a withheld row keeps besides its key: what does not follow from the value.
_KEPT = frozenset(
    ["unit", "baseline", "baseline_period", "target", "definition_version", "fiscal_label", "period", "drops"]
)
_WITHHELD = pa.schema([(name, pa.string()) for name in (*KEY, "period")] + [("is_small", pa.bool_())])
_COLUMNS = (
    *KEY,
    "edition",
    "is_published",
    "is_withheld",
    "value",
    "numerator",
    "denominator",
    "n",
    "period",
    "target",
)


def withheld(home: Path) -> pa.Table:
    """The rows that are withheld: KEY (currency "" where there is none), period, and is_small: for a small cell of
    their own, not for another one's sake. In-house: who sees it knows more than a donor.
    """
    releases = tuple(sorted(str(path) for path in _releases(home)))
    stat = (home / "warehouse.duckdb").stat()
    frames = logframes.logframes_root()
    state = tuple(sorted((file.name, file.stat().st_mtime_ns) for file in frames.glob("*.yml")))
    return _withheld(str(home), (stat.st_mtime_ns, stat.st_size), releases, (str(frames), *state))


def values_of(home: Path) -> pd.DataFrame:
    """All reported values of a home, those of the warehouse and those of releases: what `cells.cells` takes."""
    return _values(home, tuple(sorted(str(path) for path in _releases(home))))


@lru_cache(maxsize=4)
def _withheld(home: str, _warehouse: object, releases: tuple[str, ...], _frames: object) -> pa.Table:
    values = _values(Path(home), releases)
    frames = shapes(logframes.sound())
    at = Path(home) / "releases" / "_withheld" / f"{_digest(values, frames)}.parquet"
    if at.exists():
        return pq.read_table(at)
    system = cells(values, frames)
    pattern = choose(system)
    rows = system.rows[list(KEY)].assign(is_small=pattern.is_small)[pattern.is_withheld]
    now = values.loc[values["edition"] == "", [*KEY, "period"]]
    made = pa.Table.from_pandas(rows.merge(now, on=list(KEY)), _WITHHELD, preserve_index=False)
    _keep(at, made)
    return made


def why_withheld(
    home: Path, indicator: tuple[str, str, str], dimension: str, category: str
) -> dict[tuple[str, str, str], str]:
    """Why a value does not leave for the donor, by region, way over time and currency; for in-house eyes alone.

    `indicator`: donor, code and quarter.
    """
    words = dict(zip(KEY, (*indicator, None, None, dimension, category), strict=False))
    rows = withheld(home)
    for name, word in words.items():
        rows = rows if word is None else rows.filter(pc.equal(rows[name], word))
    return {
        (row["region"], row["over_time"], row["currency"]): _SMALL if row["is_small"] else _FOR_OTHERS
        for row in rows.to_pylist()
    }


def statement_of(values: pa.Table, donor: str) -> dict[str, Any]:
    """What the donor's manifest says of its tables; `values` before anything is withheld."""
    return statement(values, shapes(logframes.sound()), donor)


def require_protected(donor: str, values: pa.Table) -> None:
    """Raises SangamError for a donor, or an indicator of its values, of which nobody can say what is small."""
    codes = {frame.donor.code: {one.code for one in frame.indicators} for frame in logframes.sound()}
    file = f"{logframes.logframes_root() / donor}.yml"
    if donor not in codes:
        raise SangamError(
            f"{donor} cannot be signed off: it has no sound logframe, so nobody can say which of its values are small. "
            f"Mend {file}."
        )
    if unknown := sorted(set(values["indicator"].to_pylist()) - codes[donor]):
        raise SangamError(
            f"{donor} cannot be signed off: {file} does not define {', '.join(unknown)} any more, so nobody can say "
            "which of their values are small. Define them again, or build the quarter anew without them."
        )


def withhold(values: pa.Table, rows: pa.Table) -> pa.Table:
    """The values as they may leave: rows that are withheld say so, and nothing that follows from their value.

    `values` has KEY, state, reason and any others; `rows` has KEY.
    """
    gone = pc.is_in(_keys(values), value_set=_keys(rows).combine_chunks())
    made = {}
    for name in values.column_names:
        column = values[name]
        if name == "state":
            column = pc.if_else(gone, SUPPRESSED, column)
        elif name == "reason":
            column = pc.if_else(gone, REASON, column)
        elif name not in KEY and name not in _KEPT:
            column = pc.if_else(gone, pa.scalar(None, column.type), column)
        made[name] = column
    return pa.table(made)


def withhold_changes(changes: pa.Table, rows: pa.Table, donor: str, quarter: str) -> pa.Table:
    """The tests of a round's change without those in which a withheld value stands, now or in the round before.

    `changes` has indicator, region, dimension, category and previous_round; `rows` is what `withheld` gives.
    """
    names = ("indicator", "region", "dimension", "category")
    of_donor = rows.filter(pc.and_(pc.equal(rows["donor"], donor), pc.equal(rows["over_time"], "round")))
    now = of_donor.filter(pc.equal(of_donor["quarter"], quarter))
    gone = pc.or_(
        pc.is_in(_joined(changes, names), value_set=_joined(now, names).combine_chunks()),
        pc.is_in(
            _joined(changes, (*names, "previous_round")),
            value_set=_joined(of_donor, (*names, "period")).combine_chunks(),
        ),
    )
    return changes.filter(pc.invert(gone))


def _keys(table: pa.Table) -> pa.ChunkedArray:
    return _joined(table, KEY)


def _joined(table: pa.Table, names: tuple[str, ...]) -> pa.ChunkedArray:
    return pa.chunked_array(
        [
            pc.binary_join_element_wise(
                *(pc.fill_null(table[name].combine_chunks().cast(pa.string()), "") for name in names), "\x1f"
            )
        ]
    )


def _releases(home: Path) -> list[Path]:
    """The local copies of all releases: their values."""
    return sorted((home / "releases").glob("[a-z]*/[0-9]*/r[0-9]*/indicators.parquet"))


def _values(home: Path, releases: tuple[str, ...]) -> pd.DataFrame:
    """All reported values, those of the warehouse and those of releases, in the order of their keys.

    What a release withholds, or calls unreliable, has the warehouse's value: it was another one where the number was
    restated since.
    """
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        sql = render(__file__, "values.sql", releases=list(releases), suppressed=SUPPRESSED)
        found = connection.execute(sql).df()
    return found[list(_COLUMNS)].sort_values([*KEY, "edition"], ignore_index=True)


def _digest(values: pd.DataFrame, frames: pd.DataFrame) -> str:
    digest = hashlib.sha256()
    for frame in (values, frames):
        digest.update(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
        digest.update(json.dumps(list(frame.columns)).encode())
    for file in sorted(Path(__file__).parent.glob("*.[ps][yq]*")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:32]


def _keep(at: Path, rows: pa.Table) -> None:
    """Write the choice, whole or not at all, in the place of those for other values."""
    at.parent.mkdir(parents=True, exist_ok=True)
    with (at.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in at.parent.glob(".*.part"):  # by a command that was killed: who writes is alone
            left.unlink()
        with atomic(at) as temporary:
            pq.write_table(rows, temporary)
        for other in at.parent.glob("*.parquet"):
            if other != at:
                other.unlink(missing_ok=True)
