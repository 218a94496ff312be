"""How long customers are willing to wait, when most of them were answered before we could know."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PatienceCurve:
    """The Kaplan–Meier estimate: at `times_s` (increasing) somebody gave up, `survival` share wait longer than that.

    `longest_s` is the longest wait seen, given up or answered: the curve says nothing beyond it.

    Source: Kaplan & Meier 1958, doi 10.1080/01621459.1958.10501452. Answered customers as censored lifetimes: Brown et
    al. 2005, doi 10.1198/016214504000001808.
    """

    times_s: Floats
    survival: Floats
    longest_s: float

    def share_waiting(self, after_s: float) -> float:
        """The share of customers willing to wait longer than `after_s`; it stays flat beyond the longest wait seen."""
        place = int(np.searchsorted(self.times_s, after_s, side="right"))
        return 1.0 if place == 0 else float(self.survival[place - 1])

    def quantile(self, share: float) -> float | None:
        """The wait within which `share` (0–1) of the customers would have given up; `None` beyond the curve's reach."""
        below = np.flatnonzero(self.survival <= 1.0 - share + 1e-12)
        return float(self.times_s[below[0]]) if below.size else None

    def draw_beyond(self, waited_s: float, rng: np.random.Generator) -> float:
        """A patience longer than `waited_s`, drawn from the curve given that the customer waited so long already.

        What the curve leaves unsaid beyond the longest wait seen is put there (Efron 1967): such a customer gives up at
        `longest_s`, or is at the end of patience when that has passed.
        """
        left = rng.uniform(0.0, self.share_waiting(waited_s))
        place = int(np.searchsorted(-self.survival, -left, side="left"))
        return float(self.times_s[place]) if place < len(self.times_s) else max(self.longest_s, waited_s)


def fit_patience(waited_s: Sequence[float], gave_up: Sequence[bool]) -> PatienceCurve:
    """The patience curve of waits that ended by giving up (True) or by an answer (False: censored).

    A censored wait counts as at risk at its own length: an answer at t comes after the giving up at t.
    """
    waits, events = np.asarray(waited_s, dtype=float), np.asarray(gave_up, dtype=bool)
    if not waits.size:
        return PatienceCurve(np.zeros(0), np.zeros(0), 0.0)
    times, left = np.unique(waits[events], return_counts=True)
    at_risk = len(waits) - np.searchsorted(np.sort(waits), times, side="left")
    return PatienceCurve(times, np.asarray(np.cumprod(1.0 - left / at_risk), float), float(waits.max()))
