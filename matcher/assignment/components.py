"""Where eligibility falls into blocks, each is a problem of its own: together they cost a fraction of the whole."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from matcher.assignment.compiled import compiled_is_ready
from matcher.assignment.problem import FloatArray, IntArray, plain
from matcher.assignment.result import DEADLINE, OPTIMAL, Found

FEWEST_CELLS = 40_000  # below this the solver is quicker than the looking
MOST_PARTS = 100  # each costs some 50 µs around its solver
LARGEST_SHARE = 0.5  # of the employees: where one part has more, splitting brings little (and looking ends at once)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Contacts and employees who have nothing to do with others; in ascending order."""

    contacts: IntArray
    employees: IntArray


def parts_of(value: FloatArray, capacity: IntArray) -> list[Part] | None:
    """The parts of a matrix, or `None` where it hangs together, or splitting does not pay.

    Given pair by pair a problem is not split: its auction looks at useful pairs only (measured: splitting costs more).
    """
    contacts, employees = value.shape
    if not compiled_is_ready() or contacts * employees < FEWEST_CELLS:
        return None
    from matcher.assignment import components_loops as loops  # compiled on first use

    above, size, some = np.arange(employees), np.ones(employees, np.int64), np.full(contacts, -1, np.int64)
    if not loops.join_matrix(plain(value), capacity, int(LARGEST_SHARE * employees), above, size, some):
        return None
    loops.flatten(above)
    root = np.where(some >= 0, above[some], -1)
    roots = np.unique(root[root >= 0])
    if not 1 < roots.size <= MOST_PARTS:
        return None
    return [Part(np.flatnonzero(root == one), np.flatnonzero(above == one)) for one in roots.tolist()]


def solve_parts(parts: list[Part], contacts: int, capacity: IntArray, solver: Callable[[Part], Found]) -> Found:
    """The answers of the parts as one: prices of different parts have nothing to do with each other either."""
    employee_of, prices = np.full(contacts, -1, np.int64), np.zeros(capacity.size)
    found: list[Found] = []
    for part in parts:
        one = solver(part)
        served = one.employee_of >= 0
        employee_of[part.contacts[served]] = part.employees[one.employee_of[served]]
        prices[part.employees] = one.prices
        found.append(one)
    status = DEADLINE if any(one.status == DEADLINE for one in found) else OPTIMAL
    largest = found[int(np.argmax([part.contacts.size for part in parts]))]
    reason = f"{len(parts)} blocks, the largest: {largest.reason}"
    return Found(employee_of, prices, largest.solver, status, reason)
