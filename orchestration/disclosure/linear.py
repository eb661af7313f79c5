"""Linear expressions of unknowns, and between which ends one can lie where sums of them are known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy import optimize, sparse

from ingest.errors import SangamError

_FAR = 1e9
_NEAR = 1e-6


@dataclass(frozen=True)
class Linear:
    """A sum of unknowns, each so many times, and a number."""

    terms: Mapping[int, float]
    number: float = 0.0

    def __add__(self, other: Linear) -> Linear:
        terms = defaultdict(float, self.terms)
        for unknown, times in other.terms.items():
            terms[unknown] += times
        return Linear(
            {unknown: times for unknown, times in terms.items() if times}, self.number + other.number
        )

    def __sub__(self, other: Linear) -> Linear:
        return self + Linear({unknown: -times for unknown, times in other.terms.items()}, -other.number)


@dataclass
class System:
    """What is known of unknowns that are not negative."""

    _names: dict[Hashable, int] = field(default_factory=dict)
    _equal: list[Linear] = field(default_factory=list)
    _at_least: list[Linear] = field(default_factory=list)
    _group: list[int] = field(default_factory=list)  # a forest: unknowns that have to do with each other
    _solved: dict[int, tuple[list[int], list[Linear], list[Linear]]] = field(default_factory=dict)

    def unknown(self, name: Hashable) -> Linear:
        """The unknown of that name."""
        at = self._names.setdefault(name, len(self._names))
        if at == len(self._group):
            self._group.append(at)
        return Linear({at: 1.0})

    def equal(self, zero: Linear) -> None:
        """Something that is 0. What has no unknowns, or contradicts what is known of numbers, says nothing."""
        self._note(zero, self._equal)

    def at_least(self, least: Linear, number: float) -> None:
        """Something that is no less than a number."""
        self._note(least - Linear({}, number), self._at_least)

    def _note(self, one: Linear, among: list[Linear]) -> None:
        if one.terms:
            among.append(one)
            first, *others = one.terms
            for other in others:
                self._group[self._root(other)] = self._root(first)
            self._solved.clear()

    def _root(self, unknown: int) -> int:
        while self._group[unknown] != unknown:
            self._group[unknown] = self._group[self._group[unknown]]
            unknown = self._group[unknown]
        return unknown

    def interval(self, of: Linear) -> tuple[float, float]:
        """The ends between which it lies. Raises SangamError where what is known contradicts itself."""
        if not of.terms:
            return of.number, of.number
        groups = sorted({self._root(unknown) for unknown in of.terms})
        unknowns: list[int] = []
        equal: list[Linear] = []
        least: list[Linear] = []
        for root in groups:
            found = self._part(root)
            unknowns, equal, least = unknowns + found[0], equal + found[1], least + found[2]
        at = {unknown: place for place, unknown in enumerate(unknowns)}
        goal = np.zeros(len(at))
        for unknown, times in of.terms.items():
            goal[at[unknown]] = times
        ends = [self._end(sign * goal, at, equal, least) * sign + of.number for sign in (1.0, -1.0)]
        return ends[0], ends[1]

    def _part(self, root: int) -> tuple[list[int], list[Linear], list[Linear]]:
        if not self._solved:
            parts: dict[int, tuple[list[int], list[Linear], list[Linear]]] = defaultdict(lambda: ([], [], []))
            for unknown in range(len(self._group)):
                parts[self._root(unknown)][0].append(unknown)
            for place, among in ((1, self._equal), (2, self._at_least)):
                for one in among:
                    parts[self._root(next(iter(one.terms)))][place].append(one)  # type: ignore[arg-type]
            self._solved = dict(parts)
        return self._solved[root]

    def _end(
        self, goal: np.ndarray, at: Mapping[int, int], equal: list[Linear], least: list[Linear]
    ) -> float:
        done = optimize.linprog(
            goal,
            A_ub=_matrix(least, at, -1.0),
            b_ub=[one.number for one in least] or None,
            A_eq=_matrix(equal, at, 1.0),
            b_eq=[-one.number for one in equal] or None,
            bounds=(0, _FAR),
            method="highs",
        )
        if done.status != 0:
            raise SangamError(
                f"What is published contradicts itself, so that nothing can be proved of it ({done.message}). "
                "Look for a release whose categories do not add up to its totals."
            )
        return float(done.fun)


def _matrix(of: list[Linear], at: Mapping[int, int], sign: float) -> sparse.csr_matrix | None:
    if not of:
        return None
    entries = [
        (row, at[unknown], sign * times) for row, one in enumerate(of) for unknown, times in one.terms.items()
    ]
    rows, columns, values = zip(*entries, strict=True)
    return sparse.csr_matrix((values, (rows, columns)), shape=(len(of), len(at)))
