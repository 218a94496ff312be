"""Small problems: what a solver of microseconds needs around it is most of the cost, so everything is one call."""

import numpy as np

from matcher.assignment import dense_loops, one_slot_loops
from matcher.assignment.problem import FloatArray, IntArray, plain

Quick = tuple[IntArray, FloatArray, float, float]  # employees, prices, worth, and the bound that the prices prove
MOST_CONTACTS_A_SLOT = 2  # more contacts an employee, and paths of employees with many slots get long (measured)


def solve_small_matrix(value: FloatArray, capacity: IntArray) -> Quick | None:
    """The optimum of a matrix with at least two contacts and one employee; `None` where another way is quicker."""
    flags = value.flags
    if not (flags.c_contiguous and flags.writeable):
        value = plain(value)
    contacts, employees = value.shape
    employee_of, prices = np.empty(contacts, np.int64), np.empty(employees)
    worth, bound = one_slot_loops.solve_small(value, capacity, employee_of, prices)
    if worth >= 0:
        return employee_of, prices, worth, bound
    if contacts > MOST_CONTACTS_A_SLOT * employees:
        return None
    return dense_loops.solve_small_with_slots(value, capacity)
