"""The answer: who serves whom, and the proof of how good that is."""

from dataclasses import dataclass, fields

from matcher.assignment.problem import FloatArray, IntArray

OPTIMAL = "optimal"  # the solver finished: nothing better exists
DEADLINE = "deadline"  # the best found in time; `gap` bounds what is missed
WITHIN_GAP = "within_gap"  # too large to settle the last contacts: `gap` bounds what is missed, and is small


@dataclass(frozen=True, slots=True, eq=False)
class FillProof:
    """What contacts pay to be served (≥ 0, beside the `toll` ≥ 0), while employees take whatever fills them best.

    Employees are never half in a call here, so this proves less waste than prices of slots can. `most_prices` prove the
    turnout's `most` in the same way; `None` where prices of slots do. See `matcher.assignment.certificate`.
    """

    contact_prices: FloatArray
    toll: float
    most_prices: FloatArray | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Turnout:
    """A proof that at most `most` contacts can be served, and what a place among them is worth.

    Contacts come whole: where `prices` (≥ 0 a slot) show that fewer than `most` + 1 can be served, `most` is the limit.
    The bound then makes every served contact pay the `toll` ≥ 0, and counts `most` tolls. A proof `by_fills` bounds the
    same from the contacts' side; the lower of both counts.
    """

    most: int
    prices: FloatArray
    toll: float
    by_fills: FillProof | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """For each contact the employee's index (-1: unassigned), with its worth and a certificate.

    `prices` holds one price ≥ 0 a slot for every employee. They prove that no assignment is worth more than `bound`
    (see `matcher.assignment.certificate.bound_of`); `gap` is (bound - value) / bound, 0 where the bound is 0.
    With loads above 1 an optimal answer may keep a gap: prices alone cannot prove what comes in whole pieces, and the
    rest is proved by branching. There a `turnout` is part of the proof.
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
    turnout: Turnout | None = None


_put = {one.name: getattr(Assignment, one.name).__set__ for one in fields(Assignment)}
_put_employee_of, _put_value, _put_bound, _put_gap = (_put[name] for name in ("employee_of", "value", "bound", "gap"))
_put_prices, _put_solver, _put_status = _put["prices"], _put["solver"], _put["status"]
_put_solve_s, _put_reason, _put_turnout = _put["solve_s"], _put["reason"], _put["turnout"]


def proved_in_one_call(
    employee_of: IntArray, value: float, bound: float, gap: float, prices: FloatArray, solve_s: float
) -> Assignment:
    """A small problem's answer. Fields are put by hand: twice as quick as the class itself, a sixth of the whole."""
    made = object.__new__(Assignment)
    _put_employee_of(made, employee_of)
    _put_value(made, value)
    _put_bound(made, bound)
    _put_gap(made, gap)
    _put_prices(made, prices)
    _put_solver(made, "augmenting_paths")
    _put_status(made, OPTIMAL)
    _put_solve_s(made, solve_s)
    _put_reason(made, "small")
    _put_turnout(made, None)
    return made


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a solver hands in, before it is certified."""

    employee_of: IntArray
    prices: FloatArray
    solver: str
    status: str = OPTIMAL
    reason: str = ""
    turnout: Turnout | None = None
