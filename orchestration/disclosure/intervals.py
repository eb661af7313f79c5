"""Between which ends an outsider can say that a cell lies, and what would make them lie further apart.

Each end is the answer to a linear programme. They are small and many, and most of the time of one goes into setting it
up: some dozens are put to the solver as one, since those of different cells have nothing to do with each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from scipy import optimize, sparse
from scipy.sparse import csgraph

from orchestration.disclosure.cells import Cells

_AT_ONCE = 2000  # unknowns put to the solver together
_OPTIMAL = 0  # as SciPy calls it


@dataclass
class Part:
    """A part of the system: its rows and the cells of these that are not out, by their places in the whole."""

    rows: np.ndarray
    cells: np.ndarray
    all: Cells
    member: sparse.csr_matrix = field(init=False)
    equal: sparse.csr_matrix = field(init=False)
    at_least: sparse.csr_matrix = field(init=False)
    cuts: list[tuple[np.ndarray, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.member = self.all.member[self.rows][:, self.cells].tocsc()
        self.equal = _touched(self.all.equal[:, self.cells]).tocsr()
        touched = np.flatnonzero(np.diff(self.all.at_least[:, self.cells].indptr))
        self.at_least = self.all.at_least[touched][:, self.cells].tocsr()
        self.slack = self.all.at_least[touched] @ self.all.value
        self.value = self.all.value[self.cells]
        self.most = np.maximum(self.all.most[self.cells] - self.value, 0.0)
        rows_of = np.diff(self.member.indptr)
        self.in_rows = rows_of > 0
        # What stands for "unknown" of a cell: its row, or where it has several a variable of its own; -1 without a row.
        self.shared = np.flatnonzero(rows_of > 1)
        self.variable = np.full(len(self.cells), -1)
        alone = np.flatnonzero(rows_of == 1)
        self.variable[alone] = self.member.indices[self.member.indptr[alone]]
        self.variable[self.shared] = len(self.rows) + np.arange(len(self.shared))

    def unknown(self, chosen: np.ndarray) -> np.ndarray:
        """Cells that are published nowhere: no row of theirs is."""
        published = np.asarray(self.member[~chosen].sum(axis=0)).ravel() > 0
        return ~published


@dataclass(frozen=True)
class Interval:
    """Of a cell (its place in the part): how wide an outsider's interval is; by how much each cell, were it unknown,
    could widen it; and what the inequalities give."""

    cell: int
    width: float
    gain: np.ndarray
    given: float


@dataclass(frozen=True)
class _Group:
    """Unknowns that equations and inequalities bind to each other, and these."""

    at: np.ndarray
    equal: sparse.csr_matrix
    at_least: sparse.csr_matrix
    equal_rows: np.ndarray
    least_rows: np.ndarray


def intervals(
    part: Part, unknown: np.ndarray, asked: np.ndarray, enough: np.ndarray | None = None
) -> list[Interval]:
    """Of the asked cells, all of them unknown; without those that answers for others show to be as wide as `enough`.

    Raises ArithmeticError where the solver fails.
    """
    groups, label = _groups(part, unknown)
    low, high = np.zeros(len(unknown)), np.zeros(len(unknown))
    found: list[Interval] = []
    rest = list(asked)
    while rest:
        if enough is not None:
            rest = [cell for cell in rest if high[cell] - low[cell] < enough[cell]]
        taken = _so_many(rest, groups, label)
        rest = rest[len(taken) :]
        for group, cells, ends in _solved(part, taken, groups, label):
            low[group.at] = np.minimum(low[group.at], ends.at.min(axis=0))
            high[group.at] = np.maximum(high[group.at], ends.at.max(axis=0))
            found += _intervals(part, group, cells, ends)
    return found


def _groups(part: Part, unknown: np.ndarray) -> tuple[list[_Group], np.ndarray]:
    """The groups that the unknowns fall into, and of each cell which is its."""
    places = np.flatnonzero(unknown)
    equal, least = part.equal[:, places], part.at_least[:, places]
    links = sparse.vstack([equal, least]).tocsr()
    _, found = csgraph.connected_components(links.T @ links, directed=False)
    label = np.full(len(unknown), -1)
    label[places] = found
    groups = []
    for one in range(int(found.max()) + 1 if len(found) else 0):
        at = places[found == one]
        mine = part.equal[:, at], part.at_least[:, at]
        rows = [np.flatnonzero(np.diff(matrix.indptr)) for matrix in mine]
        groups.append(_Group(at, mine[0][rows[0]], mine[1][rows[1]], *rows))
    return groups, label


def _so_many(cells: list[int], groups: list[_Group], label: np.ndarray) -> list[int]:
    """The first of the cells, as many as are put to the solver together."""
    size, count = 0, 0
    for cell in cells:
        size += 2 * len(groups[label[cell]].at)
        if count and size > _AT_ONCE:
            break
        count += 1
    return cells[:count]


@dataclass(frozen=True)
class _Ends:
    """Ends of cells, the lower and the upper one in turn: where all unknowns of the group lie there, and the prices of
    equations and inequalities."""

    at: np.ndarray
    equal: np.ndarray
    least: np.ndarray


def _solved(
    part: Part, cells: list[int], groups: list[_Group], label: np.ndarray
) -> Iterator[tuple[_Group, np.ndarray, _Ends]]:
    """Both ends of each cell, group by group."""
    if not cells:
        return
    asked = np.array(sorted(cells, key=lambda cell: (label[cell], cell)))
    blocks = [groups[one] for one in np.repeat(label[asked], 2)]
    goals = np.concatenate(
        [
            sign * (group.at == cell)
            for group, cell, sign in zip(
                blocks, np.repeat(asked, 2), np.tile([1.0, -1.0], len(asked)), strict=True
            )
        ]
    )
    equal = _stacked([group.equal for group in blocks])
    least = _stacked([group.at_least for group in blocks])
    at = np.concatenate([group.at for group in blocks])
    done = optimize.linprog(
        goals,
        A_ub=-least if least.shape[0] else None,
        b_ub=np.concatenate([part.slack[group.least_rows] for group in blocks]) if least.shape[0] else None,
        A_eq=equal if equal.shape[0] else None,
        b_eq=np.zeros(equal.shape[0]) if equal.shape[0] else None,
        bounds=np.column_stack([-part.value[at], part.most[at]]),
        method="highs",
    )
    if done.status != _OPTIMAL:
        raise ArithmeticError(f"intervals could not be worked out: {done.message}")
    found = [np.asarray(one, float) for one in (done.x, done.eqlin.marginals, done.ineqlin.marginals)]
    for one in np.unique(label[asked]):
        group, mine = groups[one], asked[label[asked] == one]
        sizes = len(group.at), len(group.equal_rows), len(group.least_rows)
        taken = []
        for place, size in enumerate(sizes):
            taken.append(found[place][: 2 * len(mine) * size].reshape(2 * len(mine), size))
            found[place] = found[place][2 * len(mine) * size :]
        yield group, mine, _Ends(*taken)


def _stacked(matrices: list[sparse.csr_matrix]) -> sparse.csr_matrix:
    """The matrices as blocks of one."""
    shapes = np.array([matrix.shape for matrix in matrices])
    first = np.cumsum(shapes, axis=0) - shapes
    indices = [matrix.indices + column for matrix, (_, column) in zip(matrices, first, strict=True)]
    lengths = np.concatenate([np.diff(matrix.indptr) for matrix in matrices])
    data = np.concatenate([matrix.data for matrix in matrices])
    starts = np.concatenate([[0], np.cumsum(lengths)])
    return sparse.csr_matrix((data, np.concatenate(indices), starts), shape=tuple(shapes.sum(axis=0)))


def _intervals(part: Part, group: _Group, cells: np.ndarray, ends: _Ends) -> Iterator[Interval]:
    price = -(part.equal[group.equal_rows].T @ ends.equal.T).T
    price += (part.at_least[group.least_rows].T @ ends.least.T).T
    price[np.arange(len(price)), np.repeat(cells, 2)] += np.tile([1.0, -1.0], len(cells))
    # What is gained by room above and below: a negative price pays for going up.
    gain = np.maximum(-price, 0) * part.most + np.maximum(price, 0) * part.value
    given = -ends.least @ part.slack[group.least_rows]
    place = np.searchsorted(group.at, cells)
    for number, cell in enumerate(cells):
        down, up = 2 * number, 2 * number + 1
        width = ends.at[up, place[number]] - ends.at[down, place[number]]
        yield Interval(int(cell), float(width), gain[down] + gain[up], float(given[down] + given[up]))


def _touched(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    return matrix[np.flatnonzero(np.diff(matrix.indptr))]
