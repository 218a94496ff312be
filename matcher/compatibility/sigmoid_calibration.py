"""Probabilities that mean what they say: a map from logits to probabilities, fitted on later outcomes.

Few outcomes shift and stretch the logits (Platt, shrunk towards leaving them alone), many bend them (isotonic).
Source: Platt (1999), Probabilistic outputs for support vector machines; Zadrozny and Elkan (2002),
doi 10.1145/775047.775151.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matcher.compatibility.curvature import Effect, Rows
from matcher.compatibility.regression import fit, sigmoid

Floats = NDArray[np.float64]

ENOUGH_TO_SHIFT = 100  # later outcomes; fewer leave the logits alone
ENOUGH_TO_BEND = 20_000  # isotonic regression has so many more degrees of freedom (design)
SLOPE_SPREAD = 0.2  # around 1: the priors have shrunk the weights already (design)
LEVEL_SPREAD = 0.1  # logits; how far the level of a quarter of a year wanders from what came before (our choice)
SLOPES = (0.05, 5.0)
LEAST_CHANCE = 1e-4  # of an isotonic step: nobody is certain


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """`kind` is none, platt (slope and shift) or isotonic (knots: logits ascending, probabilities not descending)."""

    kind: str = "none"
    slope: float = 1.0
    shift: float = 0.0
    knots: Floats = field(default_factory=lambda: np.zeros((0, 2)))
    rows: int = 0

    def probability(self, logits: NDArray[np.floating]) -> Floats:
        """The probabilities in (0, 1) of these logits, in their shape; never descending in the logit."""
        wide = np.asarray(logits, dtype=float)
        if self.kind == "isotonic":
            bent: Floats = np.interp(wide, self.knots[:, 0], self.knots[:, 1])
            return bent
        return sigmoid(self.slope * wide + self.shift)


def calibrate(logits: Floats, success: Floats, weight: Floats, *, known_share: float = 0.0) -> Calibration:
    """The calibration that these later outcomes ask for and are enough for.

    It serves logits learnt from these outcomes too: they are `known_share` of all, and so much of their level those
    logits have already. What is left of it is shrunk, as later outcomes also differ by chance.
    """
    if len(logits) < ENOUGH_TO_SHIFT or not 0 < success @ weight < weight.sum():
        return Calibration(rows=len(logits))
    if len(logits) >= ENOUGH_TO_BEND:
        return Calibration("isotonic", knots=_steps(logits, success, weight), rows=len(logits))
    slope, shift = line(logits, success, weight)
    slope = float(np.clip(slope, *SLOPES))
    mean = float(np.average(logits, weights=weight))
    chance = sigmoid(slope * logits + shift)
    precision = float((weight * chance * (1.0 - chance)).sum())
    believed = LEVEL_SPREAD**2 / (LEVEL_SPREAD**2 + 1.0 / precision)
    level = (slope * mean + shift - mean) * believed * (1.0 - known_share)
    return Calibration("platt", slope, mean - slope * mean + level, rows=len(logits))


def line(logits: Floats, success: Floats, weight: Floats, *, slope_spread: float = SLOPE_SPREAD) -> tuple[float, float]:
    """Slope and shift of the logits that suit the outcomes best; the slope is shrunk towards 1."""
    nobody = Effect(np.full(len(logits), -1), 0, 1.0)
    found = fit(Rows(logits[:, None], success, weight, nobody, nobody), np.ones(1), np.full(1, slope_spread))
    return float(found.weights[0]), found.intercept


def _steps(logits: Floats, success: Floats, weight: Floats) -> Floats:
    from sklearn.isotonic import IsotonicRegression  # only for training

    steps = IsotonicRegression(y_min=LEAST_CHANCE, y_max=1 - LEAST_CHANCE).fit(logits, success, sample_weight=weight)
    return np.column_stack([steps.X_thresholds_, steps.y_thresholds_])
