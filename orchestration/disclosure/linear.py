"""Linear expressions of unknowns, and between which ends one can lie where sums of them are known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy import optimize, sparse

_FAR = 1e9
_SOLVED = 0  # as SciPy calls it


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


@dataclass(frozen=True)
class _Fact:
    """A sum that is nothing, or (`is_least`) no less than nothing. One that is not sure gives way to those that are."""

    sum: Linear
    is_least: bool
    is_sure: bool


@dataclass
class System:
    """What is known of unknowns that are not negative."""

    _names: dict[Hashable, int] = field(default_factory=dict)
    _facts: list[_Fact] = field(default_factory=list)
    _group: list[int] = field(default_factory=list)  # a forest: unknowns that have to do with each other
    _parts: dict[int, tuple[list[int], list[_Fact]]] = field(default_factory=dict)

    def unknown(self, name: Hashable) -> Linear:
        """The unknown of that name."""
        at = self._names.setdefault(name, len(self._names))
        if at == len(self._group):
            self._group.append(at)
            self._parts.clear()
        return Linear({at: 1.0})

    def equal(self, zero: Linear, *, is_sure: bool = True) -> None:
        """Something that is 0. What has no unknowns says nothing."""
        self._note(_Fact(zero, is_least=False, is_sure=is_sure))

    def at_least(self, least: Linear, number: float, *, is_sure: bool = True) -> None:
        """Something that is no less than a number."""
        self._note(_Fact(least - Linear({}, number), is_least=True, is_sure=is_sure))

    def _note(self, fact: _Fact) -> None:
        if fact.sum.terms:
            self._facts.append(fact)
            first, *others = fact.sum.terms
            for other in others:
                self._group[self._root(other)] = self._root(first)
            self._parts.clear()

    def _root(self, unknown: int) -> int:
        while self._group[unknown] != unknown:
            self._group[unknown] = self._group[self._group[unknown]]
            unknown = self._group[unknown]
        return unknown

    def interval(self, of: Linear) -> tuple[float, float]:
        """The ends between which it lies.

        Numbers that were restated can contradict each other over time: then only what is sure counts, and where that
        contradicts itself, nothing is known.
        """
        if not of.terms:
            return of.number, of.number
        unknowns: list[int] = []
        facts: list[_Fact] = []
        for root in sorted({self._root(unknown) for unknown in of.terms}):
            unknowns, facts = unknowns + self._part(root)[0], facts + self._part(root)[1]
        at = {unknown: place for place, unknown in enumerate(unknowns)}
        for known in (facts, [fact for fact in facts if fact.is_sure]):
            ends = [_least(of, at, known, sign) for sign in (1.0, -1.0)]
            if ends[0] is not None and ends[1] is not None:
                return ends[0] + of.number, -ends[1] + of.number
        return -_FAR, _FAR

    def _part(self, root: int) -> tuple[list[int], list[_Fact]]:
        if not self._parts:
            parts: dict[int, tuple[list[int], list[_Fact]]] = defaultdict(lambda: ([], []))
            for unknown in range(len(self._group)):
                parts[self._root(unknown)][0].append(unknown)
            for fact in self._facts:
                parts[self._root(next(iter(fact.sum.terms)))][1].append(fact)
            self._parts = dict(parts)
        return self._parts[root]


def _least(of: Linear, at: Mapping[int, int], facts: list[_Fact], sign: float) -> float | None:
    """The least it can be without its number, of `sign` times it; None where the facts contradict each other."""
    goal = np.zeros(len(at))
    for unknown, times in of.terms.items():
        goal[at[unknown]] = sign * times
    equal = [fact.sum for fact in facts if not fact.is_least]
    least = [fact.sum for fact in facts if fact.is_least]
    done = optimize.linprog(
        goal,
        A_ub=_matrix(least, at, -1.0),
        b_ub=[one.number for one in least] or None,
        A_eq=_matrix(equal, at, 1.0),
        b_eq=[-one.number for one in equal] or None,
        bounds=(0, _FAR),
        method="highs",
    )
    return float(done.fun) if done.status == _SOLVED else None


def _matrix(of: list[Linear], at: Mapping[int, int], sign: float) -> sparse.csr_matrix | None:
    if not of:
        return None
    entries = [
        (row, at[unknown], sign * times) for row, one in enumerate(of) for unknown, times in one.terms.items()
    ]
    rows, columns, values = zip(*entries, strict=True)
    return sparse.csr_matrix((values, (rows, columns)), shape=(len(of), len(at)))
