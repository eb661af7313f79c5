"""What would be published for a donor's quarter, read from the warehouse, and the hash that sign-off is for.

Read-only. Knows the marts' tables and the drops behind them; knows no file format and no release number.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from ingest.errors import SangamError
from ingest.sql import render
from orchestration.disclosure import protection
from orchestration.quarters import quarter_before
from orchestration.releases import reliability
from orchestration.releases.notes import notes
from orchestration.releases.words import Words, words_of

if TYPE_CHECKING:
    import duckdb

# Column, and whether it is a number; in the order of the warehouse. Status and release are the release's own.
COLUMNS: dict[str, bool] = {
    "donor": False, "indicator": False, "quarter": False, "region": False, "over_time": False,
    "dimension": False, "category": False, "value": True, "unit": False, "currency": False,
    "numerator": True, "denominator": True, "n": True, "se": True, "ci_low": True, "ci_high": True,
    "deff": True, "baseline": True, "target": True, "achievement": True, "state": False,
    "definition_version": False, "fiscal_label": False, "df": True, "light": False, "reason": False,
    "period": False, "drops": False, "left_out": True, "note": False, "baseline_period": False,
    "reliability": False,
}  # fmt: skip
KEY = ("indicator", "region", "over_time", "dimension", "category", "currency")
# The columns of the reference sheets, all text.
DEFINITION: tuple[str, ...] = (
    "indicator", "over_time", "name", "level", "description", "numerator_definition", "denominator_definition",
    "method", "interval_method", "disaggregations", "unit", "kind", "direction", "source_note", "definition_version",
)  # fmt: skip
CHANGE: dict[str, bool] = {
    "indicator": False, "region": False, "dimension": False, "category": False, "previous_round": False,
    "previous": True, "current": True, "difference": True, "se": True, "t": True, "df": True, "p": True,
    "p_holm": True, "previous_n": True, "n": True, "reliability": False,
}  # fmt: skip
# The totals of the quarter before, to be shown beside this one's.
PREVIOUS: dict[str, bool] = {
    name: COLUMNS[name] for name in ("donor", "quarter", *KEY, "value", "unit", "state", "reason")
}
# What the marts do not have: a release says it.
OWN = frozenset(["reliability"])
DROP = pa.schema([(name, pa.string()) for name in ("region", "source", "quarter", "file", "sha256")])
SIGNIFICANT_DIGITS = 12


@dataclass(frozen=True)
class Content:
    """A donor's quarter as it would be published, before a release number and a sign-off are given to it.

    `donor_name` is that of `marts.indicator_definitions`. What is withheld has the state `suppressed` and no numbers,
    what rests on too few cases `unreliable` and no number but n; everything that follows (hash, sign-off, files,
    changes) sees no more. `disclosure` says what adds up to what.
    `values` has `COLUMNS`, `definitions` has `DEFINITION`, `round_changes` has `CHANGE` (the test of the
    change since the previous survey round); `drops` has region, source, quarter, file, sha256. `previous` (`PREVIOUS`)
    holds the totals of the quarter before: they are shown, so the hash is of them, too. It is not of `words`, which say
    what codes are called, nor of the drops. `comments` is what an
    M&E officer says of an indicator.
    """

    donor: str
    donor_name: str
    quarter: str
    values: pa.Table
    definitions: pa.Table
    round_changes: pa.Table
    drops: pa.Table
    sha256: str
    disclosure: Mapping[str, Any] = field(default_factory=dict)
    words: Words = field(default_factory=Words)
    previous: pa.Table | None = None
    comments: Mapping[str, str] = field(default_factory=dict)


def read_content(
    home: Path,
    donor: str,
    quarter: str,
    withheld: pa.Table | None = None,
    comments: Mapping[str, str] | None = None,
    before: pa.Table | None = None,
) -> Content:
    """Read what would be published. Raises SangamError if the warehouse has nothing for it, or lacks a column.

    `withheld`: the lines that a release withheld when it was published, with `KEY` and period; what would be withheld
    today if left out. `comments`: those that it was published with; today's if left out. `before`: lines of the quarter
    before that were withheld then; those that would be today if left out.
    """
    check_names(donor, quarter)
    with _warehouse(home) as db:
        _require_values(db, donor, quarter)
        keep = {"donor": donor, "quarter": quarter}
        values = _select(db, "indicator_values", COLUMNS, keep)
        _require_unique(values)
        round_changes = _select(db, "indicator_changes", CHANGE, keep)
        definitions = _select(db, "indicator_definitions", dict.fromkeys(DEFINITION, False), {"donor": donor})
        drops = _drops(db, home, donor, quarter)
        keep |= {"quarter": quarter_before(quarter), "dimension": "all"}
        previous = _select(db, "indicator_values", PREVIOUS, keep)
        name = _donor_name(db, donor)
    disclosure = protection.statement_of(home, values, donor)
    rule = reliability.rule_of(donor)
    values = reliability.judge_values(values, definitions, rule)
    round_changes = reliability.judge_changes(round_changes, rule)
    rows = protection.withheld(Path(home)) if withheld is None else withheld
    values = protection.withhold(values, rows)
    previous = protection.withhold(previous, protection.withheld(Path(home)) if before is None else before)
    round_changes = protection.withhold_changes(round_changes, rows, donor, quarter)
    values = values.sort_by([(name, "ascending") for name in ("donor", "quarter", *KEY)])
    definitions = definitions.filter(pc.is_in(definitions["indicator"], values["indicator"].combine_chunks()))
    definitions = definitions.sort_by(
        [(n, "ascending") for n in ("indicator", "over_time", "definition_version")]
    )
    round_changes = round_changes.sort_by([(n, "ascending") for n, number in CHANGE.items() if not number])
    previous = previous.sort_by([(name, "ascending") for name in KEY])
    if comments is None:
        comments = {indicator: note.text for indicator, note in notes(home, donor, quarter).items()}
    digest = content_hash(values, definitions, round_changes, previous, *_as_tables(comments))
    return Content(
        donor,
        name,
        quarter,
        values,
        definitions,
        round_changes,
        drops,
        digest,
        disclosure,
        words_of(donor),
        previous,
        comments,
    )


def content_hash(*tables: pa.Table) -> str:
    """Return the SHA-256 that a sign-off is for: any other number, state or definition makes another one."""
    digest = hashlib.sha256()
    for table in tables:
        sink = pa.BufferOutputStream()
        pa_csv.write_csv(table, sink)
        digest.update(sink.getvalue())
    return digest.hexdigest()


def _as_tables(comments: Mapping[str, str]) -> list[pa.Table]:
    """Comments as a table; none without one, so that the hash is what it was before there were comments."""
    return [pa.table({"indicator": [*comments], "comment": [*comments.values()]})] if comments else []


def donor_quarters(home: Path) -> list[tuple[str, str]]:
    """Return every (donor, quarter) that the warehouse has values for, in order."""
    with _warehouse(home) as db:
        found = db.sql("select distinct donor, quarter from marts.indicator_values order by 1, 2").fetchall()
    return [(str(donor), str(quarter)) for donor, quarter in found]


def check_names(donor: str, quarter: str) -> None:
    """Raise SangamError unless both could be what they say: they become parts of paths and keys."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", donor):
        raise SangamError(f"'{donor}' is no donor code; expected small letters such as 'eu_success'.")
    if not re.fullmatch(r"[0-9]{4}Q[1-4]", quarter):
        raise SangamError(f"'{quarter}' is no quarter; expected a calendar quarter such as '2021Q2'.")


