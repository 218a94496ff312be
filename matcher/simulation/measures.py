"""What a run was like, in figures with intervals, and whether two runs can be told apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from matcher.simulation.tallies import Tally, quantiles

Floats = NDArray[np.float64]

CONFIDENCE = 0.95
RESAMPLES = 1000
BLOCK = 100  # resamples worked off at once, so that memory stays flat


class Figure(StrEnum):
    """What is measured."""

    MEAN_WAIT = "mean_wait_s"
    MEDIAN_WAIT = "median_wait_s"
    P90_WAIT = "p90_wait_s"
    P95_WAIT = "p95_wait_s"
    SERVICE_LEVEL = "service_level"
    ABANDONMENT = "abandonment_rate"
    OCCUPANCY = "occupancy"
    LOAD_SPREAD = "load_spread"
    COMPATIBILITY = "mean_compatibility"


QUANTILES = {Figure.MEDIAN_WAIT: 0.5, Figure.P90_WAIT: 0.9, Figure.P95_WAIT: 0.95}


class Verdict(StrEnum):
    """Whether a figure differs from its reference by more than chance between days explains."""

    LOWER = "lower"
    HIGHER = "higher"
    NOT_DISTINGUISHABLE = "not distinguishable"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval (95 %, percentile bootstrap over periods)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """How much a run's figure lies above another's, with the interval of that difference, and what may be said."""

    figure: Figure
    run: str
    reference: str
    value: float
    low: float
    high: float

    @property
    def verdict(self) -> Verdict:
        """The difference in words: told apart only when the interval leaves out 0."""
        if self.low > 0:
            return Verdict.HIGHER
        return Verdict.LOWER if self.high < 0 else Verdict.NOT_DISTINGUISHABLE


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of several runs, each with an interval, and every pair's differences (later run minus earlier)."""

    estimates: dict[str, dict[Figure, Estimate]]
    differences: tuple[Difference, ...]


def measure(tallies: Sequence[Tally], *, rng: np.random.Generator, resamples: int = RESAMPLES) -> Measured:
    """The figures of the runs and their differences.

    Whole periods (days) are drawn with replacement, the same draw for every run, so that a difference is judged within
    the same days. Where all runs have but one period, intervals collapse to the value and say nothing.

    Source: Efron & Tibshirani 1993, An Introduction to the Bootstrap, chapter 13 (percentile intervals).
    """
    periods = max(tally.periods for tally in tallies)
    weights = rng.multinomial(periods, np.full(periods, 1 / periods), size=resamples).astype(float)
    once = np.ones((1, periods))
    value = {tally.policy: _figures(tally, once) for tally in tallies}
    spread = {tally.policy: _figures(tally, weights) for tally in tallies}
    estimates = {
        name: {figure: Estimate(float(at[0]), *_interval(spread[name][figure])) for figure, at in figures.items()}
        for name, figures in value.items()
    }
    names = [tally.policy for tally in tallies]
    differences = [
        _difference(figure, later, earlier, value, spread)
        for place, earlier in enumerate(names)
        for later in names[place + 1 :]
        for figure in value[later]
        if figure in value[earlier]
    ]
    return Measured(estimates, tuple(differences))


Resampled = dict[str, dict[Figure, Floats]]


def _difference(figure: Figure, later: str, earlier: str, value: Resampled, spread: Resampled) -> Difference:
    low, high = _interval(spread[later][figure] - spread[earlier][figure])
    gain = float(value[later][figure][0] - value[earlier][figure][0])
    return Difference(figure, later, earlier, gain, low, high)


def _interval(values: Floats) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    if not known.size:
        return float("nan"), float("nan")
    low, high = np.quantile(known, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)


def _figures(tally: Tally, weights: Floats) -> dict[Figure, Floats]:
    """Every figure for every row of weights (resamples × periods)."""
    weights = weights[:, : tally.periods]
    contacts = weights @ tally.contacts
    figures = {
        Figure.MEAN_WAIT: _ratio(weights @ tally.waited_s, contacts),
        Figure.SERVICE_LEVEL: _ratio(weights @ tally.within, contacts),
        Figure.ABANDONMENT: _ratio(weights @ tally.abandoned, contacts),
        Figure.OCCUPANCY: _ratio(weights @ tally.busy_s.sum(axis=0), weights @ tally.duty_s.sum(axis=0)),
        Figure.LOAD_SPREAD: _spread(weights @ tally.busy_s.T, weights @ tally.duty_s.T),
    }
    if tally.compatibility is not None:
        figures[Figure.COMPATIBILITY] = _ratio(weights @ tally.compatibility, weights @ tally.answered)
    blocks = [
        quantiles(tally, weights[start : start + BLOCK], list(QUANTILES.values()))
        for start in range(0, len(weights), BLOCK)
    ]
    by_share = np.concatenate(blocks)
    return figures | {figure: by_share[:, place] for place, figure in enumerate(QUANTILES)}


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.asarray(np.divide(above, below, out=np.full(len(below), np.nan), where=below > 0), dtype=float)


def _spread(busy_s: Floats, duty_s: Floats) -> Floats:
    """The standard deviation of occupancy between employees, each weighing its hours on duty."""
    share = np.divide(busy_s, duty_s, out=np.zeros_like(busy_s), where=duty_s > 0)
    whole = duty_s.sum(axis=1, keepdims=True)
    weight = np.divide(duty_s, whole, out=np.zeros_like(duty_s), where=whole > 0)
    mean = (weight * share).sum(axis=1, keepdims=True)
    return np.asarray(np.sqrt((weight * (share - mean) ** 2).sum(axis=1)), dtype=float)
