"""Compiled: contacts take slots, leave them and move along, whatever form the problem has."""

from matcher.assignment.compiled import compiled
from matcher.assignment.problem import IntArray
from matcher.assignment.state import Seats


@compiled
def take_slot(contact: int, employee: int, bid: float, seats: Seats) -> int:
    """Give the contact the employee's cheapest slot for `bid`; who had it before, or -1. The price follows."""
    slots, price, filled, owner, paid = seats.slots, seats.price, seats.filled, seats.owner, seats.paid
    first = slots[employee]
    count = filled[employee]
    room = slots[employee + 1] - first
    if room == 1:
        before = owner[first] if count else -1
        owner[first], price[employee] = contact, bid
        filled[employee] = 1
        return int(before)
    if count < room:
        here = count
        while here > 0 and paid[first + (here - 1) // 2] > bid:
            above = (here - 1) // 2
            owner[first + here], paid[first + here] = owner[first + above], paid[first + above]
            here = above
        owner[first + here], paid[first + here] = contact, bid
        filled[employee] = count + 1
        if count + 1 == room:
            price[employee] = paid[first]
        return -1
    before = owner[first]
    here = 0
    while True:
        below = 2 * here + 1
        if below >= room:
            break
        if below + 1 < room and paid[first + below + 1] < paid[first + below]:
            below += 1
        if paid[first + below] >= bid:
            break
        owner[first + here], paid[first + here] = owner[first + below], paid[first + below]
        here = below
    owner[first + here], paid[first + here] = contact, bid
    price[employee] = paid[first]
    return int(before)


@compiled
def empty_all(seats: Seats, stack: IntArray) -> int:
    """Begin a phase: nobody is served, prices stay. How many wait."""
    seats.filled[:] = 0
    seats.employee_of[:] = -1
    contacts = stack.size
    for i in range(contacts):
        stack[i] = contacts - 1 - i
    return contacts


@compiled
def note_slots(seats: Seats) -> None:
    """For each served contact the slot it is in."""
    slots, filled, owner, slot_of = seats.slots, seats.filled, seats.owner, seats.slot_of
    for j in range(filled.size):
        for s in range(slots[j], slots[j] + filled[j]):
            slot_of[owner[s]] = s


@compiled
def leave_slot(contact: int, seats: Seats) -> int:
    """The contact goes, the last filled slot closes the gap; which employee it left, or -1."""
    employee, hole = seats.employee_of[contact], seats.slot_of[contact]
    seats.employee_of[contact] = -1
    seats.slot_of[contact] = -1
    if employee < 0:
        return -1
    seats.filled[employee] -= 1
    tail = seats.slots[employee] + seats.filled[employee]
    moved = seats.owner[tail]
    if hole != tail:
        seats.owner[hole] = moved
        seats.slot_of[moved] = hole
    return int(employee)


@compiled
def sit_down(contact: int, employee: int, seats: Seats) -> None:
    """The contact takes a free slot of the employee."""
    slot = seats.slots[employee] + seats.filled[employee]
    seats.filled[employee] += 1
    seats.owner[slot] = contact
    seats.slot_of[contact] = slot
    seats.employee_of[contact] = employee


@compiled
def has_room(employee: int, seats: Seats) -> bool:
    """Whether a slot is free."""
    return bool(seats.filled[employee] < seats.slots[employee + 1] - seats.slots[employee])


@compiled
def move_along(newcomer: int, last: int, came_from: IntArray, seats: Seats) -> None:
    """Carry out a chain of moves, from a free slot of `last` back to `newcomer`."""
    slots, filled, owner, slot_of = seats.slots, seats.filled, seats.owner, seats.slot_of
    employee_of = seats.employee_of
    hole = slots[last] + filled[last]
    filled[last] += 1
    here = last
    while True:
        mover = came_from[here]
        before, left = employee_of[mover], slot_of[mover]
        owner[hole], slot_of[mover], employee_of[mover] = mover, hole, here
        if mover == newcomer:
            return
        here, hole = before, left
