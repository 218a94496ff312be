"""How good probabilities are: ranking, sharpness, honesty, each with an interval by resampling whole groups.

Success may lie between 0 and 1: an outcome of .7 counts as .7 good and .3 bad. Weights count an outcome several times.
Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13; ECE: Naeini et al. (2015), AAAI.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.compatibility.regression import sigmoid

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Measure = Callable[[Floats, Floats, Floats], float]

BINS = 15
DRAWS = 200
LEVEL = 0.95
LEAST_CHANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its 95 % interval; NaN where the outcomes cannot tell."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What is judged: probability and success of n outcomes, their weights, and the group each belongs to.

    Intervals resample the `clusters`: the groups, or where these are too few, whatever is given instead.
    """

    probability: Floats
    success: Floats
    weight: Floats
    groups: Ints
    clusters: Ints


def auc(probability: Floats, success: Floats, weight: Floats) -> float:
    """The chance that a good outcome was scored above a bad one, ties counting half; NaN without both."""
    _, place = np.unique(probability, return_inverse=True)
    good = np.bincount(place, weight * success)
    bad = np.bincount(place, weight * (1.0 - success))
    below = np.cumsum(bad) - bad
    pairs = good.sum() * bad.sum()
    return float((good * (below + 0.5 * bad)).sum() / pairs) if pairs > 0 else np.nan


def within_group_auc(probability: Floats, success: Floats, weight: Floats, groups: Ints) -> float:
    """The same, comparing only outcomes of one group: what is left once good groups are no merit of the score."""
    mass, each = _by_group(probability, success, weight, groups)
    return float((mass * each).sum() / mass.sum()) if mass.sum() > 0 else np.nan


def within_group_figure(judged: Judged, *, rng: np.random.Generator, draws: int = DRAWS) -> Figure:
    """AUC within groups with its interval. A group drawn twice is two groups, so that each is looked at once only."""
    mass, each = _by_group(judged.probability, judged.success, judged.weight, judged.groups)
    if not mass.sum() > 0:
        return Figure(np.nan, np.nan, np.nan)
    drawn = [np.bincount(rng.integers(len(mass), size=len(mass)), minlength=len(mass)) * mass for _ in range(draws)]
    values = np.array([float(one @ each / one.sum()) if one.sum() > 0 else np.nan for one in drawn])
    return Figure(float(mass @ each / mass.sum()), *interval(values))


def _by_group(probability: Floats, success: Floats, weight: Floats, groups: Ints) -> tuple[Floats, Floats]:
    """In each group with good and bad outcomes: the weight of its pairs of these, and its AUC (0 in the others)."""
    order = np.lexsort((probability, groups))
    parts = np.split(order, np.flatnonzero(np.diff(groups[order])) + 1)
    mass, each = np.zeros(len(parts)), np.zeros(len(parts))
    for place, rows in enumerate(parts):
        good = float(weight[rows] @ success[rows])
        mass[place] = good * (float(weight[rows].sum()) - good)
        if mass[place] > 0:
            each[place] = auc(probability[rows], success[rows], weight[rows])
    return mass, each


def log_loss(probability: Floats, success: Floats, weight: Floats) -> float:
    """Mean log-loss in nats; lower is better."""
    held = np.clip(probability, LEAST_CHANCE, 1.0 - LEAST_CHANCE)
    return float(np.average(-(success * np.log(held) + (1.0 - success) * np.log1p(-held)), weights=weight))


def brier(probability: Floats, success: Floats, weight: Floats) -> float:
    """Mean squared error; lower is better."""
    return float(np.average((probability - success) ** 2, weights=weight))


def calibration_error(probability: Floats, success: Floats, weight: Floats) -> float:
    """Mean distance of what was said from what came, over 15 bins of equal mass (ECE)."""
    return float(sum(share * abs(said - came) for said, came, share in reliability(probability, success, weight)))


def reliability(probability: Floats, success: Floats, weight: Floats) -> list[tuple[float, float, float]]:
    """In each of 15 bins of equal mass: what was said, what came, and the bin's share of all; equal scores together."""
    order = np.argsort(probability, kind="stable")
    mass = np.cumsum(weight[order])
    place = np.minimum((mass - weight[order] / 2) / mass[-1] * BINS, BINS - 1e-9).astype(np.intp)
    _, first, inverse = np.unique(probability[order], return_index=True, return_inverse=True)
    place = place[first][inverse]
    total = np.bincount(place, weight[order], BINS)
    said = np.bincount(place, (weight * probability)[order], BINS)
    came = np.bincount(place, (weight * success)[order], BINS)
    used = total > 0
    return list(zip(said[used] / total[used], came[used] / total[used], total[used] / mass[-1], strict=True))


