"""The answer: who serves whom, and the proof of how good that is."""

from dataclasses import dataclass

from matcher.assignment.problem import FloatArray, IntArray

OPTIMAL = "optimal"  # the solver finished: nothing better exists
DEADLINE = "deadline"  # the best found in time; `gap` bounds what is missed
WITHIN_GAP = "within_gap"  # too large to settle the last contacts: `gap` bounds what is missed, and is small


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """For each contact the employee's index (-1: unassigned), with its worth and a certificate.

    `prices` holds one price ≥ 0 a slot for every employee. They prove that no assignment is worth more than `bound`
    (see `matcher.assignment.certificate.bound_of`); `gap` is (bound - value) / bound, 0 where the bound is 0.
    With loads above 1 an optimal answer may keep a gap: prices alone cannot prove what comes in whole pieces.
    """

    employee_of: IntArray
    value: float
    bound: float
    gap: float
    prices: FloatArray
    solver: str
    status: str
    solve_s: float
    reason: str = ""  # why this solver


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a solver hands in, before it is certified."""

    employee_of: IntArray
    prices: FloatArray
    solver: str
    status: str = OPTIMAL
    reason: str = ""
