"""How sharply the outcomes speak: the curvature of the loss, customers eliminated, for any prior spreads.

It is made once for some rows and serves every choice of priors: scaled, it leads the search to each optimum, and at the
optimum itself its inverse is the covariance.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

ROWS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """Effects of single people: whose outcome each row is (−1: nobody's), how many people, and their prior spread."""

    index: Ints
    size: int
    spread: float


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """What is fitted to: columns (n × d), success 0–1 (n), weights (n), and the people behind each row."""

    X: Floats
    success: Floats
    weight: Floats
    customer: Effect
    employee: Effect


@dataclass(frozen=True, slots=True, eq=False)
class Guide:
    """The curvature under given priors: `lower` is the Cholesky factor with customers eliminated, `own` is theirs."""

    lower: Floats
    crossed: Floats
    own: Floats

    def solve(self, rest: Floats) -> Floats:
        """The curvature's inverse times `rest`: (intercept, columns, employees), then customers."""
        from scipy.linalg import cho_solve  # here: training needs it, starting a process does not

        size = len(self.lower)
        dense, theirs = rest[:size], rest[size:] / self.own
        if len(theirs):
            dense = dense - theirs @ self.crossed
        solved: Floats = cho_solve((self.lower, True), dense, check_finite=False)
        if len(theirs):
            theirs = theirs - (self.crossed @ solved) / self.own
        return np.concatenate([solved, theirs])


@dataclass(frozen=True, slots=True, eq=False)
class Curved:
    """Sums over rows of curvature · xxᵀ for (intercept, columns, employees), with customers (c × size), of these."""

    dense: Floats
    crossed: Floats
    own: Floats

    def guide(self, scales: Floats, customer_spread: float) -> Guide:
        """The curvature of the penalised loss in standardised weights; `scales` are prior spreads."""
        own = 1.0 + customer_spread**2 * self.own
        crossed = self.crossed * (customer_spread * scales)
        hessian: Floats = self.dense * np.outer(scales, scales)
        for start in range(0, len(own), ROWS_AT_ONCE):
            piece = slice(start, start + ROWS_AT_ONCE)
            hessian -= crossed[piece].T @ (crossed[piece] / own[piece, None])
        hessian[np.diag_indices(len(scales))] += 1.0
        lower = np.linalg.cholesky(hessian).astype(float, copy=False)
        return Guide(lower, crossed, own)


def curved_at(rows: Rows, curvature: Floats) -> Curved:
    """The sums for rows of which each has this curvature, weight · p(1 − p)."""
    size = 1 + rows.X.shape[1] + rows.employee.size
    dense = np.zeros((size, size))
    crossed = np.zeros((rows.customer.size, size), dtype=float)
    for start in range(0, len(curvature), ROWS_AT_ONCE):
        piece = slice(start, start + ROWS_AT_ONCE)
        columns = _columns(rows, piece, size)
        weighed = columns * curvature[piece, None]
        dense += columns.T @ weighed
        if rows.customer.size and rows.customer.spread:
            crossed += _one_hot(rows.customer, piece) @ weighed
    known = rows.customer.index >= 0
    own = np.bincount(rows.customer.index[known], curvature[known], minlength=rows.customer.size)
    return Curved(dense, crossed, own.astype(float))


def _columns(rows: Rows, piece: slice, size: int) -> Floats:
    """Intercept, columns and employees of some rows."""
    X, employee = rows.X[piece], rows.employee.index[piece]
    columns = np.zeros((len(X), size))
    columns[:, 0] = 1.0
    columns[:, 1 : 1 + X.shape[1]] = X
    known = np.flatnonzero(employee >= 0)
    columns[known, 1 + X.shape[1] + employee[known]] = 1.0
    return columns


def _one_hot(effect: Effect, piece: slice) -> Any:
    """People × rows: 1 where the row is the person's."""
    from scipy.sparse import csr_array  # as above

    index = effect.index[piece]
    known = np.flatnonzero(index >= 0)
    return csr_array((np.ones(len(known)), (index[known], known)), shape=(effect.size, len(index)))