def arrow(db: "duckdb.DuckDBPyConnection", sql: str, values: object = None) -> pa.Table:
    """Return a query's rows."""
    return db.sql(sql, params=values).to_arrow_table()


def steady(numbers: pa.ChunkedArray) -> pa.ChunkedArray:
    """Round to 12 significant digits, so that the order in which an engine added up leaves no trace."""
    exact = numbers.combine_chunks().to_numpy(zero_copy_only=False)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.floor(np.log10(np.abs(np.where(exact == 0, 1, exact))))
    places = np.clip(np.nan_to_num(SIGNIFICANT_DIGITS - 1 - size), 0, 22)
    # 0.0 is added because -0.0 and 0.0 are one number to a reader, and two to a hash.
    rounded = np.round(exact * 10.0**places) / 10.0**places + 0.0
    return pa.chunked_array([pa.array(rounded, pa.float64(), mask=~np.isfinite(rounded))])


def _warehouse(home: Path) -> "duckdb.DuckDBPyConnection":
    # For start-up: the commands' help needs no database.
    import duckdb

    path = Path(home) / "warehouse.duckdb"
    if not path.exists():
        raise SangamError(f"There is no warehouse at {path}. Run `sangam run --quarter …` first.")
    try:
        return duckdb.connect(str(path), read_only=True)
    except duckdb.IOException as error:
        raise SangamError(
            f"The warehouse {path} cannot be opened: {error}. "
            "If a run is writing to it, wait until it has ended."
        ) from error