def calibration_slope(probability: Floats, success: Floats, weight: Floats) -> float:
    """How much logits should be stretched: 1 is right, less says they are too bold; NaN where all are the same."""
    held = np.clip(probability, LEAST_CHANCE, 1.0 - LEAST_CHANCE)
    logits = np.log(held) - np.log1p(-held)
    if np.ptp(logits) < 1e-9 or not 0 < success @ weight < weight.sum():
        return np.nan
    columns, line = (
        np.column_stack([np.ones(len(logits)), logits]),
        np.zeros(2),
    )  # from 0 Newton finds too bold ones too
    for _ in range(30):
        chance = sigmoid(columns @ line)
        curved = columns.T @ (columns * (weight * chance * (1.0 - chance))[:, None]) + 1e-9 * np.eye(2)
        step = np.linalg.solve(curved, columns.T @ (weight * (success - chance)))
        line = line + np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < 1e-9:
            break
    return float(line[1])


MEASURES: dict[str, Measure] = {
    "auc": auc,
    "log_loss": log_loss,
    "brier": brier,
    "ece": calibration_error,
    "slope": calibration_slope,
}


def measured(judged: Judged, *, rng: np.random.Generator, draws: int = DRAWS) -> dict[str, Figure]:
    """Every measure with its interval, `within_auc` among them."""
    found = {name: figure(judged, measure, rng=rng, draws=draws) for name, measure in MEASURES.items() if name != "ece"}

    if len(np.unique(judged.groups)) > 1:
        found["within_auc"] = within_group_figure(judged, rng=rng, draws=draws)
    found["ece"] = _unmoved(judged, rng=rng, draws=draws)
    return found


def figure(judged: Judged, measure: Measure, *, rng: np.random.Generator, draws: int = DRAWS) -> Figure:
    """The measure with its 95 % interval over resampled groups."""
    value = measure(judged.probability, judged.success, judged.weight)
    drawn = [
        measure(judged.probability, judged.success, judged.weight * counts)
        for counts in resampled(judged.clusters, rng=rng, draws=draws)
    ]
    return Figure(value, *interval(np.array(drawn)))


def _unmoved(judged: Judged, *, rng: np.random.Generator, draws: int) -> Figure:
    """The calibration error; a mean of distances grows by resampling alone, and its interval is moved back by that."""
    value = calibration_error(judged.probability, judged.success, judged.weight)
    drawn = np.array([
        calibration_error(judged.probability, judged.success, judged.weight * counts)
        for counts in resampled(judged.clusters, rng=rng, draws=draws)
    ])  # fmt: skip
    low, high = interval(drawn - drawn.mean() + value)
    return Figure(value, max(0.0, low), high)


def gain(ours: Floats, theirs: Floats, judged: Judged, *, rng: np.random.Generator, draws: int = DRAWS) -> Figure:
    """How much lower the log-loss of `ours` is than that of `theirs`, in nats an outcome; above 0 is better."""

    each = [
        -(judged.success * np.log(one) + (1.0 - judged.success) * np.log1p(-one))
        for one in (np.clip(theirs, LEAST_CHANCE, 1 - LEAST_CHANCE), np.clip(ours, LEAST_CHANCE, 1 - LEAST_CHANCE))
    ]
    less = each[0] - each[1]
    drawn = [
        float(np.average(less, weights=judged.weight * counts))
        for counts in resampled(judged.clusters, rng=rng, draws=draws)
    ]
    return Figure(float(np.average(less, weights=judged.weight)), *interval(np.array(drawn)))


def resampled(groups: Ints, *, rng: np.random.Generator, draws: int) -> Iterator[Floats]:
    """How often each outcome counts in each draw of as many groups as there are; of one group, outcomes are drawn."""
    names, place = np.unique(groups, return_inverse=True)
    if len(names) < 2:
        names, place = np.arange(len(groups)), np.arange(len(groups))
    for _ in range(draws):
        yield np.bincount(rng.integers(len(names), size=len(names)), minlength=len(names)).astype(float)[place]


def interval(drawn: Floats) -> tuple[float, float]:
    """The middle 95 % of what was drawn."""
    usable = drawn[np.isfinite(drawn)]
    if not len(usable):
        return np.nan, np.nan
    low, high = np.quantile(usable, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
