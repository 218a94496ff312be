"""What a solved assignment remembers between changes: arrays that its loops change in place."""

from typing import NamedTuple

import numpy as np

from matcher.assignment.problem import FloatArray, IntArray
from matcher.assignment.state import Search

NOBODY = -1
GONE = -2  # in `employee_of`: the contact is not there, or not asked; it wants nothing
NOTHING = -np.inf  # what a pair is worth that cannot be, or need not be
LISTED = 64  # employees on a contact's shortlist: of 1,000 more than a search looks at (measured: 5 to 60)
REAL_PER_EMPLOYEE, WHOLE_PER_EMPLOYEE = 10, 10  # arrays over employees
MOST_EXTRA = 16  # employees that every search from a contact looks at, because they got much cheaper


class Kept(NamedTuple):
    """Contacts N and employees M, rooms for newcomers included; all that is absent has no value and no capacity.

    Invariants: `price` ≥ 0, and 0 where a slot is free; nobody is worth more elsewhere after paying the price, and
    nobody is served at a loss. Whatever keeps them is optimal (complementary slackness). What a contact that is gone
    was worth may still stand in `value` and `turned`.
    """

    value: FloatArray  # N × M: worth of a pair, -inf where it is not worth more than leaving the contact
    turned: FloatArray  # M × N: the same, employee by employee
    own: FloatArray  # N: worth of the pair that serves the contact, 0 where it is unassigned
    employee_of: IntArray  # N; `NOBODY`: waits in vain, `GONE`: is not there
    price: FloatArray  # M
    capacity: IntArray  # M
    filled: IntArray  # M
    low: FloatArray  # M: least `own` of a full employee's contacts; 0 where a slot is free (compiled loops only)
    first: IntArray  # M: a contact of the employee, the head of a list
    after: IntArray  # N: the next one
    before: IntArray  # N


class Shortlists(NamedTuple):
    """For each contact its best employees, by worth less a reference price; what is beyond needs no look.

    No employee but the extra ones is cheaper than its reference price by more than `fallen`. So an employee who is not
    on a contact's list nets it at most `fallen` - `beyond`. Kept by the compiled loops only.
    """

    employee: IntArray  # N × `LISTED`, best first
    worth: FloatArray  # N × `LISTED`
    listed: IntArray  # N: how many
    beyond: FloatArray  # N: reference price - worth of everyone else is at least this; -inf: the list is not made
    reference: FloatArray  # M
    extra: IntArray  # `MOST_EXTRA`
    is_extra: IntArray  # M: 0 or 1
    extras: IntArray  # 1: how many there are
    fallen: FloatArray  # 2: see above, and the most that it may become before an employee is an extra one


class Paths(NamedTuple):
    """Room for a search: lengths and steps of the shortest chains from where it began, or to where it may end."""

    length: FloatArray  # M: from the newcomer to an employee
    came_from: IntArray  # M: the contact that moves there
    closed: FloatArray  # M: 0, or infinite once searched from
    rest: FloatArray  # M: from an employee to the free slot
    goes: IntArray  # M: the contact that leaves it
    goes_to: IntArray  # M
    gain: FloatArray  # N: what a contact has after paying; infinite where it is gone
    search: Search  # of the compiled loops, from a newcomer; between searches nothing is reached
    open_rest: FloatArray  # M: as `rest`, but -inf once searched back from
    unturned: IntArray  # N: contacts whose values are not in `turned` yet
    counts: IntArray  # 3: how many `search` reached, how often lists were not enough, how many are unturned
    lists: Shortlists


class Rooms(NamedTuple):
    """All arrays of a state in two: what is compiled takes a microsecond for every five arrays that it is handed."""

    real: FloatArray
    whole: IntArray
    contacts: int
    employees: int


def rooms_for(contacts: int, employees: int) -> Rooms:
    """Room for so many, all absent."""
    n, m = contacts, employees
    rooms = Rooms(
        np.zeros(2 * n * m + (3 + LISTED) * n + REAL_PER_EMPLOYEE * m + 2),
        np.full((5 + LISTED) * n + WHOLE_PER_EMPLOYEE * m + MOST_EXTRA + 5, NOBODY, np.int64),
        n,
        m,
    )
    kept, paths = open_up(rooms)
    kept.value[:], kept.turned[:], kept.low[:] = NOTHING, NOTHING, np.inf
    kept.employee_of[:] = GONE
    kept.capacity[:], kept.filled[:], paths.counts[:], paths.lists.extras[:] = 0, 0, 0, 0
    paths.search.key[:], paths.lists.beyond[:], paths.lists.is_extra[:] = np.inf, -np.inf, 0
    return rooms


def open_up(rooms: Rooms) -> tuple[Kept, Paths]:
    """The arrays in it. Compiled as well."""
    n, m = rooms.contacts, rooms.employees
    cells = n * m
    value = rooms.real[:cells].reshape(n, m)
    turned = rooms.real[cells : 2 * cells].reshape(m, n)
    at = 2 * cells + LISTED * n
    worth = rooms.real[2 * cells : at].reshape(n, LISTED)
    by_contact = rooms.real[at : at + 3 * n].reshape(3, n)
    at += 3 * n
    by_employee = rooms.real[at : at + REAL_PER_EMPLOYEE * m].reshape(REAL_PER_EMPLOYEE, m)
    fallen = rooms.real[at + REAL_PER_EMPLOYEE * m :]
    at = LISTED * n
    listed = rooms.whole[:at].reshape(n, LISTED)
    of_contact = rooms.whole[at : at + 5 * n].reshape(5, n)
    at += 5 * n
    of_employee = rooms.whole[at : at + WHOLE_PER_EMPLOYEE * m].reshape(WHOLE_PER_EMPLOYEE, m)
    at += WHOLE_PER_EMPLOYEE * m
    extra, few = rooms.whole[at : at + MOST_EXTRA], rooms.whole[at + MOST_EXTRA :]
    kept = Kept(
        value,
        turned,
        by_contact[0],
        of_contact[0],
        by_employee[0],
        of_employee[0],
        of_employee[1],
        by_employee[1],
        of_employee[2],
        of_contact[1],
        of_contact[2],
    )
    lists = Shortlists(
        listed, worth, of_contact[3], by_contact[1], by_employee[2], extra, of_employee[3], few[:1], fallen
    )
    search = Search(
        by_employee[3],
        of_employee[4],
        of_employee[5],
        of_employee[6],
        of_employee[7],
        of_employee[8],
        by_employee[4],
        by_employee[5],
    )
    paths = Paths(
        by_employee[6],
        of_employee[4],
        by_employee[7],
        by_employee[8],
        of_employee[9],
        of_employee[5],
        by_contact[2],
        search,
        by_employee[9],
        of_contact[4],
        few[1:],
        lists,
    )
    return kept, paths