def _require_values(db: "duckdb.DuckDBPyConnection", donor: str, quarter: str) -> None:
    quarters = dict(
        db.sql(
            "select donor, string_agg(distinct quarter, ', ' order by quarter) "
            "from marts.indicator_values group by donor order by donor"
        ).fetchall()
    )
    if donor not in quarters:
        raise SangamError(
            f"The warehouse has no values for donor '{donor}'; it has: {', '.join(quarters) or 'none'}."
        )
    if quarter not in quarters[donor].split(", "):
        raise SangamError(f"There are no values of {donor} for {quarter}; there are for: {quarters[donor]}.")


def _require_unique(values: pa.Table) -> None:
    counts = values.group_by(list(KEY)).aggregate([([], "count_all")])
    twice = counts.filter(pc.greater(counts["count_all"], 1)).slice(0, 1).to_pylist()
    if twice:
        where = ", ".join(f"{name} {twice[0][name]}" for name in KEY)
        raise SangamError(f"marts.indicator_values has more than one value for {where}. Mend the model.")


def _select(
    db: "duckdb.DuckDBPyConnection", table: str, columns: dict[str, bool], keep: dict[str, str]
) -> pa.Table:
    """Read columns of a mart, but `OWN`: numbers as float64, all else as text. Raises SangamError for one it lacks."""
    columns = {name: number for name, number in columns.items() if name not in OWN}
    _require_columns(db, table, columns)
    wanted = ", ".join(
        f'"{name}"::{"double" if number else "varchar"} as "{name}"' for name, number in columns.items()
    )
    where = " and ".join(f"{name} = ?" for name in keep)
    schema = pa.schema([(name, pa.float64() if number else pa.string()) for name, number in columns.items()])
    found = arrow(db, f"select {wanted} from marts.{table} where {where}", [*keep.values()]).cast(schema)
    for position, (name, number) in enumerate(columns.items()):
        if number:
            found = found.set_column(position, name, steady(found[name]))
    return found


def _require_columns(db: "duckdb.DuckDBPyConnection", table: str, names: Iterable[str]) -> None:
    found = db.execute(
        "select column_name from information_schema.columns where table_schema = 'marts' and table_name = ?",
        [table],
    )
    known = {str(row[0]) for row in found.fetchall()}
    if lacking := [name for name in names if name not in known]:
        lacks = f"lacks the column {', '.join(lacking)}" if known else "is not in the warehouse"
        raise SangamError(
            f"marts.{table} {lacks}; a release is made from it. Build the warehouse anew with "
            f"`sangam run --quarter …`; if that does not help, mend dbt_project/models/marts/{table}.sql."
        )


def _donor_name(db: "duckdb.DuckDBPyConnection", donor: str) -> str:
    _require_columns(db, "indicator_definitions", ["donor_name"])
    sql = "select max(donor_name) from marts.indicator_definitions where donor = ?"
    return str((db.execute(sql, [donor]).fetchone() or [None])[0] or donor)


def _drops(db: "duckdb.DuckDBPyConnection", home: Path, donor: str, quarter: str) -> pa.Table:
    """Return the deliveries behind the values: the current drops of the donor's regions up to the quarter.

    They come from the lake's list of drops, which also names those that no counted row came from; without a
    lake from the evidence. Times of arrival are left out: a copy of the same files has others.
    """
    files = [str(path) for path in sorted((Path(home) / "lake" / "feeds" / "feed=drop").rglob("*.parquet"))]
    words = {"donor": donor, "quarter": quarter}
    if files:
        found = arrow(db, render(__file__, "drops_of_lake.sql", files=files, **words))
    else:
        _require_columns(db, "indicator_evidence", ["_file", "_sha256"])
        found = arrow(db, render(__file__, "drops_of_evidence.sql", **words))
    return found.cast(DROP)
