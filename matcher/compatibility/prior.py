"""How well do these two fit, before any outcome is known: the framework's own hypothesis, or like meets like.

logit P = logit(base) + weight · s · (p̂ᵀ dc(A) q̂), with p̂ and q̂ the expected profiles of customer and employee and dc(A)
the double-centred affinity, so that rows and columns sum to 0 and no one is favoured for who they are.
Source: profiling.md sections 6 and 11; learning.md section 1.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from matcher.errors import invalid
from matcher.profiles.facets import ShareTable
from matcher.profiles.framework import Framework

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Mode = Literal["off", "same", "prior"]
MODES = ("off", "same", "prior")

# P(good outcome) of a pair of whom nothing is known (design). Only differences steer a decision; the level sets the
# slope P·(1 − P) = .19 between logits and points.
BASE_SUCCESS = 0.75
# s, logits per unit of centred affinity (design). The expectation is 2–8 points of success between the best and the
# worst pairing (profiling.md 1.6). With .9 the shipped matrix, and likeness too, span 5 points between people with
# one dominant system (.6), 6–8 where a secondary (.25) is known as well, and 2.5 for one customer over a thousand
# employees of mixed systems. Pure profiles, which nobody has, would span 16; estimates, shrunk to the prior, less.
LOGITS_PER_AFFINITY = 0.9
GATE = 0.12  # least declared confidence n/(n + A0) on either side: two taps open it, text and behaviour never do
MOST_WEIGHT = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class EmployeeSide:
    """The employees' half of every pair, made once per roster: logits (K × m), and each one's reliability (m)."""

    logits: Floats
    reliability: Floats


class PriorCompatibility:
    """Probability of a good outcome for every pair, from profiles alone.

    `mode` is `prior` (the framework's matrix), `same` (identity) or `off` (the base for everyone); `weight` 0–10
    multiplies the effect. A pair with too little declared on either side gets exactly the base.
    """

    def __init__(self, framework: Framework, *, mode: Mode, weight: float = 1.0) -> None:
        if mode not in MODES:
            raise invalid("/values/mode", "unknown_mode", f"{mode!r} is no mode here; use one of: {', '.join(MODES)}")
        if not 0 <= weight <= MOST_WEIGHT:
            raise invalid("/values/weight", "out_of_range", f"the weight must be between 0 and {MOST_WEIGHT:g}")
        self.mode = mode
        self.base = BASE_SUCCESS
        self.is_off = mode == "off" or weight == 0
        self._prior_strength = framework.values.prior_strength
        affinity = np.eye(framework.values.size) if mode == "same" else framework.affinity
        effect = 0.0 if self.is_off else weight * LOGITS_PER_AFFINITY
        self._logits = effect * double_centred(affinity)
        self._base_odds_against = (1.0 - BASE_SUCCESS) / BASE_SUCCESS

    def open_gate(self, table: ShareTable) -> Bools:
        """Who has declared enough for chemistry to count (n)."""
        return _declared_confidence(table, self._prior_strength) >= GATE

    def employee_side(self, employees: ShareTable) -> EmployeeSide:
        """The half of the work that depends on employees only; reusable until a profile changes."""
        shares = np.where(self.open_gate(employees)[:, None], employees.share, 0.0)
        return EmployeeSide(self._logits @ shares.T, self.reliability(employees))

    def probability(self, customers: ShareTable, employees: ShareTable | EmployeeSide) -> Floats:
        """P(good outcome) in (0, 1): customers × employees."""
        side = employees if isinstance(employees, EmployeeSide) else self.employee_side(employees)
        shape = (len(customers.n_declared), side.logits.shape[1])
        known = self.open_gate(customers) if customers.n_declared.any() else np.zeros(1, dtype=bool)
        if self.is_off or not known.any():
            return _everywhere(1.0 / (1.0 + self._base_odds_against), shape)
        shares = np.where(known[:, None], customers.share, 0.0)
        pairs: Floats = shares @ side.logits
        np.negative(pairs, out=pairs)
        np.exp(pairs, out=pairs)
        pairs *= self._base_odds_against
        pairs += 1.0
        return np.divide(1.0, pairs, out=pairs)

    def confidence(self, customers: ShareTable, employees: ShareTable | EmployeeSide) -> Floats:
        """How reliable the chemistry of each pair is, in [0, 1): customers × employees.

        c_p · c_q with c = n_eff/(n_eff + A0): each side's reliability is the share of true variance its estimate
        holds, and for independent sides those of a product multiply. 0 where a gate is closed or values are off.
        """
        side = employees if isinstance(employees, EmployeeSide) else self.employee_side(employees)
        return np.multiply.outer(self.reliability(customers), side.reliability)

    def reliability(self, table: ShareTable) -> Floats:
        """How reliable each person's shares are, n_eff/(n_eff + A0) in [0, 1); 0 where values do not count (n)."""
        if self.is_off or not table.n_declared.any():
            return np.zeros(len(table.n_eff))
        reliability = table.n_eff / (table.n_eff + self._prior_strength)
        return np.where(self.open_gate(table), reliability, 0.0)


def unlearnt(mode: Literal["off", "same", "prior", "learned"]) -> Mode:
    """The mode in which profiles alone judge: where a classifier should, and there is none, the framework does."""
    return "prior" if mode == "learned" else mode


@lru_cache(maxsize=256)
def _everywhere(number: float, shape: tuple[int, int]) -> Floats:
    """The number in every cell of a table that takes no room and cannot be written to."""
    return np.broadcast_to(number, shape)


def double_centred(affinity: Floats) -> Floats:
    """The matrix less its row and column means: rows and columns sum to 0, so main effects stay main effects."""
    rows = affinity.mean(axis=1, keepdims=True)
    columns = affinity.mean(axis=0, keepdims=True)
    centred: Floats = affinity - rows - columns + affinity.mean()
    return centred


def _declared_confidence(table: ShareTable, prior_strength: float) -> Floats:
    return table.n_declared / (table.n_declared + prior_strength)
