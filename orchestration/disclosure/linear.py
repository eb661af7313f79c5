"""Linear expressions of unknowns, and between which ends one can lie where sums of them are known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import optimize, sparse

_FAR = 1e9
_SOLVED, _INFEASIBLE = 0, 2  # as SciPy calls them
_AT_ONCE = 2000  # unknowns given to the solver together


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


@dataclass(frozen=True)
class _Part:
    """Unknowns that have to do with each other, their places, and what is known of them: `zero @ them == sums`,
    `least @ them >= bounds`."""

    at: Mapping[int, int]
    zero: sparse.csr_matrix
    sums: np.ndarray
    least: sparse.csr_matrix
    bounds: np.ndarray


_Terms = tuple[tuple[int, float], ...]
_Asked = tuple[_Part, _Terms]


@dataclass
class System:
    """What is known of unknowns that are not negative."""

    _names: dict[Hashable, int] = field(default_factory=dict)
    _facts: list[_Fact] = field(default_factory=list)
    _group: list[int] = field(default_factory=list)  # a forest: unknowns that have to do with each other
    _of_group: dict[int, tuple[list[int], list[_Fact]]] = field(default_factory=dict)
    _parts: dict[tuple[int, ...], _Part | None] = field(default_factory=dict)

    def unknown(self, name: Hashable) -> Linear:
        """The unknown of that name."""
        at = self._names.setdefault(name, len(self._names))
        if at == len(self._group):
            self._group.append(at)
            self._forget()
        return Linear({at: 1.0})

    def equal(self, zero: Linear, *, is_sure: bool = True) -> None:
        """Something that is 0. What has no unknowns says nothing."""
        self._note(_Fact(zero, is_least=False, is_sure=is_sure))

    def at_least(self, least: Linear, number: float, *, is_sure: bool = True) -> None:
        """Something that is no less than a number."""
        self._note(_Fact(least - Linear({}, number), is_least=True, is_sure=is_sure))

    def intervals(self, of: Sequence[Linear]) -> list[tuple[float, float]]:
        """The ends between which each lies.

        Numbers that were restated can contradict each other over time: then only what is sure counts, and where that
        contradicts itself, nothing is known.
        """
        keys = [tuple(sorted(one.terms.items())) for one in of]
        ends: dict[_Terms, tuple[float, float]] = {(): (0.0, 0.0)}
        asked: list[_Asked] = []
        for key in sorted(set(keys) - {()}):
            part = self._part(tuple(sorted({self._root(unknown) for unknown, _ in key})))
            if part is None:
                ends[key] = (-_FAR, _FAR)
            else:
                asked.append((part, key))
        for some in _so_many(asked):
            ends |= zip((key for _, key in some), _ends(some), strict=True)
        return [
            (ends[key][0] + one.number, ends[key][1] + one.number) for key, one in zip(keys, of, strict=True)
        ]

    def _note(self, fact: _Fact) -> None:
        if fact.sum.terms:
            self._facts.append(fact)
            first, *others = fact.sum.terms
            for other in others:
                self._group[self._root(other)] = self._root(first)
            self._forget()

    def _forget(self) -> None:
        self._of_group.clear()
        self._parts.clear()

    def _root(self, unknown: int) -> int:
        while self._group[unknown] != unknown:
            self._group[unknown] = self._group[self._group[unknown]]
            unknown = self._group[unknown]
        return unknown

    def _part(self, roots: tuple[int, ...]) -> _Part | None:
        """Of these groups, with all that is known, or what is sure of it; None where that contradicts itself."""
        if roots not in self._parts:
            if not self._of_group:
                groups: dict[int, tuple[list[int], list[_Fact]]] = defaultdict(lambda: ([], []))
                for unknown in range(len(self._group)):
                    groups[self._root(unknown)][0].append(unknown)
                for fact in self._facts:
                    groups[self._root(next(iter(fact.sum.terms)))][1].append(fact)
                self._of_group = dict(groups)
            unknowns = [unknown for root in roots for unknown in self._of_group[root][0]]
            facts = [fact for root in roots for fact in self._of_group[root][1]]
            tried = (_part(unknowns, facts), _part(unknowns, [fact for fact in facts if fact.is_sure]))
            self._parts[roots] = next((part for part in tried if _is_possible(part)), None)
        return self._parts[roots]


def _part(unknowns: list[int], facts: list[_Fact]) -> _Part:
    at = {unknown: place for place, unknown in enumerate(unknowns)}
    zero = [fact.sum for fact in facts if not fact.is_least]
    least = [fact.sum for fact in facts if fact.is_least]
    sums, bounds = (np.array([-one.number for one in ones]) for ones in (zero, least))
    return _Part(at, _matrix(zero, at), sums, _matrix(least, at), bounds)


def _is_possible(part: _Part) -> bool:
    return bool(_solve([part], np.zeros(len(part.at))).status != _INFEASIBLE)


def _so_many(asked: list[_Asked]) -> Iterator[list[_Asked]]:
    """As many as are given to the solver together, in turn."""
    some: list[_Asked] = []
    size = 0
    for one in asked:
        size += 2 * len(one[0].at)
        if some and size > _AT_ONCE:
            yield some
            some, size = [], 2 * len(one[0].at)
        some.append(one)
    if some:
        yield some


def _ends(asked: list[_Asked]) -> Iterator[tuple[float, float]]:
    """The least and the most that each can be, without its number: they have nothing to do with each other, and one
    programme finds all of them."""
    parts, goals = [], []
    for part, terms in asked:
        goal = np.zeros(len(part.at))
        for unknown, times in terms:
            goal[part.at[unknown]] = times
        parts += [part, part]
        goals += [goal, -goal]
    done = _solve(parts, np.concatenate(goals))
    if done.status != _SOLVED:  # one of them, perhaps: the others must not suffer by it
        for one in asked:
            yield from _ends([one]) if len(asked) > 1 else [(-_FAR, _FAR)]
        return
    answers = np.split(done.x, np.cumsum([len(goal) for goal in goals])[:-1])
    for down in range(0, len(goals), 2):
        yield float(goals[down] @ answers[down]), float(goals[down] @ answers[down + 1])


def _solve(parts: list[_Part], goal: np.ndarray) -> optimize.OptimizeResult:
    zero = sparse.block_diag([part.zero for part in parts], format="csr")
    least = sparse.block_diag([part.least for part in parts], format="csr")
    return optimize.linprog(
        goal,
        A_ub=-least if least.shape[0] else None,
        b_ub=-np.concatenate([part.bounds for part in parts]) if least.shape[0] else None,
        A_eq=zero if zero.shape[0] else None,
        b_eq=np.concatenate([part.sums for part in parts]) if zero.shape[0] else None,
        bounds=(0, _FAR),
        method="highs",
    )


def _matrix(of: list[Linear], at: Mapping[int, int]) -> sparse.csr_matrix:
    entries = [
        (row, at[unknown], times) for row, one in enumerate(of) for unknown, times in one.terms.items()
    ]
    rows, columns, values = zip(*entries, strict=True) if entries else ((), (), ())
    return sparse.csr_matrix((values, (rows, columns)), shape=(len(of), len(at)))
