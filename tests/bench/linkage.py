"""How well linkage tells people apart: precision, recall and the share left to people, against the truth of the drops.

    python -m tests.bench.linkage [DROPS]      (make bench-linkage)

DROPS is a folder with `landing/` and `expected/` as `sangam sample` makes them; without it samples are made, which
have twins, sisters, namesakes and birth dates that stand for a year. Prints a line for each register and quarter, of
pairs of registrations; for lists and surveys, of their records. With `--levels`, for each level of Khulna's
comparisons, how often two registrations of one person (m) and of two (u) are on it, beside the weights of
`ingest/linkage/weights.yml`.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from typing import Literal

import duckdb
import pandas as pd
import pyarrow.parquet as pq

from ingest import samples
from ingest.boundary.pseudonyms import SECRET_VARIABLE, secret
from ingest.contracts.loading import load_region
from ingest.linkage import link_region
from ingest.linkage.comparisons import COMPARISONS, splink_comparison, weights
from ingest.linkage.crosswalk import LinkageSummary
from ingest.linkage.identities import VaultFile, load, open_connection
from ingest.run import ingest_source

REGISTERS = {"khulna": "mis", "pune": "cases", "sindh": "mis"}
_SOME = 2500  # persons that u is counted among
PROGRAMMES = ("slg_erlc_khulna", "kashtakari_pune", "success_sindh")


def pairwise(found: pd.Series, truth: pd.Series) -> tuple[float, float]:
    """Precision and recall over all pairs of records that are one person."""

    def pairs(*by: pd.Series) -> int:
        sizes = pd.Series(1, index=found.index).groupby(list(by)).sum()
        return int((sizes * (sizes - 1) // 2).sum())

    both = pairs(found, truth)
    return both / max(1, pairs(found)), both / max(1, pairs(truth))


def crosswalk(home: Path, region: str, source: str) -> pd.DataFrame:
    """Who is who, of all quarters of a source."""
    at = home / "lake" / "feeds" / "feed=crosswalk" / f"region={region}" / f"source={source}"
    files = sorted(at.glob("quarter=*/*.parquet"))
    read = [pq.read_table(f, partitioning=None).to_pandas().assign(quarter=f.parent.name[8:]) for f in files]
    return pd.concat(read) if read else pd.DataFrame()


def link(home: Path, drops: Path, region: str) -> list[LinkageSummary]:
    """Take a region's persons in and link them."""
    for name, source in load_region(region).sources.items():
        if source.identities:
            ingest_source(home, drops / "landing", region, name)
    quarters = [path.name for path in (drops / "landing" / region).glob("*/*") if path.is_dir()]
    return link_region(home, region, max(quarters))


def measure(home: Path, drops: Path, region: str) -> list[str]:
    """A line for each source and quarter of the region."""
    summaries = link(home, drops, region)
    persons = pd.read_csv(drops / "expected" / "persons.csv", dtype=str, keep_default_na=False)
    known = persons[persons["region"] == region].set_index("record")["true_id"]
    listed = pd.read_csv(drops / "expected" / "allowance_persons.csv", dtype=str, keep_default_na=False)
    lines = []
    for one in summaries:
        rows = crosswalk(home, region, one.source)
        rows = rows[rows["quarter"] == one.quarter]
        if one.source == REGISTERS[region]:
            rows = rows.assign(true_id=rows["local_id"].map(known)).dropna(subset=["true_id"])
            precision, recall = pairwise(rows["canonical_id"], rows["true_id"])
        else:
            if region == "khulna":
                place = {"file": rows["_file"].str.rpartition("/")[2], "row": rows["_record"].astype(str)}
                rows = rows.assign(**place).merge(listed, on=["quarter", "file", "row"])
                found = rows["canonical_id"].map(known).fillna("")
            else:
                rows = rows.assign(true_id=rows["local_id"].map(known)).dropna(subset=["true_id"])
                found = rows["canonical_id"].fillna("")
            right = found == rows["true_id"]
            precision, recall = right[found != ""].mean(), right[rows["true_id"] != ""].mean()
        lines.append(
            f"{region}/{one.source} {one.quarter}: {len(rows):,} records, precision {precision:.4f}, recall "
            f"{recall:.4f}, to review {one.review / max(1, one.records):.4f} ({one.review:,})"
        )
    return lines


