"""Acute states: for some hours a person is met as they are now, not as they are.

share* = (1 − ρ)·share + ρ·v, with ρ ≤ .5, so that a state never outvotes the person. It is applied when shares are read
and is never written back to the profile. Source: profiling.md section 7.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from matcher.errors import Fault, InvalidInput
from matcher.profiles.people import Who

Floats = NDArray[np.float64]

MOST_RHO = 0.5  # of ρ, for one state and for all of a person's states together
SUM_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Overlay:
    """A state of a person on a facet until `expires_at`: `share` (sums to 1) is where it shifts to, `rho` how far.

    `cause` is shown with a decision. Raises InvalidInput for a `rho` outside (0, .5] or a share that is no
    distribution.
    """

    who: Who
    subject_id: str
    facet: str
    share: tuple[float, ...]
    rho: float
    cause: str
    expires_at: datetime

    def __post_init__(self) -> None:
        faults = []
        if not 0 < self.rho <= MOST_RHO:
            faults.append(Fault("/rho", "out_of_range", f"rho is a number above 0, at most {MOST_RHO:g}"))
        parts_fit = all(0 <= part <= 1 + SUM_TOLERANCE for part in self.share)
        if not parts_fit or abs(math.fsum(self.share) - 1.0) > SUM_TOLERANCE:
            faults.append(Fault("/share", "not_a_distribution", "the state's shares are 0 or more and sum to 1"))
        if faults:
            raise InvalidInput(faults)

    def is_in_force(self, at: datetime) -> bool:
        """Whether the state still holds at the moment `at`."""
        return at < self.expires_at


@dataclass(frozen=True, slots=True, eq=False)
class Shift:
    """How the shares of n people are shifted now: `rho` (n, 0 where nobody spoke) towards `share` (n × K).

    `causes` names, for each, the states in force, to be told with a decision.
    """

    rho: Floats
    share: Floats
    causes: tuple[tuple[str, ...], ...]

    def of(self, trait: Floats) -> Floats:
        """The shares as they are now (n × K, rows sum to 1); whoever has no state keeps theirs to the last bit."""
        if not self.rho.any():
            return trait
        shifted = (1.0 - self.rho)[:, None] * trait + self.rho[:, None] * self.share
        return np.where(self.rho[:, None] > 0, shifted, trait)


def shift_of(overlays: Sequence[Iterable[Overlay]], size: int, at: datetime) -> Shift:
    """The shift of n people, each with any number of states on a facet of `size` categories; expired ones do not count.

    States of the same cause are one state: the one that lasts longest stands (of equals, the stronger). Different ones
    each take their part of what the others leave, ρ = 1 − Π(1 − ρ_i), at most .5 in all, towards the mean of the v_i
    weighted by ρ_i. So their order is irrelevant, and one alone is exactly the formula.
    """
    rho, share = np.zeros(len(overlays)), np.zeros((len(overlays), size))
    causes: list[tuple[str, ...]] = []
    for row, states in enumerate(overlays):
        standing = _standing(states, at)
        causes.append(tuple(standing))
        if standing:
            rho[row], share[row] = _combined(list(standing.values()))
    return Shift(rho, share, tuple(causes))


def with_overlay(share: Floats, overlays: Sequence[Iterable[Overlay]], at: datetime) -> Floats:
    """The shares of n people (n × K) as their states in force at the moment `at` shift them."""
    return shift_of(overlays, share.shape[1], at).of(share)


def _standing(states: Iterable[Overlay], at: datetime) -> Mapping[str, Overlay]:
    """The states in force by cause, in the order of the causes' names."""
    lasting = sorted((one for one in states if one.is_in_force(at)), key=_precedence)
    last_by_cause = {one.cause: one for one in lasting}
    return dict(sorted(last_by_cause.items()))


def _precedence(one: Overlay) -> tuple[datetime, float, tuple[float, ...]]:
    return one.expires_at, one.rho, one.share


def _combined(states: Sequence[Overlay]) -> tuple[float, Floats]:
    rhos = np.array([one.rho for one in states])
    if len(states) == 1:
        return float(rhos[0]), np.array(states[0].share)
    together = 1.0 - float(np.prod(1.0 - rhos))
    towards: Floats = rhos @ np.array([one.share for one in states]) / rhos.sum()
    return min(MOST_RHO, together), towards
