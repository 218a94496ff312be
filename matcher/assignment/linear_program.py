"""HiGHS: the transport polytope as a linear programme, and loads as a mixed-integer one.

Source: Huangfu and Hall 2018, doi 10.1007/s12532-017-0130-5. The corners of the transport polytope are whole numbers
(Birkhoff; Hoffman and Kruskal 1956), so the simplex method needs no branching where every load is 1.
"""

from typing import Any

import numpy as np

from matcher.assignment.certificate import free_where_unsold
from matcher.assignment.greedy import prices_by_ascent, serve_greedily
from matcher.assignment.problem import FloatArray, IntArray, Pairs
from matcher.assignment.result import DEADLINE, OPTIMAL, Found

SHARE_FOR_PRICES = 0.3  # of the time left: prices come from the linear relaxation, before branching starts


def solve_transport(pairs: Pairs, contacts: int, capacity: IntArray, *, seconds: float | None) -> Found:
    """The optimum for unit loads, or a greedy answer with status deadline when HiGHS runs out of time. Needs a pair."""
    answer = _relaxation(pairs, contacts, capacity, seconds)
    if answer is None:
        return greedy(pairs, contacts, capacity)
    employee_of = _chosen(pairs, contacts, answer.x)
    prices = free_where_unsold(_prices(answer, contacts), employee_of, capacity)
    return Found(employee_of, prices, "highs_simplex")


def solve_loads(pairs: Pairs, contacts: int, capacity: IntArray, *, seconds: float | None) -> Found:
    """The optimum with loads (generalised assignment, NP-hard), or the best of HiGHS and greedy at the deadline."""
    from scipy.optimize import Bounds, LinearConstraint, milp  # 0.3 s to load: only who solves pays

    fallback = greedy(pairs, contacts, capacity)
    if seconds is not None and seconds <= 0:
        return fallback
    relaxed = _relaxation(pairs, contacts, capacity, None if seconds is None else seconds * SHARE_FOR_PRICES)
    prices = fallback.prices if relaxed is None else _prices(relaxed, contacts)
    options: dict[str, float] = {"mip_rel_gap": 0.0}
    if seconds is not None:
        options["time_limit"] = seconds * (1 - SHARE_FOR_PRICES)
    matrix, room = _constraints(pairs, contacts, capacity)
    answer = milp(
        -pairs.value,
        integrality=np.ones(pairs.value.size),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, ub=room),
        options=options,
    )
    employee_of = None if answer.x is None else _chosen(pairs, contacts, answer.x)
    if employee_of is None or (answer.status != 0 and _worth(pairs, employee_of) < _worth(pairs, fallback.employee_of)):
        return Found(fallback.employee_of, prices, "greedy", DEADLINE)
    return Found(employee_of, prices, "highs_mip", OPTIMAL if answer.status == 0 else DEADLINE)


def greedy(pairs: Pairs, contacts: int, capacity: IntArray) -> Found:
    """A feasible answer at once, with a bound that may be loose."""
    employee_of = serve_greedily(pairs, contacts, capacity)
    prices = prices_by_ascent(pairs, capacity, value=_worth(pairs, employee_of))
    return Found(employee_of, prices, "greedy", DEADLINE)


# HiGHS' result has no declared type in scipy: `Any` below is that result.
def _relaxation(pairs: Pairs, contacts: int, capacity: IntArray, seconds: float | None) -> Any | None:
    from scipy.optimize import linprog

    if seconds is not None and seconds <= 0:
        return None
    matrix, room = _constraints(pairs, contacts, capacity)
    options = {} if seconds is None else {"time_limit": seconds}
    answer = linprog(-pairs.value, A_ub=matrix, b_ub=room, bounds=(0, None), method="highs-ds", options=options)
    return answer if answer.status == 0 else None


def _constraints(pairs: Pairs, contacts: int, capacity: IntArray) -> tuple[Any, FloatArray]:
    """At most one employee a contact (first rows), at most `capacity` slots an employee (last rows)."""
    from scipy.sparse import csc_array

    count = pairs.value.size
    load = np.ones(count) if pairs.load is None else pairs.load.astype(np.float64)
    rows = np.concatenate((pairs.contact, contacts + pairs.employee))
    cols = np.tile(np.arange(count), 2)
    shape = (contacts + capacity.size, count)
    matrix = csc_array((np.concatenate((np.ones(count), load)), (rows, cols)), shape=shape)
    return matrix, np.concatenate((np.ones(contacts), capacity.astype(np.float64)))


def _chosen(pairs: Pairs, contacts: int, share: FloatArray) -> IntArray:
    employee_of = np.full(contacts, -1, dtype=np.int64)
    kept = share > 0.5
    employee_of[pairs.contact[kept]] = pairs.employee[kept]
    return employee_of


def _prices(answer: Any, contacts: int) -> FloatArray:
    marginals: FloatArray = np.asarray(answer.ineqlin.marginals, dtype=np.float64)
    return np.maximum(0.0, -marginals[contacts:])


def _worth(pairs: Pairs, employee_of: IntArray) -> float:
    return float(pairs.value[pairs.employee == employee_of[pairs.contact]].sum())
