"""HiGHS: who serves whom as a linear programme.

Source: Huangfu and Hall 2018, doi 10.1007/s12532-017-0130-5. The corners of the transport polytope are whole numbers
(Birkhoff; Hoffman and Kruskal 1956), so the simplex method needs no branching where every load is 1.
"""

from typing import Any

import numpy as np

from matcher.assignment.certificate import free_where_unsold
from matcher.assignment.greedy import prices_by_ascent, serve_greedily
from matcher.assignment.problem import FloatArray, IntArray, Pairs
from matcher.assignment.result import DEADLINE, Found
from matcher.assignment.scale import at_size


def solve_transport(pairs: Pairs, contacts: int, capacity: IntArray, *, seconds: float | None) -> Found:
    """The optimum for unit loads, or a greedy answer with status deadline when HiGHS runs out of time. Needs a pair."""

    def solver(scaled: Pairs) -> Found:
        answer = relaxation(scaled, contacts, capacity, seconds)
        if answer is None:
            return greedy(scaled, contacts, capacity)
        employee_of = chosen(scaled, contacts, answer.x)
        prices = free_where_unsold(slot_prices(answer, contacts, capacity.size), employee_of, capacity)
        return Found(employee_of, prices, "highs_simplex")

    return at_size(pairs, solver)


def greedy(pairs: Pairs, contacts: int, capacity: IntArray) -> Found:
    """A feasible answer at once, with a bound that may be loose."""
    employee_of = serve_greedily(pairs, contacts, capacity)
    prices = prices_by_ascent(pairs, capacity, value=worth_of(pairs, employee_of))
    return Found(employee_of, prices, "greedy", DEADLINE)


# HiGHS' result has no declared type in scipy: `Any` below is that result.
def relaxation(
    pairs: Pairs, contacts: int, capacity: IntArray, seconds: float | None, *, most: int | None = None
) -> Any | None:
    """What pairs are worth where contacts may be cut in pieces, at most `most` of them in all; `None` out of time."""
    from scipy.optimize import linprog  # 0.3 s to load: only who solves pays

    if seconds is not None and seconds <= 0:
        return None
    matrix, room = constraints(pairs, contacts, capacity, most=most)
    options = {} if seconds is None else {"time_limit": seconds}
    answer = linprog(-pairs.value, A_ub=matrix, b_ub=room, bounds=(0, None), method="highs-ds", options=options)
    return answer if answer.status == 0 else None


def constraints(pairs: Pairs, contacts: int, capacity: IntArray, *, most: int | None = None) -> tuple[Any, FloatArray]:
    """At most one employee a contact (first rows), at most `capacity` slots an employee, `most` contacts (last row)."""
    from scipy.sparse import csc_array

    count = pairs.value.size
    load = np.ones(count) if pairs.load is None else pairs.load.astype(np.float64)
    rows = [pairs.contact, contacts + pairs.employee]
    numbers = [np.ones(count), load]
    room = [np.ones(contacts), capacity.astype(np.float64)]
    if most is not None:
        rows.append(np.full(count, contacts + capacity.size))
        numbers.append(np.ones(count))
        room.append(np.array([float(most)]))
    cols = np.tile(np.arange(count), len(rows))
    shape = (contacts + capacity.size + (most is not None), count)
    matrix = csc_array((np.concatenate(numbers), (np.concatenate(rows), cols)), shape=shape)
    return matrix, np.concatenate(room)


def chosen(pairs: Pairs, contacts: int, share: FloatArray) -> IntArray:
    """The employee of each contact where HiGHS's shares are whole, −1 elsewhere."""
    employee_of = np.full(contacts, -1, dtype=np.int64)
    kept = share > 0.5
    employee_of[pairs.contact[kept]] = pairs.employee[kept]
    return employee_of


def slot_prices(answer: Any, contacts: int, employees: int) -> FloatArray:
    """What a slot of each employee is worth, as HiGHS found it."""
    marginals: FloatArray = np.asarray(answer.ineqlin.marginals, dtype=np.float64)
    return np.maximum(0.0, -marginals[contacts : contacts + employees])


def worth_of(pairs: Pairs, employee_of: IntArray) -> float:
    """What the assignment is worth."""
    return float(pairs.value[pairs.employee == employee_of[pairs.contact]].sum())
