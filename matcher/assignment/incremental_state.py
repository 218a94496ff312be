"""What a solved assignment remembers between changes: arrays that its loops change in place."""

from typing import NamedTuple

import numpy as np

from matcher.assignment.problem import FloatArray, IntArray
from matcher.assignment.state import Search

NOBODY = -1
GONE = -2  # in `employee_of`: the contact is not there, or not asked; it wants nothing
NOTHING = -np.inf  # what a pair is worth that cannot be, or need not be
LISTED = 64  # employees on a contact's shortlist: of 1,000 more than a search looks at (measured: 5 to 60)
REAL_PER_EMPLOYEE, WHOLE_PER_EMPLOYEE = 10, 13  # arrays over employees
REAL_PER_CONTACT, WHOLE_PER_CONTACT = 3, 5  # arrays over contacts, besides their lists
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


class Ways(NamedTuple):
    """For each employee the next step of chains that once cost nothing: see `incremental_ways`."""

    leaver: IntArray  # M: the contact that may go from here
    goes_to: IntArray  # M: and to whom, -1: none is known
    comes: IntArray  # M: the contact that may come here, -1: none is known


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
    ways: Ways


# All arrays of a state in two, and for how many contacts and employees. What is compiled takes a microsecond for every
# five arrays that it is handed, and half a one more where a tuple has names.
Rooms = tuple[FloatArray, IntArray, int, int]


class Parts(NamedTuple):
    """The same cut up: what there is of a kind is in one array, a row each."""

    value: FloatArray  # N × M
    turned: FloatArray  # M × N
    worth: FloatArray  # N × `LISTED`
    by_contact: FloatArray  # numbers, of contacts
    by_employee: FloatArray
    fallen: FloatArray  # 2
    listed: IntArray  # N × `LISTED`
    of_contact: IntArray  # whole numbers
    of_employee: IntArray
    extra: IntArray  # `MOST_EXTRA`
    few: IntArray  # 1 and 3


def rooms_for(contacts: int, employees: int) -> Rooms:
    """Room for so many, all absent."""
    n, m = contacts, employees
    rooms = (
        np.zeros(2 * n * m + (REAL_PER_CONTACT + LISTED) * n + REAL_PER_EMPLOYEE * m + 2),
        np.full((WHOLE_PER_CONTACT + LISTED) * n + WHOLE_PER_EMPLOYEE * m + MOST_EXTRA + 5, NOBODY, np.int64),
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
    """The arrays in it."""
    parts = parts_of(rooms)
    return kept_in(parts), paths_in(parts)


def parts_of(rooms: Rooms) -> Parts:
    """The two arrays cut up. Compiled as well, like the two below."""
    real, whole, n, m = rooms
    to_turned, to_worth = n * m, 2 * n * m
    to_contacts = to_worth + LISTED * n
    to_employees = to_contacts + REAL_PER_CONTACT * n
    to_fallen = to_employees + REAL_PER_EMPLOYEE * m
    whole_employees = (LISTED + WHOLE_PER_CONTACT) * n
    to_extra = whole_employees + WHOLE_PER_EMPLOYEE * m
    return Parts(
        value=real[:to_turned].reshape(n, m),
        turned=real[to_turned:to_worth].reshape(m, n),
        worth=real[to_worth:to_contacts].reshape(n, LISTED),
        by_contact=real[to_contacts:to_employees].reshape(REAL_PER_CONTACT, n),
        by_employee=real[to_employees:to_fallen].reshape(REAL_PER_EMPLOYEE, m),
        fallen=real[to_fallen:],
        listed=whole[: LISTED * n].reshape(n, LISTED),
        of_contact=whole[LISTED * n : whole_employees].reshape(WHOLE_PER_CONTACT, n),
        of_employee=whole[whole_employees:to_extra].reshape(WHOLE_PER_EMPLOYEE, m),
        extra=whole[to_extra : to_extra + MOST_EXTRA],
        few=whole[to_extra + MOST_EXTRA :],
    )


def kept_in(parts: Parts) -> Kept:
    """What is remembered."""
    by_contact, by_employee = parts.by_contact, parts.by_employee
    of_contact, of_employee = parts.of_contact, parts.of_employee
    return Kept(
        value=parts.value,
        turned=parts.turned,
        own=by_contact[0],
        employee_of=of_contact[0],
        price=by_employee[0],
        capacity=of_employee[0],
        filled=of_employee[1],
        low=by_employee[1],
        first=of_employee[2],
        after=of_contact[1],
        before=of_contact[2],
    )


def paths_in(parts: Parts) -> Paths:
    """Room for a search. Where a chain came from and whom it reached are the same array for both ways of searching."""
    by_contact, by_employee = parts.by_contact, parts.by_employee
    of_contact, of_employee = parts.of_contact, parts.of_employee
    came_from, goes_to = of_employee[4], of_employee[5]
    search = Search(
        key=by_employee[3],
        came_from=came_from,
        goes_to=goes_to,
        heap=of_employee[6],
        where=of_employee[7],
        seen=of_employee[8],
        reach=by_employee[4],
        lane=by_employee[5],
    )
    lists = Shortlists(
        employee=parts.listed,
        worth=parts.worth,
        listed=of_contact[3],
        beyond=by_contact[1],
        reference=by_employee[2],
        extra=parts.extra,
        is_extra=of_employee[3],
        extras=parts.few[:1],
        fallen=parts.fallen,
    )
    return Paths(
        length=by_employee[6],
        came_from=came_from,
        closed=by_employee[7],
        rest=by_employee[8],
        goes=of_employee[9],
        goes_to=goes_to,
        gain=by_contact[2],
        search=search,
        open_rest=by_employee[9],
        unturned=of_contact[4],
        counts=parts.few[1:],
        lists=lists,
        ways=Ways(leaver=of_employee[10], goes_to=of_employee[11], comes=of_employee[12]),
    )
