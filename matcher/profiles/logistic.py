"""Multinomial logistic regression with a Gaussian prior, on sparse features; and the temperature that calibrates it.

Source: L-BFGS, Liu and Nocedal (1989), doi 10.1007/BF01589116; temperature scaling, Guo et al., On calibration of
modern neural networks (2017), doi 10.48550/arXiv.1706.04599.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

MOST_STEPS = 300
GRADIENT = 1e-6  # of the mean loss: where the search may stop
SHARPEST = 20.0  # most that calibration may multiply logits by; the least is 0, which says nothing


@dataclass(frozen=True, slots=True, eq=False)
class Regression:
    """Logits of K classes are `slopes` (K × features) times the features, plus `intercepts` (K)."""

    slopes: Floats
    intercepts: Floats


def fit_multinomial(features: "csr_array", labels: Ints, *, classes: int, spread: float = 1.0) -> Regression:
    """The slopes and intercepts of highest posterior density, every class weighing the same in all.

    `labels` are 0 … classes − 1, each occurring; the prior of every slope is N(0, spread²), intercepts have none. The
    problem is convex, the start is 0 and there is no chance in it: the same texts give the same answer.
    """
    from scipy.optimize import minimize  # here: training needs it, starting a process does not

    rows, columns = features.shape
    weights = balanced_weights(labels, classes=classes)
    truth = np.eye(classes)[labels]
    turned = features.T.tocsr()

    def loss(flat: Floats) -> tuple[float, Floats]:
        table = flat.reshape(classes, columns + 1)
        slopes = table[:, :columns]
        logs = log_softmax(features @ slopes.T + table[:, columns])
        rest = weights[:, None] * (np.exp(logs) - truth)
        value = -float(weights @ logs[np.arange(rows), labels]) + float((slopes**2).sum()) / (2 * spread**2)
        slope_gradient = (turned @ rest).T + slopes / spread**2
        gradient = np.column_stack([slope_gradient, rest.sum(axis=0)])
        return value / rows, gradient.ravel() / rows

    options = {"maxiter": MOST_STEPS, "gtol": GRADIENT, "ftol": 0.0}
    found = minimize(loss, np.zeros(classes * (columns + 1)), jac=True, method="L-BFGS-B", options=options)
    table = found.x.reshape(classes, columns + 1)
    return Regression(table[:, :columns].copy(), table[:, columns].copy())


def fit_sharpness(logits: Floats, labels: Ints, *, classes: int) -> float:
    """What to multiply logits by so that they are calibrated, one over the temperature; between 0 and 20.

    `logits` must come from a regression that has not seen those rows. Classes weigh the same, as in the fit.
    """
    from scipy.optimize import minimize_scalar  # here for the same reason as in fit_multinomial

    weights = balanced_weights(labels, classes=classes)
    rows = np.arange(len(labels))

    def loss(sharpness: float) -> float:
        return -float(weights @ log_softmax(sharpness * logits)[rows, labels])

    found = minimize_scalar(loss, bounds=(0.0, SHARPEST), method="bounded", options={"xatol": 1e-6})
    return float(found.x)


def balanced_weights(labels: Ints, *, classes: int) -> Floats:
    """A weight for each row such that every class that occurs weighs the same; their mean is 1."""
    numbers = np.bincount(labels, minlength=classes)
    occurring = int((numbers > 0).sum())
    weights: Floats = len(labels) / (occurring * numbers[labels])
    return weights


def log_softmax(logits: Floats) -> Floats:
    """ln of the probabilities, over the last axis."""
    raised = logits - logits.max(axis=-1, keepdims=True)
    logs: Floats = raised - np.log(np.exp(raised).sum(axis=-1, keepdims=True))
    return logs