def levels(home: Path, drops: Path) -> list[str]:
    """How often pairs of registrations are on each level, of Khulna's latest register: counted, and as weights have it.

    u is counted among some of the persons: each of them once, with each of the others.
    """
    linkage = load_region("khulna").linkage["person"]
    file = max((home / "vault/region=khulna/source=mis").glob("quarter=*/*.vault"))
    persons = pd.read_csv(drops / "expected" / "persons.csv", dtype=str, keep_default_na=False)
    lines = []
    with open_connection() as connection:
        load(connection, [VaultFile("mis", file.parent.name[8:], file)], "person", linkage, secret())
        connection.register("truth", persons[persons["region"] == "khulna"])
        join = "SELECT identity.*, true_id FROM identity JOIN truth ON local_id = record"
        connection.execute(f"CREATE TABLE known AS {join}")
        some = "SELECT * FROM known QUALIFY row_number() OVER (PARTITION BY true_id ORDER BY row) = 1"
        some += f" ORDER BY hash(row) LIMIT {_SOME}"
        connection.execute(f"CREATE TABLE chosen AS {some}")
        for name in linkage.compare:
            m, u = (_on_levels(connection, name, *of) for of in (("known", "="), ("chosen", "<>")))
            for place, level in enumerate(COMPARISONS[name]):
                weight = weights()[name][level.label]
                counted = m.get(place, 0.0), u.get(place, 0.0)
                lines.append(
                    f"{name}, {level.label}: m {counted[0]:.4f} ({weight.m}), u {counted[1]:.6f} ({weight.u})"
                )
    return lines


def _on_levels(
    connection: duckdb.DuckDBPyConnection, name: str, table: str, sign: Literal["=", "<>"]
) -> dict[int, float]:
    """The share of pairs on each level, of those on which the comparison says anything."""
    conditions = [level["sql_condition"] for level in splink_comparison(name)["comparison_levels"]]
    cases = " ".join(f"WHEN {sql} THEN {at - 1}" for at, sql in enumerate(conditions[:-1]))
    columns = [row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()]
    sides = ", ".join(
        f"{side}.{column} AS {column}_{end}" for side, end in (("a", "l"), ("b", "r")) for column in columns
    )
    pairs = f"SELECT {sides} FROM {table} a JOIN {table} b ON a.row < b.row AND a.true_id {sign} b.true_id"
    select = f"SELECT CASE {cases} ELSE {len(conditions) - 2} END AS level, count(*) FROM ({pairs})"
    found = connection.execute(f"{select} GROUP BY level HAVING level >= 0").fetchall()
    return {at: count / sum(n for _, n in found) for at, count in found}


def main() -> None:
    """Print what the linkage of each programme finds."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("drops", nargs="?", type=Path)
    asked.add_argument("--scale", type=float, default=0.1)
    asked.add_argument("--seed", type=int, default=11)
    asked.add_argument("--levels", action="store_true")
    words = asked.parse_args()
    os.environ.setdefault(SECRET_VARIABLE, "of a bench that keeps nothing it makes")
    with tempfile.TemporaryDirectory(prefix="sangam_linkage_") as folder:
        drops = words.drops
        if drops is None:
            drops = Path(folder) / "drops"
            samples.make(drops, scale=words.scale, seed=words.seed, programmes=PROGRAMMES)
        for region in REGISTERS:
            for line in measure(Path(folder) / "home", drops, region):
                print(line, flush=True)
        if words.levels:
            print(*levels(Path(folder) / "home", drops), sep="\n")


if __name__ == "__main__":
    main()
