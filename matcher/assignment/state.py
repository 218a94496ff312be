"""How far a compiled solver has come: arrays that its loops change in place. Made anew for every problem."""

from typing import NamedTuple

import numpy as np

from matcher.assignment.problem import FloatArray, IntArray

LANES = 64  # a maximum over 64 lanes is vectorised; one over a whole row is not


class Seats(NamedTuple):
    """Who sits where. Employee j's slots are `slots[j]` to `slots[j + 1]`; the first `filled[j]` are taken."""

    slots: IntArray
    price: FloatArray  # of an employee's cheapest slot
    filled: IntArray
    owner: IntArray  # the contact in a slot
    paid: FloatArray  # what it bid, where there are several; filled slots are a heap, lowest first, while bids are made
    slot_of: IntArray  # of a contact, once bids are over; -1 for none
    employee_of: IntArray


class Paired(NamedTuple):
    """Who sits where, with one slot each; -1 for nobody."""

    price: FloatArray  # of each employee
    owner: IntArray  # its contact
    employee_of: IntArray


class Listed(NamedTuple):
    """Useful pairs: those of contact i are `first[i]` to `first[i + 1]`; `worth[i]` is what serving it brings now."""

    first: IntArray
    column: IntArray
    value: FloatArray
    worth: FloatArray


class Turned(NamedTuple):
    """The same pairs employee by employee; `place` says where a pair is in the other list."""

    begin: IntArray
    row: IntArray
    place: IntArray


class Search(NamedTuple):
    """Room for a search over employees."""

    key: FloatArray  # length of the shortest chain known; unreached: inf; closed (full matrix): below 0
    came_from: IntArray  # the contact that moves here
    goes_to: IntArray
    heap: IntArray
    where: IntArray  # in the heap; -1: never in, -2: taken out
    seen: IntArray
    reach: FloatArray
    lane: FloatArray


def seats_for(room: IntArray, contacts: int) -> Seats:
    """Empty seats: `room` slots for each employee. One without slots has an infinite price."""
    slots = np.concatenate(([0], np.cumsum(room))).astype(np.int64)
    count = int(slots[-1])
    return Seats(
        slots=slots,
        price=np.where(room > 0, 0.0, np.inf),
        filled=np.zeros(room.size, np.int64),
        owner=np.full(count, -1, np.int64),
        paid=np.zeros(count),
        slot_of=np.full(contacts, -1, np.int64),
        employee_of=np.full(contacts, -1, np.int64),
    )


def search_over(employees: int) -> Search:
    """Room for a search over so many employees."""
    came_from, goes_to, heap, where, seen = (np.full(employees, -1, np.int64) for _ in range(5))
    unreached = np.full(employees, np.inf)
    return Search(unreached, came_from, goes_to, heap, where, seen, np.zeros(employees), np.zeros(LANES))
