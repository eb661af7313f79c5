"""Which rows to withhold: the least that keeps every small cell wide.

Rows are chosen by a mixed-integer programme; what it must keep to is found by attack. An outsider's interval for a cell
is the answer to two linear programmes; where it is too narrow, their dual solution is an inequality that every safe
choice keeps to, and the choice is made anew (Fischetti and Salazar, "Models and algorithms for optimizing cell
suppression in tabular data with linear constraints", Journal of the American Statistical Association 95, 2000). Parts
of the system that share no cell are solved one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import optimize, sparse
from scipy.sparse import csgraph

from orchestration.disclosure.cells import Cells

_ROUNDS = 100  # of choice and attack; then everything of the part is withheld that may be
# Of the search for the best choice: a number, not a time, so that all machines choose the same.
_NODES = 1000
_EPSILON = 1e-6
_DIGITS = 7  # of coefficients: finer than what a solver tells apart helps nobody
_ONE = 1.0  # somebody in a cell knows of themselves


@dataclass(frozen=True)
class Pattern:
    """Of `Cells.rows`: which are withheld, and which of them for a small cell of their own. What the choice costs, and
    what none can cost less than."""

    is_withheld: np.ndarray
    is_small: np.ndarray
    cost: float
    bound: float


@dataclass
class _Part:
    """A part of the system: its rows and the cells of these that are not out, by their places in the whole."""

    rows: np.ndarray
    cells: np.ndarray
    all: Cells
    member: sparse.csr_matrix = field(init=False)
    equal: sparse.csr_matrix = field(init=False)
    at_least: sparse.csr_matrix = field(init=False)
    cuts: list[tuple[np.ndarray, float]] = field(default_factory=list)
    reachable: dict[int, float] = field(default_factory=dict)
    # How far below and above its value each cell was seen in any answer to this choice: what is wide is not asked for.
    seen: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.member = self.all.member[self.rows][:, self.cells].tocsc()
        self.equal = _touched(self.all.equal[:, self.cells])
        touched = np.flatnonzero(np.diff(self.all.at_least[:, self.cells].indptr))
        self.at_least = self.all.at_least[touched][:, self.cells]
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


def choose(cells: Cells) -> Pattern:
    """The rows to withhold. Those withheld before stay so."""
    is_small = _small(cells)
    chosen = is_small | cells.rows["is_withheld"].to_numpy(bool)
    weight = cells.rows["weight"].to_numpy(float)
    bound = 0.0
    parts = _parts(cells)
    for part in parts:
        picked, least = _solve(part, chosen[part.rows], weight[part.rows])
        chosen[part.rows] |= picked
        bound += least
    lone = np.ones(len(chosen), bool)
    lone[np.concatenate([np.empty(0, int), *(part.rows for part in parts)])] = False
    cost = float(weight[chosen].sum())
    return Pattern(chosen, is_small, cost, bound + float(weight[chosen & lone].sum()))


def _small(cells: Cells) -> np.ndarray:
    """Rows with a small cell of their own that is not out."""
    few = (cells.sensitive > 0) & ~cells.is_out
    return np.asarray(cells.member[:, few].sum(axis=1)).ravel() > 0


def _parts(cells: Cells) -> list[_Part]:
    """The parts that hold something to protect."""
    free = np.flatnonzero(~cells.is_out)
    links = sparse.vstack([cells.member[:, free], cells.equal[:, free], cells.at_least[:, free]]).tocsr()
    count = links.shape[0]
    graph = sparse.bmat([[None, links], [links.T, None]])
    _, label = csgraph.connected_components(graph, directed=False)
    of_row, of_cell = label[: len(cells.rows)], label[count:]
    wanted = np.unique(of_cell[(cells.sensitive[free] > 0)])
    wanted = np.union1d(wanted, of_row[cells.rows["is_withheld"].to_numpy(bool)])
    return [
        _Part(np.flatnonzero(of_row == one), free[of_cell == one], cells)
        for one in wanted
        if (of_row == one).any()
    ]


def _touched(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    return matrix[np.flatnonzero(np.diff(matrix.indptr))]


def _solve(part: _Part, forced: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, float]:
    """The rows of a part that are withheld, and the least that any safe choice costs."""
    everything = np.ones(len(forced), bool)
    chosen, least = forced.copy(), float(weight[forced].sum())
    sensitive = np.flatnonzero(part.all.sensitive[part.cells] > 0)
    for _ in range(_ROUNDS):
        unknown = _unknown(part, chosen)
        part.seen = np.zeros((2, len(part.cells)))
        hidden = np.flatnonzero(unknown & (part.all.protected[part.cells] > 0) & part.in_rows)
        found = [_cut(part, unknown, cell, everything) for cell in np.union1d(sensitive, hidden)]
        cuts = [cut for cut in found if cut is not None]
        if not cuts:
            return chosen, least
        part.cuts += cuts
        chosen, least = _choice(part, forced, weight)
    return everything, least


def _unknown(part: _Part, chosen: np.ndarray) -> np.ndarray:
    """Cells that are published nowhere: no row of theirs is."""
    published = np.asarray(part.member[~chosen].sum(axis=0)).ravel() > 0
    return ~published


def _width(part: _Part, unknown: np.ndarray, cell: int) -> tuple[float, np.ndarray, float]:
    """How wide an outsider's interval for the cell is; by how much each cell, were it unknown, could widen it; and what
    the inequalities give."""
    is_asked = bool(unknown[cell])  # else of a system that is not this choice's
    if not is_asked:
        unknown = unknown.copy()
        unknown[cell] = True
    at = np.flatnonzero(unknown)
    goal = np.zeros(len(at))
    goal[np.searchsorted(at, cell)] = 1.0
    equal, least = _touched(part.equal[:, at].tocsr()), part.at_least[:, at]
    rows = np.flatnonzero(np.diff(part.equal[:, at].tocsr().indptr))
    bounds = np.column_stack([-part.value[at], part.most[at]])
    width, gain, given = 0.0, np.zeros(len(unknown)), 0.0
    for sign in (-1.0, 1.0):
        done = optimize.linprog(
            sign * goal,
            A_ub=-least if least.shape[0] else None,
            b_ub=part.slack if least.shape[0] else None,
            A_eq=equal if equal.shape[0] else None,
            b_eq=np.zeros(equal.shape[0]) if equal.shape[0] else None,
            bounds=bounds,
            method="highs",
        )
        if done.status != 0:
            raise ArithmeticError(f"an interval could not be worked out: {done.message}")
        width += -done.fun
        if is_asked:
            part.seen[0][at] = np.minimum(part.seen[0][at], done.x)
            part.seen[1][at] = np.maximum(part.seen[1][at], done.x)
        price = np.zeros(len(unknown))
        price[cell] = sign
        if equal.shape[0]:
            price -= part.equal[rows].T @ done.eqlin.marginals
        if least.shape[0]:
            price += part.at_least.T @ done.ineqlin.marginals
            given += float(-done.ineqlin.marginals @ part.slack)
        # What is gained by room above and below: a negative price pays for going up.
        gain += np.maximum(-price, 0) * part.most + np.maximum(price, 0) * part.value
    return width, gain, given


def _cut(
    part: _Part, unknown: np.ndarray, cell: int, everything: np.ndarray
) -> tuple[np.ndarray, float] | None:
    """An inequality (coefficients of what is withheld >= number) that this choice breaks; None where the cell is wide.

    Wide is: as wide as the threshold and one more, or as what is out already allows.
    """
    wanted = part.all.protected[part.cells[cell]] + _ONE
    if unknown[cell]:
        if part.seen[1][cell] - part.seen[0][cell] >= wanted:
            return None
        width, gain, given = _width(part, unknown, cell)
        if width >= wanted - _EPSILON:
            return None
    if cell not in part.reachable:
        seen, part.seen = part.seen, part.seen.copy()
        part.reachable[cell] = _width(part, _unknown(part, everything), cell)[0]
        part.seen = seen
    wanted = min(wanted, part.reachable[cell])
    if wanted < _EPSILON:
        return None
    if not unknown[cell]:
        width, gain, given = 0.0, *_width(part, unknown, cell)[1:]
    elif width >= wanted - _EPSILON:
        return None
    return _inequality(part, cell, gain, given, wanted)


def _inequality(
    part: _Part, cell: int, gain: np.ndarray, given: float, wanted: float
) -> tuple[np.ndarray, float]:
    gain = np.minimum(gain, wanted)
    need = max(wanted - given - gain[part.variable < 0].sum(), 0.0)
    counts = (part.variable >= 0) & (gain > _EPSILON)
    coefficients = np.bincount(part.variable[counts], gain[counts], len(part.rows) + len(part.shared))
    coefficients = np.round(np.minimum(coefficients, need) / wanted, _DIGITS)
    need = np.round(need / wanted, _DIGITS)
    # Of a cell that is withheld for others alone, nothing is asked where it is published.
    if part.all.sensitive[part.cells[cell]] == 0:
        coefficients[part.variable[cell]] -= need
        need = 0.0
    return coefficients, need


def _choice(part: _Part, forced: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, float]:
    """The cheapest rows that keep to all inequalities so far, and the least they can cost."""
    count = len(weight)
    matrix = sparse.csr_matrix(np.array([cut for cut, _ in part.cuts]))
    need = np.array([number for _, number in part.cuts])
    constraints = [optimize.LinearConstraint(matrix, lb=need - 10 * _EPSILON), *_shared(part)]
    done = optimize.milp(
        np.concatenate([weight, np.zeros(len(part.shared))]),
        integrality=np.concatenate([np.ones(count), np.zeros(len(part.shared))]),
        bounds=optimize.Bounds(np.concatenate([forced.astype(float), np.zeros(len(part.shared))]), 1.0),
        constraints=constraints,
        options={"mip_rel_gap": 0.0, "node_limit": _NODES},
    )
    if done.x is None:
        return np.ones(count, bool), float(weight[forced].sum())
    return done.x[:count] > 0.5, float(done.mip_dual_bound if done.mip_dual_bound is not None else done.fun)


def _shared(part: _Part) -> list[optimize.LinearConstraint]:
    """A cell of several rows is unknown where all of them are withheld."""
    if not len(part.shared):
        return []
    member = part.member[:, part.shared].tocoo()
    size, count = len(member.row), len(part.rows)
    each = sparse.csr_matrix(
        (
            np.repeat([1.0, -1.0], size),
            (np.tile(np.arange(size), 2), np.concatenate([member.row, count + member.col])),
        ),
        shape=(size, count + len(part.shared)),
    )
    of = np.bincount(member.col, minlength=len(part.shared))
    all_ = sparse.hstack([-part.member[:, part.shared].T, sparse.eye(len(part.shared))]).tocsr()
    return [optimize.LinearConstraint(each, lb=0.0), optimize.LinearConstraint(all_, lb=1.0 - of)]
