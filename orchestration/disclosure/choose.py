"""Which rows to withhold: the least that keeps every small cell wide.

Rows are chosen by a mixed-integer programme; what it must keep to is found by attack. An outsider's interval for a cell
is the answer to two linear programmes; where it is too narrow, their dual solution is an inequality that every safe
choice keeps to, and the choice is made anew (Fischetti and Salazar, "Models and algorithms for optimizing cell
suppression in tabular data with linear constraints", Journal of the American Statistical Association 95, 2000). Parts
of the system that share no cell are solved one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, sparse
from scipy.sparse import csgraph

from orchestration.disclosure.cells import Cells
from orchestration.disclosure.intervals import Interval, Part, intervals

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


def _parts(cells: Cells) -> list[Part]:
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
        Part(np.flatnonzero(of_row == one), free[of_cell == one], cells)
        for one in wanted
        if (of_row == one).any()
    ]


def _solve(part: Part, forced: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, float]:
    """The rows of a part that are withheld, and the least that any safe choice costs."""
    everything = np.ones(len(forced), bool)
    chosen, least = forced.copy(), float(weight[forced].sum())
    sensitive = part.all.sensitive[part.cells] > 0
    reachable = np.full(len(part.cells), np.nan)
    for _ in range(_ROUNDS):
        unknown = part.unknown(chosen)
        hidden = unknown & (part.all.protected[part.cells] > 0) & part.in_rows
        # Rows with a sensitive cell are all forced, so that it is unknown in any choice.
        cuts = _cuts(part, unknown, np.flatnonzero((sensitive & unknown) | hidden), reachable)
        if not cuts:
            return chosen, least
        part.cuts += cuts
        chosen, least = _choice(part, forced, weight)
    return everything, least


def _cuts(
    part: Part, unknown: np.ndarray, asked: np.ndarray, reachable: np.ndarray
) -> list[tuple[np.ndarray, float]]:
    """Inequalities (coefficients of what is withheld >= number) that this choice breaks, none where the cells are wide.

    Wide is: as wide as the threshold and one more, or as what is out already allows (`reachable`, worked out once).
    """
    wanted = part.all.protected[part.cells] + _ONE
    narrow = [
        one for one in intervals(part, unknown, asked, wanted) if one.width < wanted[one.cell] - _EPSILON
    ]
    new = np.array([one.cell for one in narrow if np.isnan(reachable[one.cell])], int)
    reachable[new] = wanted[new]
    for one in intervals(part, np.ones(len(unknown), bool), new, wanted):
        reachable[one.cell] = min(one.width, wanted[one.cell])
    return [
        _inequality(part, one, reachable[one.cell])
        for one in narrow
        if reachable[one.cell] >= _EPSILON and one.width < reachable[one.cell] - _EPSILON
    ]


def _inequality(part: Part, one: Interval, wanted: float) -> tuple[np.ndarray, float]:
    cell, gain = one.cell, np.minimum(one.gain, wanted)
    need = max(wanted - one.given - gain[part.variable < 0].sum(), 0.0)
    counts = (part.variable >= 0) & (gain > _EPSILON)
    coefficients = np.bincount(part.variable[counts], gain[counts], len(part.rows) + len(part.shared))
    coefficients = np.round(np.minimum(coefficients, need) / wanted, _DIGITS)
    need = np.round(need / wanted, _DIGITS)
    # Of a cell that is withheld for others alone, nothing is asked where it is published.
    if part.all.sensitive[part.cells[cell]] == 0:
        coefficients[part.variable[cell]] -= need
        need = 0.0
    return coefficients, need


def _choice(part: Part, forced: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, float]:
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


def _shared(part: Part) -> list[optimize.LinearConstraint]:
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
