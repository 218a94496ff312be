"""Logistic regression with a Gaussian prior by block, offsets, and effects of single people; and how sure it is.

    logit P = intercept + X·β + a[customer] + b[employee];   β_f ~ N(mean_f, spread_f²), a ~ N(0, σ_a²), b ~ N(0, σ_b²)

Every column is scaled by its prior spread, so that one L2 penalty serves all blocks. The problem is strictly convex:
the same outcomes give the same answer, without chance. How sure: Laplace's approximation at the optimum.
Source: truncated Newton, Lin, Weng and Keerthi, JMLR 9 (2008); Laplace, MacKay (1992), doi 10.1162/neco.1992.4.5.720.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.compatibility.curvature import Curved, Effect, Guide, Rows, curved_at

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

MOST_STEPS = 50
MOST_PRODUCTS = 200  # of the curvature with a direction, within one step
GRADIENT = 1e-6  # of the sum, in units of one outcome in standardised weights: where the search may stop
INTERCEPT_SPREAD = 5.0  # logits; wide enough to say nothing


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """The weights of highest posterior density."""

    intercept: float
    weights: Floats
    customer: Floats
    employee: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Sureness:
    """Posterior spread: `factor` L of the covariance LLᵀ of (intercept, columns, employees); each customer's own."""

    factor: Floats
    customer_variance: Floats


def fit(rows: Rows, mean: Floats, spread: Floats, *, curved: Curved | None = None) -> Fitted:
    """The posterior mode; `mean` and `spread` (d) are the columns' priors.

    `curved`, as `curved_at` gives it for the same rows under any priors, spares its making: the way there differs, the
    mode does not.
    """
    problem = _Problem(rows, mean, spread)
    curved = curved or curved_at(rows, curvature_at_start(rows))
    guide = curved.guide(problem.scales, rows.customer.spread)
    flat = np.zeros(problem.size)
    value, gradient = problem.value(flat)
    for _ in range(MOST_STEPS):
        if float(np.abs(gradient).max()) <= GRADIENT:
            break
        step = problem.newton_step(flat, gradient, guide)
        flat, value, after = problem.along(flat, value, gradient, step)
        if after is gradient:
            break
        gradient = after
    return problem.fitted(flat)


def sureness(rows: Rows, fitted: Fitted, spread: Floats) -> Sureness:
    """Laplace's approximation at the optimum; customers, who may be many, are eliminated by Schur complement.

    A customer's own variance is given beside the rest: what the two share is left out, which widens nothing seen.
    """
    curved = curved_at(rows, _curvature(rows, fitted))
    scales = np.concatenate([[INTERCEPT_SPREAD], spread, np.full(rows.employee.size, rows.employee.spread)])
    guide = curved.guide(scales, rows.customer.spread)
    factor = np.linalg.solve(guide.lower, np.diag(scales)).T.astype(float, copy=False)
    return Sureness(factor, rows.customer.spread**2 / guide.own)


def curvature_at_start(rows: Rows) -> Floats:
    """The curvature of each row before anything is known but how many are good."""
    good = np.clip(float(rows.weight @ rows.success) / float(rows.weight.sum()), 0.02, 0.98)
    curvature: Floats = rows.weight * (good * (1.0 - good))
    return curvature


