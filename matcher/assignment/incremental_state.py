"""What a solved assignment remembers between changes: arrays that its loops change in place."""

from typing import NamedTuple

import numpy as np

from matcher.assignment.problem import FloatArray, IntArray

NOBODY = -1
NOTHING = -np.inf  # what a pair is worth that cannot be, or need not be


class Kept(NamedTuple):
    """Contacts N and employees M, rooms for newcomers included; all that is absent has no value and no capacity.

    Invariants: `price` ≥ 0, and 0 where a slot is free; nobody is worth more elsewhere after paying the price, and
    nobody is served at a loss. Whatever keeps them is optimal (complementary slackness).
    """

    value: FloatArray  # N × M: worth of a pair, -inf where it is not worth more than leaving the contact
    turned: FloatArray  # M × N: the same, employee by employee
    own: FloatArray  # N: worth of the pair that serves the contact, 0 where it is unassigned
    employee_of: IntArray  # N
    price: FloatArray  # M
    capacity: IntArray  # M
    filled: IntArray  # M
    first: IntArray  # M: a contact of the employee, the head of a list
    after: IntArray  # N: the next one
    before: IntArray  # N


class Paths(NamedTuple):
    """Room for a search: lengths and steps of the shortest chains from where it began, and to where it may end."""

    length: FloatArray  # M: from the newcomer to an employee
    came_from: IntArray  # M: the contact that moves there
    closed: FloatArray  # M: 0, or infinite once searched from
    rest: FloatArray  # M: from an employee to the end of a chain
    goes: IntArray  # M: the contact that leaves it
    goes_to: IntArray  # M
    done: FloatArray  # M: the same for the other end
    gain: FloatArray  # N: what a contact has after paying; +inf where nobody serves it


def kept_for(contacts: int, employees: int) -> Kept:
    """Room for so many, all absent."""
    return Kept(
        value=np.full((contacts, employees), NOTHING),
        turned=np.full((employees, contacts), NOTHING),
        own=np.zeros(contacts),
        employee_of=np.full(contacts, NOBODY, np.int64),
        price=np.zeros(employees),
        capacity=np.zeros(employees, np.int64),
        filled=np.zeros(employees, np.int64),
        first=np.full(employees, NOBODY, np.int64),
        after=np.full(contacts, NOBODY, np.int64),
        before=np.full(contacts, NOBODY, np.int64),
    )


def paths_for(kept: Kept) -> Paths:
    """Room for searches in that state."""
    contacts, employees = kept.value.shape
    return Paths(
        length=np.zeros(employees),
        came_from=np.zeros(employees, np.int64),
        closed=np.zeros(employees),
        rest=np.zeros(employees),
        goes=np.zeros(employees, np.int64),
        goes_to=np.zeros(employees, np.int64),
        done=np.zeros(employees),
        gain=np.zeros(contacts),
    )
