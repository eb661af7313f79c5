"""One entity of one quarter: rules, then similarity; who is who, and what is doubtful.

Puts the steps in order; what each does is in `link_rules`, `scoring`, `clusters` and `attach`.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from ingest.contracts.linkage import Linkage
from ingest.linkage import link_rules
from ingest.linkage.attach import Attachments
from ingest.linkage.clusters import Clusters
from ingest.linkage.scoring import score
from ingest.sql import render

_DOUBT = ["l", "r", "weight", "levels", "reason"]


@dataclass(frozen=True)
class Resolved:
    """`who`: row, canonical_row (missing: in no register), method, weight, status.

    `doubts`: l, r, weight, levels, reason.
    """

    who: pd.DataFrame
    doubts: pd.DataFrame


def resolve(
    connection: duckdb.DuckDBPyConnection, linkage: Linkage, same: pd.DataFrame, different: pd.DataFrame
) -> Resolved:
    """Who the records of the table `identity` are. `same`, `different`: decided pairs (l, r, weight, levels)."""
    rows = connection.execute("select row, in_register from identity order by row").df()
    size = int(rows["in_register"].sum())
    same = _chained(same)
    inside = [pair[pair["r"] < size] for pair in (same, different)]
    across = [pair[(pair["l"] < size) & (pair["r"] >= size)] for pair in (same, different)]
    clusters = Clusters(np.arange(size), _tells(connection, linkage), inside[1])
    doubts: list[pd.DataFrame] = []
    clusters.decide(inside[0])
    if linkage.deduplicate:
        doubts += _join_register(connection, linkage, clusters)
    records = Attachments(rows.loc[~rows["in_register"], "row"], clusters, across[1])
    records.join(across[0], "decision")
    if len(rows) > size:
        doubts += _attach_records(connection, linkage, records)
        records.follow(same[same["l"] >= size])
    found = pd.concat([*doubts, *clusters.refused, *records.refused], ignore_index=True)
    return _outcome(rows, clusters, records, _open_doubts(found, clusters, records, different))


def _chained(same: pd.DataFrame) -> pd.DataFrame:
    """Decided pairs with those that follow from them: who are one with a third are one."""
    ends = same[["l", "r"]]
    while True:
        both = pd.concat([ends, ends.rename(columns={"l": "r", "r": "l"})])
        more = both.merge(both, left_on="r", right_on="l")[["l_x", "r_y"]].set_axis(["l", "r"], axis=1)
        wider = pd.concat([ends, more[more["l"] < more["r"]]]).drop_duplicates().sort_values(["l", "r"])
        if len(wider) == len(ends.drop_duplicates()):
            return wider.assign(weight=float("nan"), levels="").reset_index(drop=True)
        ends = wider


def _tells(connection: duckdb.DuckDBPyConnection, linkage: Linkage) -> pd.DataFrame:
    """Values that tell the register's entities apart: row, domain, value."""
    return connection.execute(render(__file__, "tells.sql", columns=linkage.distinct)).df()


def _join_register(
    connection: duckdb.DuckDBPyConnection, linkage: Linkage, clusters: Clusters
) -> list[pd.DataFrame]:
    doubts = []
    for rule in linkage.rules:
        pairs, halves = link_rules.register_pairs(connection, rule, clusters.labels())
        clusters.join(pairs, link_rules.title(rule))
        doubts.append(halves.assign(reason="only half agrees"))
    scored = score(connection, "select * from identity where in_register", linkage, within_register=True)
    certain, unsure = _apart(scored, linkage)
    clusters.join(certain, "similarity")
    return [*doubts, unsure]


def _attach_records(
    connection: duckdb.DuckDBPyConnection, linkage: Linkage, records: Attachments
) -> list[pd.DataFrame]:
    doubts = []
    for rule in linkage.rules:
        pairs, halves = link_rules.record_pairs(connection, rule, linkage, records.open_records())
        records.join(pairs, link_rules.title(rule))
        doubts.append(halves.assign(reason="only half agrees"))
    connection.register("open_records", records.open_records())
    select = "select * from identity where in_register or row in (select row from open_records)"
    scored = score(connection, select, linkage, within_register=False)
    connection.unregister("open_records")
    certain, unsure = _apart(scored, linkage)
    records.join(certain, "similarity")
    return [*doubts, unsure]


def _apart(scored: pd.DataFrame, linkage: Linkage) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Scored pairs that are one, and those that somebody should look at, with the reason."""
    heavy = (scored["weight"] >= linkage.link_from).astype(bool)
    certain = heavy & scored["may_link"].astype(bool)
    pairs = scored.drop(columns="may_link")
    reason = np.where(heavy[~certain], "all but what must agree", "doubtful")
    return pairs[certain], pairs[~certain].assign(reason=reason)


def _open_doubts(
    found: pd.DataFrame, clusters: Clusters, records: Attachments, different: pd.DataFrame
) -> pd.DataFrame:
    """The doubts that nothing has settled since: not one cluster, not attached elsewhere, not decided."""
    if found.empty:
        return pd.DataFrame({name: [] for name in _DOUBT})
    label = dict(enumerate(clusters.label)) | dict.fromkeys(records.found["row"].astype(int), -1)
    left, right = found["l"].map(label), found["r"].map(label)
    settled = (left == right) | (right == -1)
    settled |= pd.MultiIndex.from_frame(found[["l", "r"]].astype(int)).isin(
        list(different[["l", "r"]].itertuples(index=False, name=None))
    )
    # Of several doubts about a pair the one that was compared in full says most.
    still = found.loc[~settled, _DOUBT].sort_values("weight", na_position="last", kind="stable")
    still = still.drop_duplicates(["l", "r"])
    return still.sort_values(["l", "r"], ignore_index=True)


def _outcome(rows: pd.DataFrame, clusters: Clusters, records: Attachments, doubts: pd.DataFrame) -> Resolved:
    register = pd.DataFrame(
        {
            "row": np.arange(len(clusters.label)),
            "canonical_row": clusters.label,
            "method": clusters.method,
            "weight": clusters.weight,
        }
    )
    found = records.found.rename(columns={"label": "canonical_row"})
    alone = pd.DataFrame({"row": records.open, "canonical_row": None, "method": "", "weight": None})
    parts = [
        part.astype({"canonical_row": "Int64", "weight": "float64"})
        for part in (register, found, alone)
        if len(part)
    ]
    who = pd.concat(parts).sort_values("row", ignore_index=True).astype({"row": "int64"})
    linked = (who["method"] != "").to_numpy()
    doubted = who["row"].isin(pd.concat([doubts["l"], doubts["r"]])).to_numpy()
    who["status"] = np.where(linked, "linked", np.where(doubted, "review", "own"))
    return Resolved(who, doubts)
