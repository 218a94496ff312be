"""Small problems: what a solver of microseconds needs around it is most of the cost, so everything is one call."""

import numpy as np

from matcher.assignment.dense_loops import solve_small
from matcher.assignment.problem import FloatArray, IntArray, plain
from matcher.assignment.result import Found
from matcher.assignment.state import search_over, seats_for


def solve_small_matrix(value: FloatArray, capacity: IntArray) -> tuple[Found, float, float]:
    """The optimum with its worth and the bound that its prices prove."""
    contacts, employees = value.shape
    room = np.full(employees + 1, contacts + 1)
    np.minimum(capacity, contacts + 1, out=room[:employees])
    seats, search = seats_for(room, contacts), search_over(employees + 1)
    worth, bound = solve_small(plain(value), capacity, seats, search, np.empty(contacts, np.int64))
    found = Found(seats.employee_of, seats.price[:employees], "augmenting_paths", reason="small")
    return found, worth, max(worth, bound)
