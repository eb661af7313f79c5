"""Clusters of the register's records: pairs join, unless what tells two entities apart says no.

Numbers only: rows, labels, values. What the pairs rest on is in `link_rules` and `scoring`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

MARGIN = 3.0  # two candidates that differ by less match weight than this (1 : 8) are both possible
_MOST_PAIRS = 400  # of one tangle; a larger one is left to people


@dataclass
class Clusters:
    """The register's records: `label` is the first row of each one's cluster."""

    label: np.ndarray
    tells: pd.DataFrame  # row, domain, value: one domain's values differ between entities
    apart: pd.DataFrame  # l, r: somebody decided that these are different
    method: np.ndarray = field(init=False)
    weight: np.ndarray = field(init=False)
    refused: list[pd.DataFrame] = field(default_factory=list)  # l, r, weight, levels, reason

    def __post_init__(self) -> None:
        self.method = np.full(len(self.label), "", dtype=object)
        self.weight = np.full(len(self.label), np.nan)

    def labels(self) -> pd.DataFrame:
        """Columns row, label."""
        return pd.DataFrame({"row": np.arange(len(self.label)), "label": self.label})

    def decide(self, pairs: pd.DataFrame) -> None:
        """Join what somebody decided to be the same: values that tell them apart are one from now on.

        Pairs that others decided to be different are not among them: such decisions do not load.
        """
        if pairs.empty:
            return
        joined = self._components(pairs)
        label = joined[self.tells["row"].to_numpy(int)]
        decided = np.isin(label, joined[pairs["l"].to_numpy(int)])
        ends = self.tells.assign(label=label)[decided]
        # A value stands for all that it was decided to be one with; chains of decisions end after as many rounds.
        while True:
            least = ends.groupby(["label", "domain"])["value"].transform("min")
            changed = ends.assign(one=least)[ends["value"] != least].drop_duplicates(["domain", "value"])
            if changed.empty:
                break
            same = changed.set_index(["domain", "value"])["one"].to_dict()
            self.tells, ends = (
                part.assign(
                    value=[same.get(at, at[1]) for at in zip(part["domain"], part["value"], strict=True)]
                )
                for part in (self.tells, ends)
            )
        self.join(pairs, "decision")

    def join(self, pairs: pd.DataFrame, method: str) -> None:
        """Join the clusters of each pair (l, r, weight, levels); pairs that contradict are refused and kept."""
        pairs = pairs[self.label[pairs["l"].to_numpy(int)] != self.label[pairs["r"].to_numpy(int)]]
        if pairs.empty:
            return
        joined = self._components(pairs)
        tangled = self._contradictions(joined)
        hard = pairs[np.isin(joined[pairs["l"].to_numpy(int)], tangled)]
        easy = pairs.drop(hard.index)
        for _, tangle in hard.groupby(joined[hard["l"].to_numpy(int)]):
            good, bad = _Tangle(self, tangle).solve()
            easy = pd.concat([easy, good])
            self.refused.append(bad)
        if not easy.empty:
            self._accept(easy, method)

    def _components(self, pairs: pd.DataFrame) -> np.ndarray:
        # For start-up: SciPy is needed only where there are pairs to join.
        from scipy.sparse import coo_matrix
        from scipy.sparse.csgraph import connected_components

        left, right = self.label[pairs["l"].to_numpy(int)], self.label[pairs["r"].to_numpy(int)]
        size = len(self.label)
        graph = coo_matrix((np.ones(len(left), dtype=np.int8), (left, right)), shape=(size, size))
        _, component = connected_components(graph, directed=False)
        first = np.full(component.max() + 1, size, dtype=np.int64)
        np.minimum.at(first, component, np.arange(size))
        return first[component[self.label]]

    def _contradictions(self, label: np.ndarray) -> np.ndarray:
        """Labels whose cluster would hold two values of one domain, or a pair that was decided to be different."""
        values = self.tells.assign(label=label[self.tells["row"].to_numpy(int)])
        counts = values.groupby(["label", "domain"])["value"].nunique()
        found = counts[counts > 1].index.get_level_values("label").to_numpy()
        left, right = (label[self.apart[side].to_numpy(int)] for side in ("l", "r"))
        return np.union1d(found, left[left == right])

    def _accept(self, pairs: pd.DataFrame, method: str) -> None:
        before = self.label
        self.label = self._components(pairs)
        # Rows whose own cluster took part in a join and that had no method yet; each with its best pair's weight.
        taking_part = pd.DataFrame(
            {
                "label": before[pairs[["l", "r"]].to_numpy(int).ravel()],
                "weight": np.repeat(pairs["weight"].to_numpy(), 2),
            }
        )
        best = taking_part.groupby("label")["weight"].max()
        new = (self.method == "") & np.isin(before, best.index)
        self.method[new] = method
        self.weight[new] = best.reindex(before[new]).to_numpy()


class _Tangle:
    """Pairs that together would contradict: joined one by one, the weightiest first, as far as they may."""

    def __init__(self, clusters: Clusters, pairs: pd.DataFrame) -> None:
        self.pairs = pairs.assign(rank=pairs["weight"].fillna(0.0)).sort_values(
            ["rank", "l", "r"], ascending=[False, True, True]
        )
        ends = clusters.label[self.pairs[["l", "r"]].to_numpy(int)]
        self.edges = list(
            zip(ends[:, 0].tolist(), ends[:, 1].tolist(), self.pairs["rank"].tolist(), strict=True)
        )
        members = np.unique(ends)
        self.parent = {int(node): int(node) for node in members}
        self.values: dict[int, dict[str, set[str]]] = {int(node): {} for node in members}
        label = clusters.label[clusters.tells["row"].to_numpy(int)]
        inside = clusters.tells.assign(label=label)[np.isin(label, members)]
        for node, domain, value in inside[["label", "domain", "value"]].itertuples(index=False):
            self.values[int(node)].setdefault(domain, set()).add(value)
        apart = np.column_stack([clusters.label[clusters.apart[side].to_numpy(int)] for side in ("l", "r")])
        self.apart = {(int(a), int(b)) for a, b in apart} | {(int(b), int(a)) for a, b in apart}

    def _root(self, node: int) -> int:
        while self.parent[node] != node:
            node = self.parent[node]
        return node

    def _members(self, root: int) -> list[int]:
        return [node for node in self.parent if self._root(node) == root]

    def _contradict(self, one: int, other: int) -> bool:
        mine, theirs = self.values[one], self.values[other]
        if any(len(mine[domain] | theirs[domain]) > 1 for domain in mine.keys() & theirs.keys()):
            return True
        if not self.apart:
            return False
        return any((a, b) in self.apart for a in self._members(one) for b in self._members(other))

    def _has_rival(self, one: int, other: int, rank: float) -> bool:
        """Whether either end could about as well belong to somebody who cannot be the other end."""
        for a, b, weight in self.edges:
            if weight < rank - MARGIN:
                break
            ends = {self._root(a), self._root(b)}
            for here, there in ((one, other), (other, one)):
                rivals = ends - {here} if here in ends else set()
                if any(rival != there and self._contradict(rival, there) for rival in rivals):
                    return True
        return False

    def solve(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The pairs that hold, and those refused with the reason."""
        kept, reasons = [], []
        for a, b, rank in self.edges if len(self.edges) <= _MOST_PAIRS else []:
            one, other = self._root(a), self._root(b)
            reason = ""
            if one != other and self._contradict(one, other):
                reason = "contradiction"
            elif one != other and self._has_rival(one, other, rank):
                reason = "several possible"
            kept.append(not reason)
            reasons.append(reason)
            if not reason and one != other:
                self.parent[max(one, other)] = min(one, other)
                merged = self.values[min(one, other)]
                for domain, values in self.values[max(one, other)].items():
                    merged.setdefault(domain, set()).update(values)
        if not kept:
            return self.pairs.iloc[:0], self.pairs.drop(columns="rank").assign(reason="too many share it")
        pairs = self.pairs.drop(columns="rank").assign(reason=reasons)
        chosen = np.array(kept)
        return pairs[chosen].drop(columns="reason"), pairs[~chosen]
