"""Unit loads and employees with many slots: contacts are let in one by one, each along the best chain of moves.

Source: successive best augmenting paths (Jonker and Volgenant 1987, doi 10.1007/BF02278710), with an employee's slots
kept together: a chain is searched over employees, so its cost does not grow with the number of slots.
"""

from collections.abc import Callable

import numpy as np

from matcher.assignment.certificate import free_where_unsold, rise
from matcher.assignment.problem import FloatArray, IntArray
from matcher.assignment.result import DEADLINE, OPTIMAL, Found

ROUNDING = 1e-12  # of the largest value: a chain must gain more than this


def solve_by_augmenting(benefit: FloatArray, capacity: IntArray, *, has_time: Callable[[], bool]) -> Found:
    """The optimum; or, where time runs out, the best for the contacts let in so far, and free slots for the rest.

    `benefit` ≥ 0 with 0 for a useless pair. Memory beside it: two matrices of employees × employees.
    """
    state = _State(benefit, capacity)
    contacts = benefit.shape[0]
    let_in = 0
    while let_in < contacts and has_time():
        state.let_in(let_in)
        let_in += 1
    prices = state.prices(let_in)
    for contact in range(let_in, contacts):
        state.give_a_free_slot(contact)
    status = OPTIMAL if let_in == contacts else DEADLINE
    return Found(state.employee_of, prices, "augmenting_paths", status)


class _State:
    """An optimal assignment of the contacts let in so far.

    `gain[j, k]` is the most that a contact of j adds by moving to k, `mover[j, k]` that contact; kept for full j only.
    """

    def __init__(self, benefit: FloatArray, capacity: IntArray) -> None:
        contacts, employees = benefit.shape
        self._benefit = benefit
        self._capacity = capacity
        self._members: list[list[int]] = [[] for _ in range(employees)]
        self._full = capacity == 0
        self._gain = np.full((employees, employees), -np.inf)
        self._mover = np.zeros((employees, employees), dtype=np.int64)
        self._leaving = np.full(employees, -np.inf)  # what dropping an employee's least valuable contact adds
        self._step = ROUNDING * float(benefit.max(initial=0.0))
        self.employee_of = np.full(contacts, -1, dtype=np.int64)

    def let_in(self, contact: int) -> None:
        """Serve the contact too, if that adds to the whole; others move along, and one may have to leave."""
        wish = np.where(self._benefit[contact] > 0, self._benefit[contact], -np.inf)
        wish[self._capacity == 0] = -np.inf
        favourite = int(wish.argmax()) if wish.size else 0
        if wish.size == 0 or wish[favourite] <= 0:
            return
        if not self._full[favourite]:
            self._add(contact, favourite)
            self._refresh(favourite)
            return
        reach, came_from = self._search(wish)
        ends = reach + np.where(self._full, self._leaving, 0.0)
        last = int(ends.argmax())
        if ends[last] <= self._step:
            return
        self._move_along(contact, last, came_from)

    def give_a_free_slot(self, contact: int) -> None:
        """The best employee with a slot left, moving no one."""
        wish = np.where(self._full, 0.0, self._benefit[contact])
        favourite = int(wish.argmax()) if wish.size else 0
        if wish.size and wish[favourite] > 0:
            self._add(contact, favourite)
            self._full[favourite] = len(self._members[favourite]) >= self._capacity[favourite]

    def prices(self, let_in: int) -> FloatArray:
        """The lowest prices that prove the assignment of the first `let_in` contacts, by the same gains."""
        left = np.flatnonzero(self.employee_of[:let_in] < 0)
        start: FloatArray = self._benefit[left].max(axis=0, initial=0.0)
        start[self._capacity == 0] = 0.0
        for employee in np.flatnonzero(~self._full):
            self._look_at(int(employee))
        busy = np.flatnonzero([bool(members) for members in self._members])
        prices = rise(start, self._gain[busy], busy, step=self._step * 0.01)
        return free_where_unsold(prices, self.employee_of, self._capacity)

    def _search(self, wish: FloatArray) -> tuple[FloatArray, IntArray]:
        """The best total of a chain from a new contact to each employee, and whom it comes from there (-1: itself)."""
        reach, came_from = wish.copy(), np.full(wish.size, -1, dtype=np.int64)
        speaking = np.flatnonzero(self._full & (wish > 0))
        while speaking.size:
            offers = reach[speaking, None] + self._gain[speaking]
            best = offers.argmax(axis=0)
            offered = offers[best, np.arange(reach.size)]
            better = offered > reach + self._step
            reach[better] = offered[better]
            came_from[better] = speaking[best[better]]
            speaking = np.flatnonzero(better & self._full)
        return reach, came_from

    def _move_along(self, contact: int, last: int, came_from: IntArray) -> None:
        """Carry out the chain that ends at `last`, from its end to its beginning."""
        if self._full[last]:
            members = self._members[last]
            self._drop(members[int(self._benefit[members, last].argmin())], last)
        here = last
        touched = [last]
        while came_from[here] >= 0:
            before = int(came_from[here])
            moving = int(self._mover[before, here])
            self._drop(moving, before)
            self._add(moving, here)
            here = before
            touched.append(here)
        self._add(contact, here)
        for employee in touched:
            self._refresh(employee)

    def _add(self, contact: int, employee: int) -> None:
        self._members[employee].append(contact)
        self.employee_of[contact] = employee

    def _drop(self, contact: int, employee: int) -> None:
        self._members[employee].remove(contact)
        self.employee_of[contact] = -1

    def _refresh(self, employee: int) -> None:
        self._full[employee] = len(self._members[employee]) >= self._capacity[employee]
        if self._full[employee]:
            self._look_at(employee)

    def _look_at(self, employee: int) -> None:
        """Work out anew what the employee's contacts would add elsewhere."""
        members = np.array(self._members[employee], dtype=np.int64)
        if members.size == 0:
            return
        benefit = self._benefit[members]
        change = np.where(benefit > 0, benefit - benefit[:, employee, None], -np.inf)
        change[:, self._capacity == 0] = -np.inf
        best = change.argmax(axis=0)
        self._gain[employee] = change[best, np.arange(change.shape[1])]
        self._mover[employee] = members[best]
        self._leaving[employee] = -benefit[:, employee].min()