class _Problem:
    """The loss in scaled weights: intercept, columns, employees, then customers, each with a standard normal prior."""

    def __init__(self, rows: Rows, mean: Floats, spread: Floats) -> None:
        self.rows, self.mean, self.spread = rows, mean, spread
        self.offset = rows.X @ mean
        self.dense = 1 + len(spread) + rows.employee.size
        self.size = self.dense + rows.customer.size
        self.scales = np.concatenate([[INTERCEPT_SPREAD], spread, np.full(rows.employee.size, rows.employee.spread)])
        self._kept: tuple[Floats, Floats] | None = None

    def value(self, flat: Floats) -> tuple[float, Floats]:
        """The loss and its gradient."""
        weight, success = self.rows.weight, self.rows.success
        logits: Floats = self.offset + self._forward(flat)
        loss = float(weight @ (np.logaddexp(0.0, logits) - success * logits)) + 0.5 * float(flat @ flat)
        probability = sigmoid(logits)
        self._kept = (flat, weight * probability * (1.0 - probability))
        return loss, self._back(weight * (probability - success)) + flat

    def newton_step(self, flat: Floats, gradient: Floats, guide: Guide) -> Floats:
        """Where Newton's method goes, by conjugate gradients that the guide leads (a few products each)."""
        assert self._kept is not None
        assert self._kept[0] is flat
        curvature = self._kept[1]
        step, rest = np.zeros(self.size), -gradient
        led = guide.solve(rest)
        direction, size = led, float(rest @ led)
        enough = min(0.1, math.sqrt(float(np.abs(gradient).max()) / len(curvature))) ** 2 * size
        for _ in range(MOST_PRODUCTS):
            product = self._back(curvature * self._forward(direction)) + direction
            share = size / float(direction @ product)
            step, rest = step + share * direction, rest - share * product
            led = guide.solve(rest)
            left = float(rest @ led)
            if left <= enough:
                break
            direction, size = led + left / size * direction, left
        return step

    def along(self, flat: Floats, value: float, gradient: Floats, step: Floats) -> tuple[Floats, float, Floats]:
        """As far along the step as the loss falls; the same gradient back where it does not fall any more."""
        slope, share = float(gradient @ step), 1.0
        while share > 1e-6:
            tried = flat + share * step
            loss, after = self.value(tried)
            if loss <= value + 1e-4 * share * slope:
                return tried, loss, after
            share /= 2
        return flat, value, gradient

    def fitted(self, flat: Floats) -> Fitted:
        """The weights in their own units."""
        whole = self.scales * flat[: self.dense]
        columns = 1 + len(self.spread)
        return Fitted(
            intercept=float(whole[0]),
            weights=self.mean + whole[1:columns],
            customer=self.rows.customer.spread * flat[self.dense :],
            employee=whole[columns:],
        )

    def _forward(self, flat: Floats) -> Floats:
        """What scaled weights add to each row's logit."""
        rows, columns = self.rows, 1 + len(self.spread)
        whole = self.scales * flat[: self.dense]
        logits: Floats = whole[0] + rows.X @ whole[1:columns]
        logits += _of(whole[columns:], rows.employee.index)
        logits += _of(rows.customer.spread * flat[self.dense :], rows.customer.index)
        return logits

    def _back(self, rest: Floats) -> Floats:
        """The transpose of `_forward`."""
        rows, columns = self.rows, 1 + len(self.spread)
        back = np.empty(self.size)
        back[0] = rest.sum()
        back[1:columns] = rest @ rows.X
        back[columns : self.dense] = _sums(rest, rows.employee)
        back[: self.dense] *= self.scales
        back[self.dense :] = rows.customer.spread * _sums(rest, rows.customer)
        return back


def sigmoid(logits: Floats) -> Floats:
    """1/(1 + e^−x) without overflow."""
    probability: Floats = 0.5 * (1.0 + np.tanh(0.5 * logits))
    return probability


def _curvature(rows: Rows, fitted: Fitted) -> Floats:
    logits = fitted.intercept + rows.X @ fitted.weights
    logits += _of(fitted.customer, rows.customer.index) + _of(fitted.employee, rows.employee.index)
    probability = sigmoid(logits)
    return rows.weight * probability * (1.0 - probability)


def _of(effects: Floats, index: Ints) -> Floats:
    """The effect of whoever is behind each row, 0 for nobody."""
    return np.append(effects, 0.0)[index]


def _sums(rest: Floats, effect: Effect) -> Floats:
    """The sum over each one's rows."""
    places = np.where(effect.index < 0, effect.size, effect.index)
    sums: Floats = np.bincount(places, rest, minlength=effect.size + 1).astype(float)
    return sums[: effect.size]
