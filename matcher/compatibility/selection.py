"""Whose outcomes are known, and how to count those that are so that they speak for everyone.

Customers who answer a survey differ from those who do not, and pairs that a router likes meet more often than others.
Both are mended by counting an outcome 1/probability times, where the probability is that of being seen; clipped, for a
weight of a thousand is one customer's opinion. What no feature tells, no weight mends.

Source: inverse probability weighting, Horvitz and Thompson (1952), doi 10.1080/01621459.1952.10483446; clipping,
Ionides, Truncated importance sampling (2008), doi 10.1198/106186008X320456; Newton's method for logistic regression,
Bishop, Pattern Recognition and Machine Learning (2006), section 4.3.3.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matcher.compatibility.regression import sigmoid
from matcher.errors import invalid

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MOST_WEIGHT = 10.0  # an outcome that was ten times less likely than others counts as ten, and no more (design)
RIDGE = 1.0  # a prior of one logit for each standard deviation of a feature
MOST_STEPS = 50
CLOSE_ENOUGH = 1e-9  # of the step, in logits


@dataclass(frozen=True, slots=True, eq=False)
class ResponseModel:
    """P(answer | features) = σ(intercept + Σ slope·(x − mean)/spread)."""

    intercept: float
    slopes: Floats
    mean: Floats
    spread: Floats

    def probability(self, features: ArrayLike) -> Floats:
        """How likely each of n customers was to answer, given n × d features; in (0, 1)."""
        standard = (np.asarray(features, dtype=np.float64) - self.mean) / self.spread
        return sigmoid(self.intercept + standard @ self.slopes)


def fit_response(features: ArrayLike, answered: ArrayLike, *, ridge: float = RIDGE) -> ResponseModel:
    """Who answers, learnt from n × d features of everyone who was asked and whether each of them answered.

    The intercept has no prior, so the probabilities average to the share that answered. Raises InvalidInput for
    features that are no n × d finite numbers, and where everyone answered or nobody did.
    """
    x, y = _checked(features, answered)
    mean, spread = x.mean(axis=0), x.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    columns = np.column_stack([np.ones(len(x)), (x - mean) / spread])
    penalty = np.full(columns.shape[1], ridge)
    penalty[0] = 0.0
    rate = float(y.mean())
    weights = np.zeros(columns.shape[1])
    weights[0] = np.log(rate / (1.0 - rate))
    loss = _loss(columns, y, weights, penalty)
    for _ in range(MOST_STEPS):
        probability = sigmoid(columns @ weights)
        gradient = columns.T @ (probability - y) + penalty * weights
        curvature = (columns * (probability * (1.0 - probability))[:, None]).T @ columns + np.diag(penalty)
        step = np.linalg.lstsq(curvature, -gradient, rcond=None)[0]
        weights, loss = _along(columns, y, weights, penalty, step, loss)
        if float(np.abs(step).max()) <= CLOSE_ENOUGH:
            break
    return ResponseModel(float(weights[0]), weights[1:], mean, spread)


def outcome_weights(propensities: ArrayLike, answer_chances: ArrayLike, *, most: float = MOST_WEIGHT) -> Floats:
    """How often each of n outcomes counts; mean 1, none much over `most` times or under 1/`most` of it.

    1/propensity, at most `most`, over its mean; one without a propensity (NaN) counts as the mean one. Besides, each
    outcome that is known by an answer only counts 1/chance to answer, at most `most` times as often as others so known
    on average; so they speak for all who might have answered. NaN: it was known without an answer.
    """
    p, chance = np.asarray(propensities, dtype=np.float64), np.asarray(answer_chances, dtype=np.float64)
    known, answered = np.isfinite(p), np.isfinite(chance)
    weights = np.ones(len(p))
    if known.any():
        times = np.minimum(1.0 / p[known], most)  # before their mean: one draw in a thousand must not outweigh it
        weights[known] = times / times.mean()
        weights = _clipped(weights, most)
    if answered.any():
        times = 1.0 / chance[answered]
        weights[answered] *= np.minimum(times, most * times.mean())
        weights = _clipped(weights / weights.mean(), most)
    return weights


def weighted_mean(values: ArrayLike, weights: ArrayLike) -> float:
    """The mean of the values, each counted as often as its weight says (self-normalised); NaN of none."""
    v, w = np.asarray(values, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    total = float(w.sum())
    return float(v @ w) / total if total > 0 else float("nan")


def effective_size(weights: ArrayLike) -> float:
    """Of how many equally weighing outcomes these are worth: (Σw)²/Σw² (Kish, Survey Sampling, 1965)."""
    w = np.asarray(weights, dtype=np.float64)
    squares = float((w**2).sum())
    return float(w.sum()) ** 2 / squares if squares > 0 else 0.0


def _checked(features: ArrayLike, answered: ArrayLike) -> tuple[Floats, Floats]:
    x, y = np.asarray(features, dtype=np.float64), np.asarray(answered, dtype=np.float64)
    if x.ndim != 2 or y.shape != (len(x),) or not np.isfinite(x).all():
        raise invalid("/features", "wrong_length", "give n × d finite numbers, and for each of n whether they answered")
    if not np.isin(y, (0.0, 1.0)).all() or not 0 < y.sum() < len(y):
        raise invalid("/answered", "one_class", "some must have answered and some not; else nothing can be learnt")
    return x, y


def _loss(columns: Floats, y: Floats, weights: Floats, penalty: Floats) -> float:
    logits = columns @ weights
    return float((np.logaddexp(0.0, logits) - y * logits).sum()) + 0.5 * float(penalty @ weights**2)


def _along(
    columns: Floats, y: Floats, weights: Floats, penalty: Floats, step: Floats, loss: float
) -> tuple[Floats, float]:
    """As far along the step as the loss does not grow: halved until then."""
    share = 1.0
    while share > CLOSE_ENOUGH:
        tried = weights + share * step
        after = _loss(columns, y, tried, penalty)
        if after <= loss:
            return tried, after
        share /= 2
    return weights, loss


def _clipped(weights: Floats, most: float) -> Floats:
    clipped: Floats = np.clip(weights, 1.0 / most, most)
    clipped /= clipped.mean()
    return clipped
