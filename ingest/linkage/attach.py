"""Records of other sources → the register's entity each belongs to, or none.

Gets pairs and clusters, gives one row a record; what the pairs rest on is in `link_rules` and `scoring`.
"""

from __future__ import annotations

import pandas as pd

from ingest.linkage.clusters import MARGIN, Clusters

_PAIR = ["l", "r", "weight", "levels"]


class Attachments:
    """Which cluster each record belongs to: `found` has row, label, method, weight; `refused` the doubtful pairs."""

    def __init__(self, records: pd.Series, clusters: Clusters, apart: pd.DataFrame) -> None:
        self.open = records
        self.clusters = clusters
        self.apart = set(apart[["l", "r"]].itertuples(index=False, name=None))
        self.found = pd.DataFrame({"row": [], "label": [], "method": [], "weight": []})
        self.refused: list[pd.DataFrame] = []

    def open_records(self) -> pd.DataFrame:
        """Column row: the records that nobody was found for yet."""
        return pd.DataFrame({"row": self.open})

    def join(self, pairs: pd.DataFrame, method: str) -> None:
        """Attach each open record to the cluster of its pair (l in the register, r the record), where that is clear.

        Pairs of one rule have no weight: then all of a record's must lead to one cluster. Pairs with weights: the
        best must be ahead of another cluster's by the margin.
        """
        pairs = pairs[pairs["r"].isin(self.open)]
        if self.apart:
            ends = pd.MultiIndex.from_frame(pairs[["l", "r"]])
            pairs = pairs[~ends.isin(list(self.apart))]
        if pairs.empty:
            return
        pairs = pairs.assign(
            label=self.clusters.label[pairs["l"].to_numpy(int)], rank=pairs["weight"].fillna(0.0)
        )
        best = pairs.sort_values(["r", "rank", "l"], ascending=[True, False, True]).drop_duplicates(
            ["r", "label"]
        )
        first = best.drop_duplicates("r")
        second = best[best.duplicated("r")].drop_duplicates("r").set_index("r")["rank"]
        ahead = first["rank"] - first["r"].map(second).fillna(float("-inf"))
        clear = first[(ahead >= MARGIN).to_numpy()]
        taken = pd.DataFrame(
            {"row": clear["r"], "label": clear["label"], "method": method, "weight": clear["weight"]}
        )
        self.found = taken if self.found.empty else pd.concat([self.found, taken])
        self.refused.append(best[~best["r"].isin(clear["r"])][_PAIR].assign(reason="several possible"))
        self.open = self.open[~self.open.isin(clear["r"])]

    def follow(self, pairs: pd.DataFrame) -> None:
        """Attach open records that somebody decided to be the same (l, r) as one that was found."""
        both = pd.concat([pairs[["l", "r"]], pairs[["r", "l"]].set_axis(["l", "r"], axis=1)])
        both = both[both["r"].isin(self.open) & ~both["r"].isin(self.found["row"])]
        led = both.merge(self.found, left_on="l", right_on="row").sort_values(["r", "l"]).drop_duplicates("r")
        if led.empty:
            return
        taken = pd.DataFrame(
            {"row": led["r"], "label": led["label"], "method": "decision", "weight": float("nan")}
        )
        self.found = pd.concat([self.found, taken])
        self.open = self.open[~self.open.isin(taken["row"])]
